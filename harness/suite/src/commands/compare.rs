//! `crossproof compare`: the comparison by itself, on files of any origin.

use super::rules;
use crate::args::{CompareArguments, CompareFormat};
use crate::exit::{BadInput, Status};
use crate::render;
use crate::render::look::Look;
use crate::screen::{in_a_file, print_json, print_page, print_styled, say};
use crate::untrusted::escaped;
use anyhow::Result;
use crossproof_exec::collect;
use crossproof_inspect as inspect;
use crossproof_model::report::{Asked, ComparisonReport};
use crossproof_model::{Entry, Pair, RelPath, Tree};
use crossproof_policy as policy;
use crossproof_record as record;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Holds two files or trees against each other.
pub fn compare(arguments: &CompareArguments, quiet: bool) -> Result<Status> {
    let rules = rules::chosen(&arguments.rules)?;
    let trees = trees(arguments)?;
    let map = inspect::PathMap::new(arguments.map.clone());
    let options = inspect::Options {
        tree: map.clone(),
        map,
        rules,
    };
    let mut report = ComparisonReport {
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        sides: Pair::new(&arguments.left, &arguments.right).map(|path| path.display().to_string()),
        asked: Asked {
            map: arguments.map.clone(),
            rules: options.rules.iter().map(inspect::Rule::reference).collect(),
            at_least: arguments.at_least,
        },
        comparison: inspect::compare(&trees.left, &trees.right, &options),
        ignored: BTreeMap::new(),
        causes: Vec::new(),
    };
    report.ignore(arguments.ignore.iter().cloned());
    report.causes = policy::causes(&report.comparison, Pair::new("left", "right"));
    // What is ignored differs all the same.
    let nothing_else = ["build-id-only", "settled-only"];
    let ignores = report.ignored_count() > 0;
    report
        .causes
        .retain(|cause| !(ignores && nothing_else.contains(&cause.name)));
    warn_of_unused(&report);
    show(&report, arguments, quiet)?;
    Ok(match report.holds() {
        true => Status::Holds,
        false => Status::Below,
    })
}

/// An exemption that no longer fires must not go unseen.
fn warn_of_unused(report: &ComparisonReport) {
    for (key, _) in report.ignored.iter().filter(|(_, found)| found.is_empty()) {
        say(&format!(
            "warning: --ignore {key}: no difference has this key (keys are matched whole); \
             misspelled, or no longer needed?"
        ));
    }
}

fn show(report: &ComparisonReport, arguments: &CompareArguments, quiet: bool) -> Result<()> {
    let text = match arguments.format {
        CompareFormat::Text => {
            let look = Look::of(arguments.full, arguments.output.is_some());
            render::compare::comparison(report, look)
        }
        CompareFormat::Json => record::comparison_json(report),
        CompareFormat::Html => render::html::page(report),
    };
    match (&arguments.output, arguments.format) {
        (Some(path), format) => {
            let text = match format {
                CompareFormat::Text => in_a_file(&text),
                CompareFormat::Json => escaped(&text).into_owned(),
                CompareFormat::Html => text,
            };
            fs::write(path, text)
                .map_err(|e| BadInput(format!("cannot write {}: {e}", path.display())))?;
            if !quiet {
                say(&format!(
                    "{}; the report is in {}",
                    render::headline::headline(report),
                    path.display()
                ));
            }
            Ok(())
        }
        (None, CompareFormat::Text) => print_styled(&text),
        (None, CompareFormat::Json) => print_json(&text),
        (None, CompareFormat::Html) => print_page(&text),
    }
}

/// The two trees; two files are two trees of one entry, under the left one's name.
fn trees(arguments: &CompareArguments) -> Result<Pair<Tree>> {
    let (left_is, right_is) = (arguments.left.is_dir(), arguments.right.is_dir());
    let both = arguments.left.exists() && arguments.right.exists();
    if both && left_is != right_is {
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
    let name = arguments
        .left
        .file_name()
        .map_or("file".to_owned(), |name| {
            name.to_string_lossy().into_owned()
        });
    let left = read(&arguments.left, &name)?;
    let right = read(&arguments.right, &name)?;
    Ok(Pair::new(left, right))
}

/// A folder as a tree, or a file as a tree of one entry of this name.
pub fn read(path: &Path, name: &str) -> Result<Tree> {
    let unreadable = |e| BadInput(format!("cannot read {}: {e}", path.display()));
    let metadata = fs::metadata(path).map_err(unreadable)?;
    if metadata.is_dir() {
        return Ok(collect::read_tree(path)?);
    }
    if !metadata.is_file() {
        // Opening a pipe would wait for its writer, a device may have no end.
        let path = path.display();
        return Err(BadInput(format!("{path} is neither a file nor a folder")).into());
    }
    let content = collect::read_file(path).map_err(|e| BadInput(format!("cannot read: {e}")))?;
    let at: RelPath = RelPath::spell(name.as_bytes()).parse()?;
    let mode = metadata.permissions().mode() & 0o7777;
    // Of the file that a link leads to, as its content is.
    let file = fs::canonicalize(path).map_err(unreadable)?;
    let attributes = collect::attributes(&file, &metadata)?;
    let mut tree = Tree::of([(at.clone(), Entry::File { mode, content })]);
    tree.attributes.insert(at, attributes);
    Ok(tree)
}
