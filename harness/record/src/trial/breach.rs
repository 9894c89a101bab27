//! Why a verdict does not hold against its golden, in a report.

use crate::comparison::PlaceWire;
use crate::error::{Fault, Under};
use crate::text::Text;
use crossproof_model::golden::{Breach, ExpectedControl};
use crossproof_model::level::Behaviour;
use crossproof_model::{DiffKey, Pair, Place, Side};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One reason: a sentence for people, and its parts for programs.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BreachWire {
    /// The reason in a sentence.
    message: Text,
    /// The reason in its parts.
    what: WhatWire,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum WhatWire {
    /// The level is not the accepted one.
    Level(AcceptedFound),
    /// The behaviour is not the accepted one.
    Behaviour(AcceptedFound),
    /// The side that should be equal to itself is not.
    ControlDiffers(Text),
    /// The side that should not be equal to itself is.
    ControlSame(Text),
    /// The side that was built twice, and the golden says that it was not.
    ControlRun(Text),
    /// The side whose control is needed was built once.
    ControlNotRun(Text),
    /// A difference nobody accepted.
    New(Finding),
    /// An accepted difference without a reason.
    Unreasoned(Finding),
    /// An accepted difference that is no longer there.
    Stale(Finding),
    /// A rule that was used and is not named.
    NewRule(Text),
    /// A rule that is named and was not used.
    StaleRule(Text),
    /// A run showed something else.
    Run(Subject),
    /// The native artifact is another.
    Native(Subject),
    /// The leg that is accepted as failing was built.
    Built(Text),
    /// Another leg failed, or in another phase.
    Failed(AcceptedFound),
    /// The log's end lacks this line.
    Unsaid(Text),
    /// The failure that says this line has no reason.
    UnreasonedFailure(Text),
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AcceptedFound {
    accepted: Text,
    found: Text,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Finding {
    key: Text,
    place: PlaceWire,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Subject {
    /// The run's name, or the path.
    subject: Text,
    /// What was found.
    found: Text,
}

impl BreachWire {
    pub(super) fn of(breach: &Breach) -> Self {
        let side = |side: &Side| Text::from(side.name());
        let finding = |key: &DiffKey, place: &Place| Finding {
            key: key.as_str().into(),
            place: PlaceWire::of(place),
        };
        let subject = |subject: &str, found: &str| Subject {
            subject: subject.into(),
            found: found.into(),
        };
        let what = match breach {
            Breach::Level(pair) => WhatWire::Level(AcceptedFound {
                accepted: pair.left.name().into(),
                found: pair.right.name().into(),
            }),
            Breach::Behaviour(pair) => WhatWire::Behaviour(AcceptedFound {
                accepted: pair.left.name().into(),
                found: pair.right.name().into(),
            }),
            Breach::Control(of, ExpectedControl::Same) => WhatWire::ControlDiffers(side(of)),
            Breach::Control(of, ExpectedControl::Differs) => WhatWire::ControlSame(side(of)),
            Breach::Control(of, ExpectedControl::NotRun) => WhatWire::ControlRun(side(of)),
            Breach::ControlNotRun(of) => WhatWire::ControlNotRun(side(of)),
            Breach::New(key, place) => WhatWire::New(finding(key, place)),
            Breach::Unreasoned(key, place) => WhatWire::Unreasoned(finding(key, place)),
            Breach::Stale(key, place) => WhatWire::Stale(finding(key, place)),
            Breach::NewRule(rule) => WhatWire::NewRule(Text(rule.to_string())),
            Breach::StaleRule(rule) => WhatWire::StaleRule(Text(rule.to_string())),
            Breach::Run(name, what) => WhatWire::Run(subject(name, what)),
            Breach::Native(path, what) => WhatWire::Native(subject(path.as_str(), what)),
            Breach::Built(leg) => WhatWire::Built(Text(leg.to_string())),
            Breach::Failed(pair) => WhatWire::Failed(AcceptedFound {
                accepted: pair.left.as_str().into(),
                found: pair.right.as_str().into(),
            }),
            Breach::Unsaid(line) => WhatWire::Unsaid(line.as_str().into()),
            Breach::UnreasonedFailure(line) => WhatWire::UnreasonedFailure(line.as_str().into()),
        };
        BreachWire {
            message: Text(breach.to_string()),
            what,
        }
    }

    pub(super) fn breach(self) -> Result<Breach, Fault> {
        let side = |text: Text| text.one_of("side", &Side::BOTH, Side::name);
        let what = match self.what {
            WhatWire::Level(wire) => Breach::Level(Pair::new(
                wire.accepted.read().under("accepted")?,
                wire.found.read().under("found")?,
            )),
            WhatWire::Behaviour(wire) => Breach::Behaviour(Pair::new(
                behaviour(&wire.accepted).under("accepted")?,
                behaviour(&wire.found).under("found")?,
            )),
            WhatWire::ControlDiffers(of) => Breach::Control(side(of)?, ExpectedControl::Same),
            WhatWire::ControlSame(of) => Breach::Control(side(of)?, ExpectedControl::Differs),
            WhatWire::ControlRun(of) => Breach::Control(side(of)?, ExpectedControl::NotRun),
            WhatWire::ControlNotRun(of) => Breach::ControlNotRun(side(of)?),
            WhatWire::New(finding) => Breach::New(finding.key.read()?, finding.place.place()?),
            WhatWire::Unreasoned(finding) => {
                Breach::Unreasoned(finding.key.read()?, finding.place.place()?)
            }
            WhatWire::Stale(finding) => Breach::Stale(finding.key.read()?, finding.place.place()?),
            WhatWire::NewRule(rule) => Breach::NewRule(rule.read()?),
            WhatWire::StaleRule(rule) => Breach::StaleRule(rule.read()?),
            WhatWire::Run(wire) => Breach::Run(wire.subject.0, wire.found.0),
            WhatWire::Native(wire) => Breach::Native(wire.subject.read()?, wire.found.0),
            WhatWire::Built(leg) => Breach::Built(leg.read()?),
            WhatWire::Failed(wire) => Breach::Failed(Pair::new(wire.accepted.0, wire.found.0)),
            WhatWire::Unsaid(line) => Breach::Unsaid(line.0),
            WhatWire::UnreasonedFailure(line) => Breach::UnreasonedFailure(line.0),
        };
        Ok(what)
    }
}

/// The behaviour of this name.
pub(super) fn behaviour(text: &Text) -> Result<Behaviour, Fault> {
    let all = [Behaviour::Same, Behaviour::Different, Behaviour::NotRun];
    text.one_of("behaviour", &all, Behaviour::name)
}
