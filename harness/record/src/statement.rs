//! Statements to be signed, as in-toto Statements (version 1) in JSON: of equivalence, with a predicate of our
//! own (`docs/attestations.md`), and a SLSA Verification Summary where a gate was passed.

mod contradiction;
mod predicate;

use crate::comparison::{each, json};
use crate::error::{Error, Fault, Under};
use crate::text::Text;
use crate::yaml;
use crossproof_model::digest::Sha256;
use crossproof_model::statement::{Statement, Subject};
use crossproof_model::{Digest, Level};
use predicate::PredicateWire;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The payload type of an in-toto Statement in a DSSE envelope.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

const STATEMENT: &str = "https://in-toto.io/Statement/v1";
const EQUIVALENCE: &str = "urn:crossproof:equivalence:v1";
const SUMMARY: &str = "https://slsa.dev/verification_summary/v1";

/// An in-toto Statement about equivalence.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatementFile {
    /// `https://in-toto.io/Statement/v1`.
    #[serde(rename = "_type")]
    kind: Text,
    /// The files of the cross artifact.
    subject: Vec<SubjectWire>,
    /// `urn:crossproof:equivalence:v1`.
    #[serde(rename = "predicateType")]
    predicate_type: Text,
    /// What is said of them.
    predicate: PredicateWire,
}

/// A file by its path in the artifact.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SubjectWire {
    name: Text,
    digest: DigestsWire,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DigestsWire {
    sha256: Text,
    blake3: Text,
}

impl SubjectWire {
    fn of(subject: &Subject) -> Self {
        SubjectWire {
            name: Text(subject.name.clone()),
            digest: DigestsWire {
                sha256: subject.sha256.as_str().into(),
                blake3: Text(subject.blake3.to_string()),
            },
        }
    }

    fn subject(self) -> Result<Subject, Fault> {
        let sha256: Sha256 = self.digest.sha256.read().under("sha256").under("digest")?;
        let blake3: Digest = self.digest.blake3.read().under("blake3").under("digest")?;
        Ok(Subject {
            name: self.name.0,
            sha256,
            blake3,
        })
    }
}

/// The statement as JSON, ending in a line break.
pub fn statement_json(statement: &Statement) -> String {
    json(&StatementFile {
        kind: STATEMENT.into(),
        subject: statement.subjects.iter().map(SubjectWire::of).collect(),
        predicate_type: EQUIVALENCE.into(),
        predicate: PredicateWire::of(statement),
    })
}

/// Reads a statement of equivalence; `file` is what errors call it. `None` if it is a summary of a passed gate, which
/// says nothing more. A statement of a kind that is not known, which may be a refusal, is an error. One that contradicts itself is an error, as one that names a key twice.
pub fn read_statement(text: &str, file: &str) -> Result<Option<Statement>, Error> {
    let bad = |error| Error::json(file, &error);
    yaml::no_key_twice(text).map_err(bad)?;
    let head: Head = serde_json::from_str(text).map_err(bad)?;
    if head.kind.as_str() != STATEMENT {
        let fault = Fault::new(format!("expected `{STATEMENT}`")).under("_type");
        return Err(yaml::find(text, file, &fault));
    }
    let passed = (head.predicate.get("verificationResult")).and_then(|word| word.as_str());
    match head.predicate_type.as_str() {
        EQUIVALENCE => {}
        SUMMARY if passed == Some("PASSED") => return Ok(None),
        SUMMARY => {
            let fault =
                Fault::new("a summary that does not say `PASSED` may refuse what is asked about");
            let fault = fault.under("verificationResult").under("predicate");
            return Err(yaml::find(text, file, &fault));
        }
        other => {
            let fault = Fault::new(format!(
                "`{other}` is not known here, and may refuse what is asked about: keep statements of other kinds elsewhere"
            ));
            return Err(yaml::find(text, file, &fault.under("predicateType")));
        }
    }
    let wire: StatementFile = serde_json::from_str(text).map_err(bad)?;
    let statement = wire.statement();
    statement
        .map(Some)
        .map_err(|fault| yaml::find(text, file, &fault))
}

/// What is read of a statement before its predicate is known.
#[derive(Deserialize)]
struct Head {
    #[serde(rename = "_type")]
    kind: Text,
    #[serde(rename = "predicateType")]
    predicate_type: Text,
    #[serde(default)]
    predicate: serde_json::Value,
}

impl StatementFile {
    fn statement(self) -> Result<Statement, Fault> {
        let subjects = each(self.subject, SubjectWire::subject).under("subject")?;
        if subjects.is_empty() {
            return Err(Fault::new("expected at least one file").under("subject"));
        }
        let statement = self.predicate.statement(subjects).under("predicate")?;
        contradiction::none(&statement)?;
        Ok(statement)
    }
}

/// A SLSA Verification Summary (version 1) of a passed gate, as JSON: the same subjects, verified at a level.
pub fn summary_json(statement: &Statement, policy_uri: &str) -> String {
    json(&SummaryFile {
        kind: STATEMENT,
        subject: statement.subjects.iter().map(SubjectWire::of).collect(),
        predicate_type: SUMMARY,
        predicate: SummaryWire {
            verifier: VerifierWire {
                id: format!("urn:crossproof:gate:{}", statement.tool),
            },
            time_verified: statement.issued.to_string(),
            resource_uri: format!(
                "urn:crossproof:case:{}:{}",
                statement.name,
                statement.target.short()
            ),
            policy: PolicyWire {
                uri: policy_uri.to_owned(),
                digest: PolicyDigest {
                    blake3: statement.policy.to_string(),
                },
            },
            verification_result: "PASSED",
            verified_levels: vec![level_name(statement.level)],
            slsa_version: "1.0",
        },
    })
}

/// The specification wants names that do not begin with `SLSA_` for what is not SLSA's.
fn level_name(level: Level) -> String {
    format!("CROSSPROOF_{}", level.name().to_ascii_uppercase())
}

#[derive(Serialize)]
struct SummaryFile {
    #[serde(rename = "_type")]
    kind: &'static str,
    subject: Vec<SubjectWire>,
    #[serde(rename = "predicateType")]
    predicate_type: &'static str,
    predicate: SummaryWire,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SummaryWire {
    verifier: VerifierWire,
    time_verified: String,
    resource_uri: String,
    policy: PolicyWire,
    verification_result: &'static str,
    verified_levels: Vec<String>,
    slsa_version: &'static str,
}

#[derive(Serialize)]
struct VerifierWire {
    id: String,
}

#[derive(Serialize)]
struct PolicyWire {
    uri: String,
    digest: PolicyDigest,
}

#[derive(Serialize)]
struct PolicyDigest {
    blake3: String,
}
