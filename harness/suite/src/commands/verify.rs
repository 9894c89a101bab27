//! `crossproof verify`: are these the files that trusted keys vouch for?

mod listen;
#[cfg(test)]
mod mutations;
#[cfg(test)]
mod shapes;

use super::attest::subject;
use super::compare;
use crate::args::gate::VerifyArguments;
use crate::exit::{BadInput, Status};
use crate::keys;
use crate::policies::Policy;
use crate::screen::{print, say};
use crate::untrusted::{lines, tame};
use anyhow::Result;
use crossproof_attest::{KeyId, PublicKey};
use crossproof_model::Entry;
use crossproof_model::gate::GatePolicy;
use crossproof_policy::gate::contradicted;
use crossproof_policy::trust::{Demand, Distrust, Heard, Offered, Witnesses};
use jiff::Timestamp;
use listen::{BUNDLE, ENVELOPE, Listened, Strangers, listen};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Verifies every file; one that is not vouched for fails all.
pub fn verify(arguments: &VerifyArguments) -> Result<Status> {
    let verified = verified(arguments)?;
    for one in &verified.left_out {
        say(&format!("{one}; left out"));
    }
    print(&verified.text)?;
    Ok(verified.status)
}

/// What verifying came to.
struct Verified {
    text: String,
    /// Statements that were left out, and why.
    left_out: Vec<String>,
    status: Status,
}

/// What was heard in all files, and what was left out; or what refuses everything.
type AllHeard = std::result::Result<(Vec<Heard>, Vec<String>), String>;

fn verified(arguments: &VerifyArguments) -> Result<Verified> {
    let trusted = keys::trusted(&arguments.key)?;
    let policy = arguments
        .policy
        .as_deref()
        .map(Policy::read)
        .transpose()?
        .map(|policy| policy.says);
    let (mut bundles, artifacts): (Vec<PathBuf>, Vec<PathBuf>) = arguments
        .paths
        .iter()
        .cloned()
        .partition(|path| is_attestation(path));
    for folder in &arguments.attestations {
        bundles.extend(keys::statements(folder, &[BUNDLE, ENVELOPE])?);
    }
    if artifacts.is_empty() || bundles.is_empty() {
        return Err(BadInput(format!(
            "expected files or folders to verify, and statements about them: files named *{BUNDLE} or *{ENVELOPE}, or a folder of these with --attestations"
        ))
        .into());
    }
    let (heard, left_out) = match heard(arguments, &bundles, &trusted, policy.as_ref())? {
        Ok(all) => all,
        // What was altered may have been a refusal: nothing is accepted beside it.
        Err(why) => {
            return Ok(Verified {
                text: format!("REFUSED: {}\n", lines(&why)),
                left_out: Vec::new(),
                status: Status::Below,
            });
        }
    };
    let demand = Demand {
        quorum: arguments.quorum.into(),
        policy: policy.map(|policy| policy.digest),
        now: Timestamp::now(),
    };
    let witnesses = Witnesses::of(&heard);
    let mut out = String::new();
    let mut refused = 0;
    for artifact in &artifacts {
        let files = offered(artifact)?;
        if files.is_empty() {
            return Err(BadInput(format!("{} has no file", artifact.display())).into());
        }
        for (shown, file) in &files {
            match witnesses.verify(file, &demand) {
                Ok(vouched) => writeln!(
                    out,
                    "accepted  {}  {} of {} keys, until {}",
                    tame(shown),
                    vouched.keys.len(),
                    demand.quorum,
                    vouched.until
                )?,
                Err(why) => {
                    refused += 1;
                    let why = told(&why, &trusted);
                    writeln!(out, "REFUSED   {}  {}", tame(shown), tame(&why))?;
                }
            }
        }
    }
    Ok(Verified {
        text: out,
        left_out,
        status: match refused {
            0 => Status::Holds,
            _ => Status::Below,
        },
    })
}

/// Listens to every file. A statement that the policy cannot have let through is as bad as one that was altered.
fn heard(
    arguments: &VerifyArguments,
    bundles: &[PathBuf],
    trusted: &BTreeMap<KeyId, PublicKey>,
    policy: Option<&GatePolicy>,
) -> Result<AllHeard> {
    let strangers = match arguments.leave_out_strangers {
        true => Strangers::LeaveOut,
        false => Strangers::Refuse,
    };
    let (mut heard, mut left_out) = (Vec::new(), Vec::new());
    for bundle in bundles {
        let shown = bundle.display();
        match listen(bundle, trusted, strangers)? {
            Listened::Summary => {}
            Listened::LeftOut(why) => left_out.push(lines(&format!("{shown}: {why}"))),
            Listened::Bad(why) => return Ok(Err(format!("{shown}: {why}"))),
            Listened::Heard(one) => {
                if let Some(why) = policy.and_then(|policy| contradicted(policy, &one.statement)) {
                    return Ok(Err(format!(
                        "{shown}: it says `substitute` by the policy given, which does not allow it: {why}"
                    )));
                }
                heard.push(*one);
            }
        }
    }
    Ok(Ok((heard, left_out)))
}

fn is_attestation(path: &Path) -> bool {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    !path.is_dir() && (name.ends_with(BUNDLE) || name.ends_with(ENVELOPE))
}

fn told(why: &Distrust, trusted: &BTreeMap<KeyId, PublicKey>) -> String {
    match why {
        Distrust::Unknown => format!("{why} ({} keys are trusted)", trusted.len()),
        why => why.to_string(),
    }
}

/// The files of an artifact: a file by its own name, those of a tree by their paths in it.
fn offered(path: &Path) -> Result<Vec<(String, Offered)>> {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let tree = compare::read(path, &name)?;
    let whole = path.is_dir().then(|| tree.manifest().digest());
    let files = tree.entries.iter().filter_map(|(at, entry)| match entry {
        Entry::File { content, .. } => {
            let file = subject(at.as_str(), content);
            let shown = match whole {
                Some(_) => path.join(at.as_str()).display().to_string(),
                None => path.display().to_string(),
            };
            Some((shown, Offered { file, tree: whole }))
        }
        Entry::Dir { .. } | Entry::Link { .. } | Entry::Special { .. } => None,
    });
    Ok(files.collect())
}
