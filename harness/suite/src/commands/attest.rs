//! `crossproof attest`: what a gate decided and everything that was found, signed.

use super::gate;
use crate::age::age;
use crate::args::PlaceArguments;
use crate::args::gate::AttestArguments;
use crate::exit::{BadInput, Status};
use crate::keys;
use crate::screen::print;
use crate::weighing::{self, Belief, Weighed};
use crate::witness;
use anyhow::{Context as _, Result};
use crossproof_attest::{Envelope, SecretKey};
use crossproof_exec::leg::Built;
use crossproof_exec::publish::Folder;
use crossproof_model::gate::{Answer, Decision, Objection};
use crossproof_model::report::Trial;
use crossproof_model::statement::{Statement, Subject};
use crossproof_model::verdict::{Judgement, Verdict};
use crossproof_model::{DiffKey, Digest, Entry, Pair, Side};
use crossproof_record as record;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

/// Decides as `gate` does, and writes a signed statement for each case and target that has artifacts: refusals too.
pub fn attest(place: &PlaceArguments, arguments: &AttestArguments) -> Result<Status> {
    let valid = SignedDuration::try_from(age(&arguments.valid)?)
        .map_err(|_| BadInput(format!("{} is too long", arguments.valid)))?;
    let key = keys::secret(&arguments.signing)?;
    let Some(weighed) = gate::weigh(place, &arguments.judged, Belief::Store)? else {
        return Ok(Status::Interrupted);
    };
    let now = Timestamp::now();
    let latest = now
        .checked_add(valid)
        .map_err(|_| BadInput(format!("{} is too long", arguments.valid)))?;
    let signing = Signing {
        key: &key,
        now,
        valid,
        policy_uri: format!("file:{}", arguments.judged.policy.display()),
    };
    fs::create_dir_all(&arguments.output)
        .with_context(|| arguments.output.display().to_string())?;
    let output = Folder::open(&arguments.output)?;
    let (mut out, mut silent) = (String::new(), false);
    let trials = weighed.decisions.decisions.iter().zip(&weighed.trials);
    for (decision, trial) in trials {
        let name = format!("{}::{}", decision.name, decision.target);
        let stem = format!("{}.{}", decision.name, decision.target);
        let (file, summary) = (
            format!("{stem}.intoto.jsonl"),
            format!("{stem}.vsa.intoto.jsonl"),
        );
        let envelopes = envelopes(&signing, &weighed, decision, trial.as_ref())?;
        // What was said before goes first: an old acceptance must not stand beside a refusal, or instead of nothing.
        output.remove(&summary)?;
        output.remove(&file)?;
        match envelopes {
            Ok(envelopes) => {
                output.write(&file, envelopes.statement.as_bytes())?;
                if let Some(text) = envelopes.summary {
                    output.write(&summary, text.as_bytes())?;
                }
                let file = arguments.output.join(file);
                writeln!(
                    out,
                    "{:10}  {name}  {}",
                    decision.answer.name(),
                    file.display()
                )?;
            }
            Err(why) => {
                silent |= decision.required;
                writeln!(
                    out,
                    "{:10}  {name}  NOT ATTESTED: {why}",
                    decision.answer.name()
                )?;
            }
        }
    }
    writeln!(
        out,
        "\nsigned by key {}, valid for {} from each verdict's time, until {latest:.0} at most",
        key.public().id(),
        arguments.valid
    )?;
    print(&out)?;
    Ok(match silent {
        true => Status::Below,
        false => gate::status(&weighed),
    })
}

struct Signing<'a> {
    key: &'a SecretKey,
    now: Timestamp,
    valid: SignedDuration,
    policy_uri: String,
}

/// What is signed about one case and target.
struct Envelopes {
    statement: String,
    /// Where the gate was passed.
    summary: Option<String>,
}

