//! `crossproof gate nix`: a cross-built path in a binary cache, under the native derivation's name.

use crate::args::gate::NixArguments;
use crate::commands::compare::read;
use crate::exit::{BadInput, Status};
use crate::keys;
use crate::policies::Policy;
use crate::render;
use crate::screen::print;
use crate::weighing;
use anyhow::{Context as _, Result};
use crossproof_attest::NixKey;
use crossproof_exec::publish::nix::{self, Described, NixStore, Unpacked};
use crossproof_model::Pair;
use crossproof_model::gate::{Answer, Decisions};
use std::collections::BTreeSet;

/// Decides about a pair of store paths; publishes the cross-built one if it passes, and withdraws what the cache has
/// under the native one's name if it does not.
pub fn gate(arguments: &NixArguments) -> Result<Status> {
    let policy = Policy::read(&arguments.policy)?;
    let key = NixKey::read(&keys::foreign_secret(&arguments.nix_key)?)
        .map_err(|error| BadInput(format!("{}: {error}", arguments.nix_key.display())))?;
    let (_, base) = nix::split(&arguments.native)?;
    let name = arguments.name.as_deref().unwrap_or(&base[33..]);
    let scratch = tempfile::tempdir().context("a temporary folder")?;
    let store = NixStore {
        uri: arguments.nix_store.clone(),
    };
    let native = store.unpack(&arguments.native, &scratch.path().join("native"))?;
    let cross = store.unpack(&arguments.cross, &scratch.path().join("cross"))?;
    // What is judged is what would be published, byte for byte: references written over first.
    let references = stand_in(arguments, &native, &cross)?;
    // A store path may be one file: its tree is that file, by the path's name.
    let trees = Pair::new(&native, &cross).map(|path| read(&path.folder, &base[33..]));
    let trees = trees.transpose()?;
    let decision = weighing::weigh_trees(&policy.says, name, arguments.target, trees.as_ref());
    let answer = decision.answer;
    let decisions = Decisions {
        policy: policy.says.digest,
        decisions: vec![decision],
    };
    let mut out = render::decisions::decisions(&decisions, true);
    let status = match answer {
        Answer::Substitute => {
            let described = Described::of(&arguments.native, &cross.folder, references)?;
            described.publish(&arguments.cache, &key.sign(&described.fingerprint()))?;
            out += &format!(
                "published as {} in {}\n",
                described.path,
                arguments.cache.display()
            );
            Status::Holds
        }
        Answer::Refuse => {
            if nix::withdraw(&arguments.cache, &arguments.native)? {
                out += &format!("withdrawn: {}\n", arguments.native);
            }
            Status::Below
        }
    };
    print(&out)?;
    Ok(status)
}

/// Writes the native paths over the cross ones in the cross-built content, and says what it refers to then. It may
/// refer to nothing that the native path does not.
fn stand_in(
    arguments: &NixArguments,
    native: &Unpacked,
    cross: &Unpacked,
) -> Result<BTreeSet<String>> {
    let own = (cross.path.clone(), native.path.clone());
    let pairs: Vec<(String, String)> = std::iter::once(own).chain(arguments.map.clone()).collect();
    for (old, new) in &pairs {
        nix::split(old)?;
        nix::split(new)?;
        if old.len() != new.len() && nix::mentions(&cross.folder, old)? {
            return Err(BadInput(format!(
                "the cross-built path has {old} in it, which is not as long as {new}: give both derivations the same name"
            ))
            .into());
        }
    }
    let same_length: Vec<_> = pairs
        .iter()
        .filter(|(old, new)| old.len() == new.len())
        .cloned()
        .collect();
    nix::rewrite(&cross.folder, &same_length)?;
    // Nix finds references by the hash alone: one that stands elsewhere than in the whole path would be left, and
    // would refer to nothing.
    for (old, _) in &pairs {
        let hash = &nix::split(old)?.1[..32];
        if nix::mentions(&cross.folder, hash)? {
            return Err(BadInput(format!(
                "the cross-built path has {hash}, the hash of {old}, outside that path: it cannot be written over"
            ))
            .into());
        }
    }
    let moved = |path: &String| {
        let pair = pairs.iter().find(|(old, _)| old == path);
        pair.map_or_else(|| path.clone(), |(_, new)| new.clone())
    };
    let references: BTreeSet<String> = cross.references.iter().map(moved).collect();
    let strange: Vec<&str> = references
        .difference(&native.references)
        .map(String::as_str)
        .collect();
    match strange.as_slice() {
        [] => Ok(references),
        strange => Err(BadInput(format!(
            "the cross-built path refers to {}, which the native one does not: name what it stands for with --map CROSS=NATIVE",
            strange.join(", ")
        ))
        .into()),
    }
}
