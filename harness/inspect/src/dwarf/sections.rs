//! The debug sections of a file: as they stand, and expanded and ready to be read.

use super::Unparsed;
use crate::limits;
use crossproof_model::Digest;
use gimli::{EndianSlice, Relocate, RelocateReader, RunTimeEndian};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read;

/// What a relocation of an object file makes of a place in a debug section.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Patch {
    /// The value found there is added to this.
    Add(u64),
    /// The value found there is replaced by this.
    Replace(u64),
}

/// Relocations of one section by offset.
#[derive(Debug, Default)]
pub(crate) struct Patches(pub BTreeMap<usize, Patch>);

/// Relocations of one section in order of offset, to be looked up often.
#[derive(Debug, Default)]
pub(super) struct Sorted(Vec<(usize, Patch)>);

impl Sorted {
    fn apply(&self, offset: usize, value: u64) -> u64 {
        if self.0.is_empty() {
            return value;
        }
        let found = self.0.binary_search_by_key(&offset, |(at, _)| *at);
        match found.ok().and_then(|index| self.0.get(index)) {
            None => value,
            Some((_, Patch::Add(base))) => base.wrapping_add(value),
            Some((_, Patch::Replace(value))) => *value,
        }
    }

    /// What they do, as bytes.
    fn spell(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.0.len() * 17);
        for (offset, patch) in &self.0 {
            let (kind, value) = match patch {
                Patch::Add(value) => (b'+', value),
                Patch::Replace(value) => (b'=', value),
            };
            out.extend((*offset as u64).to_le_bytes());
            out.push(kind);
            out.extend(value.to_le_bytes());
        }
        out
    }
}

impl Relocate<usize> for &Sorted {
    fn relocate_address(&self, offset: usize, value: u64) -> gimli::Result<u64> {
        Ok(self.apply(offset, value))
    }
    fn relocate_offset(&self, offset: usize, value: usize) -> gimli::Result<usize> {
        usize::try_from(self.apply(offset, value as u64))
            .map_err(|_| gimli::Error::UnsupportedOffset)
    }
}

/// Reads a debug section, relocated.
pub(super) type Reader<'o> = RelocateReader<EndianSlice<'o, RunTimeEndian>, &'o Sorted>;

/// A debug section as it stands in the file.
pub(crate) struct DebugSection<'a> {
    pub name: String,
    pub bytes: &'a [u8],
    pub compressed: bool,
    pub patches: Patches,
}

impl<'a> DebugSection<'a> {
    /// A section that nothing relocates.
    pub(crate) fn new(name: String, bytes: &'a [u8], compressed: bool) -> Self {
        DebugSection {
            name,
            bytes,
            compressed,
            patches: Patches::default(),
        }
    }
}

/// The debug sections of a file.
pub(crate) struct DebugInfo<'a> {
    pub sections: Vec<DebugSection<'a>>,
    pub big_endian: bool,
    /// Whether addresses have eight bytes.
    pub wide: bool,
    /// The symbols that relocations name, in order of rank.
    pub symbols: Vec<String>,
    /// Whether relocations could not be read, so that the sections mean nothing certain.
    pub unreadable: bool,
}

impl<'a> DebugInfo<'a> {
    pub(crate) fn new(big_endian: bool, wide: bool) -> Self {
        DebugInfo {
            sections: Vec::new(),
            big_endian,
            wide,
            symbols: Vec::new(),
            unreadable: false,
        }
    }

    /// Digest of the sections byte for byte, and of what relocations would make of them.
    pub(crate) fn raw_digest(&self) -> Digest {
        let sections = self.sections.iter().flat_map(|s| {
            let patches = format!("{:?}", s.patches.0).into_bytes();
            [s.name.as_bytes().to_vec(), s.bytes.to_vec(), patches]
        });
        let symbols = self.symbols.iter().map(|s| s.as_bytes().to_vec());
        Digest::of_fields(sections.chain(symbols))
    }
}

/// Sections that are resolved rather than compared as bytes.
const RESOLVED: [&str; 7] = [
    ".debug_info",
    ".debug_types",
    ".debug_abbrev",
    ".debug_str",
    ".debug_line_str",
    ".debug_str_offsets",
    ".debug_line",
];

/// Debug sections expanded.
pub(super) struct Opened<'i> {
    sections: BTreeMap<&'i str, (Cow<'i, [u8]>, Sorted)>,
    symbols: &'i [String],
    endian: RunTimeEndian,
}

static NO_PATCHES: Sorted = Sorted(Vec::new());

impl<'i> Opened<'i> {
    pub(super) fn new(info: &'i DebugInfo<'_>) -> Result<Self, Unparsed> {
        if info.unreadable {
            return Err(Unparsed(
                "the relocations of the debug sections cannot be read".to_owned(),
            ));
        }
        let mut sections = BTreeMap::new();
        let shape = Shape {
            big_endian: info.big_endian,
            wide: info.wide,
        };
        let packed = info.sections.iter().filter(|s| s.compressed);
        let packed: usize = packed.map(|s| s.bytes.len()).sum();
        let most = (packed as u64).saturating_mul(limits::SECTIONS_RATIO);
        let most = most.clamp(limits::SECTIONS_LEAST, limits::EXPANDED_BYTES);
        // What is not believed of sections of these sizes is as good as spent.
        let mut expanded = limits::EXPANDED_BYTES - most;
        for section in &info.sections {
            let bytes = match section.compressed {
                true => Cow::Owned(expand(section.bytes, shape, &mut expanded)?),
                false => Cow::Borrowed(section.bytes),
            };
            let patches = section.patches.0.iter().map(|(at, patch)| (*at, *patch));
            let patches = Sorted(patches.collect());
            sections.insert(section.name.as_str(), (bytes, patches));
        }
        Ok(Opened {
            sections,
            symbols: &info.symbols,
            endian: match info.big_endian {
                true => RunTimeEndian::Big,
                false => RunTimeEndian::Little,
            },
        })
    }

