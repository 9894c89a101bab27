//! Code objects of CPython: the fields that each version writes, told by the name of the function they are of.

use super::marshal::Reader;
use crate::items::told;
use crate::numbering::number_repeats;
use crate::options::Options;
use crate::part::Item;
use crate::rules::{pyc_path_map, pyc_references};
use crossproof_model::{Level, RelPath};
use std::collections::BTreeMap;

/// In which order a version writes the fields of a code object.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    numbers: &'static [Number],
    objects: &'static [Field],
    /// What stands behind the number of the first line.
    after: &'static [Field],
}

/// A number's key, and what it counts.
type Number = (&'static str, &'static str);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Plain(&'static str, &'static str),
    Constants,
    Filename,
    Name,
}

const ARGUMENTS: [Number; 3] = [
    ("arguments", "arguments"),
    ("arguments", "positional-only arguments"),
    ("arguments", "keyword-only arguments"),
];
const CODE: Field = Field::Plain("bytecode", "bytecode");
const NAMES: Field = Field::Plain("names", "names");
const LINES: Field = Field::Plain("lines", "line table");

/// Python 3.8 to 3.10.
static OLD: Layout = Layout {
    numbers: &[
        ARGUMENTS[0],
        ARGUMENTS[1],
        ARGUMENTS[2],
        ("variables", "number of variables"),
        ("stack", "stack size"),
        ("code-flags", "flags"),
    ],
    objects: &[
        CODE,
        Field::Constants,
        NAMES,
        Field::Plain("variables", "variables"),
        Field::Plain("variables", "free variables"),
        Field::Plain("variables", "cell variables"),
        Field::Filename,
        Field::Name,
    ],
    after: &[LINES],
};

/// Python 3.11 to 3.13.
static NEW: Layout = Layout {
    numbers: &[
        ARGUMENTS[0],
        ARGUMENTS[1],
        ARGUMENTS[2],
        ("stack", "stack size"),
        ("code-flags", "flags"),
    ],
    objects: &[
        CODE,
        Field::Constants,
        NAMES,
        Field::Plain("variables", "variables"),
        Field::Plain("variables", "kinds of variables"),
        Field::Filename,
        Field::Name,
        Field::Plain("name", "qualified name"),
    ],
    after: &[LINES, Field::Plain("exceptions", "exception table")],
};

/// The layout of the release with this magic number; other numbers were of versions under way.
pub(super) fn layout(magic: u16) -> Option<Layout> {
    match magic {
        3413 | 3425 | 3439 => Some(OLD),
        3495 | 3531 | 3571 => Some(NEW),
        _ => None,
    }
}

/// All that marshalled code says, and how many bytes it takes; nothing if it is not marshalled code.
pub(super) fn facts(bytes: &[u8], layout: Layout, options: &Options) -> Option<(Vec<Item>, usize)> {
    let mut walk = Walk {
        layout,
        options,
        names: BTreeMap::new(),
        facts: Vec::new(),
        files: Vec::new(),
    };
    // Names stand behind the functions inside, and references behind what they refer to.
    let mut first = Reader::new(bytes);
    first.object(&mut |reader| walk.code(reader, ""))?;
    walk.facts.clear();
    walk.files.clear();
    let mut reader = first.again();
    reader.object(&mut |reader| walk.code(reader, ""))?;
    let rule = Some(&pyc_references::RULE).filter(|rule| options.rules.has(rule));
    let key = ["pyc", "references"];
    let marks = Item::new(&key, "references", told(&reader.marks), Level::Interface);
    let mut facts = walk.facts;
    facts.push(marks.under(rule));
    number_repeats(facts.iter_mut().map(|fact| &mut fact.name));
    Some((facts, reader.at))
}

/// Code objects within each other under way.
struct Walk<'o> {
    layout: Layout,
    options: &'o Options,
    /// Of each code object, by where it begins.
    names: BTreeMap<usize, String>,
    facts: Vec<Item>,
    /// Names of source files that are one object wherever they are written.
    files: Vec<String>,
}

