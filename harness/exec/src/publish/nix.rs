//! Nix: store paths read out of a store, and published in a binary cache (a folder) under another path's name.
//!
//! `nix` itself reads its store, and sees nothing of what is made of it; here are the archives and the cache's own
//! format: a `.narinfo` for each path beside its archive (Nix manual, "Binary Cache Store"; `nix-cache-info`).

mod archive;

use crate::collect;
use crate::command::{capture, host, last_words};
use crate::error::Error;
use crate::publish::Folder;
use crossproof_model::{Bytes, Entry};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

const ADVICE: &str = "install Nix (Debian: `nix-bin`)";

/// A store that `nix` can open.
#[derive(Clone, Debug)]
pub struct NixStore {
    /// As `--store` takes it; the machine's own if none.
    pub uri: Option<String>,
}

/// A path of a store, unpacked.
#[derive(Clone, Debug)]
pub struct Unpacked {
    /// Its whole path: `/nix/store/<hash>-<name>`.
    pub path: String,
    /// Where its content is.
    pub folder: PathBuf,
    /// The store paths it refers to.
    pub references: BTreeSet<String>,
}

impl NixStore {
    fn nix(&self, arguments: &[&str]) -> Result<Vec<u8>, Error> {
        let mut command = host("nix");
        command
            // A store may be named by a path from here.
            .current_dir(".")
            .args(["--extra-experimental-features", "nix-command"])
            .args(arguments);
        if let Some(uri) = &self.uri {
            command.args(["--store", uri]);
        }
        answer(&mut command)
    }

    /// Unpacks `path` into `folder`, which must not be there yet.
    pub fn unpack(&self, path: &str, folder: &Path) -> Result<Unpacked, Error> {
        let described = self.nix(&["path-info", "--json", path])?;
        let described: serde_json::Value =
            serde_json::from_slice(&described).map_err(|e| Error::fault("nix path-info", &e))?;
        // A list with the path in it, or, from 2.19 on, an object by path.
        let entry = match &described {
            serde_json::Value::Array(paths) => paths.first(),
            other => other.get(path),
        };
        let references = entry.and_then(|entry| entry["references"].as_array());
        let references = references.ok_or_else(|| {
            Error::input(
                format!("{path} is not a valid path of the Nix store"),
                "build it, or name its store with --store",
            )
        })?;
        let packed = self.nix(&["store", "dump-path", path])?;
        archive::unpack(&packed, folder)
            .map_err(|e| Error::fault(format!("unpacking {path}"), &e))?;
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        Ok(Unpacked {
            path: path.to_owned(),
            folder: folder.to_owned(),
            references: references.iter().map(text).collect(),
        })
    }
}

fn answer(command: &mut Command) -> Result<Vec<u8>, Error> {
    let output = capture(command, ADVICE)?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err(Error::input(
            format!("nix: {}", last_words(&output)),
            "see whether the paths are in the store that --store names",
        )),
    }
}

/// Writes `new` for `old` in every file and link below `folder`, as Nix does when it moves a path: both are of one
/// length, so that nothing else moves.
pub fn rewrite(folder: &Path, pairs: &[(String, String)]) -> Result<(), Error> {
    let metadata = fs::symlink_metadata(folder).map_err(|e| Error::io(folder, &e))?;
    if metadata.is_dir() {
        let entries = fs::read_dir(folder).map_err(|e| Error::io(folder, &e))?;
        for entry in entries {
            rewrite(&entry.map_err(|e| Error::io(folder, &e))?.path(), pairs)?;
        }
        return Ok(());
    }
    let change = |bytes: Vec<u8>| pairs.iter().fold(bytes, replace);
    if metadata.is_symlink() {
        use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
        let target = fs::read_link(folder).map_err(|e| Error::io(folder, &e))?;
        let old = target.as_os_str().as_bytes().to_vec();
        let new = change(old.clone());
        if new != old {
            fs::remove_file(folder).map_err(|e| Error::io(folder, &e))?;
            let new = std::ffi::OsString::from_vec(new);
            std::os::unix::fs::symlink(new, folder).map_err(|e| Error::io(folder, &e))?;
        }
        return Ok(());
    }
    let old = fs::read(folder).map_err(|e| Error::io(folder, &e))?;
    let new = change(old.clone());
    if new != old {
        // What was unpacked is writable; its modes stay as they are.
        fs::write(folder, new).map_err(|e| Error::io(folder, &e))?;
    }
    Ok(())
}

fn replace(mut bytes: Vec<u8>, (old, new): &(String, String)) -> Vec<u8> {
    let (old, new) = (old.as_bytes(), new.as_bytes());
    let mut at = 0;
    while at + old.len() <= bytes.len() {
        if bytes[at..].starts_with(old) {
            bytes[at..at + new.len()].copy_from_slice(new);
            at += old.len();
        } else {
            at += 1;
        }
    }
    bytes
}

