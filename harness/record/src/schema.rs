//! JSON Schemas, so that editors complete and check what people write. Generated from the structs
//! that read the files; `harness/record/schema/` holds them for editors, and a test holds it to them.

use crate::case::CaseFile;
use crate::comparison::json;
use crate::comparison_report::ComparisonFile;
use crate::emulator::EmulatorFile;
use crate::gate::GateFile;
use crate::golden::AcceptedFile;
use crate::report::ReportFile;
use crate::statement::StatementFile;
use schemars::JsonSchema;

/// The formats that have a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// `case.yaml`.
    Case,
    /// `emulator.yaml`.
    Emulator,
    /// `golden/<case>/<target>.yaml`.
    Golden,
    /// `report.json`, and what `crossproof compare --format json` prints.
    Report,
    /// A gate's policy.
    Policy,
    /// What `crossproof attest` signs: an in-toto Statement of equivalence.
    Statement,
}

impl Schema {
    /// All of them.
    pub const ALL: [Schema; 6] = [
        Schema::Case,
        Schema::Emulator,
        Schema::Golden,
        Schema::Report,
        Schema::Policy,
        Schema::Statement,
    ];

    /// `case`, `emulator`, `golden`, `report`, `policy` or `statement`.
    pub fn name(self) -> &'static str {
        match self {
            Schema::Case => "case",
            Schema::Emulator => "emulator",
            Schema::Golden => "golden",
            Schema::Report => "report",
            Schema::Policy => "policy",
            Schema::Statement => "statement",
        }
    }
}

/// One of the program's reports, told apart by what only one has.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is wanted")]
enum Reports {
    /// `report.json`: of a run of cases.
    Run(Box<ReportFile>),
    /// Of `crossproof compare`.
    Comparison(Box<ComparisonFile>),
}

/// The JSON Schema of a format, ending in a line break.
pub fn schema(of: Schema) -> String {
    let schema = match of {
        Schema::Case => schemars::schema_for!(CaseFile),
        Schema::Emulator => schemars::schema_for!(EmulatorFile),
        Schema::Golden => schemars::schema_for!(AcceptedFile),
        Schema::Report => schemars::schema_for!(Reports),
        Schema::Policy => schemars::schema_for!(GateFile),
        Schema::Statement => schemars::schema_for!(StatementFile),
    };
    json(&schema)
}
