//! `crossproof digest`: a file or tree in one number.

use super::compare::read;
use super::rules;
use crate::args::DigestArguments;
use crate::exit::{BadInput, Status};
use crate::screen::print;
use crate::untrusted::tame;
use anyhow::Result;
use crossproof_inspect as inspect;
use crossproof_model::{Attributes, Digest, Entry};
use std::fmt::Write;

/// The BLAKE3 digest of a file, or of a tree's manifest.
pub fn digest(arguments: &DigestArguments) -> Result<Status> {
    let path = &arguments.path;
    let chosen = arguments.rules.only_rules.is_some() || !arguments.rules.without.is_empty();
    if chosen && !arguments.normalized {
        let message = "--only-rules and --without say how to normalize: give --normalized too";
        return Err(BadInput(message.to_owned()).into());
    }
    let options = inspect::Options {
        rules: rules::chosen(&arguments.rules)?,
        ..inspect::Options::default()
    };
    let tree = read(path, "file")?;
    let of = |content: &[u8]| -> Result<Digest> {
        if !arguments.normalized {
            return Ok(Digest::of(content));
        }
        inspect::normalized_digest(content, &options).map_err(|e| BadInput(e.to_string()).into())
    };
    let shown = path.display().to_string();
    if !path.is_dir() {
        let Some(Entry::File { content, .. }) = tree.entries.values().next() else {
            return Err(BadInput(format!("{} is not a file or a folder", path.display())).into());
        };
        print(&format!("{}  {}\n", of(content)?, tame(&shown)))?;
        return Ok(Status::Holds);
    }
    let mut out = String::new();
    let mut lines = Vec::new();
    let attributes = tree.recorded();
    for (at, entry) in &tree.entries {
        // As a manifest spells it, so that reports and statements call the tree by the same digest.
        let line = match entry {
            Entry::File { mode, content } => format!("file {mode:o} {}", of(content)?),
            Entry::Dir { mode } => format!("dir {mode:o}"),
            Entry::Link { target } => format!("link {target}"),
            Entry::Special { kind } => format!("special {kind}"),
        };
        let more = attributes.get(at).map(Attributes::line);
        let line = line + &more.unwrap_or_default();
        // What is hashed is the line itself; what is shown of it must not act on a terminal.
        writeln!(out, "{}", tame(&format!("{line}  {at}")))?;
        lines.extend([at.to_string(), line]);
    }
    writeln!(out, "{}  {}", Digest::of_fields(lines), tame(&shown))?;
    print(&out)?;
    Ok(Status::Holds)
}
