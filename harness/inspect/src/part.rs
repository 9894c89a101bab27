//! What a format reader makes of a file: parts, each claiming bytes and saying how it is compared.
//!
//! A part has a name by which it is paired with its like on the other side, the byte ranges it answers
//! for, and a canonical form. Bytes no part claims become gaps, which are parts of their own; so every
//! byte is answered for, and two files are the same after rules exactly when all parts are.

pub(crate) use crate::fact::Item;

use crate::dwarf::DebugInfo;
use crate::numbering::number_repeats;
use crate::options::Options;
use crate::rules::Rule;
use crossproof_model::{DiffKey, Digest, Level};
use std::ops::Range;

/// Why a content is not taken apart.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// It is not what its beginning says, so that nothing is known of it.
    #[error("{0}")]
    Malformed(String),
    /// It asks for more than is spent on one of its size: it is compared as bytes.
    #[error("{0}")]
    TooMuch(String),
}

impl From<String> for Refusal {
    fn from(why: String) -> Self {
        Refusal::Malformed(why)
    }
}

/// Makes facts.
pub(crate) type Facts<'a> = Box<dyn Fn() -> Vec<Item> + Send + Sync + 'a>;

/// How a part is compared once its raw bytes are found to differ.
pub(crate) enum Canon<'a> {
    /// Byte for byte.
    Exact,
    /// Zero bytes, whose number follows from their neighbours.
    Zeros,
    /// The part's rule drops it: it is compared through other parts, or not read by anything.
    Nothing,
    /// As facts, made only when needed.
    Items(Facts<'a>),
    /// As facts that, with those of other parts, tell all there is in the bytes: if bytes differ while the
    /// facts are the same, that follows from another part, as a header's sizes follow from its member.
    Told(Box<dyn Fn() -> Vec<Item> + Send + Sync + 'a>),
    /// As debug information.
    Debug(Box<DebugInfo<'a>>),
    /// As a file of its own (an archive's member).
    File(&'a [u8]),
    /// As a file of its own that must be expanded first.
    Packed(Packed<'a>),
}

/// Makes what a compressed stream holds if it comes to at most so many bytes; the error says why not.
pub(crate) type Expand<'a> = Box<dyn Fn(u64) -> Result<Expanded, String> + Send + Sync + 'a>;

/// A compressed stream.
pub(crate) struct Packed<'a> {
    pub expand: Expand<'a>,
    pub stands_for: StandsFor,
}

/// What the content of a stream stands for; it says where differences in it are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StandsFor {
    /// The file the stream is in: the packing is not worth a step of its own.
    File,
    /// The part, a file of its own.
    Part,
    /// The part, which is data: compared byte for byte, whatever they look like.
    Data,
}

/// What a stream held.
#[derive(Debug)]
pub(crate) struct Expanded {
    pub content: Vec<u8>,
    /// What stands beside the content and was met on the way, such as bytes after the stream's end.
    pub facts: Vec<Item>,
}

/// What a part's name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// A word of the format's own.
    Word,
    /// A path that a path map may say is another.
    Path,
    /// The path of a folder.
    Folder,
}

/// A part of a file.
pub(crate) struct Part<'a> {
    /// What it is paired by; unique in the file.
    pub name: String,
    /// What that name is.
    pub named: Named,
    /// Where it leads, if it is a symbolic link.
    pub link: Option<String>,
    /// The first words of its differences' keys.
    pub key: DiffKey,
    /// The bytes it answers for, in order. Facts drawn from several places claim none.
    pub claims: Vec<Range<usize>>,
    /// Bytes other parts answer for that this one's meaning hangs on, such as the strings of a symbol table.
    pub reads: Vec<Range<usize>>,
    /// Where it is mapped, if it is.
    pub address: Option<u64>,
    /// Facts about the part that stand outside its bytes, such as its section header.
    pub header: Vec<Item>,
    /// More of them, made only when needed: there may be a hundred thousand sections.
    pub late: Option<Facts<'a>>,
    /// The bytes that all of those are drawn from, if nothing else is: where they are the same, so are the facts.
    pub drawn_from: Vec<Range<usize>>,
    /// How it is compared.
    pub canon: Canon<'a>,
    /// The rule that makes the canonical form differ from the bytes.
    pub rule: Option<&'static Rule>,
    /// The best level an unsettled difference in its bytes allows.
    pub allows: Level,
}

impl<'a> Part<'a> {
    /// A part compared byte for byte.
    pub(crate) fn exact(
        name: impl Into<String>,
        key: &[&str],
        claims: Vec<Range<usize>>,
        allows: Level,
    ) -> Self {
        Part {
            name: name.into(),
            named: Named::Word,
            link: None,
            key: DiffKey::of(key.iter().copied()),
            claims,
            reads: Vec::new(),
            address: None,
            header: Vec::new(),
            late: None,
            drawn_from: Vec::new(),
            canon: Canon::Exact,
            rule: None,
            allows,
        }
    }

    /// The same part compared as `canon`, through `rule`.
    pub(crate) fn through(mut self, canon: Canon<'a>, rule: Option<&'static Rule>) -> Self {
        self.canon = canon;
        self.rule = rule;
        self
    }

    /// All facts about the part that stand outside its bytes.
    pub(crate) fn headers(&self) -> Vec<Item> {
        let late = self.late.iter().flat_map(|late| late());
        self.header.iter().cloned().chain(late).collect()
    }

    /// Digest of the bytes that the late facts are drawn from; nothing where they hang on anything else.
    pub(crate) fn drawn(&self, content: &[u8]) -> Option<Digest> {
        let ranges = self.drawn_from.iter().cloned();
        let slices = ranges.filter_map(|range| content.get(range));
        (!self.drawn_from.is_empty()).then(|| Digest::of_fields(slices))
    }

