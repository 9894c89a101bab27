//! `crossproof key`: pairs of keys to sign with.

use super::print;
use crate::args::gate::KeyAction;
use crate::exit::{BadInput, Status};
use crate::keys::{self, Asking};
use anyhow::{Context as _, Result};
use crossproof_attest::SecretKey;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Makes or names keys.
pub fn key(action: &KeyAction) -> Result<Status> {
    match action {
        KeyAction::New { name, passphrase } => {
            let (secret_file, public_file) = (with_ending(name, ".key"), with_ending(name, ".pub"));
            for file in [&secret_file, &public_file] {
                if file.exists() {
                    return Err(taken(file).into());
                }
            }
            let passphrase = keys::passphrase(passphrase, Asking::Twice)?;
            let secret = SecretKey::generate().context("making a key")?;
            let public = secret.public();
            let sealed = secret.seal(&passphrase).context("encrypting the key")?;
            write(&secret_file, &sealed, 0o600)?;
            write(&public_file, &public.pem(), 0o644)?;
            print(&format!(
                "{}  (secret: encrypted, keep it)\n{}  (public: give it to whoever verifies)\nkey id {}\n",
                secret_file.display(),
                public_file.display(),
                public.id()
            ))?;
        }
        KeyAction::Id { file } => {
            let id = keys::public(file)?.id();
            print(&format!("{id}  {}\n", file.display()))?;
        }
    }
    Ok(Status::Holds)
}

fn with_ending(name: &Path, ending: &str) -> PathBuf {
    let mut name = name.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn taken(file: &Path) -> BadInput {
    BadInput(format!(
        "{} is there already: keys are not overwritten",
        file.display()
    ))
}

/// Never over a file that is there, and from its first byte on with these permission bits.
fn write(file: &Path, text: &str, mode: u32) -> Result<()> {
    let opened = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(file);
    let mut opened = opened.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => taken(file),
        _ => BadInput(format!("cannot write {}: {error}", file.display())),
    })?;
    opened
        .write_all(text.as_bytes())
        .with_context(|| file.display().to_string())
}
