//! xz: what its streams hold.

use crate::part::{Part, StandsFor};
use crate::rules::RuleSet;
use crate::{demands, limits, stream};
use liblzma::bufread::XzDecoder;
use liblzma::stream::{Stream, TELL_UNSUPPORTED_CHECK};

const MAGIC: &[u8] = b"\xfd7zXZ\0";

/// Whether the content starts as xz does.
pub(crate) fn recognize(content: &[u8]) -> bool {
    content.starts_with(MAGIC)
}

/// The file as the one part it is.
pub(crate) fn explode<'a>(content: &'a [u8], rules: &'a RuleSet) -> Result<Vec<Part<'a>>, String> {
    let expand = Box::new(|most| stream::each("xz", content, most, recognize, (one, demands::xz)));
    let claims = vec![0..content.len()];
    let part = stream::part("stream", "xz", claims, rules, StandsFor::File, expand);
    Ok(vec![part])
}

/// Expands one stream; what follows it.
pub(crate) fn one<'a>(input: &'a [u8], most: u64, out: &mut Vec<u8>) -> Result<&'a [u8], String> {
    let decoder = Stream::new_stream_decoder(limits::DECODER_BYTES, TELL_UNSUPPORTED_CHECK);
    let decoder = decoder.map_err(|e| format!("no xz decoder: {e}"))?;
    let mut decoder = XzDecoder::new_stream(input, decoder);
    stream::read(&mut decoder, most, out)?;
    Ok(decoder.into_inner())
}
