//! `crossproof key`: pairs of keys to sign with.

use crate::args::gate::KeyAction;
use crate::exit::{BadInput, Status};
use crate::keys::{self, Asking};
use crate::screen::print;
use crate::untrusted::tame;
use anyhow::{Context as _, Result};
use crossproof_attest::SecretKey;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use tempfile::{Builder, NamedTempFile};

/// Makes or names keys.
pub fn key(action: &KeyAction) -> Result<Status> {
    match action {
        KeyAction::New { name, passphrase } => {
            let (secret_file, public_file) = (with_ending(name, ".key"), with_ending(name, ".pub"));
            for file in [&secret_file, &public_file] {
                // A link to nothing is there, too.
                if fs::symlink_metadata(file).is_ok() {
                    return Err(taken(file).into());
                }
            }
            // Who can write there could put a pair of their own in its place.
            keys::guarded(folder(&secret_file))?;
            let passphrase = keys::passphrase(passphrase, Asking::Twice)?;
            let secret = SecretKey::generate().context("making a key")?;
            let public = secret.public();
            let sealed = secret.seal(&passphrase).context("encrypting the key")?;
            let secret = draft(&secret_file, &sealed, 0o600)?;
            let public_pem = draft(&public_file, &public.pem(), 0o644)?;
            both((secret, &secret_file), (public_pem, &public_file))?;
            print(&format!(
                "{}  (secret: encrypted, keep it)\n{}  (public: give it to whoever verifies)\nkey id {}\n",
                shown(&secret_file),
                shown(&public_file),
                public.id()
            ))?;
        }
        KeyAction::Id { file } => {
            let id = keys::public(file)?.id();
            print(&format!("{id}  {}\n", shown(file)))?;
        }
    }
    Ok(Status::Holds)
}

fn folder(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn shown(file: &Path) -> String {
    tame(&file.display().to_string()).into_owned()
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

/// The text in a file beside `file`, on the disk, with these permission bits from its first byte on. It is gone when it
/// is dropped.
fn draft(file: &Path, text: &str, mode: u32) -> Result<NamedTempFile> {
    let folder = folder(file);
    let written = || {
        let mut draft = Builder::new()
            .prefix(".key-")
            .suffix(".draft")
            .permissions(fs::Permissions::from_mode(mode))
            .tempfile_in(folder)?;
        draft.write_all(text.as_bytes())?;
        draft.as_file().sync_all()?;
        Ok(draft)
    };
    written().map_err(|error: std::io::Error| cannot(file, &error).into())
}

fn cannot(file: &Path, error: &std::io::Error) -> BadInput {
    BadInput(format!("cannot write {}: {error}", file.display()))
}

/// Puts both drafts in their places, never over what is there; neither stays where not both can.
fn both(secret: (NamedTempFile, &Path), public: (NamedTempFile, &Path)) -> Result<()> {
    let place = |(draft, file): (NamedTempFile, &Path)| {
        draft
            .persist_noclobber(file)
            .map_err(|failed| match failed.error.kind() {
                std::io::ErrorKind::AlreadyExists => taken(file),
                _ => cannot(file, &failed.error),
            })
    };
    let secret_file = secret.1;
    place(secret)?;
    place(public).map(drop).map_err(|error| {
        // Made a moment ago and told to no one: it is no key yet.
        let _ = fs::remove_file(secret_file);
        error.into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_of_keys_is_there_whole_or_not_at_all() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        let names = || {
            let listing = fs::read_dir(place.path()).unwrap();
            let names = listing.map(|entry| entry.unwrap().file_name().into_string().unwrap());
            let mut names: Vec<String> = names.collect();
            names.sort();
            names
        };
        let make = || {
            let (secret, public) = (at("a.key"), at("a.pub"));
            both(
                (draft(&secret, "secret", 0o600)?, &secret),
                (draft(&public, "public", 0o644)?, &public),
            )
        };
        for taken in ["a.key", "a.pub"] {
            // A link to nothing: what `exists` does not see.
            std::os::unix::fs::symlink("nowhere", at(taken)).unwrap();
            assert!(make().unwrap_err().to_string().contains("not overwritten"));
            assert_eq!(names(), [taken]);
            fs::remove_file(at(taken)).unwrap();
        }
        make().unwrap();
        assert_eq!(names(), ["a.key", "a.pub"]);
        assert!(make().is_err());
        assert_eq!(fs::read_to_string(at("a.key")).unwrap(), "secret");
        let missing = at("none/a.key");
        assert!(
            draft(&missing, "", 0o600)
                .unwrap_err()
                .to_string()
                .contains("cannot write")
        );
    }
}