    /// Whether it is a file of its own.
    pub(crate) fn is_file(&self) -> bool {
        matches!(self.canon, Canon::File(_) | Canon::Packed(_))
    }

    /// The place its name means under the declared map, if it is a path and the rule is in use.
    pub(crate) fn place(&self, options: &Options) -> Option<Vec<u8>> {
        let path = [b"/", self.name.as_bytes()].concat();
        let mapped = self.named != Named::Word && options.maps_paths();
        mapped.then(|| options.tree.apply(&path).into_owned())
    }

    /// Where it leads, if it is a symbolic link: its target as it is written, or the place that it means if
    /// the rule for mapped paths is in use.
    pub(crate) fn leads_to(&self, options: &Options) -> Option<Vec<u8>> {
        let target = self.link.as_ref()?;
        let path = [b"/", self.name.as_bytes()].concat();
        Some(match options.maps_paths() {
            true => options.tree.target(&path, target.as_bytes()),
            false => target.clone().into_bytes(),
        })
    }

    /// How many bytes it claims.
    pub(crate) fn size(&self) -> usize {
        self.claims.iter().map(ExactSizeIterator::len).sum()
    }

    /// Whether a rule drops the part whole.
    pub(crate) fn dropped(&self) -> bool {
        matches!(self.canon, Canon::Nothing)
    }

    /// The bytes it claims of `content`, range by range.
    pub(crate) fn slices<'b>(&'b self, content: &'b [u8]) -> impl Iterator<Item = &'b [u8]> {
        self.claims
            .iter()
            .filter_map(|range| content.get(range.clone()))
    }

    /// The bytes its meaning hangs on: those it claims and those it reads.
    pub(crate) fn basis<'b>(&'b self, content: &'b [u8]) -> impl Iterator<Item = &'b [u8]> {
        let read = self
            .reads
            .iter()
            .filter_map(|range| content.get(range.clone()));
        self.slices(content).chain(read)
    }
}

/// The parts of a file with names of their own: a section may be called like a part that is none.
pub(crate) fn distinct(mut parts: Vec<Part<'_>>) -> Vec<Part<'_>> {
    number_repeats(parts.iter_mut().map(|part| &mut part.name));
    parts
}

/// The parts a reader found, and one more for each stretch of `content` that none of them claims.
///
/// A gap is named by the part before it. Zero bytes are padding; anything else may be data that a
/// program finds by reading its own file, so it is compared exactly and allows no better than
/// [`Level::Interface`].
pub(crate) fn with_gaps<'a>(
    content: &[u8],
    parts: Vec<Part<'a>>,
    padding: Option<&'static Rule>,
    loaded: impl Fn(&Range<usize>) -> bool,
) -> Vec<Part<'a>> {
    with_gaps_of("elf", content, parts, padding, loaded)
}

/// The same for a format whose gaps go by its own name.
pub(crate) fn with_gaps_of<'a>(
    family: &str,
    content: &[u8],
    mut parts: Vec<Part<'a>>,
    padding: Option<&'static Rule>,
    loaded: impl Fn(&Range<usize>) -> bool,
) -> Vec<Part<'a>> {
    let mut claims: Vec<(usize, usize, &str)> = parts
        .iter()
        .flat_map(|p| p.claims.iter().map(|r| (r.start, r.end, p.name.as_str())))
        .filter(|(start, end, _)| start < end)
        .collect();
    claims.sort_unstable();
    claims.push((content.len(), content.len(), ""));
    let (mut reached, mut before) = (0, "the start");
    let mut gaps = Vec::new();
    for (start, end, name) in claims {
        if start > reached {
            let range = reached..start;
            let zeros = content
                .get(range.clone())
                .is_some_and(|b| b.iter().all(|b| *b == 0));
            let mapped = loaded(&range);
            let kind = if zeros { "padding" } else { "gap" };
            let mut gap = Part::exact(
                format!("{kind} after {before}"),
                &[family, kind],
                vec![range],
                Level::Interface,
            );
            if zeros {
                gap.allows = if mapped {
                    Level::Interface
                } else {
                    Level::Loaded
                };
                gap.canon = Canon::Zeros;
                // How many there are follows from where its neighbours stand, mapped or not.
                gap.rule = padding;
            }
            gaps.push(gap);
        }
        if end >= reached {
            (reached, before) = (end, name);
        }
    }
    number_repeats(gaps.iter_mut().map(|gap| &mut gap.name));
    parts.extend(gaps);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_part_claims_is_a_gap() {
        let content = [1, 2, 0, 0, 9, 9, 3];
        let parts = vec![
            Part::exact("a", &["a"], vec![0..2], Level::Interface),
            Part::exact("b", &["b"], vec![4..5], Level::Interface),
        ];
        let parts = with_gaps(&content, parts, None, |_| false);
        let named: Vec<_> = parts
            .iter()
            .map(|p| (p.name.as_str(), p.claims.clone()))
            .collect();
        assert_eq!(
            named,
            [
                ("a", vec![0..2]),
                ("b", vec![4..5]),
                ("padding after a", vec![2..4]),
                ("gap after b", vec![5..7]),
            ]
        );
    }

    #[test]
    fn overlapping_claims_leave_no_gap_twice() {
        let parts = vec![
            Part::exact("a", &["a"], vec![0..4], Level::Interface),
            Part::exact("b", &["b"], vec![1..2], Level::Interface),
        ];
        assert_eq!(with_gaps(&[1; 5], parts, None, |_| true).len(), 3);
    }
}
