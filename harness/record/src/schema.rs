//! JSON Schemas, so that editors complete and check what people write. Generated from the structs
//! that read the files; `harness/record/schema/` holds them for editors, and a test holds it to them.

use crate::case::CaseFile;
use crate::comparison::json;
use crate::emulator::EmulatorFile;
use crate::golden::GoldenFile;
use crate::report::ReportFile;

/// The formats that have a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// `case.yaml`.
    Case,
    /// `emulator.yaml`.
    Emulator,
    /// `golden/<case>/<target>.yaml`.
    Golden,
    /// `report.json`.
    Report,
}

impl Schema {
    /// All of them.
    pub const ALL: [Schema; 4] = [
        Schema::Case,
        Schema::Emulator,
        Schema::Golden,
        Schema::Report,
    ];

    /// `case`, `emulator`, `golden` or `report`.
    pub fn name(self) -> &'static str {
        match self {
            Schema::Case => "case",
            Schema::Emulator => "emulator",
            Schema::Golden => "golden",
            Schema::Report => "report",
        }
    }
}

/// The JSON Schema of a format, ending in a line break.
pub fn schema(of: Schema) -> String {
    let schema = match of {
        Schema::Case => schemars::schema_for!(CaseFile),
        Schema::Emulator => schemars::schema_for!(EmulatorFile),
        Schema::Golden => schemars::schema_for!(GoldenFile),
        Schema::Report => schemars::schema_for!(ReportFile),
    };
    json(&schema)
}