/// Whether a file or link below `folder` has `needle` in it.
pub fn mentions(folder: &Path, needle: &str) -> Result<bool, Error> {
    let needle = needle.as_bytes();
    let has = |bytes: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    Ok(texts(folder)?.iter().any(|text| has(text)))
}

/// The hashes of all paths below the store folder `prefix` that stand in files and links of `folder`.
pub fn named(folder: &Path, prefix: &str) -> Result<BTreeSet<String>, Error> {
    let mut found = BTreeSet::new();
    for text in texts(folder)? {
        for (at, window) in text.windows(34).enumerate() {
            if let [b'/', hash @ .., b'-'] = window
                && hash.iter().all(|digit| DIGITS.contains(digit))
                && text
                    .get(..at)
                    .is_some_and(|before| leads_to(before, prefix))
            {
                found.insert(String::from_utf8_lossy(hash).into_owned());
            }
        }
    }
    Ok(found)
}

/// Whether a path that begins so is in the store folder, however it is spelled: from the top, or from a place in it.
fn leads_to(mut path: &[u8], prefix: &str) -> bool {
    while let Some(shorter) = path.strip_suffix(b"/").or(path.strip_suffix(b"/.")) {
        path = shorter;
    }
    path.ends_with(prefix.as_bytes()) || path.ends_with(b"..")
}

/// The content of every file and the target of every link at or below `path`.
fn texts(path: &Path) -> Result<Vec<Bytes>, Error> {
    let found = fs::symlink_metadata(path).map_err(|e| Error::io(path, &e))?;
    if found.is_file() {
        return Ok(vec![collect::read_file(path)?]);
    }
    if found.is_symlink() {
        let target = fs::read_link(path).map_err(|e| Error::io(path, &e))?;
        return Ok(vec![Bytes::from(
            target.into_os_string().into_encoded_bytes(),
        )]);
    }
    let entries = collect::read_tree(path)?.entries.into_values();
    let texts = entries.filter_map(|entry| match entry {
        Entry::File { content, .. } => Some(content),
        Entry::Link { target } => Some(Bytes::from(target.into_bytes())),
        Entry::Dir { .. } | Entry::Special { .. } => None,
    });
    Ok(texts.collect())
}

/// A path as a binary cache describes it.
#[derive(Clone, Debug)]
pub struct Described {
    /// The path it stands in for.
    pub path: String,
    /// The archive of its content.
    archive: Vec<u8>,
    /// What it refers to.
    references: BTreeSet<String>,
}

impl Described {
    /// The content of `folder`, to be published as `path`.
    pub fn of(path: &str, folder: &Path, references: BTreeSet<String>) -> Result<Self, Error> {
        Ok(Described {
            path: path.to_owned(),
            archive: archive::pack(folder).map_err(|e| Error::io(folder, &e))?,
            references,
        })
    }

    fn digest(&self) -> String {
        base32(&Sha256::digest(&self.archive))
    }

    /// What a key signs for it: version, path, digest and length of the archive, references.
    pub fn fingerprint(&self) -> String {
        let references: Vec<&str> = self.references.iter().map(String::as_str).collect();
        let (digest, length) = (self.digest(), self.archive.len());
        format!(
            "1;{};sha256:{digest};{length};{}",
            self.path,
            references.join(",")
        )
    }

    /// Publishes it in `cache`, with `signature`; what the cache had under this path is replaced.
    pub fn publish(&self, cache: &Cache, signature: &str) -> Result<(), Error> {
        let (prefix, base) = split(&self.path)?;
        cache.is_of(prefix)?;
        let packed =
            zstd::bulk::compress(&self.archive, 9).map_err(|e| Error::fault("compressing", &e))?;
        let file = base32(&Sha256::digest(&packed));
        let archive = format!("{file}.nar.zst");
        cache.top.below("nar")?.write(&archive, &packed)?;
        let names = self
            .references
            .iter()
            .map(|path| split(path).map(|(_, base)| base));
        let names: Vec<&str> = names.collect::<Result<_, _>>()?;
        let text = format!(
            "StorePath: {}\nURL: nar/{archive}\nCompression: zstd\nFileHash: sha256:{file}\nFileSize: {}\nNarHash: sha256:{}\nNarSize: {}\nReferences: {}\nSig: {signature}\n",
            self.path,
            packed.len(),
            self.digest(),
            self.archive.len(),
            names.join(" "),
        );
        cache.top.write(&narinfo(base), text.as_bytes())
    }
}

/// A binary cache in a folder, in which no link is followed.
#[derive(Debug)]
pub struct Cache {
    path: PathBuf,
    top: Folder,
}

impl Cache {
    /// The one in the folder at `path`, made if it is not there.
    pub fn open(path: &Path) -> Result<Cache, Error> {
        fs::create_dir_all(path).map_err(|e| Error::io(path, &e))?;
        Ok(Cache {
            path: path.to_owned(),
            top: Folder::open(path)?,
        })
    }

