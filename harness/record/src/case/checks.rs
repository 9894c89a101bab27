//! What a case's artifacts must satisfy beside being alike.

use crate::error::{Fault, Under};
use crate::forbid::{ForbidWire, forbidden};
use crate::text::Text;
use crossproof_model::check::{Checks, SizeBudget};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Checks on the artifacts. That the cross artifact names no folder or platform of its build that the native
/// one does not, that no ELF file is for another machine and that nothing says `-march=native` is always
/// checked.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChecksWire {
    /// What no file, path or link may refer to, on either side; by a name for it, which becomes a word of the
    /// finding's key.
    #[serde(default)]
    forbid: BTreeMap<Text, ForbidWire>,
    /// Percent that a file of the cross artifact may be larger than the native one; the first glob that takes
    /// a path decides.
    #[serde(default)]
    size: Vec<SizeWire>,
    /// The newest release of the GNU C library that a file may need a symbol of: `"2.34"`.
    glibc: Option<Text>,
    /// Whether the headers, start files and C library of the cross root are held against the native root's.
    #[serde(default)]
    headers: bool,
}

/// A budget.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SizeWire {
    /// Installed paths it is for: a glob.
    files: Text,
    /// Percent above the native size.
    percent: u32,
}

impl ChecksWire {
    pub(super) fn checks(self) -> Result<Checks, Fault> {
        let mut size = Vec::new();
        for (index, wire) in self.size.into_iter().enumerate() {
            let glob = super::globs(Some(vec![wire.files]));
            let glob = glob.map_err(|mut fault| {
                fault.path.clear();
                fault
            });
            let mut globs = glob.under("files").under(index).under("size")?;
            size.extend(globs.pop().map(|glob| SizeBudget {
                glob,
                percent: wire.percent,
            }));
        }
        let glibc = self.glibc.map(|release| release.read());
        Ok(Checks {
            forbid: forbidden(self.forbid).under("forbid")?,
            size,
            glibc: glibc.transpose().under("glibc")?,
            headers: self.headers,
        })
    }
}
