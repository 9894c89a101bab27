//! bzip2: what its streams hold.

use crate::part::{Part, StandsFor};
use crate::rules::RuleSet;
use crate::stream;
use bzip2::bufread::BzDecoder;

/// Whether the content starts as a bzip2 stream does: the mark, a block size, the mark of a block or the end.
pub(crate) fn recognize(content: &[u8]) -> bool {
    let marks: [&[u8]; 2] = [b"1AY&SY", b"\x17\x72\x45\x38\x50\x90"];
    let block = content.strip_prefix(b"BZh").and_then(<[u8]>::split_first);
    block.is_some_and(|(size, rest)| {
        (b'1'..=b'9').contains(size) && marks.iter().any(|mark| rest.starts_with(mark))
    })
}

/// The file as the one part it is.
pub(crate) fn explode<'a>(content: &'a [u8], rules: &'a RuleSet) -> Result<Vec<Part<'a>>, String> {
    let expand = Box::new(|most| stream::each("bzip2", content, most, recognize, (one, demands)));
    let claims = vec![0..content.len()];
    let part = stream::part("stream", "bzip2", claims, rules, StandsFor::File, expand);
    Ok(vec![part])
}

/// Every reader has room for the largest blocks: only how many streams there are counts.
fn demands(_: &[u8]) -> Option<String> {
    Some("nothing".to_owned())
}

/// Expands one stream; what follows it.
pub(crate) fn one<'a>(input: &'a [u8], most: u64, out: &mut Vec<u8>) -> Result<&'a [u8], String> {
    let mut decoder = BzDecoder::new(input);
    stream::read(&mut decoder, most, out)?;
    Ok(decoder.into_inner())
}
