//! ELF: the parts of a file.
//!
//! Each header field, segment, section and stretch between them becomes a part or a fact in one. What a
//! kind of section means is decided in [`section_part`], one arm per kind; a kind nobody knows better for is
//! compared byte for byte. A rule is consulted only for sections that no segment maps, but for notes.

mod fields;
mod names;
mod numbers;

mod records;

mod reach;

mod image;

mod notes;
mod symbols;

mod relocations;

mod debug;
pub(crate) mod detached;
mod dynamic;
mod tables;
mod words;

mod orders;
mod symtab;

mod layout;
pub(crate) mod locate;

#[cfg(test)]
mod agreement;

use crate::beside::Beside;
use crate::dwarf::DebugInfo;
use crate::findings::Findings;
use crate::options::Options;
use crate::part::{Canon, Item, Part, Refusal, with_gaps};
use crate::rules::{
    Rule, RuleSet, build_id, comment, debugaltlink, debuglink, note_package, path_map,
    section_table, symtab_order,
};
use crossproof_model::{Digest, Level, Pair, Place};
use image::{
    Image, SHT_DYNSYM, SHT_GROUP, SHT_LLVM_ADDRSIG, SHT_NOTE, SHT_REL, SHT_RELA, SHT_STRTAB,
    SHT_SYMTAB, SHT_SYMTAB_SHNDX, Section, Unread,
};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

/// Whether the content starts as ELF does.
pub(crate) fn recognize(content: &[u8]) -> bool {
    content.starts_with(b"\x7fELF")
}

/// Takes an ELF file apart.
pub(crate) fn explode<'a>(content: &'a [u8], rules: &'a RuleSet) -> Result<Vec<Part<'a>>, Refusal> {
    let image = Image::parse(content).map_err(|why| match why {
        Unread::Malformed(_) => Refusal::Malformed(why.to_string()),
        Unread::TooMuch(_) => Refusal::TooMuch(why.to_string()),
    });
    let image = Arc::new(image?);
    let file = File::new(image.clone(), rules);
    let mut parts = vec![tables::header(&image, rules)];
    parts.extend(tables::segments(&image, rules, &file.dropped));
    parts.extend(tables::sections(&image, rules));
    if !image.relocatable() && !image.detached() {
        let interface = image.clone();
        let items = Canon::Items(Box::new(move || dynamic::items(&interface)));
        parts.push(
            Part::exact(
                "interface",
                &["elf.interface"],
                Vec::new(),
                Level::Divergent,
            )
            .through(items, None),
        );
    }
    let sections: Vec<Part<'a>> = (1..image.sections.len())
        .filter(|index| file.debug.binary_search(index).is_err())
        .filter_map(|index| section_part(&file, index))
        .collect();
    parts.extend(sections);
    let reads = file.names_behind_indices();
    parts.extend(debug::part(&image, &file.debug, reads));
    let padding = rules
        .has(&section_table::RULE)
        .then_some(&section_table::RULE);
    Ok(with_gaps(content, parts, padding, |range| {
        image.loaded(range)
    }))
}

/// The debug information of a file that others refer to.
pub(crate) fn debug_information(content: &[u8]) -> Option<DebugInfo<'_>> {
    let image = Image::parse(content).ok()?;
    debug::located(&image, |_| None)
}

/// Looks at two files as a whole once their parts were compared: what their code refers to, and what other
/// files say of them.
pub(crate) fn resolve(
    contents: Pair<&[u8]>,
    options: &Options,
    beside: &Pair<Beside<'_>>,
    place: &Place,
    findings: &mut Findings,
) {
    // What cannot be read was told where it was compared; here it only means that nothing is vouched for.
    let Ok(images) = contents.map(Image::parse).transpose() else {
        return;
    };
    if options.rules.has(&build_id::RULE) {
        detached::by_id(images.as_ref(), beside, place, findings);
    }
    if options.rules.has(&debuglink::RULE) {
        detached::links(images.as_ref(), beside, place, findings);
    }
    if options.rules.has(&debugaltlink::RULE) {
        detached::settle(images.as_ref(), beside, place, findings);
    }
    layout::resolve(images.as_ref(), options, beside, place, findings);
}

/// What must be known of the whole file before a section can be classed.
struct File<'a> {
    image: Arc<Image<'a>>,
    rules: &'a RuleSet,
    /// Indices of sections that the package note's rule drops.
    dropped: Arc<Vec<usize>>,
    /// Sections of debug information by index, with those that relocate them.
    debug: Vec<usize>,
    /// The static symbol table and its strings.
    symtab: Option<usize>,
    strtab: Option<usize>,
    /// Whether the order of the static symbol table may be set aside.
    reorders: bool,
}

