//! One trial of a report: its judgement, whatever that is, and how it compares with the golden.

mod breach;
pub(crate) mod failure;
mod verdict;

use crate::comparison::{UndecidedWire, each};
use crate::error::{Fault, Under};
use crate::outputs::Outputs;
use crate::text::Text;
use breach::BreachWire;
use crossproof_model::golden::Outcome;
use crossproof_model::report::{Times, Trial};
use crossproof_model::verdict::Judgement;
use crossproof_model::{Platform, Side};
use failure::FailureWire;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// Thirty years: what is added up of such stays a time.
const MOST_SECONDS: f64 = 1e9;
use verdict::VerdictWire;

/// One case and target, and how it ended.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrialWire {
    case: Text,
    target: TargetWire,
    /// `holds`, `broken`, `no-golden` or `no-verdict`.
    outcome: Text,
    /// Why it is broken; empty otherwise.
    breaches: Vec<BreachWire>,
    /// How it ended. Exactly one of its kinds.
    judgement: JudgementWire,
    /// The only field that may change between two runs over the same inputs: seconds by side.
    times: BTreeMap<Text, f64>,
}

/// The target in its spellings.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TargetWire {
    /// `aarch64`.
    short: Text,
    /// `aarch64-unknown-linux-gnu`.
    triple: Text,
    /// `aarch64-linux`.
    system: Text,
}

/// How a trial ended.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum JudgementWire {
    /// With a verdict.
    Decided(Box<VerdictWire>),
    /// Something could not be compared.
    Undecided(Vec<UndecidedWire>),
    /// A leg could not be completed.
    Failed(FailureWire),
    /// The machine lacks something: what, and what to do.
    Skipped(Text),
    /// It could not be tried: what is wrong with the case, or went wrong with it.
    Errored(Text),
}

impl TrialWire {
    pub(crate) fn of(trial: &Trial, outputs: &mut Outputs) -> Self {
        let Trial {
            case,
            target,
            judgement,
            outcome,
            times,
        } = trial;
        let breaches = match outcome {
            Outcome::Broken(breaches) => breaches.iter().map(BreachWire::of).collect(),
            Outcome::Holds | Outcome::NoGolden | Outcome::NoVerdict => Vec::new(),
        };
        let judgement = match judgement {
            Judgement::Decided(verdict) => {
                JudgementWire::Decided(Box::new(VerdictWire::of(verdict, outputs)))
            }
            Judgement::Undecided(places) => {
                JudgementWire::Undecided(places.iter().map(UndecidedWire::of).collect())
            }
            Judgement::Failed(failure) => JudgementWire::Failed(FailureWire::of(failure)),
            Judgement::Skipped(reason) => JudgementWire::Skipped(Text(reason.clone())),
            Judgement::Errored(reason) => JudgementWire::Errored(Text(reason.clone())),
        };
        TrialWire {
            case: case.as_str().into(),
            target: TargetWire {
                short: target.short().into(),
                triple: target.llvm().into(),
                system: target.system().into(),
            },
            outcome: outcome.word().into(),
            breaches,
            judgement,
            times: (times.build.iter())
                .map(|(side, time)| (side.name().into(), time.as_secs_f64()))
                .collect(),
        }
    }

    pub(crate) fn trial(self, outputs: &Outputs) -> Result<Trial, Fault> {
        let target: Platform = self.target.short.read().under("short").under("target")?;
        let breaches = each(self.breaches, BreachWire::breach).under("breaches")?;
        let outcome = match (self.outcome.as_str(), breaches.is_empty()) {
            ("holds", true) => Outcome::Holds,
            ("broken", _) => Outcome::Broken(breaches),
            ("no-golden", true) => Outcome::NoGolden,
            ("no-verdict", true) => Outcome::NoVerdict,
            _ => {
                let fault = Fault::new(
                    "expected holds, no-golden or no-verdict without breaches, or broken with them",
                );
                return Err(fault.under("outcome"));
            }
        };
        let judgement = match self.judgement {
            JudgementWire::Decided(verdict) => {
                let verdict = verdict
                    .verdict(outputs)
                    .under("decided")
                    .under("judgement")?;
                Judgement::Decided(Box::new(verdict))
            }
            JudgementWire::Undecided(places) => Judgement::Undecided(
                each(places, UndecidedWire::undecided)
                    .under("undecided")
                    .under("judgement")?,
            ),
            JudgementWire::Failed(failure) => {
                Judgement::Failed(failure.failure().under("failed").under("judgement")?)
            }
            JudgementWire::Skipped(reason) => Judgement::Skipped(reason.0),
            JudgementWire::Errored(reason) => Judgement::Errored(reason.0),
        };
        let mut build = BTreeMap::new();
        for (name, seconds) in self.times {
            let side = name
                .one_of("side", &Side::BOTH, Side::name)
                .under("times")?;
            let time = match seconds <= MOST_SECONDS {
                true => Duration::try_from_secs_f64(seconds).map_err(Fault::new),
                false => Err(Fault::new("longer than any build: expected seconds")),
            };
            build.insert(side, time.under(name).under("times")?);
        }
        Ok(Trial {
            case: self.case.read().under("case")?,
            target,
            judgement,
            outcome,
            times: Times { build },
        })
    }
}
