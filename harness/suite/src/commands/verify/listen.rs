//! What trusted keys say in a file of attestations. Whatever cannot be judged refuses everything: what was altered may
//! have been a refusal.

use crate::keys;
use anyhow::Result;
use crossproof_attest::{BadEnvelope, Envelope, KeyId, PublicKey};
use crossproof_policy::trust::Heard;
use crossproof_record as record;
use std::collections::BTreeMap;
use std::path::Path;

/// One envelope on one line.
pub const BUNDLE: &str = ".intoto.jsonl";
/// One envelope.
pub const ENVELOPE: &str = ".intoto.json";

/// What is done with an envelope that no trusted key signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strangers {
    /// It refuses everything: it may be a trusted key's, with its signature altered.
    Refuse,
    /// It is left out, and that is said.
    LeaveOut,
}

/// What was in a file.
pub enum Listened {
    /// A statement of equivalence.
    Heard(Box<Heard>),
    /// A summary of what a statement beside it says.
    Summary,
    /// An envelope of strangers, and why it is taken for that.
    LeftOut(String),
    /// What cannot be judged, and why.
    Bad(String),
}

/// Listens to a file.
pub fn listen(
    file: &Path,
    trusted: &BTreeMap<KeyId, PublicKey>,
    strangers: Strangers,
) -> Result<Listened> {
    let text = keys::read(file)?;
    let envelope = match file.to_string_lossy().ends_with(BUNDLE) {
        true => match one_line(&text) {
            Ok(line) => line,
            Err(why) => return Ok(Listened::Bad(why)),
        },
        false => text.trim(),
    };
    Ok(said(envelope, file, trusted, strangers))
}

/// The line of a bundle. There is one: where there were several, one that was taken out would not be missed.
fn one_line(text: &str) -> Result<&str, String> {
    let Some(line) = text.strip_suffix('\n') else {
        return Err("it does not end in a line break: it was cut short".to_owned());
    };
    if line.contains('\n') {
        return Err(
            "it has several lines: expected one envelope to a file, since one that was taken out would not be missed (split -l 1 takes it apart)"
                .to_owned(),
        );
    }
    // JSON may stand between blanks; a bundle's line does not, so that it was altered if it does.
    if line.trim() != line {
        return Err("its line begins or ends in blanks: it was altered".to_owned());
    }
    Ok(line)
}

/// What one envelope says of equivalence.
fn said(
    text: &str,
    file: &Path,
    trusted: &BTreeMap<KeyId, PublicKey>,
    strangers: Strangers,
) -> Listened {
    let opened = Envelope::read(text).and_then(|one| one.open(record::PAYLOAD_TYPE, trusted));
    let signed = match opened {
        Ok(signed) => signed,
        Err(error @ BadEnvelope::Untrusted(_)) if strangers == Strangers::LeaveOut => {
            return Listened::LeftOut(error.to_string());
        }
        Err(error @ BadEnvelope::Untrusted(_)) => {
            return Listened::Bad(format!(
                "{error}: it may be a refusal that was altered; keep what others say in a folder of its own, or leave it out with --leave-out-strangers"
            ));
        }
        Err(error) => return Listened::Bad(error.to_string()),
    };
    let Ok(payload) = String::from_utf8(signed.payload) else {
        return Listened::Bad("its payload is not text".to_owned());
    };
    let keys = signed.keys.iter().map(|id| id.as_str().to_owned());
    match record::read_statement(&payload, &format!("{} (payload)", file.display())) {
        Err(error) => Listened::Bad(error.to_string()),
        Ok(None) => Listened::Summary,
        Ok(Some(statement)) => Listened::Heard(Box::new(Heard {
            statement,
            keys: keys.collect(),
        })),
    }
}
