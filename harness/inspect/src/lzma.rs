//! LZMA with its old header (`.lzma`): what its stream holds.
//!
//! The format has no mark of its own. A header is believed only if it says what every known writer's can, and if
//! the stream behind it can be expanded at least to begin with.

use crate::part::{Part, StandsFor};
use crate::rules::RuleSet;
use crate::{demands, limits, stream};
use liblzma::bufread::XzDecoder;
use liblzma::stream::{Action, Status, Stream};
use std::io::Read as _;

/// Properties, size of the dictionary, size of the content.
const HEADER: usize = 13;
/// How much of the stream is tried before it is taken for one.
const TRIED: usize = 4096;
/// No content is said to be larger: liblzma takes what says more for another format.
const LARGEST: u64 = 1 << 38;

/// Whether the content is a header that can be one and the beginning of a stream.
pub(crate) fn recognize(content: &[u8]) -> bool {
    plausible(content).is_some_and(|plausible| plausible) && begins(content)
}

/// Whether the header says nothing that no writer would, and the first byte of the stream is the zero it must be.
fn plausible(content: &[u8]) -> Option<bool> {
    let (header, stream) = content.split_first_chunk::<HEADER>()?;
    let properties = *header.first()?;
    let (lc, lp) = (properties % 9, properties / 9 % 5);
    let dictionary = u32::from_le_bytes(*header.get(1..)?.first_chunk()?);
    let size = u64::from_le_bytes(*header.last_chunk()?);
    // The largest size, or a power of two, or one and a half of it.
    let half = dictionary.trailing_zeros();
    let usual = dictionary == u32::MAX || matches!(dictionary.checked_shr(half), Some(1 | 3));
    Some(
        properties < 225
            && lc + lp <= 4
            && dictionary >= 1 << 12
            && usual
            && (size == u64::MAX || size < LARGEST)
            && *stream.first()? == 0,
    )
}

/// Whether the first bytes can be expanded, to the end if there are no others.
fn begins(content: &[u8]) -> bool {
    let Ok(mut decoder) = Stream::new_lzma_decoder(limits::DECODER_BYTES) else {
        return false;
    };
    let head = content.get(..TRIED).unwrap_or(content);
    let mut room = vec![0; 1 << 16];
    for _ in 0..64 {
        let read = usize::try_from(decoder.total_in()).unwrap_or(usize::MAX);
        let rest = head.get(read..).unwrap_or_default();
        let before = decoder.total_out();
        match decoder.process(rest, &mut room, Action::Run) {
            // No format of its kind has anything behind the end.
            Ok(Status::StreamEnd) => return decoder.total_in() == content.len() as u64,
            Ok(_) if decoder.total_out() > before => {}
            // It wants more than the first bytes, or more memory than it is given.
            Ok(_) | Err(liblzma::stream::Error::MemLimit) => return head.len() < content.len(),
            Err(_) => return false,
        }
    }
    true
}

/// The file as the one part it is.
pub(crate) fn explode<'a>(content: &'a [u8], rules: &'a RuleSet) -> Result<Vec<Part<'a>>, String> {
    let expand =
        Box::new(|most| stream::each("lzma", content, most, |_| false, (one, demands::lzma)));
    let claims = vec![0..content.len()];
    let part = stream::part("stream", "lzma", claims, rules, StandsFor::File, expand);
    Ok(vec![part])
}

fn one<'a>(input: &'a [u8], most: u64, out: &mut Vec<u8>) -> Result<&'a [u8], String> {
    let mut decoder = XzDecoder::new_stream(input, decoder()?);
    stream::read(&mut decoder, most, out)?;
    Ok(decoder.into_inner())
}

/// Expands a member of a zip archive (APPNOTE 5.8.8): the properties stand behind a version and their size, and
/// the content's size, which is `most`, stands elsewhere.
pub(crate) fn member<'a>(
    input: &'a [u8],
    most: u64,
    out: &mut Vec<u8>,
) -> Result<&'a [u8], String> {
    let ([_, _, 5, 0, properties @ ..], rest) = input
        .split_first_chunk::<9>()
        .ok_or("the properties of LZMA are cut short")?
    else {
        return Err("the properties of LZMA have another size than they must".to_owned());
    };
    let header = [&properties[..], &most.to_le_bytes()].concat();
    let chained = header.as_slice().chain(rest);
    let mut decoder = XzDecoder::new_stream(chained, decoder()?);
    stream::read(&mut decoder, most, out)?;
    let (_, rest) = decoder.into_inner().into_inner();
    Ok(rest)
}

fn decoder() -> Result<Stream, String> {
    Stream::new_lzma_decoder(limits::DECODER_BYTES).map_err(|e| format!("no LZMA decoder: {e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_bytes_are_not_taken_for_it() {
        let mut header = [&[0x5d, 0, 0, 0x80, 0][..], &[0xff; 8], &[0; 40]].concat();
        // Zeros expand to zeros without an end.
        assert!(!recognize(&header));
        assert_eq!(plausible(&header), Some(true));
        for (at, byte) in [(0, 225), (0, 8), (3, 0x81), (12, 1), (13, 1)] {
            let before = std::mem::replace(&mut header[at], byte);
            assert_ne!(plausible(&header), Some(true), "{at}");
            header[at] = before;
        }
        let noise: Vec<u8> = (0..8192_u32)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect();
        assert!(!recognize(&[&header[..14], &noise[..]].concat()));
        assert!(!recognize(&[0; 64]));
        assert!(!recognize(b"]"));
    }
}
