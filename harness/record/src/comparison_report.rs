//! What `crossproof compare --format json` prints: the comparison, and what was asked of it.

use crate::comparison::{ComparisonWire, DifferenceWire, PlaceWire, json};
use crate::text::Text;
use crate::yaml::VERSION;
use crossproof_model::report::ComparisonReport;
use crossproof_model::{DiffKey, LikelyCause, Place};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// The report as one versioned JSON document, ending in a line break; the same report gives the same bytes.
pub fn comparison_json(report: &ComparisonReport) -> String {
    json(&ComparisonFile::of(report))
}

/// What holding two files or trees against each other found.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ComparisonFile {
    /// Version of this format: 1.
    version: u32,
    /// Version of the program that wrote it.
    tool: Text,
    /// The reference, as it was named.
    left: Text,
    /// What was held against it.
    right: Text,
    asked: AskedWire,
    /// The level of the pair, without what is ignored; null if undecided. At most `metadata` where something
    /// is ignored.
    level: Option<Text>,
    /// Whether the level is what was asked for, or better.
    holds: bool,
    /// Differences left out of the level, by the keys that were asked for; a key that is nowhere has none.
    ignored: BTreeMap<Text, Vec<DifferenceWire>>,
    /// What probably made the difference, the most telling first.
    causes: Vec<CauseWire>,
    comparison: ComparisonWire,
}

/// How the two were to be compared.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AskedWire {
    /// The level the pair is to have.
    #[serde(rename = "at-least")]
    at_least: Text,
    /// Path prefixes of the right side and what each stands for on the left.
    map: Vec<MappingWire>,
    /// The rules that might settle differences, by id and version.
    rules: Vec<Text>,
}

/// A path prefix of the right side and what it stands for on the left.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MappingWire {
    old: Text,
    new: Text,
}

/// A likely cause.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CauseWire {
    /// Its stable name.
    name: Text,
    /// What probably happened.
    sentence: Text,
    /// What to do about it.
    remedy: Text,
    /// How many differences speak for it.
    findings: usize,
    /// The first of them.
    evidence: Vec<EvidenceWire>,
}

/// A difference by its key and place.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct EvidenceWire {
    key: Text,
    place: PlaceWire,
}

fn text(value: impl ToString) -> Text {
    Text(value.to_string())
}

impl ComparisonFile {
    fn of(report: &ComparisonReport) -> Self {
        let ComparisonReport {
            tool,
            sides,
            asked,
            comparison,
            ignored,
            causes,
        } = report;
        let mapping = |(old, new): &(String, String)| MappingWire {
            old: text(old),
            new: text(new),
        };
        let differences = |(key, found): (&DiffKey, &Vec<_>)| {
            (text(key), found.iter().map(DifferenceWire::of).collect())
        };
        ComparisonFile {
            version: VERSION,
            tool: text(tool),
            left: text(&sides.left),
            right: text(&sides.right),
            asked: AskedWire {
                at_least: text(asked.at_least),
                map: asked.map.iter().map(mapping).collect(),
                rules: asked.rules.iter().map(text).collect(),
            },
            level: report.level().map(text),
            holds: report.holds(),
            ignored: ignored.iter().map(differences).collect(),
            causes: causes.iter().map(CauseWire::of).collect(),
            comparison: ComparisonWire::of(comparison),
        }
    }
}

impl CauseWire {
    fn of(cause: &LikelyCause) -> Self {
        let evidence = |(key, place): &(DiffKey, Place)| EvidenceWire {
            key: text(key),
            place: PlaceWire::of(place),
        };
        CauseWire {
            name: text(cause.name),
            sentence: text(&cause.sentence),
            remedy: text(&cause.remedy),
            findings: cause.findings,
            evidence: cause.evidence.iter().map(evidence).collect(),
        }
    }
}
