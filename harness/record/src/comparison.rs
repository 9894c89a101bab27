//! A comparison in JSON: part of a run's report, and of a comparison's own.

use crate::error::{Fault, Under};
use crate::text::Text;
use crossproof_model::comparison::{FileReport, Functions, Undecided};
use crossproof_model::{Comparison, Coverage, Difference, Digest, Pair, Place, RelPath, RuleRef};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Pretty JSON with a line break at its end.
pub(crate) fn json(value: &impl Serialize) -> String {
    // Only a map with keys that are not text, or a writer that fails, can make this an error.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

/// What two trees (or files) differ in, and how they were compared.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ComparisonWire {
    /// What differs, in order of place and key; also what a rule settles.
    differences: Vec<DifferenceWire>,
    /// What could not be compared.
    undecided: Vec<UndecidedWire>,
    /// How many places each rule settled.
    rules: BTreeMap<Text, u64>,
    /// Which bytes were compared, and how.
    coverage: CoverageWire,
    /// By path.
    files: BTreeMap<Text, FileWire>,
}

/// Where: a path of the tree and the steps inside the file.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlaceWire {
    path: Text,
    inside: Vec<Text>,
}

/// One finding.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DifferenceWire {
    /// The stable name of this kind of difference.
    key: Text,
    place: PlaceWire,
    /// What the native side has there, in a few words.
    left: Option<Text>,
    /// What the cross side has there.
    right: Option<Text>,
    /// Lines that show it.
    detail: Vec<Text>,
    /// The best level the pair can still have with it.
    allows: Text,
    /// The rule that makes the sides the same here.
    #[serde(rename = "settled-by")]
    settled_by: Option<Text>,
}

/// Something that could not be compared, and why.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UndecidedWire {
    place: PlaceWire,
    reason: Text,
}

/// Bytes of both sides together.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CoverageWire {
    /// Compared exactly.
    exact: u64,
    /// Compared through a rule.
    ruled: BTreeMap<Text, u64>,
    /// Not compared.
    uncovered: u64,
}

/// One path.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FileWire {
    /// What it was recognized as.
    format: Text,
    /// The level of this path alone; null if undecided.
    level: Option<Text>,
    /// BLAKE3 of the raw content.
    raw: PairWire,
    /// BLAKE3 after every rule.
    normalized: PairWire,
    /// Functions of code that was not the same; left out where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    functions: Option<FunctionsWire>,
}

/// Functions held against each other, addresses resolved to what they point at.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FunctionsWire {
    /// The same, wherever they stand.
    same: u64,
    /// On both sides, with other instructions or references.
    changed: u64,
    /// On the left only.
    only_left: u64,
    /// On the right only.
    only_right: u64,
    /// Bytes of code on the left.
    bytes_left: u64,
    /// Bytes of code on the right.
    bytes_right: u64,
}

impl FunctionsWire {
    fn of(functions: &Functions) -> Self {
        FunctionsWire {
            same: functions.same,
            changed: functions.changed,
            only_left: functions.only.left,
            only_right: functions.only.right,
            bytes_left: functions.bytes.left,
            bytes_right: functions.bytes.right,
        }
    }

    fn functions(self) -> Functions {
        Functions {
            same: self.same,
            changed: self.changed,
            only: Pair::new(self.only_left, self.only_right),
            bytes: Pair::new(self.bytes_left, self.bytes_right),
        }
    }
}

/// Native left, cross right; null where a side has no file.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PairWire {
    left: Option<Text>,
    right: Option<Text>,
}

/// Each item converted, a fault placed at its index.
pub(crate) fn each<W, T>(
    items: Vec<W>,
    convert: impl Fn(W) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let items = items.into_iter().enumerate();
    items
        .map(|(index, item)| convert(item).under(index))
        .collect()
}

/// What an optional text names.
pub(crate) fn optional<T: std::str::FromStr<Err: std::fmt::Display>>(
    text: Option<Text>,
) -> Result<Option<T>, Fault> {
    text.map(|text| text.read()).transpose()
}

fn text(value: impl ToString) -> Text {
    Text(value.to_string())
}

fn counts_of(counts: &BTreeMap<RuleRef, u64>) -> BTreeMap<Text, u64> {
    counts.iter().map(|(rule, n)| (text(rule), *n)).collect()
}

fn counts(written: BTreeMap<Text, u64>) -> Result<BTreeMap<RuleRef, u64>, Fault> {
    let written = written.into_iter();
    written
        .map(|(rule, n)| Ok((rule.read().under(&rule)?, n)))
        .collect()
}

