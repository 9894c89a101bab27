//! `crossproof verify`: are these the files that trusted keys vouch for?

use super::attest::subject;
use super::{compare, print};
use crate::args::gate::VerifyArguments;
use crate::exit::{BadInput, Status};
use crate::keys;
use crate::weighing;
use anyhow::Result;
use crossproof_attest::{BadEnvelope, Envelope, KeyId, PublicKey};
use crossproof_model::Entry;
use crossproof_policy::trust::{Demand, Distrust, Heard, Offered, Witnesses};
use crossproof_record as record;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

const BUNDLE: &str = ".intoto.jsonl";
const ENVELOPE: &str = ".intoto.json";

/// Verifies every file; one that is not vouched for fails all.
pub fn verify(arguments: &VerifyArguments) -> Result<Status> {
    let trusted = keys::trusted(&arguments.key)?;
    let policy = arguments
        .policy
        .as_deref()
        .map(weighing::policy)
        .transpose()?;
    let (mut bundles, artifacts): (Vec<PathBuf>, Vec<PathBuf>) = arguments
        .paths
        .iter()
        .cloned()
        .partition(|path| is_attestation(path));
    for folder in &arguments.attestations {
        bundles.extend(keys::ending(folder, &[BUNDLE, ENVELOPE])?);
    }
    if artifacts.is_empty() || bundles.is_empty() {
        return Err(BadInput(format!(
            "expected files or folders to verify, and statements about them: files named *{BUNDLE} or *{ENVELOPE}, or a folder of these with --attestations"
        ))
        .into());
    }
    let mut heard = Vec::new();
    for bundle in &bundles {
        match listen(bundle, &trusted)? {
            Ok(more) => heard.extend(more),
            Err(why) => {
                // What was altered may have been a refusal: nothing is accepted beside it.
                print(&format!("REFUSED: {}: {why}\n", bundle.display()))?;
                return Ok(Status::Below);
            }
        }
    }
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
                    "accepted  {shown}  {} of {} keys, until {}",
                    vouched.keys.len(),
                    demand.quorum,
                    vouched.until
                )?,
                Err(why) => {
                    refused += 1;
                    writeln!(out, "REFUSED   {shown}  {}", told(&why, &trusted))?;
                }
            }
        }
    }
    print(&out)?;
    Ok(match refused {
        0 => Status::Holds,
        _ => Status::Below,
    })
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

/// What trusted keys say in a file; or what is wrong with it. What nobody trusted says is left out, and said.
fn listen(
    file: &Path,
    trusted: &BTreeMap<KeyId, PublicKey>,
) -> Result<std::result::Result<Vec<Heard>, String>> {
    let text = keys::read(file)?;
    let envelopes: Vec<&str> = match file.to_string_lossy().ends_with(BUNDLE) {
        true => match text.strip_suffix('\n') {
            Some(lines) => lines.split('\n').collect(),
            None => {
                return Ok(Err(
                    "it does not end in a line break: it was cut short".to_owned()
                ));
            }
        },
        false => vec![text.trim()],
    };
    let mut heard = Vec::new();
    for line in envelopes {
        // JSON may stand between blanks; a bundle's line does not, so that a line was altered if it does.
        if line.trim() != line {
            return Ok(Err(
                "a line of it begins or ends in blanks: it was altered".to_owned()
            ));
        }
        match said(line, file, trusted) {
            Ok(one) => heard.extend(one),
            Err(Unheard::Untrusted(who)) => {
                eprintln!("crossproof: {}: {who}; left out", file.display());
            }
            Err(Unheard::Bad(why)) => return Ok(Err(why)),
        }
    }
    Ok(Ok(heard))
}

enum Unheard {
    Untrusted(String),
    Bad(String),
}

/// What one envelope says of equivalence; `None` if it speaks of something else.
fn said(
    line: &str,
    file: &Path,
    trusted: &BTreeMap<KeyId, PublicKey>,
) -> std::result::Result<Option<Heard>, Unheard> {
    let bad = |error: BadEnvelope| match error {
        BadEnvelope::Untrusted(_) => Unheard::Untrusted(error.to_string()),
        _ => Unheard::Bad(error.to_string()),
    };
    let envelope = Envelope::read(line).map_err(bad)?;
    let signed = envelope.open(record::PAYLOAD_TYPE, trusted).map_err(bad)?;
    let text = String::from_utf8(signed.payload)
        .map_err(|_| Unheard::Bad("its payload is not text".to_owned()))?;
    let statement = record::read_statement(&text, &format!("{} (payload)", file.display()))
        .map_err(|error| Unheard::Bad(error.to_string()))?;
    Ok(statement.map(|statement| Heard {
        statement,
        keys: signed
            .keys
            .iter()
            .map(|id| id.as_str().to_owned())
            .collect(),
    }))
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
