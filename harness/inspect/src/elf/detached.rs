//! Debug information that stands in other files: the detached debug file of a stripped one, and the
//! alternate in which `dwz` gathers what several files share.

use super::image::{Image, SHT_NOTE, SHT_SYMTAB, Section};
use super::{notes, symbols};
use crate::beside::Beside;
use crate::findings::Findings;
use crate::rules::{build_id, debugaltlink};
use crossproof_model::{DiffKey, Difference, Digest, Level, Pair, Place};
use std::collections::BTreeSet;

const ALTERNATE: &[u8] = b".gnu_debugaltlink";

/// The build-id, if the file has one.
fn build_id<'a>(image: &Image<'a>) -> Option<&'a [u8]> {
    let sections = image.sections.iter().filter(|s| s.kind == SHT_NOTE);
    let mut notes = sections.filter_map(|s| notes::read(image, s)).flatten();
    let note = notes.find(|note| build_id::covers(note.owner, note.kind))?;
    (note.description.len() > 1).then_some(note.description)
}

/// Where a file with this build-id is looked for below a folder called `.build-id` (GDB manual, "Debugging
/// Information in Separate Files").
fn path_of(id: &[u8]) -> Option<String> {
    let (first, rest) = id.split_first()?;
    let rest: String = rest.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!(".build-id/{first:02x}/{rest}"))
}

/// The build-id of a content, if it is an ELF file that has one.
pub(crate) fn build_id_of(content: &[u8]) -> Option<&[u8]> {
    let starts = content.starts_with(b"\x7fELF");
    let image = starts.then(|| Image::parse(content).ok()).flatten()?;
    build_id(&image)
}

/// The names of the source files that a content's table of symbols has, if it is an ELF file.
pub(crate) fn sources_of(content: &[u8]) -> BTreeSet<&[u8]> {
    let Ok(image) = Image::parse(content) else {
        return BTreeSet::new();
    };
    let table = image.sections.iter().find(|s| s.kind == SHT_SYMTAB);
    let symbols = table.and_then(|table| symbols::read(&image, table));
    let files = symbols.into_iter().flatten();
    let files = files.filter(|symbol| symbol.kind() == symbols::STT_FILE);
    files.map(|symbol| symbol.name).collect()
}

/// What stands before and behind this build-id in the path of a file that is called by it, below a folder called
/// `.build-id`.
pub(crate) fn around<'p>(path: &'p str, id: &[u8]) -> Option<(&'p str, &'p str)> {
    let id = path_of(id)?;
    let at = path.rfind(&id)?;
    let (before, rest) = path.split_at_checked(at)?;
    let behind = rest.strip_prefix(id.as_str())?;
    let whole = before.is_empty() || before.ends_with('/');
    (whole && matches!(behind, "" | ".debug")).then_some((before, behind))
}

/// The detached debug file of a content, if it is among the files beside it and is the one that is meant:
/// with the same build-id, or with the checksum that the link states.
pub(super) fn debug_file<'b>(image: &Image<'_>, beside: &Beside<'b>) -> Option<Image<'b>> {
    let id = build_id(image);
    let by_id = id.and_then(path_of).and_then(|path| {
        let file = beside.file(&format!("/usr/lib/debug/{path}.debug"))?;
        let file = Image::parse(file).ok()?;
        (build_id(&file) == id).then_some(file)
    });
    by_id.or_else(|| by_link(image, beside))
}

fn by_link<'b>(image: &Image<'_>, beside: &Beside<'b>) -> Option<Image<'b>> {
    match linked(image, beside) {
        Linked::Found(_, file) => Image::parse(file).ok(),
        Linked::None | Linked::Away | Linked::Other(..) => None,
    }
}

/// What a link to a detached debug file leads to.
enum Linked<'b> {
    /// There is no link, or none that can be read.
    None,
    /// No file of that name is where debuggers look.
    Away,
    /// Files of that name, first of all this one, have a different checksum.
    Other(String),
    /// The file that is meant, and where it is.
    Found(String, &'b [u8]),
}

/// Where a link to a detached debug file leads (GDB manual, "Debugging Information in Separate Files").
fn linked<'b>(image: &Image<'_>, beside: &Beside<'b>) -> Linked<'b> {
    let Some(link) = section(image, b".gnu_debuglink") else {
        return Linked::None;
    };
    // A name, zeros up to a multiple of four, and the checksum of the whole file.
    let read = || {
        let (name, _) = split(link)?;
        let at = (name.len() + 1).next_multiple_of(4);
        let checksum = image.fields.over(link).u32(at)?;
        let name = std::str::from_utf8(name).ok()?;
        (!name.contains('/')).then_some((name, checksum))
    };
    let Some((name, checksum)) = read() else {
        return Linked::None;
    };
    let folder = beside.folder();
    let places = [
        name.to_owned(),
        format!(".debug/{name}"),
        format!("/usr/lib/debug/{folder}/{name}"),
    ];
    let mut other = None;
    for place in places {
        let Some(file) = beside.file(&place) else {
            continue;
        };
        let mut sum = flate2::Crc::new();
        sum.update(file);
        if sum.sum() == checksum {
            return Linked::Found(place, file);
        }
        other.get_or_insert(place);
    }
    other.map_or(Linked::Away, Linked::Other)
}

