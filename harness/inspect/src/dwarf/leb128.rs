//! Numbers in as few bytes as they need: what is rendered is hashed, and most numbers are small.

/// Appends `value` as unsigned LEB128 (DWARF 5, section 7.6).
#[inline]
pub(super) fn number(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// The number that `bytes` begin with, and what follows it.
pub(super) fn read_number(bytes: &[u8]) -> (u64, &[u8]) {
    let mut value = 0_u64;
    for (index, byte) in bytes.iter().enumerate().take(10) {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return (value, bytes.get(index + 1..).unwrap_or_default());
        }
    }
    (value, &[])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_written() {
        for value in [0, 1, 127, 128, 300, 1 << 35, u64::MAX - 1, u64::MAX] {
            let mut out = Vec::new();
            number(value, &mut out);
            out.push(9);
            assert_eq!(read_number(&out), (value, &[9][..]));
        }
        assert_eq!(read_number(&[]), (0, &[][..]));
        assert_eq!(read_number(&[0xff; 20]).1, &[] as &[u8]);
    }
}
