//! What requests are made of.

use crate::case::source::SourceWire;
use crate::error::{Fault, Under};
use crate::lock::OneRootWire;
use crate::text::Text;
use crossproof_model::case::{Limits, PhaseName};
use crossproof_model::plan::Phase;
use crossproof_model::request::{Engine, RootPin, SourcePin};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EngineWire {
    machine: Text,
    tools: Text,
}

impl EngineWire {
    pub(super) fn of(engine: &Engine) -> Self {
        EngineWire {
            machine: engine.machine.short().into(),
            tools: Text(engine.tools.to_string()),
        }
    }

    pub(super) fn engine(self) -> Result<Engine, Fault> {
        Ok(Engine {
            machine: self.machine.read().under("machine")?,
            tools: self.tools.read().under("tools")?,
        })
    }
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RootPinWire {
    digest: Text,
    lock: OneRootWire,
}

impl RootPinWire {
    pub(super) fn of(pin: &RootPin) -> Option<Self> {
        Some(RootPinWire {
            digest: Text(pin.digest.to_string()),
            lock: OneRootWire::of(&pin.request, &pin.lock)?,
        })
    }

    pub(super) fn pin(self) -> Result<RootPin, Fault> {
        let (request, lock) = self.lock.root().under("lock")?;
        Ok(RootPin {
            digest: self.digest.read().under("digest")?,
            request,
            lock: Arc::new(lock),
        })
    }
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourcePinWire {
    digest: Text,
    from: SourceWire,
}

impl SourcePinWire {
    pub(super) fn of(pin: &SourcePin) -> Self {
        SourcePinWire {
            digest: Text(pin.digest.to_string()),
            from: SourceWire::of(&pin.source),
        }
    }

    pub(super) fn pin(self) -> Result<SourcePin, Fault> {
        Ok(SourcePin {
            digest: self.digest.read().under("digest")?,
            source: self.from.source().under("from")?,
        })
    }
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PhaseWire {
    name: Text,
    script: Text,
}

impl PhaseWire {
    pub(super) fn of(phase: &Phase) -> Self {
        PhaseWire {
            name: phase.name.name().into(),
            script: Text(phase.script.clone()),
        }
    }

    pub(super) fn phase(self) -> Result<Phase, Fault> {
        let name = self.name.one_of("phase", &PhaseName::ALL, PhaseName::name);
        Ok(Phase {
            name: name.under("name")?,
            script: self.script.0,
        })
    }
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LimitsWire {
    /// Of each phase.
    seconds: f64,
    /// In bytes, as the next two.
    memory: u64,
    disk: u64,
    log: u64,
    processes: u32,
}

impl LimitsWire {
    pub(super) fn of(limits: &Limits) -> Self {
        let Limits {
            time,
            memory,
            disk,
            log,
            processes,
        } = *limits;
        LimitsWire {
            seconds: time.as_secs_f64(),
            memory,
            disk,
            log,
            processes,
        }
    }

    pub(super) fn limits(self) -> Result<Limits, Fault> {
        Ok(Limits {
            time: seconds(self.seconds).under("seconds")?,
            memory: self.memory,
            disk: self.disk,
            log: self.log,
            processes: self.processes,
        })
    }
}

/// A time in seconds.
pub(super) fn seconds(written: f64) -> Result<Duration, Fault> {
    Duration::try_from_secs_f64(written).map_err(Fault::new)
}
