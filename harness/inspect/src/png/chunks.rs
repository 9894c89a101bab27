//! The chunks of a PNG image: length, type, data, checksum (section 5.3).

use std::ops::Range;

/// What every image starts with.
pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A chunk.
pub(super) struct Chunk<'a> {
    pub kind: [u8; 4],
    /// Length, type, data and checksum.
    pub at: Range<usize>,
    pub data: &'a [u8],
    /// Whether the checksum is that of type and data.
    checked: bool,
}

/// Every chunk to the one that ends the image, or to one that reaches past the end of the content; no more than one
/// beyond `most`.
pub(super) fn read(content: &[u8], most: usize) -> Vec<Chunk<'_>> {
    let mut chunks: Vec<Chunk<'_>> = Vec::new();
    let mut next = SIGNATURE.len();
    let more = |chunks: &[Chunk<'_>]| {
        let ended = chunks.last().is_some_and(|last| last.kind == *b"IEND");
        !ended && chunks.len() <= most
    };
    while more(&chunks) {
        let Some(chunk) = chunk(content, next) else {
            break;
        };
        next = chunk.at.end;
        chunks.push(chunk);
    }
    chunks
}

fn chunk(content: &[u8], start: usize) -> Option<Chunk<'_>> {
    let (length, rest) = content.get(start..)?.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (kind, data) = rest.split_first_chunk::<4>()?;
    let (data, rest) = data.split_at_checked(length)?;
    let (stated, _) = rest.split_first_chunk::<4>()?;
    let mut sum = flate2::Crc::new();
    sum.update(kind);
    sum.update(data);
    Some(Chunk {
        kind: *kind,
        at: start..start + 12 + length,
        data,
        checked: sum.sum() == u32::from_be_bytes(*stated),
    })
}

/// Whether these are the chunks of a whole image: its header first and once, its stream in one run, an empty
/// end last, and every checksum right.
pub(super) fn are_whole(chunks: &[Chunk<'_>]) -> bool {
    let [first, .., last] = chunks else {
        return false;
    };
    let count = |kind: &[u8; 4]| chunks.iter().filter(|chunk| chunk.kind == *kind).count();
    let mut runs = chunks.chunk_by(|a, b| a.kind == b.kind);
    let pictures = runs.by_ref().filter(|run| run[0].kind == *b"IDAT");
    first.kind == *b"IHDR"
        && count(b"IHDR") == 1
        && pictures.count() == 1
        && last.kind == *b"IEND"
        && last.data.is_empty()
        && chunks.iter().all(|chunk| chunk.checked)
}
