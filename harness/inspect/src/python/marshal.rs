//! Python's marshal format, version 4 (`Python/marshal.c`), as values written out.
//!
//! Which objects are flagged, and by what numbers they are referred to, hangs on how often the compiler happened
//! to hold them. What is read keeps what a loaded program can tell: which values are one object. Interned strings
//! and the few values of which Python keeps one each are one object however they are written.

use super::spelling;
use std::collections::BTreeMap;

/// How deep values may nest.
const DEPTH: usize = 500;
/// How many bytes may be written for each that is read.
const WRITTEN: usize = 64;
/// The bit that numbers an object for references.
const FLAG: u8 = 0x80;

/// An object that may be referred to.
#[derive(Clone, Default)]
struct Known<'a> {
    /// How it is written wherever it stands, if its value alone tells which object it is.
    by_value: Option<String>,
    text: Option<&'a [u8]>,
    /// Whether a reference was met.
    shared: bool,
}

/// What was read of the marshalled bytes so far.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    pub at: usize,
    depth: usize,
    known: Vec<Known<'a>>,
    /// Which of the known a first reading found to be shared.
    shared: Vec<bool>,
    /// How many shared objects were met, to number them by.
    met: BTreeMap<usize, usize>,
    /// Flags and references as they were written.
    pub marks: Vec<u8>,
    /// How many bytes may still be written.
    room: usize,
    /// The text of the value read last, if it is one.
    pub text: Option<&'a [u8]>,
}

