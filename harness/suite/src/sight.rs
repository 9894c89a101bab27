//! What is seen of a source that lies in a folder: what its build system is told by.

use anyhow::{Context as _, Result};
use crossproof_policy::detect::Seen;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The names at a folder's top, and the texts that tell more.
pub fn look(folder: &Path) -> Result<Seen> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        names.insert(entry?.file_name().to_string_lossy().into_owned());
    }
    let text = |name| {
        let bytes = fs::read(folder.join(name)).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    };
    Ok(Seen {
        names,
        configure: text("configure"),
        pyproject: text("pyproject.toml"),
    })
}