impl<'a> File<'a> {
    fn new(image: Arc<Image<'a>>, rules: &'a RuleSet) -> Self {
        let find = |kind| image.sections.iter().position(|s| s.kind == kind);
        let symtab = find(SHT_SYMTAB);
        let strtab = symtab
            .and_then(|i| image.sections.get(i))
            .map(|s| s.link as usize);
        let dropped = |section: &Section<'_>| {
            section.kind == SHT_NOTE
                && rules.has(&note_package::RULE)
                && notes::read(&image, section).is_some_and(|n| notes::only_package_notes(&n))
        };
        let debug = match rules.has(&path_map::RULE) {
            true => debug::sections(&image),
            false => Vec::new(),
        };
        let mut file = File {
            dropped: Arc::new(
                (1..image.sections.len())
                    .filter(|i| image.sections.get(*i).is_some_and(dropped))
                    .collect(),
            ),
            debug,
            symtab,
            strtab,
            reorders: false,
            rules,
            image,
        };
        file.reorders = file.may_reorder();
        file
    }

    /// Whether a section names symbols of the static table by their index.
    fn names_symbols(&self, section: &Section<'_>) -> bool {
        self.symtab == Some(section.link as usize)
    }

    /// Whether the order of the static symbol table may be set aside: all that names its symbols by index is read.
    fn may_reorder(&self) -> bool {
        let read = |section: &Section<'_>| {
            matches!(
                section.kind,
                SHT_REL | SHT_RELA | SHT_GROUP | SHT_LLVM_ADDRSIG | SHT_SYMTAB_SHNDX
            )
        };
        let mut sections = self.image.sections.iter();
        self.rules.has(&symtab_order::RULE)
            && sections.all(|section| !self.names_symbols(section) || read(section))
    }

    /// The best level an unsettled difference in a section's bytes allows.
    fn allows(&self, section: &Section<'_>) -> Level {
        let unmapped = !section.allocated() && !self.image.loaded(&section.range);
        // Of an object file the linker reads everything; only debug information and comments stay out
        // of what is loaded in the end.
        let beside = section.name.starts_with(b".debug") || section.name == b".comment";
        match unmapped && (beside || !self.image.relocatable()) {
            true => Level::Loaded,
            false => Level::Interface,
        }
    }

    /// The ranges a part's meaning hangs on when it names symbols and sections by index.
    fn names_behind_indices(&self) -> Vec<Range<usize>> {
        let sections = [self.symtab, self.strtab, Some(self.image.names)];
        let ranges = sections
            .into_iter()
            .flatten()
            .filter_map(|i| self.image.sections.get(i));
        ranges
            .map(|s| s.range.clone())
            .chain([self.image.section_table.clone()])
            .collect()
    }
}

/// A fact that stands for bytes whose structure could not be read: only the same bytes are the same.
fn unreadable(key: &str, image: &Image<'_>, ranges: &[Range<usize>], allows: Level) -> Vec<Item> {
    let slices = ranges.iter().filter_map(|r| image.bytes().get(r.clone()));
    let digest = Digest::of_fields(slices).to_string();
    vec![Item::new(
        &[key, "unreadable"],
        "unreadable",
        digest,
        allows,
    )]
}