/// Reads a code object from behind its type; what to write for it.
pub(super) type Code<'c, 'a> = &'c mut dyn FnMut(&mut Reader<'a>) -> Option<String>;

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Reader {
            bytes,
            at: 0,
            depth: 0,
            known: Vec::new(),
            shared: Vec::new(),
            met: BTreeMap::new(),
            marks: Vec::new(),
            room: bytes.len().saturating_mul(WRITTEN).saturating_add(1 << 20),
            text: None,
        }
    }

    /// The same bytes from the start, with what is shared known.
    pub(super) fn again(&self) -> Self {
        Reader {
            shared: self.known.iter().map(|known| known.shared).collect(),
            ..Reader::new(self.bytes)
        }
    }

    fn take(&mut self, size: usize) -> Option<&'a [u8]> {
        let bytes = self.bytes.get(self.at..self.at.checked_add(size)?)?;
        self.at += size;
        Some(bytes)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    pub(super) fn number(&mut self) -> Option<i32> {
        self.take(4)?
            .first_chunk()
            .map(|bytes| i32::from_le_bytes(*bytes))
    }

    fn size(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    fn bits(&mut self) -> Option<u64> {
        self.take(8)?
            .first_chunk()
            .map(|bytes| u64::from_le_bytes(*bytes))
    }

    /// The values of a tuple, if that is what comes next.
    pub(super) fn tuple(&mut self, code: Code<'_, 'a>) -> Option<Result<Vec<String>, String>> {
        let kind = *self.bytes.get(self.at)?;
        // One that is shared is written whole, so that it can be told from its like.
        let flagged = kind & FLAG != 0;
        let shared = flagged
            && self
                .shared
                .get(self.known.len())
                .is_none_or(|shared| *shared);
        if kind & !FLAG != b')' || shared {
            return self.object(code).map(Err);
        }
        self.at += 1;
        self.marks.push(kind & FLAG);
        if flagged {
            self.known.push(Known::default());
        }
        let size = usize::from(self.byte()?);
        (0..size)
            .map(|_| self.object(code))
            .collect::<Option<_>>()
            .map(Ok)
    }

    /// The next value, written out.
    pub(super) fn object(&mut self, code: Code<'_, 'a>) -> Option<String> {
        let kind = self.byte()?;
        let (flag, kind) = (kind & FLAG, kind & !FLAG);
        self.marks.push(flag);
        self.text = None;
        if kind == b'r' {
            return self.reference();
        }
        // Objects are numbered in the order they begin.
        let number = (flag != 0).then_some(self.known.len());
        if number.is_some() {
            self.known.push(Known::default());
        }
        self.depth += 1;
        let value = (self.depth < DEPTH).then(|| self.value(kind, code))??;
        self.depth -= 1;
        let (written, by_value) = value;
        // What stands within another is written once more.
        self.room = self.room.checked_sub(written.len())?;
        let text = self.text;
        let Some(number) = number else {
            return Some(written);
        };
        let known = self.known.get_mut(number)?;
        known.text = text;
        if by_value {
            known.by_value = Some(written.clone());
            return Some(written);
        }
        match self.shared.get(number) {
            Some(true) => {
                let name = self.name(number);
                Some(format!("&{name} {written}"))
            }
            _ => Some(written),
        }
    }

    /// An object that stood before.
    fn reference(&mut self) -> Option<String> {
        let number = self.size()?;
        self.marks.extend((number as u32).to_le_bytes());
        let known = self.known.get_mut(number)?;
        known.shared = true;
        self.text = known.text;
        if let Some(written) = &known.by_value {
            return Some(written.clone());
        }
        let name = self.name(number);
        Some(format!("*{name}"))
    }

    /// By what a shared object goes: how many others were met before it.
    fn name(&mut self, number: usize) -> usize {
        let next = self.met.len() + 1;
        *self.met.entry(number).or_insert(next)
    }

    /// A value behind its type, and whether there is only one such object in a program.
    fn value(&mut self, kind: u8, code: Code<'_, 'a>) -> Option<(String, bool)> {
        let word = |text: &str| Some((text.to_owned(), true));
        match kind {
            b'0' => word("null"),
            b'N' => word("None"),
            b'F' => word("False"),
            b'T' => word("True"),
            b'S' => word("StopIteration"),
            b'.' => word("Ellipsis"),
            b'i' => {
                let number = self.number()?;
                Some((number.to_string(), (-5..=256).contains(&number)))
            }
            b'I' => Some((format!("I{}", self.bits()?.cast_signed()), false)),
            b'l' => {
                let digits = self.number()?;
                let size = usize::try_from(digits.unsigned_abs())
                    .ok()?
                    .checked_mul(2)?;
                let digits = (digits < 0, self.take(size)?);
                let sign = if digits.0 { "-" } else { "" };
                Some((format!("l{sign}{}", spelling::bytes(digits.1)), false))
            }
            b'g' => Some((spelling::float(self.bits()?), false)),
            b'y' => {
                let (real, imaginary) = (self.bits()?, self.bits()?);
                let parts = [real, imaginary].map(spelling::float);
                Some((format!("complex({})", parts.join(", ")), false))
            }
            b's' => {
                let size = self.size()?;
                let bytes = self.take(size)?;
                Some((spelling::bytes(bytes), bytes.is_empty()))
            }
            b'z' | b'Z' | b'a' | b'A' | b'u' | b't' => {
                let size = match kind {
                    b'z' | b'Z' => usize::from(self.byte()?),
                    _ => self.size()?,
                };
                let bytes = self.take(size)?;
                self.text = Some(bytes);
                let interned = matches!(kind, b'Z' | b'A' | b't');
                let single = bytes.is_ascii() && bytes.len() < 2;
                Some((spelling::string(kind, bytes), interned || single))
            }
            b')' | b'(' | b'[' | b'<' | b'>' => {
                let size = match kind {
                    b')' => usize::from(self.byte()?),
                    _ => self.size()?,
                };
                let mut items = Vec::new();
                for _ in 0..size {
                    items.push(self.object(code)?);
                }
                self.text = None;
                let empty = items.is_empty() && matches!(kind, b'(' | b')');
                Some((spelling::many(kind, &items), empty))
            }
            b'c' => {
                let written = code(self)?;
                self.text = None;
                Some((written, false))
            }
            // Dictionaries, and numbers as text, do not occur in code that a compiler wrote.
            _ => None,
        }
    }
}
