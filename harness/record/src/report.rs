//! `report.json`: everything one run says, in one versioned document. Every other rendering is made
//! from it, and it reads back.

use crate::comparison::{each, json};
use crate::error::{Error, Fault, Under};
use crate::outputs::Outputs;
use crate::text::Text;
use crate::trial::TrialWire;
use crate::yaml::{self, VERSION};
use crossproof_model::report::Report;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The report as JSON, ending in a line break; the same report gives the same bytes.
pub fn report_json(report: &Report) -> String {
    let mut outputs = Outputs::default();
    let trials = report.trials.iter();
    let trials = trials.map(|trial| TrialWire::of(trial, &mut outputs));
    json(&ReportFile {
        version: VERSION,
        tool: Text(report.tool.clone()),
        trials: trials.collect(),
        outputs,
    })
}

/// Reads a report back; `file` is what errors call it.
pub fn read_report(text: &str, file: &str) -> Result<Report, Error> {
    let wire: ReportFile = serde_json::from_str(text).map_err(|e| Error::json(file, &e))?;
    wire.report()
        .map_err(|fault| yaml::find(text, file, &fault))
}

/// What a run of cases found.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportFile {
    /// Version of this format: 1.
    version: u32,
    /// Version of the program that wrote it.
    tool: Text,
    /// In order of case and target.
    trials: Vec<TrialWire>,
    /// What programs wrote that is long or not text, by BLAKE3.
    outputs: Outputs,
}

impl ReportFile {
    fn report(self) -> Result<Report, Fault> {
        if self.version != VERSION {
            let fault = Fault::new(format!(
                "unknown version {}: this program reads version {VERSION}",
                self.version
            ));
            return Err(fault.under("version"));
        }
        let trial = |wire: TrialWire| wire.trial(&self.outputs);
        Ok(Report {
            tool: self.tool.0,
            trials: each(self.trials, trial).under("trials")?,
        })
    }
}
