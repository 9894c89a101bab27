//! Compares two files or trees: `cargo run --release -p crossproof-inspect --example compare -- LEFT RIGHT
//! [CROSS-PREFIX=NATIVE-PREFIX…]`.

use crossproof_inspect::{Options, PathMap, compare, normalized_digest};
use crossproof_model::{Bytes, Entry, RelPath, Tree};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [left, right, pairs @ ..] = args.as_slice() else {
        return Err("expected LEFT RIGHT [CROSS-PREFIX=NATIVE-PREFIX…]".into());
    };
    let map = PathMap::new(pairs.iter().filter_map(|pair| pair.split_once('=')));
    let options = Options {
        tree: map.clone(),
        map,
        ..Options::default()
    };
    let (left, right) = (read(Path::new(left))?, read(Path::new(right))?);
    let start = std::time::Instant::now();
    let comparison = compare(&left, &right, &options);
    let took = start.elapsed();
    for difference in &comparison.differences {
        let settled = difference
            .settled_by
            .as_ref()
            .map_or(String::new(), |rule| format!(" [{rule}]"));
        println!(
            "{} {} {}{settled}",
            difference.allows, difference.key, difference.place
        );
        println!(
            "    left:  {}",
            difference.left.as_deref().unwrap_or("(nothing)")
        );
        println!(
            "    right: {}",
            difference.right.as_deref().unwrap_or("(nothing)")
        );
        for line in &difference.detail {
            println!("    {line}");
        }
    }
    for undecided in &comparison.undecided {
        println!("undecided {}: {}", undecided.place, undecided.reason);
    }
    println!("coverage: {:?}", comparison.coverage);
    println!("rules: {:?}", comparison.rules);
    println!("level: {:?} in {took:?}", comparison.level());
    if let (Some(Entry::File { content: a, .. }), Some(Entry::File { content: b, .. })) = (
        left.entries.first_key_value().map(|e| e.1),
        right.entries.first_key_value().map(|e| e.1),
    ) {
        let digests = [a, b].map(|content| normalized_digest(content, &options));
        println!("normal forms: {digests:?}");
    }
    Ok(())
}

/// A folder as a tree, or a file as a tree of one.
fn read(path: &Path) -> std::io::Result<Tree> {
    let mut tree = Tree::default();
    if path.is_dir() {
        walk(path, "", &mut tree)?;
    } else {
        add(path, "file", &mut tree)?;
    }
    Ok(tree)
}

fn walk(folder: &Path, prefix: &str, tree: &mut Tree) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = RelPath::spell(entry.file_name().as_bytes());
        let name = if prefix.is_empty() {
            name
        } else {
            format!("{prefix}/{name}")
        };
        add(&entry.path(), &name, tree)?;
    }
    Ok(())
}

fn add(path: &Path, name: &str, tree: &mut Tree) -> std::io::Result<()> {
    let metadata = path.symlink_metadata()?;
    let mode = metadata.permissions().mode() & 0o7777;
    let entry = if metadata.is_dir() {
        walk(path, name, tree)?;
        Entry::Dir { mode }
    } else if metadata.is_symlink() {
        let target = std::fs::read_link(path)?;
        Entry::Link {
            target: RelPath::spell(target.as_os_str().as_bytes()),
        }
    } else {
        Entry::File {
            mode,
            content: Bytes::from(std::fs::read(path)?),
        }
    };
    let name = name.parse().map_err(std::io::Error::other)?;
    tree.entries.insert(name, entry);
    Ok(())
}
