//! A failure that is accepted in place of a verdict.

use super::write::SCHEMA_COMMENT;
use crate::emit::{scalar, value};
use crate::error::{Fault, Under};
use crate::text::Text;
use crate::yaml;
use crossproof_model::case::PhaseName;
use crossproof_model::golden::ExpectedFailure;
use schemars::JsonSchema;
use serde::Deserialize;

/// What is accepted of a case and target of which a leg cannot be built.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FailureFile {
    /// Version of this format: 1.
    #[expect(dead_code, reason = "checked before the rest is read")]
    version: u32,
    /// The leg that fails, where, and what its log says.
    failed: FailedWire,
}

/// Exact: another leg, another phase or another message does not hold, and neither does a success.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FailedWire {
    /// `N1` or `C1`; `N2` or `C2` where only a control fails.
    #[schemars(extend("enum" = ["N1", "N2", "C1", "C2"]))]
    leg: Text,
    /// The phase it fails in.
    #[schemars(extend("enum" = ["patch", "configure", "build", "install"]))]
    phase: Text,
    /// One whole line of the last ones of the log, but for blanks around it: the one that says why.
    says: Text,
    /// Why it fails, found by looking. Without one it is not accepted.
    reason: Option<Text>,
}

impl FailureFile {
    pub(super) fn failure(self) -> Result<ExpectedFailure, Fault> {
        self.failed.failure().under("failed")
    }
}

impl FailedWire {
    fn failure(self) -> Result<ExpectedFailure, Fault> {
        let says = self.says.0;
        if says.trim().is_empty() || says.contains('\n') {
            return Err(Fault::new("expected one line of the failing log").under("says"));
        }
        if self.reason.as_ref().is_some_and(|r| r.0.trim().is_empty()) {
            return Err(
                Fault::new("expected a reason found by looking, or none yet").under("reason"),
            );
        }
        Ok(ExpectedFailure {
            leg: self.leg.read().under("leg")?,
            phase: (self.phase)
                .one_of("phase", &PhaseName::ALL, PhaseName::name)
                .under("phase")?,
            says,
            reason: self.reason.map(|reason| reason.0),
        })
    }
}

/// The text of a golden that accepts a failure.
pub fn write_failure(failure: &ExpectedFailure) -> String {
    let mut out = format!(
        "{SCHEMA_COMMENT}version: {}\nfailed:\n  leg: {}\n  phase: {}\n  says: {}\n",
        yaml::VERSION,
        failure.leg,
        failure.phase,
        scalar(&failure.says),
    );
    if let Some(reason) = &failure.reason {
        out += &format!("  reason:{}\n", value(reason, 2));
    }
    out
}