impl Walk<'_> {
    fn code(&mut self, reader: &mut Reader<'_>, outer: &str) -> Option<String> {
        let start = reader.at;
        let own = self.names.get(&start).cloned().unwrap_or_default();
        // What stands in a module goes by its own name.
        let path = match outer {
            "" | "<module>" => own.clone(),
            outer => format!("{outer}.{own}"),
        };
        let layout = self.layout;
        for (key, what) in layout.numbers {
            let value = reader.number()?.to_string();
            self.fact(&path, key, what, value);
        }
        for field in layout.objects {
            self.field(reader, *field, &path, start)?;
        }
        let line = reader.number()?.to_string();
        self.fact(&path, "first-line", "first line", line);
        for field in layout.after {
            self.field(reader, *field, &path, start)?;
        }
        Some(format!("<code {own}>"))
    }

    fn field(
        &mut self,
        reader: &mut Reader<'_>,
        field: Field,
        path: &str,
        start: usize,
    ) -> Option<()> {
        let mut inner = |reader: &mut Reader<'_>| self.code(reader, path);
        match field {
            Field::Constants => match reader.tuple(&mut inner)? {
                Ok(values) => {
                    self.fact(path, "constants", "constants", values.len().to_string());
                    for (index, value) in values.into_iter().enumerate() {
                        self.fact(path, "constant", &format!("constant {index}"), value);
                    }
                }
                // There is one empty tuple, shared or not.
                Err(empty) if empty == "()" => {
                    self.fact(path, "constants", "constants", "0".to_owned());
                }
                Err(shared) => self.fact(path, "constants", "constants", shared),
            },
            Field::Plain(key, what) => {
                let value = reader.object(&mut inner)?;
                self.fact(path, key, what, value);
            }
            Field::Name => {
                let value = reader.object(&mut inner)?;
                let name = RelPath::spell(reader.text.unwrap_or_default());
                self.names.insert(start, name.chars().take(64).collect());
                self.fact(path, "name", "name", value);
            }
            Field::Filename => {
                let value = reader.object(&mut inner)?;
                self.filename(path, value, reader.text);
            }
        }
        Some(())
    }

    /// Where the source was: as it is written, or the place that it means under the declared map.
    fn filename(&mut self, path: &str, written: String, text: Option<&[u8]>) {
        let map = &self.options.map;
        let rule = &pyc_path_map::RULE;
        let mapped = text
            .filter(|_| self.options.rules.has(rule) && !map.is_empty())
            .map(|text| (text, map.apply(text)))
            .filter(|(text, mapped)| **text != **mapped)
            .map(|(_, mapped)| RelPath::spell(&mapped));
        // One that stood before is the same file again: interned, it is written as it was then.
        let before = self.files.iter().position(|file| *file == written);
        let again = written.starts_with('*') || before.is_some();
        let written = match before {
            Some(place) => format!("file {}", place + 1),
            None => written,
        };
        if !again && written.starts_with('\'') {
            self.files.push(written.clone());
        }
        let Some(mapped) = mapped.filter(|_| !again) else {
            let name = match again {
                true => format!("{path}: filename"),
                false => "filename".to_owned(),
            };
            return self.item(name, "filename", written);
        };
        let shared = written.split_once(' ').map(|(name, _)| name);
        let shared = shared
            .filter(|name| name.starts_with('&'))
            .unwrap_or_default();
        let mapped = format!("{shared} the place {mapped}");
        self.item("filename".to_owned(), "filename", mapped);
        let name = "filename as written";
        let item = Item::new(&["pyc", "filename"], name, written, Level::Interface);
        self.facts.push(item.under(Some(rule)));
    }

    fn fact(&mut self, path: &str, key: &str, what: &str, value: String) {
        self.item(format!("{path}: {what}"), key, value);
    }

    fn item(&mut self, name: String, key: &str, value: String) {
        self.facts
            .push(Item::new(&["pyc", key], name, value, Level::Interface));
    }
}
