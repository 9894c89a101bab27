//! A leg that could not be completed, in a report.

use crate::error::{Fault, Under};
use crate::text::Text;
use crossproof_model::case::PhaseName;
use crossproof_model::verdict::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which leg failed, where, why.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FailureWire {
    /// `N1`, `N2`, `C1` or `C2`.
    leg: Text,
    /// null before the first phase or after the last.
    phase: Option<Text>,
    reason: Text,
    /// The end of the log.
    #[serde(rename = "log-end")]
    log_end: Vec<Text>,
    /// The whole log, by its path in the store.
    log: Option<Text>,
}

impl FailureWire {
    pub(crate) fn of(failure: &Failure) -> Self {
        let Failure {
            leg,
            phase,
            reason,
            log_end,
            log,
        } = failure;
        FailureWire {
            leg: Text(leg.to_string()),
            phase: phase.map(|phase| phase.name().into()),
            reason: Text(reason.clone()),
            log_end: log_end.iter().map(|line| Text(line.clone())).collect(),
            log: log.clone().map(Text),
        }
    }

    pub(crate) fn failure(self) -> Result<Failure, Fault> {
        let phase = match self.phase {
            None => None,
            Some(name) => {
                let phase = name.one_of("phase", &PhaseName::ALL, PhaseName::name);
                Some(phase.under("phase")?)
            }
        };
        Ok(Failure {
            leg: self.leg.read().under("leg")?,
            phase,
            reason: self.reason.0,
            log_end: self.log_end.into_iter().map(|line| line.0).collect(),
            log: self.log.map(|path| path.0),
        })
    }
}