/// Holds what links to detached debug files lead to against each other, where that is in the trees: the rule sets their
/// bytes aside because the files that are meant are compared themselves.
pub(super) fn links(
    images: Pair<&Image<'_>>,
    beside: &Pair<Beside<'_>>,
    place: &Place,
    findings: &mut Findings,
) {
    let found = (images.zip(beside.as_ref())).map(|(image, beside)| linked(image, beside));
    let told = images
        .zip(found.as_ref())
        .map(|(image, found)| match found {
            Linked::None => None,
            Linked::Away => Some("no file that is there".to_owned()),
            Linked::Other(file) => Some(format!("{file}, which has a different checksum")),
            // A file that is called by the build-id has a different name on each side, and is paired by it.
            Linked::Found(file, _) => Some(
                match build_id(image).is_some_and(|id| called_by(file, id)) {
                    true => "the file of its build-id".to_owned(),
                    false => file.clone(),
                },
            ),
        });
    // Debug files that one side alone has are told as such.
    let lacks = |found: &Linked<'_>, other: &Beside<'_>| match found {
        Linked::Found(file, _) | Linked::Other(file) => other.file(file).is_none(),
        Linked::None | Linked::Away => true,
    };
    let none = lacks(&found.left, &beside.right) && lacks(&found.right, &beside.left);
    if none || told.same() || told.left.is_none() || told.right.is_none() {
        return;
    }
    let key = DiffKey::of(["elf.debuglink.file"]);
    let at = place.within(".gnu_debuglink");
    let shown = told.clone();
    findings.differ(key, at, shown, Vec::new(), Level::Loaded);
    let told = told.map(Option::unwrap_or_default);
    findings.normalized = findings
        .normalized
        .zip(told)
        .map(|(normal, told)| Digest::of_fields([normal.to_string(), told]));
}

/// Holds the detached debug files to which build-ids lead against each other, where these are in the trees: the rule
/// sets a build-id aside because what it was made from is compared, and a debugger finds the file by it.
pub(super) fn by_id(
    images: Pair<&Image<'_>>,
    beside: &Pair<Beside<'_>>,
    place: &Place,
    findings: &mut Findings,
) {
    let found = images.zip(beside.as_ref()).map(|(image, beside)| {
        let id = build_id(image)?;
        let path = format!("/usr/lib/debug/{}.debug", path_of(id)?);
        let file = beside.file(&path)?;
        (build_id_of(file) == Some(id)).then_some(path)
    });
    // Of files that each side alone has, by their names, the pairing tells: they stand for their programs.
    let there = |path: &Option<String>, other: &Beside<'_>| {
        path.as_ref().is_some_and(|path| other.file(path).is_some())
    };
    let known = there(&found.left, &beside.right) || there(&found.right, &beside.left);
    if found.same() || !known {
        return;
    }
    let told = found.map(|path| path.unwrap_or_else(|| "no file that is there".to_owned()));
    let key = DiffKey::of(["elf.build-id.file"]);
    let at = place.within(".note.gnu.build-id");
    findings.differ(key, at, told.clone().map(Some), Vec::new(), Level::Loaded);
    findings.normalized = findings
        .normalized
        .zip(told)
        .map(|(normal, told)| Digest::of_fields([normal.to_string(), told]));
}

/// Whether a file is called by the end of a build-id, as `dh_strip` calls it.
fn called_by(file: &str, id: &[u8]) -> bool {
    let path = path_of(id).unwrap_or_default();
    let name = file.rsplit('/').next().unwrap_or(file);
    let last = path.rsplit('/').next();
    name.strip_suffix(".debug")
        .is_some_and(|name| Some(name) == last)
}

/// The link to an alternate: its path, and the build-id that it must have.
fn link<'a>(image: &Image<'a>) -> Option<(&'a [u8], &'a [u8])> {
    split(section(image, ALTERNATE)?)
}

/// The alternate of a file's debug information, if it is among the files beside it and is the one meant.
pub(crate) fn alternate<'b>(content: &[u8], beside: &Beside<'b>) -> Option<&'b [u8]> {
    let image = Image::parse(content).ok()?;
    let (path, id) = link(&image)?;
    let file = beside.file(std::str::from_utf8(path).ok()?)?;
    let alternate = Image::parse(file).ok()?;
    (build_id(&alternate) == Some(id)).then_some(file)
}

/// Settles a difference between links to alternates if no more than the build-ids differ, and on each side
/// the file that is meant is there.
pub(super) fn settle(
    images: Pair<&Image<'_>>,
    beside: &Pair<Beside<'_>>,
    place: &Place,
    findings: &mut Findings,
) {
    let at = place.within(".gnu_debugaltlink");
    let open = |d: &Difference| d.settled_by.is_none();
    let about = |d: &&mut Difference| {
        d.place == at && d.key.as_str() == "elf.section.gnu_debugaltlink.bytes" && open(d)
    };
    let Some(difference) = findings.differences.iter_mut().find(about) else {
        return;
    };
    let there = images
        .zip(beside.as_ref())
        .map(|(image, beside)| alternate(image.bytes(), beside).is_some());
    let paths = images.map(|image| link(image).map(|(path, _)| path));
    if paths.left.is_some() && paths.same() && there == Pair::new(true, true) {
        let reference = debugaltlink::RULE.reference();
        difference.allows = Level::Metadata;
        difference.settled_by = Some(reference.clone());
        *findings.rules.entry(reference).or_default() += 1;
        if !findings.differences.iter().any(open) && findings.undecided.is_empty() {
            // All that differs is settled, so both stand for the same.
            findings.normalized.right = findings.normalized.left;
        }
    }
}

fn section<'a>(image: &Image<'a>, name: &[u8]) -> Option<&'a [u8]> {
    let plain = |s: &&Section<'_>| s.name == name && !s.allocated() && !image.loaded(&s.range);
    let section = image.sections.iter().find(plain)?;
    Some(image.content(section))
}

/// A text that ends in a zero byte, and what follows.
fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == 0)?;
    Some((bytes.get(..end)?, bytes.get(end + 1..)?))
}