fn section_part<'a>(file: &File<'a>, index: usize) -> Option<Part<'a>> {
    let (image, rules) = (file.image.clone(), file.rules);
    let section = image.sections.get(index)?.clone();
    let allows = file.allows(&section);
    let label = section.label.clone();
    let claims = match section.range.is_empty() {
        true => Vec::new(),
        false => vec![section.range.clone()],
    };
    let mut part = Part::exact(label, &["elf.section", &section.word()], claims, allows);
    part.address = section.allocated().then_some(section.addr);
    let unmapped = !section.allocated() && !image.loaded(&section.range);
    let nothing = |rule| unmapped && rules.has(rule);
    let reorders = file.reorders;
    // To a linker a section is what its type says, whatever its name.
    let plain = section.kind == image::SHT_PROGBITS;
    part = match section.kind {
        _ if plain && nothing(&comment::RULE) && comment::covers(section.name) => {
            part.through(Canon::Nothing, Some(&comment::RULE))
        }
        _ if plain && nothing(&debuglink::RULE) && debuglink::covers(section.name) => {
            part.through(Canon::Nothing, Some(&debuglink::RULE))
        }
        SHT_NOTE => note_part(file, part, index, &section),
        SHT_DYNSYM
            if rules.has(&note_package::RULE) && dynamic::is_loaders_table(&image, &section) =>
        {
            let names = image.sections.get(image.names).map(|s| s.range.clone());
            part.reads = [image.section_table.clone()]
                .into_iter()
                .chain(names)
                .collect();
            let (image, section, ranges) = (image.clone(), section.clone(), part.claims.clone());
            let items = move || {
                symbols::dynamic_items(&image, &section)
                    .unwrap_or_else(|| unreadable("elf.section.dynsym", &image, &ranges, allows))
            };
            part.through(Canon::Items(Box::new(items)), Some(&note_package::RULE))
        }
        SHT_STRTAB if unmapped && reorders && file.strtab == Some(index) => {
            part.through(Canon::Nothing, Some(&symtab_order::RULE))
        }
        SHT_STRTAB if nothing(&section_table::RULE) && image.names == index => {
            part.through(Canon::Nothing, Some(&section_table::RULE))
        }
        SHT_SYMTAB if unmapped && reorders => {
            part.reads = file.names_behind_indices();
            let (image, dropped, section, ranges) = (
                image.clone(),
                file.dropped.clone(),
                section.clone(),
                part.reads.clone(),
            );
            let items = move || {
                symtab::items(&image, &section, &dropped, rules)
                    .unwrap_or_else(|| unreadable("elf.symbol", &image, &ranges, allows))
            };
            part.through(Canon::Items(Box::new(items)), Some(&symtab_order::RULE))
        }
        // Also where they are mapped, as what the kernel applies to itself later, or where a linker kept them.
        SHT_REL | SHT_RELA if file.names_symbols(&section) && reorders => {
            part.reads = file.names_behind_indices();
            let (image, section) = (image.clone(), section.clone());
            let ranges = [part.claims.clone(), part.reads.clone()].concat();
            let items = move || {
                relocations::relocations(&image, &section, allows)
                    .unwrap_or_else(|| unreadable("elf.relocation", &image, &ranges, allows))
            };
            part.through(Canon::Items(Box::new(items)), Some(&symtab_order::RULE))
        }
        SHT_LLVM_ADDRSIG if file.names_symbols(&section) && reorders => {
            part.reads = file.names_behind_indices();
            let (image, section) = (image.clone(), section.clone());
            let ranges = [part.claims.clone(), part.reads.clone()].concat();
            let items = move || {
                relocations::significant(&image, &section, allows)
                    .unwrap_or_else(|| unreadable("elf.addrsig", &image, &ranges, allows))
            };
            part.through(Canon::Items(Box::new(items)), Some(&symtab_order::RULE))
        }
        SHT_GROUP if nothing(&section_table::RULE) => {
            part.reads = file.names_behind_indices();
            let (image, section) = (image.clone(), section.clone());
            let ranges = [part.claims.clone(), part.reads.clone()].concat();
            let items = move || {
                tables::group(&image, &section)
                    .unwrap_or_else(|| unreadable("elf.group", &image, &ranges, Level::Interface))
            };
            part.through(Canon::Items(Box::new(items)), Some(&section_table::RULE))
        }
        _ => part,
    };
    // A dropped section's header goes with it.
    if !part.dropped() {
        part.late = Some(Box::new(move || {
            let section = image.sections.get(index);
            let fact = |section| tables::section_fact(&image, section, allows);
            section.map(fact).into_iter().collect()
        }));
    }
    Some(part)
}

fn note_part<'a>(file: &File<'a>, part: Part<'a>, index: usize, section: &Section<'a>) -> Part<'a> {
    if file.dropped.contains(&index) {
        return part.through(Canon::Nothing, Some(&note_package::RULE));
    }
    let Some(notes) = notes::read(&file.image, section) else {
        return part;
    };
    let ruled: BTreeSet<&Rule> = (notes.iter())
        .filter_map(|note| notes::set_aside(note, file.rules))
        .collect();
    if ruled.len() > 1 {
        // One rule is named for a part; where two would be needed it is compared byte for byte.
        return part;
    }
    let ruled = ruled.first().copied();
    let (rules, allows) = (file.rules, part.allows);
    let items = move || notes::items(&notes, rules, allows);
    part.through(Canon::Items(Box::new(items)), ruled)
}
