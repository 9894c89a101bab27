//! Keys and passphrases: from files, the environment or the terminal.

mod guard;

pub use guard::guarded;

use crate::args::gate::{PassphraseArguments, SigningArguments};
use crate::exit::BadInput;
use crate::screen;
use anyhow::{Context as _, Result};
use crossproof_attest::{KeyId, PublicKey, SecretKey};
use std::collections::BTreeMap;
use std::fs;
use std::io::{IsTerminal as _, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Where a passphrase may stand.
const VARIABLE: &str = "CROSSPROOF_PASSPHRASE";

/// Whether a passphrase that is typed is typed twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// To open a key.
    Once,
    /// To make one.
    Twice,
}

/// The passphrase of a key.
pub fn passphrase(arguments: &PassphraseArguments, asking: Asking) -> Result<Zeroizing<String>> {
    let passphrase = match (&arguments.passphrase_file, std::env::var(VARIABLE)) {
        (Some(file), _) => {
            warn_if_open(file);
            let text = Zeroizing::new(read(file)?);
            Zeroizing::new(text.lines().next().unwrap_or_default().to_owned())
        }
        (None, Ok(text)) => Zeroizing::new(text),
        (None, Err(_)) => typed(asking)?,
    };
    if passphrase.is_empty() {
        return Err(BadInput("the passphrase is empty: a key is kept encrypted".to_owned()).into());
    }
    Ok(passphrase)
}

fn typed(asking: Asking) -> Result<Zeroizing<String>> {
    if !std::io::stdin().is_terminal() {
        return Err(BadInput(format!(
            "no passphrase: set {VARIABLE}, or name a file with --passphrase-file"
        ))
        .into());
    }
    let ask = |prompt| rpassword::prompt_password(prompt).map(Zeroizing::new);
    let first = ask("Passphrase: ").context("reading the passphrase")?;
    if asking == Asking::Twice && *ask("Once more: ").context("reading the passphrase")? != *first {
        return Err(BadInput("the two passphrases differ".to_owned()).into());
    }
    Ok(first)
}

/// The secret key that is named, opened.
pub fn secret(arguments: &SigningArguments) -> Result<SecretKey> {
    let path = &arguments.key;
    guard::guarded(path)?;
    let pem = Zeroizing::new(read(path)?);
    let mode = mode(path);
    if mode & 0o077 != 0 {
        return Err(BadInput(format!(
            "{} can be read by others (mode {:04o}): chmod 600 it, and consider whether it is still secret",
            path.display(),
            mode & 0o7777
        ))
        .into());
    }
    let passphrase = passphrase(&arguments.passphrase, Asking::Once)?;
    SecretKey::open(&pem, &passphrase)
        .map_err(|error| BadInput(format!("{}: {error}", path.display())).into())
}

/// A secret of a different program's making, which it left as readable as its maker's settings have it.
pub fn foreign_secret(path: &Path) -> Result<Zeroizing<String>> {
    guard::guarded(path)?;
    warn_if_open(path);
    read(path).map(Zeroizing::new)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).map_or(0, |found| match found.is_file() {
        true => found.permissions().mode(),
        // Of a pipe no one but its reader reads.
        false => 0,
    })
}

fn warn_if_open(path: &Path) {
    let mode = mode(path);
    if mode & 0o077 != 0 {
        screen::say(&format!(
            "warning: {} can be read by others (mode {:04o}): chmod 600 it, and consider whether it is still secret",
            path.display(),
            mode & 0o7777
        ));
    }
}

/// The public keys in these files, and in the `*.pub` of these folders. None of them may be where others can write:
/// who puts a key there would be believed.
pub fn trusted(paths: &[PathBuf]) -> Result<BTreeMap<KeyId, PublicKey>> {
    let mut keys = BTreeMap::new();
    for path in paths {
        let files = match path.is_dir() {
            true => ending(path, &[".pub"])?,
            false => vec![path.clone()],
        };
        if files.is_empty() {
            return Err(BadInput(format!("{}: no *.pub in it", path.display())).into());
        }
        guard::guarded(path)?;
        for file in files {
            guard::guarded(&file)?;
            let key = public(&file)?;
            keys.insert(key.id(), key);
        }
    }
    Ok(keys)
}

/// A public key.
pub fn public(file: &Path) -> Result<PublicKey> {
    PublicKey::read(&read(file)?)
        .map_err(|error| BadInput(format!("{}: {error}", file.display())).into())
}

/// The statements of a folder: files whose names end in one of these, in order. What may be one by its name, and is not
/// called so, is an error: passed over, a refusal would not be missed.
pub fn statements(folder: &Path, endings: &[&str]) -> Result<Vec<PathBuf>> {
    let files = ending(folder, endings)?;
    for path in ending(folder, &[""])? {
        let name = path.file_name().unwrap_or_default();
        let name = name.to_string_lossy().to_ascii_lowercase();
        let name = name.trim_end();
        let like = name.contains("intoto") || name.ends_with(".json") || name.ends_with(".jsonl");
        if (like && !files.contains(&path)) || path.is_dir() {
            return Err(BadInput(format!(
                "{} is not named *{}, and may hold statements: rename it, or move it elsewhere",
                path.display(),
                endings.join(" or *")
            ))
            .into());
        }
    }
    Ok(files)
}

/// The files of a folder whose names end in one of these, in order.
pub fn ending(folder: &Path, endings: &[&str]) -> Result<Vec<PathBuf>> {
    let unreadable = |error| BadInput(format!("cannot read {}: {error}", folder.display()));
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if endings.iter().any(|ending| name.ends_with(ending)) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// As much as is read of a file. The largest there are, reports of thousands of cases, have some tens of megabytes.
const MOST: u64 = 256 << 20;

/// A file of text, or a pipe: bounded, since what others give to be read may have no end.
pub fn read(path: &Path) -> Result<String> {
    let cannot = |what: &str| BadInput(format!("cannot read {}: {what}", path.display()));
    let file = fs::File::open(path).map_err(|error| cannot(&error.to_string()))?;
    let mut text = String::new();
    file.take(MOST + 1)
        .read_to_string(&mut text)
        .map_err(|error| cannot(&error.to_string()))?;
    match text.len() as u64 > MOST {
        true => Err(cannot(&format!("it has more than {MOST} bytes")).into()),
        false => Ok(text),
    }
}