    pub(super) fn reader(&self, name: &str) -> Reader<'_> {
        let section = self.sections.get(name);
        let bytes = section.map_or(&[][..], |(bytes, _)| bytes);
        let patches = section.map_or(&NO_PATCHES, |(_, patches)| patches);
        RelocateReader::new(EndianSlice::new(bytes, self.endian), patches)
    }

    pub(super) fn bytes(&self, name: &str) -> &[u8] {
        self.sections.get(name).map_or(&[], |(bytes, _)| bytes)
    }

    pub(super) fn size(&self, name: &str) -> Option<usize> {
        self.sections.get(name).map(|(bytes, _)| bytes.len())
    }

    /// Digests of the sections that are compared as bytes, with what relocations make of them.
    pub(super) fn plain_digests(&self) -> BTreeMap<String, Digest> {
        let mut digests = BTreeMap::new();
        for (name, (bytes, patches)) in &self.sections {
            if RESOLVED.contains(name) {
                continue;
            }
            let digest = Digest::of_fields([&**bytes, &patches.spell()]);
            digests.insert((*name).to_owned(), digest);
        }
        if !self.symbols.is_empty() {
            digests.insert("symbols".to_owned(), Digest::of_fields(self.symbols));
        }
        digests
    }
}

/// How numbers stand in a file's headers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// The highest byte first.
    pub big_endian: bool,
    /// 64 bits.
    pub wide: bool,
}

/// Expands a section that starts with a compression header (System V ABI, section compression). What it
/// claims to expand to is checked before any of it is allocated.
pub(crate) fn expand(bytes: &[u8], shape: Shape, expanded: &mut u64) -> Result<Vec<u8>, Unparsed> {
    let short = || Unparsed("a compressed section is too short for its header".to_owned());
    let (size_at, width, header) = if shape.wide { (8, 8, 24) } else { (4, 4, 12) };
    let number = |at: usize, width: usize| {
        let field = bytes.get(at..at + width).ok_or_else(short)?;
        let fold = |n: u64, b: &u8| n << 8 | u64::from(*b);
        Ok::<u64, Unparsed>(match shape.big_endian {
            true => field.iter().fold(0, fold),
            false => field.iter().rev().fold(0, fold),
        })
    };
    let (kind, size) = (number(0, 4)?, number(size_at, width)?);
    let packed = bytes.get(header..).ok_or_else(short)?;
    *expanded = expanded.saturating_add(size);
    let most = (packed.len() as u64).saturating_mul(limits::EXPANSION_RATIO);
    if size > most || *expanded > limits::EXPANDED_BYTES {
        return Err(Unparsed(format!(
            "a compressed section of {} bytes claims to hold {size}, more than is believed",
            packed.len()
        )));
    }
    let mut out = Vec::new();
    let mut read = |reader: &mut dyn Read| {
        // One byte more than claimed shows a section that holds more.
        let read = reader.take(size.saturating_add(1)).read_to_end(&mut out);
        read.map_err(|error| Unparsed(format!("a compressed section does not expand: {error}")))
    };
    match kind {
        1 => read(&mut flate2::read::ZlibDecoder::new(packed))?,
        2 => {
            let decoder = zstd::stream::read::Decoder::new(packed);
            let mut decoder = decoder.map_err(|error| Unparsed(format!("zstd: {error}")))?;
            read(&mut decoder)?
        }
        other => return Err(Unparsed(format!("unknown compression {other}"))),
    };
    if out.len() as u64 != size {
        return Err(Unparsed(format!(
            "a compressed section claims {size} bytes and holds others"
        )));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn compressed(claim: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(1_u32.to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend(claim.to_le_bytes());
        bytes.extend(1_u64.to_le_bytes());
        let mut encoder = flate2::write::ZlibEncoder::new(bytes, flate2::Compression::fast());
        encoder.write_all(b"hello hello hello").unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_section_expands_to_what_it_claims_or_not_at_all() {
        let info = Shape {
            big_endian: false,
            wide: true,
        };
        assert_eq!(
            expand(&compressed(17), info, &mut 0).unwrap(),
            b"hello hello hello"
        );
        for claim in [0, 16, 18, 1 << 20, 8 << 30, u64::MAX] {
            assert!(expand(&compressed(claim), info, &mut 0).is_err(), "{claim}");
        }
        let mut almost_full = limits::EXPANDED_BYTES;
        assert!(expand(&compressed(17), info, &mut almost_full).is_err());
        for length in 0..24 {
            assert!(expand(&compressed(17)[..length], info, &mut 0).is_err());
        }
    }
}
