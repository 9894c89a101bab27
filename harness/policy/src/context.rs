//! What every part of a leg's plan is made from: the case and two platforms. Not the side: see
//! [`crate::plan`].

use crossproof_model::case::PhaseName;
use crossproof_model::{Case, Platform};

/// A case between the platform its commands run on and the one its product runs on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    /// The case.
    pub(crate) case: &'a Case,
    /// Where the commands run.
    pub(crate) build: Platform,
    /// Where the product runs.
    pub(crate) host: Platform,
}

/// The variables that name tools, and the tools.
const TOOLS: [(&str, &str); 9] = [
    ("CC", "gcc"),
    ("CXX", "g++"),
    ("AR", "ar"),
    ("RANLIB", "ranlib"),
    ("STRIP", "strip"),
    ("NM", "nm"),
    ("OBJCOPY", "objcopy"),
    ("OBJDUMP", "objdump"),
    ("LD", "ld"),
];

impl Context<'_> {
    /// What the product makes programs for, if it makes any: else its own platform, as autoconf has it.
    pub(crate) fn target(&self) -> Platform {
        self.case.emits.unwrap_or(self.host)
    }

    /// The name of a tool that emits for, or reads, the host platform: `aarch64-linux-gnu-gcc`.
    /// Debian's native tools answer to that name too, so it is the same on both sides.
    pub(crate) fn tool(&self, name: &str) -> String {
        format!("{}-{name}", self.host.gnu())
    }

    /// The host's tools by the variable that names each: `CC`, `AR` and so on.
    pub(crate) fn tools(&self) -> [(&'static str, String); TOOLS.len()] {
        TOOLS.map(|(variable, tool)| (variable, self.tool(tool)))
    }

    /// The author's arguments for a phase.
    pub(crate) fn arguments(&self, phase: PhaseName) -> impl Iterator<Item = &str> {
        let arguments = self.case.build.arguments.get(&phase);
        arguments.into_iter().flatten().map(String::as_str)
    }
}
