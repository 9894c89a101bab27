//! A content's own normal form, for digests that are compared across time and machines.

use crate::content::both_digests;
use crate::dwarf;
use crate::format::{self, Comparer};
use crate::items::items_digest;
use crate::limits::{self, Budget};
use crate::options::Options;
use crate::part::{Canon, Named, Part, StandsFor, distinct};
use crossproof_model::{Digest, RelPath};
use std::borrow::Cow;

/// A content that cannot be taken apart, and so has no normal form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the content has no normal form: {0}")]
pub struct Unreadable(pub String);

/// BLAKE3 of the content as it is.
pub fn raw_digest(content: &[u8]) -> Digest {
    Digest::of(content)
}

/// BLAKE3 of the normal form of the content.
pub fn normalized_digest(content: &[u8], options: &Options) -> Result<Digest, Unreadable> {
    normalized(content, options).map(Digest::of)
}

/// The normal form: of a content without inner structure the content itself, of any other a list of its
/// parts, each with the digest of what is left of it after the rules. A list is text, so that it is its own
/// normal form.
///
/// Neither side is favoured by the path map, so a normal form does not depend on the side.
pub fn normalized<'a>(content: &'a [u8], options: &Options) -> Result<Cow<'a, [u8]>, Unreadable> {
    normal(content, options, 0, &mut Budget::of(content.len()))
}

fn normal<'a>(
    content: &'a [u8],
    options: &Options,
    depth: usize,
    budget: &mut Budget,
) -> Result<Cow<'a, [u8]>, Unreadable> {
    let format = match depth > limits::NESTING {
        true => format::bytes(),
        false => format::of(content),
    };
    let (Comparer::Parts(explode, _) | Comparer::Members(explode)) = format.comparer else {
        return Ok(Cow::Borrowed(content));
    };
    let parts = distinct(explode(content, options).map_err(Unreadable)?);
    let mut lines = Vec::new();
    for part in &parts {
        if let Some(digest) = part_digest(part, content, options, depth, budget)? {
            let name = match part.place(options) {
                Some(place) => RelPath::spell(&place),
                None => part.name.clone(),
            };
            let name = name.escape_default();
            let link = part.leads_to(options).unwrap_or_default();
            let link = RelPath::spell(&link).escape_default().to_string();
            let header = items_digest(&part.header);
            lines.push(format!("{name}\t{digest}\t{header}\t{link}\n"));
        }
    }
    let order = parts.iter().filter(|part| part.named != Named::Word);
    let order = order.map(|part| {
        part.place(options)
            .unwrap_or_else(|| part.name.clone().into())
    });
    lines.push(format!("order\t{}\n", Digest::of_fields(order)));
    lines.sort();
    Ok(Cow::Owned(
        format!("normal form of {}\n{}", format.name, lines.concat()).into_bytes(),
    ))
}

/// What is left of a part after its rule; `None` if nothing is.
fn part_digest(
    part: &Part<'_>,
    content: &[u8],
    options: &Options,
    depth: usize,
    budget: &mut Budget,
) -> Result<Option<Digest>, Unreadable> {
    Ok(match &part.canon {
        Canon::Nothing => None,
        Canon::Zeros if part.rule.is_some() => None,
        Canon::Exact | Canon::Zeros => Some(Digest::of_fields(part.slices(content))),
        Canon::Items(items) | Canon::Told(items) => Some(items_digest(&items())),
        Canon::Debug(info) => Some(dwarf::digest(info, &options.map)),
        Canon::File(inner) => Some(Digest::of(normal(inner, options, depth + 1, budget)?)),
        Canon::Packed(packed) => {
            let held = (packed.expand)(budget.each(part.size())).map_err(Unreadable)?;
            budget.spend(held.content.len());
            let inner = match packed.stands_for {
                StandsFor::Data => Digest::of(&held.content),
                StandsFor::File | StandsFor::Part => {
                    Digest::of(normal(&held.content, options, depth + 1, budget)?)
                }
            };
            Some(both_digests((inner, items_digest(&held.facts))))
        }
    })
}
