//! `crossproof compare`, `digest` and `rules`: the comparison by itself, on files of any origin.

use super::print;
use crate::args::{CompareArguments, DigestArguments, OutputFormat};
use crate::exit::{BadInput, Status};
use crate::render;
use anyhow::{Context as _, Result};
use crossproof_exec::collect;
use crossproof_inspect as inspect;
use crossproof_model::{Comparison, Digest, Entry, RelPath, Tree};
use crossproof_record as record;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Holds two files or trees against each other.
pub fn compare(arguments: &CompareArguments) -> Result<Status> {
    let (left_is, right_is) = (arguments.left.is_dir(), arguments.right.is_dir());
    if left_is != right_is {
        let (tree, file) = if left_is {
            (&arguments.left, &arguments.right)
        } else {
            (&arguments.right, &arguments.left)
        };
        return Err(BadInput(format!(
            "{} is a folder and {} is not: expected two files or two folders",
            tree.display(),
            file.display()
        ))
        .into());
    }
    // Two files are two trees of one entry, under the left one's name.
    let name = arguments
        .left
        .file_name()
        .map_or("file".to_owned(), |name| {
            name.to_string_lossy().into_owned()
        });
    let left = read(&arguments.left, &name)?;
    let right = renamed(read(&arguments.right, &name)?, &arguments.map)?;
    let options = inspect::Options {
        map: inspect::PathMap::new(arguments.map.clone()),
        ..Default::default()
    };
    let mut comparison = inspect::compare(&left, &right, &options);
    let ignored = ignore(&mut comparison, arguments);

    let text = match arguments.format {
        OutputFormat::Text => render::compare::comparison(&comparison) + &ignored,
        OutputFormat::Json => record::comparison_json(&comparison),
    };
    match &arguments.output {
        Some(path) => fs::write(path, text).with_context(|| path.display().to_string())?,
        None => print(&text)?,
    }
    Ok(match comparison.level() {
        Some(level) if level >= arguments.at_least => Status::Holds,
        _ => Status::Below,
    })
}

/// Takes out what is ignored by key, and says how often each key was there.
fn ignore(comparison: &mut Comparison, arguments: &CompareArguments) -> String {
    let mut counts: BTreeMap<_, u64> = arguments
        .ignore
        .iter()
        .map(|key| (key.clone(), 0))
        .collect();
    comparison
        .differences
        .retain(|difference| match counts.get_mut(&difference.key) {
            Some(count) => {
                *count += 1;
                false
            }
            None => true,
        });
    counts
        .iter()
        .map(|(key, count)| format!("\nignored: {key}: {count} times\n"))
        .collect()
}

fn read(path: &Path, name: &str) -> Result<Tree> {
    let metadata = fs::metadata(path).map_err(|e| BadInput(format!("{}: {e}", path.display())))?;
    if metadata.is_dir() {
        return Ok(collect::read_tree(path)?);
    }
    let content = collect::read_file(path)?;
    let at: RelPath = RelPath::spell(name.as_bytes()).parse()?;
    let mode = metadata.permissions().mode() & 0o7777;
    Ok(Tree {
        entries: [(at, Entry::File { mode, content })].into(),
    })
}

/// The right tree with the mapped prefixes of its paths rewritten to the left's.
fn renamed(tree: Tree, map: &[(String, String)]) -> Result<Tree> {
    if map.is_empty() {
        return Ok(tree);
    }
    let mut entries = BTreeMap::new();
    for (path, entry) in tree.entries {
        let rest = map.iter().find_map(|(old, new)| {
            let rest = path.as_str().strip_prefix(old.trim_matches('/'))?;
            (rest.is_empty() || rest.starts_with('/'))
                .then(|| format!("{}{rest}", new.trim_matches('/')))
        });
        let path = match rest {
            Some(new) => new.trim_start_matches('/').parse()?,
            None => path,
        };
        entries.insert(path, entry);
    }
    Ok(Tree { entries })
}

/// The BLAKE3 digest of a file, or of a tree's manifest.
pub fn digest(arguments: &DigestArguments) -> Result<Status> {
    let path = &arguments.path;
    let tree = read(path, "file")?;
    let of = |content: &[u8]| -> Result<Digest> {
        if !arguments.normalized {
            return Ok(Digest::of(content));
        }
        inspect::normalized_digest(content, &inspect::Options::default())
            .map_err(|e| BadInput(e.to_string()).into())
    };
    if !path.is_dir() {
        let Some(Entry::File { content, .. }) = tree.entries.values().next() else {
            return Err(BadInput(format!("{} is not a file or a folder", path.display())).into());
        };
        print(&format!("{}  {}\n", of(content)?, path.display()))?;
        return Ok(Status::Holds);
    }
    let mut out = String::new();
    let mut lines = Vec::new();
    for (at, entry) in &tree.entries {
        let line = match entry {
            Entry::File { mode, content } => format!("file {mode:04o} {}", of(content)?),
            Entry::Dir { mode } => format!("dir {mode:04o}"),
            Entry::Link { target } => format!("link {target}"),
            Entry::Special { kind } => format!("special {kind}"),
        };
        writeln!(out, "{line}  {at}")?;
        lines.extend([at.to_string(), line]);
    }
    writeln!(out, "{}  {}", Digest::of_fields(lines), path.display())?;
    print(&out)?;
    Ok(Status::Holds)
}

/// Every rule with its justification.
pub fn rules() -> Result<Status> {
    let mut out = String::new();
    for rule in inspect::rules::ALL {
        writeln!(
            out,
            "{}@{}: {}\n    {}\n",
            rule.id, rule.version, rule.title, rule.justification
        )?;
    }
    print(&out)?;
    Ok(Status::Holds)
}
