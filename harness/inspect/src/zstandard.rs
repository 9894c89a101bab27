//! Zstandard (RFC 8878): what its frames hold; skippable frames are facts.

use crate::items::told;
use crate::part::{Expanded, Item, Part, StandsFor};
use crate::rules::RuleSet;
use crate::{demands, limits, stream};
use crossproof_model::Level;
use zstd::stream::read::Decoder;

/// Whether the content starts as a frame does.
pub(crate) fn recognize(content: &[u8]) -> bool {
    content.starts_with(&[0x28, 0xb5, 0x2f, 0xfd])
}

/// The file as the one part it is.
pub(crate) fn explode<'a>(content: &'a [u8], rules: &'a RuleSet) -> Result<Vec<Part<'a>>, String> {
    let expand = Box::new(|most| frames(content, most));
    let claims = vec![0..content.len()];
    let part = stream::part("stream", "zstd", claims, rules, StandsFor::File, expand);
    Ok(vec![part])
}

fn frames(content: &[u8], most: u64) -> Result<Expanded, String> {
    let (mut rest, mut out, mut facts) = (content, Vec::new(), Vec::new());
    let mut number = 0;
    loop {
        if recognize(rest) {
            let after = one(rest, most, &mut out)?;
            let frame = rest.get(..rest.len() - after.len()).unwrap_or_default();
            facts.push(stream::asks("zstd", number, demands::zstd(frame)));
            number += 1;
            rest = after;
        } else if let Some((frame, after)) = skippable(rest) {
            let key = ["zstd", "skippable"];
            let at = format!("skippable frame at byte {} of the content", out.len());
            facts.push(Item::new(&key, at, told(frame), Level::Interface));
            rest = after;
        } else {
            break;
        }
    }
    facts.extend(stream::trailing("zstd", rest));
    Ok(Expanded {
        content: out,
        facts,
    })
}

/// A skippable frame at the start of the input, and what follows it.
fn skippable(input: &[u8]) -> Option<(&[u8], &[u8])> {
    let (header, _) = input.split_first_chunk::<8>()?;
    let [kind, 0x2a, 0x4d, 0x18, size @ ..] = *header else {
        return None;
    };
    let size = usize::try_from(u32::from_le_bytes(size)).ok()?;
    let whole = (kind & 0xf0 == 0x50).then(|| size.checked_add(8))??;
    input.split_at_checked(whole)
}

/// Expands one frame; what follows it.
pub(crate) fn one<'a>(input: &'a [u8], most: u64, out: &mut Vec<u8>) -> Result<&'a [u8], String> {
    let decoder = Decoder::with_buffer(input).and_then(|mut decoder| {
        decoder.window_log_max(limits::DECODER_BYTES.ilog2())?;
        Ok(decoder.single_frame())
    });
    let mut decoder = decoder.map_err(|e| format!("no zstd decoder: {e}"))?;
    stream::read(&mut decoder, most, out)?;
    Ok(decoder.finish())
}