/// The envelopes about one case and target; or why nothing can be said of it.
fn envelopes(
    signing: &Signing<'_>,
    weighed: &Weighed,
    decision: &Decision,
    trial: Option<&Trial>,
) -> Result<Result<Envelopes, String>> {
    let Some(Judgement::Decided(verdict)) = trial.map(|trial| &trial.judgement) else {
        let why = decision
            .objections
            .first()
            .map(ToString::to_string)
            .unwrap_or_default();
        return Ok(Err(format!("there is no artifact to speak about ({why})")));
    };
    // Neither that it may be substituted nor that it may not is said of what was found elsewhere, or by no one.
    if let Some(why) = decision
        .objections
        .iter()
        .find(|one| **one == Objection::Unwitnessed)
    {
        return Ok(Err(why.to_string()));
    }
    // A verdict is as old as it is, whenever it is signed. Whole seconds, of the past: nothing is said in the future.
    let judged = trial.map(|trial| witness::when(&weighed.store, trial));
    let Some(judged) = judged.transpose()?.flatten() else {
        return Ok(Err(Objection::Unwitnessed.to_string()));
    };
    let issued = judged.min(Timestamp::from_second(signing.now.as_second())?);
    // No longer than what was let through for a while is.
    let tolerated = decision.tolerated.iter().map(|one| one.until.end());
    let expires = tolerated.fold(issued.checked_add(signing.valid)?, Timestamp::min);
    if expires <= signing.now {
        return Ok(Err(format!(
            "its verdict is of {issued}, longer ago than a statement is valid: run the case again"
        )));
    }
    let artifact = |side| weighing::artifact(&weighed.store, verdict, side);
    let artifacts = Pair::new(artifact(Side::Native)?, artifact(Side::Cross)?).transpose();
    let artifacts = match artifacts {
        Ok(artifacts) => artifacts,
        Err(why) => return Ok(Err(why)),
    };
    let policy = weighed.decisions.policy;
    let statement = statement((issued, expires), policy, decision, verdict, &artifacts);
    if statement.subjects.is_empty() {
        return Ok(Err("the cross artifact has no file".to_owned()));
    }
    let text = record::statement_json(&statement);
    // Whoever verifies refuses a statement that contradicts itself: such a one is not signed in the first place.
    record::read_statement(&text, "the statement")?;
    let sign = |text: String| {
        let mut envelope = Envelope::new(record::PAYLOAD_TYPE, text.into_bytes());
        envelope.sign(signing.key);
        envelope.json()
    };
    let passed = decision.answer == Answer::Substitute;
    Ok(Ok(Envelopes {
        statement: sign(text),
        summary: passed.then(|| sign(record::summary_json(&statement, &signing.policy_uri))),
    }))
}

fn statement(
    (issued, expires): (Timestamp, Timestamp),
    policy: Digest,
    decision: &Decision,
    verdict: &Verdict,
    artifacts: &Pair<Built>,
) -> Statement {
    let mut differences: BTreeMap<DiffKey, u64> = BTreeMap::new();
    for difference in verdict.unsettled() {
        *differences.entry(difference.key.clone()).or_default() += 1;
    }
    let rules = verdict
        .comparison
        .rules
        .iter()
        .filter(|(_, places)| **places > 0);
    let sentences = |all: &[Objection]| all.iter().map(ToString::to_string).collect();
    Statement {
        subjects: subjects(&artifacts.right),
        native: subjects(&artifacts.left),
        artifacts: Pair::new(verdict.native.digest(), verdict.cross.digest()),
        name: decision.name.clone(),
        target: decision.target,
        answer: decision.answer,
        objections: sentences(&decision.objections),
        known: sentences(&decision.known),
        policy,
        level: verdict.level,
        behaviour: verdict.behaviour,
        models: verdict
            .observed
            .iter()
            .map(|one| one.model.clone())
            .collect(),
        controls: verdict.controls,
        rules: rules.map(|(rule, _)| rule.clone()).collect(),
        differences,
        waived: decision.tolerated.clone(),
        notes: verdict.notes.clone(),
        provenance: verdict.provenance.clone(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        issued,
        expires,
    }
}

/// The files of an artifact.
fn subjects(built: &Built) -> Vec<Subject> {
    let files = built
        .tree
        .entries
        .iter()
        .filter_map(|(path, entry)| match entry {
            Entry::File { content, .. } => Some(subject(path.as_str(), content)),
            Entry::Dir { .. } | Entry::Link { .. } | Entry::Special { .. } => None,
        });
    files.collect()
}

/// A file by its name and digests.
pub fn subject(name: &str, content: &[u8]) -> Subject {
    Subject {
        name: name.to_owned(),
        sha256: crossproof_model::digest::Sha256::from(<[u8; 32]>::from(Sha256::digest(content))),
        blake3: Digest::of(content),
    }
}