impl ComparisonWire {
    pub(crate) fn of(comparison: &Comparison) -> Self {
        let Comparison {
            files,
            differences,
            undecided,
            rules,
            coverage,
        } = comparison;
        ComparisonWire {
            differences: differences.iter().map(DifferenceWire::of).collect(),
            undecided: undecided.iter().map(UndecidedWire::of).collect(),
            rules: counts_of(rules),
            coverage: CoverageWire {
                exact: coverage.exact,
                ruled: counts_of(&coverage.ruled),
                uncovered: coverage.uncovered,
            },
            files: files
                .iter()
                .map(|(path, file)| (text(path), FileWire::of(file)))
                .collect(),
        }
    }

    pub(crate) fn comparison(self) -> Result<Comparison, Fault> {
        let mut files = BTreeMap::new();
        for (path, wire) in self.files {
            let file = wire.file().under(&path).under("files")?;
            files.insert(path.read().under(&path).under("files")?, file);
        }
        Ok(Comparison {
            files,
            differences: each(self.differences, DifferenceWire::difference).under("differences")?,
            undecided: each(self.undecided, UndecidedWire::undecided).under("undecided")?,
            rules: counts(self.rules).under("rules")?,
            coverage: Coverage {
                exact: self.coverage.exact,
                ruled: counts(self.coverage.ruled)
                    .under("ruled")
                    .under("coverage")?,
                uncovered: self.coverage.uncovered,
            },
        })
    }
}

impl PlaceWire {
    pub(crate) fn of(place: &Place) -> Self {
        PlaceWire {
            path: text(&place.path),
            inside: place.inside.iter().map(text).collect(),
        }
    }

    pub(crate) fn place(self) -> Result<Place, Fault> {
        let path: RelPath = self.path.read().under("path")?;
        let inside = self.inside.into_iter().map(|step| step.0).collect();
        Ok(Place { path, inside })
    }
}

impl DifferenceWire {
    pub(crate) fn of(difference: &Difference) -> Self {
        let Difference {
            key,
            place,
            left,
            right,
            detail,
            allows,
            settled_by,
        } = difference;
        DifferenceWire {
            key: text(key),
            place: PlaceWire::of(place),
            left: left.as_ref().map(text),
            right: right.as_ref().map(text),
            detail: detail.iter().map(text).collect(),
            allows: text(allows),
            settled_by: settled_by.as_ref().map(text),
        }
    }

    pub(crate) fn difference(self) -> Result<Difference, Fault> {
        Ok(Difference {
            key: self.key.read().under("key")?,
            place: self.place.place().under("place")?,
            left: self.left.map(|text| text.0),
            right: self.right.map(|text| text.0),
            detail: self.detail.into_iter().map(|line| line.0).collect(),
            allows: self.allows.read().under("allows")?,
            settled_by: optional(self.settled_by).under("settled-by")?,
        })
    }
}

impl UndecidedWire {
    pub(crate) fn of(undecided: &Undecided) -> Self {
        UndecidedWire {
            place: PlaceWire::of(&undecided.place),
            reason: text(&undecided.reason),
        }
    }

    pub(crate) fn undecided(self) -> Result<Undecided, Fault> {
        Ok(Undecided {
            place: self.place.place().under("place")?,
            reason: self.reason.0,
        })
    }
}

impl FileWire {
    fn of(file: &FileReport) -> Self {
        FileWire {
            format: text(&file.format),
            level: file.level.map(text),
            raw: PairWire::of(&file.raw),
            normalized: PairWire::of(&file.normalized),
            functions: file.functions.as_ref().map(FunctionsWire::of),
        }
    }

    fn file(self) -> Result<FileReport, Fault> {
        Ok(FileReport {
            raw: self.raw.pair().under("raw")?,
            normalized: self.normalized.pair().under("normalized")?,
            level: optional(self.level).under("level")?,
            format: self.format.0,
            functions: self.functions.map(FunctionsWire::functions),
        })
    }
}

impl PairWire {
    fn of(pair: &Pair<Option<Digest>>) -> Self {
        PairWire {
            left: pair.left.map(text),
            right: pair.right.map(text),
        }
    }

    fn pair(self) -> Result<Pair<Option<Digest>>, Fault> {
        Ok(Pair::new(
            optional(self.left).under("left")?,
            optional(self.right).under("right")?,
        ))
    }
}
