//! What building and running share: the tools, the processors, the way a sandbox is set up.

use crate::error::Error;
use crate::processors::Processors;
use crate::sandbox::{Bind, Binfmt, Sandbox, emulation};
use crate::tools::Tools;
use crossproof_model::Platform;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Whether a sandbox can have a `binfmt_misc` of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinfmtSupport {
    /// It can (Linux 6.7 and later).
    Private,
    /// It cannot: the machine's registrations are in force everywhere.
    MachineOnly,
}

impl BinfmtSupport {
    /// What this machine's kernel has, by its version.
    pub fn of_this_kernel() -> Self {
        let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let mut numbers = release
            .split(|c: char| !c.is_ascii_digit())
            .map(|n| n.parse::<u32>().unwrap_or(0));
        let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        if version >= (6, 7) {
            BinfmtSupport::Private
        } else {
            BinfmtSupport::MachineOnly
        }
    }
}

/// What legs and runs are made with on this machine.
#[derive(Debug)]
pub(crate) struct Workshop {
    /// bubblewrap and qemu.
    pub tools: Tools,
    /// What the kernel offers.
    pub binfmt: BinfmtSupport,
    /// The processors lent to legs and runs.
    pub processors: Processors,
}

impl Workshop {
    /// What legs that are built here are said to be built by.
    pub fn name(&self) -> String {
        format!("local {}", self.tools.machine())
    }

    /// A sandbox over `layers`, with the given folders of `scratch` made and bound.
    pub(crate) fn sandbox(&self, spec: SandboxSpec<'_>) -> Result<Sandbox, Error> {
        let mut binds = Vec::new();
        for (name, inside) in spec.folders {
            let host = spec.scratch.join(name);
            std::fs::create_dir_all(&host).map_err(|e| Error::io(&host, &e))?;
            binds.push(Bind {
                name: (*name).to_owned(),
                inside: (*inside).to_owned(),
            });
        }
        let binfmt = match self.binfmt {
            BinfmtSupport::MachineOnly => Binfmt::Machine,
            BinfmtSupport::Private => Binfmt::Private(
                (spec.emulated.iter())
                    .filter_map(|platform| {
                        let emulated = *platform != self.tools.machine();
                        emulated
                            .then(|| emulation::registration(*platform, &Tools::qemu(*platform)))
                    })
                    .collect(),
            ),
        };
        Ok(Sandbox {
            tools: self.tools.folder().to_owned(),
            bubblewrap: self.tools.bwrap(),
            layers: spec.layers,
            binds,
            binfmt,
            environment: spec.environment,
            directory: spec.directory.to_owned(),
            processor: spec.processor,
            scratch: spec.scratch.to_owned(),
            machine: self.tools.machine(),
            lent: Sandbox::user(),
        })
    }
}

/// What tells one sandbox from the next.
pub(crate) struct SandboxSpec<'a> {
    pub layers: Vec<PathBuf>,
    pub scratch: &'a Path,
    /// Folder below `scratch` → path inside.
    pub folders: &'a [(&'a str, &'a str)],
    /// Platforms whose programs can be started, beside the machine's own.
    pub emulated: &'a BTreeSet<Platform>,
    pub environment: BTreeMap<String, String>,
    pub directory: &'a str,
    pub processor: usize,
}
