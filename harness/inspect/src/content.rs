//! Two contents held against each other: by their format, part by part.

mod packed;
mod pairs;
mod whole;

mod members;
mod package;
mod parts;

use crate::beside::Beside;
use crate::deb::{Files, Role};
use crate::findings::Findings;
use crate::format::{self, Comparer, Format};
use crate::limits::{self, Budget};
use crate::options::Options;
use crate::part::{Refusal, distinct};
use crate::{keyed, text, window};
use crossproof_model::{DiffKey, Digest, Level, Pair, Place};
pub(crate) use packed::both_digests;
use whole::Whole;

/// Compares two contents.
pub(crate) fn compare(
    contents: Pair<&[u8]>,
    beside: Pair<Beside<'_>>,
    place: &Place,
    options: &Options,
) -> Findings {
    let mut budget = Budget::of(contents.left.len().saturating_add(contents.right.len()));
    let mut setting = Setting {
        options,
        beside,
        depth: 0,
        role: Role::None,
        budget: &mut budget,
    };
    within(contents, place, &mut setting)
}

/// What a comparison goes by, wherever in a file it is.
struct Setting<'s> {
    options: &'s Options,
    /// What stands beside the contents.
    beside: Pair<Beside<'s>>,
    /// How many archives and streams the contents are in.
    depth: usize,
    /// What the contents are to the packages that they are in.
    role: Role<Files>,
    /// What may still be expanded.
    budget: &'s mut Budget,
}

impl Setting<'_> {
    /// The same one step further in, for contents of this role.
    fn deeper(&mut self, role: Role<Files>) -> Setting<'_> {
        Setting {
            options: self.options,
            beside: self.beside.map(Beside::inside),
            depth: self.depth + 1,
            role,
            budget: self.budget,
        }
    }

    fn format(&self, content: &[u8]) -> &'static Format {
        match self.depth > limits::NESTING {
            true => format::bytes(),
            false => format::of(content),
        }
    }
}

/// Compares two contents that stand somewhere in the pair of files.
fn within(contents: Pair<&[u8]>, place: &Place, setting: &mut Setting<'_>) -> Findings {
    if contents.same() {
        return Findings::equal(contents.left, Digest::of(contents.left));
    }
    let formats = contents.map(|content| setting.format(content));
    if formats.left.name != formats.right.name {
        let texts = formats.map(Format::is_text);
        // Text that looks like nothing special any more is still text.
        return match contents.map(std::str::from_utf8).transpose() {
            Ok(lines) if texts.left && texts.right => {
                text::compare(lines, place, &setting.options.map)
            }
            _ => packed::repacked(contents, formats, place, setting)
                .unwrap_or_else(|| unlike(contents, formats, place)),
        };
    }
    match formats.left.comparer {
        Comparer::Text => match contents.map(std::str::from_utf8).transpose() {
            Ok(texts) => text::compare(texts, place, &setting.options.map),
            Err(_) => bytes(contents, place, DiffKey::of(["bytes"])),
        },
        Comparer::Keyed(facts) => match contents.map(std::str::from_utf8).transpose() {
            Ok(texts) => {
                let map = &setting.options.map;
                let known = match (&setting.role, formats.left.name) {
                    (Role::Sums(files), "checksums") => files
                        .get()
                        .map(|files| files.compare_sums(texts, place, map)),
                    (Role::Fields(files), "deb822") => files
                        .get()
                        .map(|files| files.compare_fields(texts, place, map)),
                    _ => None,
                };
                known.unwrap_or_else(|| keyed::compare(texts, facts, place, map))
            }
            Err(_) => bytes(contents, place, DiffKey::of(["bytes"])),
        },
        Comparer::Bytes => bytes(contents, place, DiffKey::of(["bytes"])),
        Comparer::Parts(explode, _) | Comparer::Members(explode) => {
            let options = setting.options;
            match contents.map(|c| explode(c, options)).transpose() {
                Ok(parts) => {
                    let parts = parts.map(distinct);
                    let mut whole = Whole::new(contents, formats.left, place, setting);
                    whole.compare(&parts);
                    whole.finish()
                }
                Err(Refusal::Malformed(reason)) => Findings::undecided(contents, place, reason),
                Err(Refusal::TooMuch(reason)) => unseen(contents, formats.left, place, reason),
            }
        }
    }
}

/// Contents of two formats.
fn unlike(contents: Pair<&[u8]>, formats: Pair<&Format>, place: &Place) -> Findings {
    let mut findings = Findings::exact(contents, contents.map(Digest::of));
    let names = formats.map(|f| Some(f.name.to_owned()));
    // Text that holds a stray byte is data that differs, not another kind of thing.
    let loose = |f: &Format| f.is_text() || matches!(f.comparer, Comparer::Bytes);
    let allows = match loose(formats.left) && loose(formats.right) {
        true => Level::Interface,
        false => Level::Divergent,
    };
    let detail = window::lines(contents);
    findings.differ(
        DiffKey::of(["content.format"]),
        place.clone(),
        names,
        detail,
        allows,
    );
    findings
}

/// Contents that are not looked into, because they ask for too much: every byte counts.
fn unseen(contents: Pair<&[u8]>, format: &Format, place: &Place, reason: String) -> Findings {
    let mut findings = bytes(contents, place, DiffKey::of([format.name, "bytes"]));
    if let Some(difference) = findings.differences.last_mut() {
        let why = format!("compared byte for byte, because it is not looked into: {reason}");
        difference.detail.insert(0, why);
        // Nothing is known of what it exports or holds.
        difference.allows = Level::Divergent;
    }
    findings
}

/// Data in the install tree that differ leave what programs link to as it was: `interface`.
fn bytes(contents: Pair<&[u8]>, place: &Place, key: DiffKey) -> Findings {
    let mut findings = Findings::exact(contents, contents.map(Digest::of));
    let shown = window::summary(contents);
    let detail = window::lines(contents);
    findings.differ(key, place.clone(), shown, detail, Level::Interface);
    findings
}
