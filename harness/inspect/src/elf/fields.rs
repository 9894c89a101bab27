//! Numbers of either class and byte order.

/// 32- or 64-bit structures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Elf32,
    Elf64,
}

/// Byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
}

/// Reads numbers of one byte order, never past the end.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    pub bytes: &'a [u8],
    pub class: Class,
    pub order: Order,
}

impl<'a> Fields<'a> {
    fn number(&self, at: usize, width: usize) -> Option<u64> {
        let bytes = self.bytes.get(at..at.checked_add(width)?)?;
        let fold = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
        Some(match self.order {
            Order::Little => bytes.iter().rev().fold(0, fold),
            Order::Big => bytes.iter().fold(0, fold),
        })
    }
    pub(crate) fn u16(&self, at: usize) -> Option<u16> {
        self.number(at, 2).map(|n| n as u16)
    }
    pub(crate) fn u32(&self, at: usize) -> Option<u32> {
        self.number(at, 4).map(|n| n as u32)
    }
    /// An address, offset or size: four or eight bytes, as the class has it.
    pub(crate) fn word(&self, at: usize) -> Option<u64> {
        self.number(at, self.wide(4, 8))
    }
    /// `small` in 32-bit files, `large` in 64-bit ones.
    pub(crate) fn wide(&self, small: usize, large: usize) -> usize {
        match self.class {
            Class::Elf32 => small,
            Class::Elf64 => large,
        }
    }
    /// The same reader over other bytes.
    pub(crate) fn over(&self, bytes: &'a [u8]) -> Fields<'a> {
        Fields { bytes, ..*self }
    }
}
