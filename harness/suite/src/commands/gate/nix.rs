//! `crossproof gate nix`: a cross-built path in a binary cache, under the native derivation's name.

use crate::args::gate::NixArguments;
use crate::commands::compare::read;
use crate::exit::{BadInput, Status};
use crate::keys;
use crate::policies::Policy;
use crate::render;
use crate::screen::{print, say};
use crate::weighing;
use anyhow::{Context as _, Result};
use crossproof_attest::NixKey;
use crossproof_exec::publish::nix::{self, Cache, Described, NixStore, Unpacked};
use crossproof_model::Pair;
use crossproof_model::gate::{Answer, Decisions};
use crossproof_policy::gate::Scope;
use std::collections::{BTreeMap, BTreeSet};

/// Decides about a pair of store paths; publishes the cross-built one if it passes, and withdraws what the cache has
/// under the native one's name if it does not.
pub fn gate(arguments: &NixArguments) -> Result<Status> {
    let policy = Policy::read(&arguments.policy)?;
    let key = NixKey::read(&keys::foreign_secret(&arguments.nix_key)?)
        .map_err(|error| BadInput(format!("{}: {error}", arguments.nix_key.display())))?;
    let (_, base) = nix::split(&arguments.native)?;
    let name = arguments.name.as_deref().unwrap_or(&base[33..]);
    // It stands in lines that people read.
    if !name.chars().all(|c| c.is_ascii_graphic()) {
        return Err(BadInput(format!("--name: `{name}` is not one word")).into());
    }
    let cache = Cache::open(&arguments.cache)?;
    let scratch = tempfile::tempdir().context("a temporary folder")?;
    let store = NixStore {
        uri: arguments.nix_store.clone(),
    };
    let native = store.unpack(&arguments.native, &scratch.path().join("native"))?;
    let cross = store.unpack(&arguments.cross, &scratch.path().join("cross"))?;
    // What is judged is what would be published, byte for byte: references written over first.
    let references = match stand_in(arguments, &native, &cross) {
        Ok(references) => references,
        // What cannot stand in must not go on standing in.
        Err(why) => {
            if cache.withdraw(&arguments.native)? {
                say(&format!("withdrawn: {}", arguments.native));
            }
            return Err(why);
        }
    };
    // A store path may be one file: its tree is that file, by the path's name.
    let trees = Pair::new(&native, &cross).map(|path| read(&path.folder, &base[33..]));
    let trees = trees.transpose()?;
    let case = (name.to_owned(), arguments.target);
    let paths = [&trees.left, &trees.right].map(|tree| tree.entries.keys());
    let paths = paths.into_iter().flatten().map(ToString::to_string);
    policy.is_about(&Scope {
        paths: [(case.clone(), paths.collect())].into(),
        cases: [case].into(),
    })?;
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
            described.publish(&cache, &key.sign(&described.fingerprint()))?;
            out += &format!(
                "published as {} in {}\n",
                described.path,
                arguments.cache.display()
            );
            Status::Holds
        }
        Answer::Refuse => {
            if cache.withdraw(&arguments.native)? {
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
    let mut references: BTreeSet<String> = cross.references.iter().map(moved).collect();
    // A path refers to what stands in it, whatever its store says of it.
    let hash = |path: &String| nix::split(path).map(|(_, base)| base[..32].to_owned());
    let known: BTreeMap<String, &String> = std::iter::once(&native.path)
        .chain(&native.references)
        .map(|path| Ok((hash(path)?, path)))
        .collect::<Result<_>>()?;
    for found in nix::named(&cross.folder, nix::split(&native.path)?.0)? {
        match known.get(&found) {
            Some(path) => _ = references.insert((*path).clone()),
            None => {
                return Err(BadInput(format!(
                    "the cross-built path names {found}-…, which the native one does not refer to: name what it stands for with --map CROSS=NATIVE"
                ))
                .into());
            }
        }
    }
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