    /// Makes sure that it is for paths below `prefix`.
    fn is_of(&self, prefix: &str) -> Result<(), Error> {
        const INFO: &str = "nix-cache-info";
        let wanted = format!("StoreDir: {prefix}\n");
        if !self.top.has(INFO)? {
            return self.top.write(INFO, wanted.as_bytes());
        }
        let mut there = String::new();
        let file = self.top.file(INFO)?;
        let read = file.take(1 << 16).read_to_string(&mut there);
        read.map_err(|e| Error::io(&self.path.join(INFO), &e))?;
        match there.lines().any(|line| line == wanted.trim_end()) {
            true => Ok(()),
            false => Err(Error::input(
                format!(
                    "{} is a cache of a different store than {prefix}",
                    self.path.display()
                ),
                "name a different folder",
            )),
        }
    }

    /// Takes `path` out of it, if it is there.
    pub fn withdraw(&self, path: &str) -> Result<bool, Error> {
        self.top.remove(&narinfo(split(path)?.1))
    }
}

/// A store path's folder and its name, which begins with 32 digits of base 32.
pub fn split(path: &str) -> Result<(&str, &str), Error> {
    let split = path.rsplit_once('/');
    split
        .filter(|(folder, base)| folder.starts_with('/') && base.as_bytes().get(32) == Some(&b'-'))
        .ok_or_else(|| {
            Error::input(
                format!("`{path}` is not a path of a Nix store"),
                "expected something like /nix/store/<hash>-<name>",
            )
        })
}

fn narinfo(base: &str) -> String {
    format!("{}.narinfo", base.get(..32).unwrap_or(base))
}

const DIGITS: &[u8; 32] = b"0123456789abcdfghijklmnpqrsvwxyz";

/// Nix's base 32: digits without e, o, t and u, the last five bits first.
fn base32(bytes: &[u8]) -> String {
    let digits = (bytes.len() * 8).div_ceil(5);
    let digit = |at: usize| {
        let bit = at * 5;
        let (byte, shift) = (bit / 8, bit % 8);
        let low = u16::from(bytes[byte]);
        let high = u16::from(bytes.get(byte + 1).copied().unwrap_or(0));
        let value = ((high << 8 | low) >> shift) & 31;
        char::from(DIGITS[usize::from(value)])
    };
    (0..digits).rev().map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_32_is_as_nix_writes_it() {
        // `nix-hash --type sha256 --to-base32` of the digest of nothing.
        assert_eq!(
            base32(&Sha256::digest(b"")),
            "0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73"
        );
    }

    #[test]
    fn a_path_is_written_over_where_it_stands_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let pair = ("/s/aaa-x".to_owned(), "/s/bbb-x".to_owned());
        let file = folder.path().join("file");
        fs::write(&file, b"\0/s/aaa-x/bin\0/s/aaa-y/s/aaa-x").unwrap();
        std::os::unix::fs::symlink("/s/aaa-x/lib", folder.path().join("link")).unwrap();
        rewrite(folder.path(), &[pair]).unwrap();
        assert_eq!(
            fs::read(&file).unwrap(),
            b"\0/s/bbb-x/bin\0/s/aaa-y/s/bbb-x"
        );
        let link = fs::read_link(folder.path().join("link")).unwrap();
        assert_eq!(link, Path::new("/s/bbb-x/lib"));
    }

    #[test]
    fn a_path_of_the_store_is_seen_however_it_is_spelled() {
        let hash = "0mdqa9w1p6cmli6976v4wi0sw9r4p5pr";
        let named = |text: &str| {
            let folder = tempfile::tempdir().unwrap();
            std::os::unix::fs::symlink(text, folder.path().join("link")).unwrap();
            fs::write(folder.path().join("file"), text).unwrap();
            named(folder.path(), "/nix/store").unwrap().len()
        };
        for begin in [
            "/nix/store/",
            "/nix/store//./",
            "../../",
            "/nix/store/x/../",
        ] {
            assert_eq!(named(&format!("{begin}{hash}-zz/bin/sh")), 1, "{begin}");
        }
        for other in ["/elsewhere/", "/nix/storex/", ""] {
            assert_eq!(named(&format!("{other}{hash}-zz")), 0, "{other}");
        }
    }

    #[test]
    fn what_is_no_store_path_is_refused() {
        let base = "0mdqa9w1p6cmli6976v4wi0sw9r4p5pr-hello";
        assert_eq!(
            split(&format!("/nix/store/{base}")).unwrap(),
            ("/nix/store", base)
        );
        for bad in ["", "hello", "/nix/store/hello", "nix/store/x"] {
            assert!(split(bad).is_err(), "{bad}");
        }
    }
}
