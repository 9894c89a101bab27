//! A content's own normal form, for digests that are compared across time and machines.

use crate::content::both_digests;
use crate::deb::{Package, Role, Sums};
use crate::dwarf;
use crate::format::{self, Comparer};
use crate::items::items_digest;
use crate::limits::{self, Budget};
use crate::options::Options;
use crate::part::{Canon, Named, Part, Refusal, StandsFor, distinct};
use crate::rules::deb_md5sums;
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
    let mut setting = Setting {
        options,
        depth: 0,
        role: Role::None,
        budget: &mut Budget::of(content.len()),
    };
    normal(content, &mut setting)
}

/// What a normal form goes by, wherever in a file the content is.
struct Setting<'s> {
    options: &'s Options,
    /// How many archives and streams the content is in.
    depth: usize,
    /// What the content is to the package that it is in.
    role: Role<Sums>,
    /// What may still be expanded.
    budget: &'s mut Budget,
}

impl Setting<'_> {
    /// The same one step further in, for a content of this role.
    fn deeper(&mut self, role: Role<Sums>) -> Setting<'_> {
        Setting {
            options: self.options,
            depth: self.depth + 1,
            role,
            budget: self.budget,
        }
    }
}

fn normal<'a>(content: &'a [u8], setting: &mut Setting<'_>) -> Result<Cow<'a, [u8]>, Unreadable> {
    let options = setting.options;
    let format = match setting.depth > limits::NESTING {
        true => format::bytes(),
        false => format::of(content),
    };
    let (Comparer::Parts(explode, _) | Comparer::Members(explode)) = format.comparer else {
        return Ok(match (&setting.role, std::str::from_utf8(content)) {
            (Role::Sums(files), Ok(text)) if format.name == "checksums" => match files.get() {
                Some(files) => Cow::Owned(files.without_right_ones(text).into_bytes()),
                None => Cow::Borrowed(content),
            },
            _ => Cow::Borrowed(content),
        });
    };
    let parts = match explode(content, options) {
        Ok(parts) => distinct(parts),
        Err(Refusal::Malformed(reason)) => return Err(Unreadable(reason)),
        // It is compared as bytes, and so it stands for itself.
        Err(Refusal::TooMuch(_)) => return Ok(Cow::Borrowed(content)),
    };
    let mut package = None;
    match &setting.role {
        Role::Data(files) if format.name == "tar" => {
            let by_name = parts.iter().map(|part| (part.name.as_str(), part));
            files.get_or_init(|| Sums::of(&by_name.collect(), |_| true));
        }
        Role::None if format.name == "ar" && options.rules.has(&deb_md5sums::RULE) => {
            package = Package::of(&parts);
        }
        _ => {}
    }
    let role = |part: &Part<'_>, setting: &Setting<'_>| match (&package, format.name) {
        (Some(package), _) => package.role(&part.name),
        (None, "tar") => setting.role.of_member(&part.name, &options.rules),
        (None, _) if matches!(part.canon, Canon::Packed(_)) => setting.role.of_packed(),
        (None, _) => Role::None,
    };
    // A package's control data go last: what they repeat is held against the files.
    let is_control = |part: &&Part<'_>| {
        let package = package.as_ref();
        package.is_some_and(|package: &Package<_>| package.is_control(&part.name))
    };
    let (last, mut in_turn): (Vec<_>, Vec<_>) = parts.iter().partition(is_control);
    in_turn.extend(last);
    let mut lines = Vec::new();
    for part in in_turn {
        let role = role(part, setting);
        if let Some(digest) = part_digest(part, content, role, setting)? {
            let name = match part.place(options) {
                Some(place) => RelPath::spell(&place),
                None => part.name.clone(),
            };
            let name = name.escape_default();
            let link = part.leads_to(options).unwrap_or_default();
            let link = RelPath::spell(&link).escape_default().to_string();
            let header = items_digest(&part.headers());
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
    role: Role<Sums>,
    setting: &mut Setting<'_>,
) -> Result<Option<Digest>, Unreadable> {
    Ok(match &part.canon {
        Canon::Nothing => None,
        Canon::Zeros if part.rule.is_some() => None,
        Canon::Exact | Canon::Zeros => Some(Digest::of_fields(part.slices(content))),
        Canon::Items(items) | Canon::Told(items) => Some(items_digest(&items())),
        Canon::Debug(info) => Some(dwarf::digest(info, &setting.options.map)),
        Canon::File(inner) => Some(Digest::of(normal(inner, &mut setting.deeper(role))?)),
        Canon::Packed(packed) => {
            let most = setting.budget.each(part.size());
            let held = (packed.expand)(most).map_err(Unreadable)?;
            setting.budget.spend(held.content.len());
            let inner = match packed.stands_for {
                StandsFor::Data => Digest::of(&held.content),
                StandsFor::Part => {
                    Digest::of(normal(&held.content, &mut setting.deeper(Role::None))?)
                }
                StandsFor::File => Digest::of(normal(&held.content, &mut setting.deeper(role))?),
            };
            Some(both_digests((inner, items_digest(&held.facts))))
        }
    })
}
