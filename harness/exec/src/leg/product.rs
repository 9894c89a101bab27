//! What a leg installed: read, held against its limits, and laid out to be kept.

use super::phases::below_build;
use crate::collect;
use crate::error::Error;
use crate::sandbox::watch::shape;
use crate::store::draft::Draft;
use crate::store::scratch::Scratch;
use crossproof_model::plan::paths;
use crossproof_model::request::BuildRequest;
use crossproof_model::tree::{Manifest, Tree};
use crossproof_model::{Entry, RelPath};
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

/// Lays out what was installed in the draft; the inner error says why there is nothing to keep, or too much.
pub(super) fn collected(
    request: &BuildRequest,
    draft: &Draft,
    scratch: &Scratch,
    wall: Duration,
    executor: &str,
) -> Result<Result<(Tree, Manifest), String>, Error> {
    let installed = &below_build(scratch.path(), paths::DESTINATION);
    // A link in the folder's place would be followed.
    if !fs::symlink_metadata(installed).is_ok_and(|found| found.is_dir()) {
        return Ok(Err(format!("{} is no folder any more", paths::DESTINATION)));
    }
    let modes = collect::make_readable(installed)?;
    // Each name of a file has its own content in the store, and holes are filled.
    let too_much = shape(installed, request.plan.limits.disk);
    if let Some(exceeded) = too_much.map_err(|e| Error::io(installed, &e))? {
        return Ok(Err(exceeded.to_string()));
    }
    let mut tree = match collect::read_tree(installed) {
        // What cannot be kept is the build's own doing.
        Err(Error::Input { what, .. }) => return Ok(Err(what)),
        read => read?,
    };
    collect::with_modes(&mut tree, installed, &modes);
    let wanted = collect::globs(&request.plan.collect)?;
    tree.retain(|path| wanted.is_match(path.as_str()));
    // In the sandbox everything belongs to whoever runs it.
    tree.attributes.values_mut().for_each(|a| a.owner = None);
    if tree.entries.is_empty() {
        return Ok(Err(format!(
            "nothing was installed below {} that `collect` takes",
            paths::DESTINATION
        )));
    }
    let manifest = tree.manifest();
    let folder = draft.path().join(super::TREE);
    write_tree(&tree, &folder)?;
    let logs = draft.path().join("logs");
    fs::rename(scratch.path().join("logs"), &logs).map_err(|e| Error::io(&logs, &e))?;
    for (name, text) in [
        ("manifest.jsonl", collect::write_manifest(&manifest)?),
        ("seconds", format!("{:.3}\n", wall.as_secs_f64())),
        ("executor", format!("{executor}\n")),
    ] {
        let path = draft.path().join(name);
        fs::write(&path, text).map_err(|e| Error::io(&path, &e))?;
    }
    Ok(Ok((tree, manifest)))
}

/// Lays `tree` out below `folder`, readable for all and with directories its owner can remove; without the bits that
/// make a program run as its owner. The manifest has the modes.
fn write_tree(tree: &Tree, folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(|e| Error::io(folder, &e))?;
    for (at, entry) in &tree.entries {
        let path = folder.join(at.on_disk());
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|e| Error::io(parent, &e))?;
        }
        let set = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode));
        let written = match entry {
            Entry::Dir { mode } => {
                fs::create_dir_all(&path).and_then(|()| set(mode & 0o777 | 0o755))
            }
            Entry::File { mode, content } => {
                // Whom the program runs as is not who keeps it.
                let all = if mode & 0o111 == 0 { 0o444 } else { 0o555 };
                fs::write(&path, content).and_then(|()| set(mode & 0o777 | all))
            }
            Entry::Link { target } => {
                let target = std::ffi::OsString::from_vec(RelPath::unspell(target));
                std::os::unix::fs::symlink(target, &path)
            }
            // Nothing can run or read these through the store; the manifest has their kind.
            Entry::Special { .. } => Ok(()),
        };
        written.map_err(|e| Error::io(&path, &e))?;
    }
    Ok(())
}
