//! Folders and archives made by hand: what is verified, stripped, refused and normalized.

use super::*;
use crate::progress::Silent;
use crate::store::Store;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

struct Bench {
    _folder: tempfile::TempDir,
    case: PathBuf,
    store: Store,
}

fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let case = folder.path().join("case");
    fs::create_dir_all(case.join("src")).unwrap();
    fs::write(case.join("src/main.c"), "int main(){}").unwrap();
    fs::write(case.join("src/run.sh"), "#!/bin/sh").unwrap();
    fs::set_permissions(case.join("src/run.sh"), fs::Permissions::from_mode(0o700)).unwrap();
    let store = Store::open(&folder.path().join("store")).unwrap();
    Bench {
        _folder: folder,
        case,
        store,
    }
}

impl Bench {
    fn ensure(&self, source: &Source) -> Result<SourceTree, Error> {
        let provision = Provision {
            store: &self.store,
            mirror: None,
            progress: &Silent,
        };
        ensure_source(&provision, source, &self.case)
    }
}

fn dir() -> Source {
    Source::Dir("src".parse().unwrap())
}

#[test]
fn a_folder_is_copied_and_named_by_its_content() {
    let bench = bench();
    let tree = bench.ensure(&dir()).unwrap();
    let found = fs::metadata(tree.path.join("run.sh")).unwrap();
    assert_eq!(
        (found.mtime(), found.mode() & 0o7777),
        (folder::MODIFIED, 0o755)
    );
    assert_eq!(bench.ensure(&dir()).unwrap(), tree);
    fs::write(bench.case.join("src/main.c"), "int main(){return 1;}").unwrap();
    assert_ne!(bench.ensure(&dir()).unwrap().digest, tree.digest);
}

#[test]
fn the_authors_umask_is_no_part_of_a_source() {
    let bench = bench();
    let tree = bench.ensure(&dir()).unwrap();
    let main = bench.case.join("src/main.c");
    fs::set_permissions(&main, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(bench.ensure(&dir()).unwrap().digest, tree.digest);
    fs::set_permissions(&main, fs::Permissions::from_mode(0o755)).unwrap();
    assert_ne!(bench.ensure(&dir()).unwrap().digest, tree.digest);
}

#[test]
fn a_projects_own_files_are_a_source_and_its_goldens_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let top = folder.path().join("project");
    let case = top.join("cases/own");
    fs::create_dir_all(&case).unwrap();
    fs::create_dir_all(top.join("golden/own")).unwrap();
    fs::write(top.join("main.c"), "int main(){}").unwrap();
    fs::write(top.join(".gitignore"), "*.o\n").unwrap();
    let store = Store::open(&folder.path().join("store")).unwrap();
    let provision = Provision {
        store: &store,
        mirror: None,
        progress: &Silent,
    };
    let own = Source::Project {
        folder: None,
        files: Vec::new(),
    };
    let ensure = || ensure_source(&provision, &own, &case).unwrap();
    let tree = ensure();
    assert!(tree.path.join("main.c").is_file() && !tree.path.join("cases").exists());
    fs::write(top.join("golden/own/aarch64.yaml"), "version: 1\n").unwrap();
    fs::write(top.join("main.o"), "made").unwrap();
    assert_eq!(ensure(), tree);
    fs::write(top.join("main.c"), "int main(){return 1;}").unwrap();
    assert_ne!(ensure().digest, tree.digest);
}

#[test]
fn a_missing_folder_is_bad_input() {
    let error = bench()
        .ensure(&Source::Dir("none".parse().unwrap()))
        .unwrap_err();
    assert!(
        matches!(error, Error::Input { .. }) && error.to_string().contains("source.dir"),
        "{error}"
    );
}

#[test]
fn a_lock_file_that_names_crates_of_a_registry_asks_for_them() {
    let bench = bench();
    let source = bench.case.join("src");
    assert!(!registry::locks_crates(&source).unwrap());
    let lock = source.join("Cargo.lock");
    let own = "version = 4\n\n[[package]]\nname = \"words\"\nversion = \"1.0.0\"\n";
    fs::write(&lock, own).unwrap();
    assert!(!registry::locks_crates(&source).unwrap());
    let plain = bench.ensure(&dir()).unwrap();
    assert!(!plain.path.join("vendor").exists());
    let index = "registry+https://github.com/rust-lang/crates.io-index";
    let other =
        format!("{own}\n[[package]]\nname = \"sptr\"\nversion = \"0.3.2\"\nsource = \"{index}\"\n");
    fs::write(&lock, other).unwrap();
    assert!(registry::locks_crates(&source).unwrap());
    // The folder is no cargo project: what cargo says of it is bad input or a lack, and nothing is kept.
    let error = bench.ensure(&dir()).unwrap_err().to_string();
    assert!(error.contains("source: src/Cargo.lock"), "{error}");
}

#[test]
fn an_archive_is_verified_and_its_top_folder_stripped() {
    let bench = bench();
    let path = bench.case.join("x.tar.gz");
    let gz = flate2::write::GzEncoder::new(
        fs::File::create(&path).unwrap(),
        flate2::Compression::fast(),
    );
    let mut tar = tar::Builder::new(gz);
    tar.append_dir_all("top-1.0", bench.case.join("src"))
        .unwrap();
    tar.into_inner().unwrap().finish().unwrap();
    let source = |digest: String| Source::Archive {
        file: "x.tar.gz".parse().unwrap(),
        sha256: digest.parse().unwrap(),
    };
    let found = sha256(&path).unwrap().unwrap();
    let tree = bench.ensure(&source(found.clone())).unwrap();
    assert_eq!(fs::read(tree.path.join("main.c")).unwrap(), b"int main(){}");

    let pinned = "ab".repeat(32);
    let error = bench
        .ensure(&source(pinned.clone()))
        .unwrap_err()
        .to_string();
    for part in ["source.archive.sha256", &pinned, &found] {
        assert!(error.contains(part), "{error}");
    }
    // Once unpacked, a pinned source wants its file no more.
    fs::remove_file(&path).unwrap();
    assert_eq!(bench.ensure(&source(found)).unwrap(), tree);
}

#[test]
fn a_source_packages_place_follows_from_its_name() {
    assert_eq!(debian::pool("zlib"), "pool/main/z/zlib");
    assert_eq!(debian::pool("libpng1.6"), "pool/main/libp/libpng1.6");
}

#[test]
fn a_folder_outside_the_project_is_not_taken() {
    let bench = bench();
    let cases = bench.case.parent().unwrap().to_owned();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret"), "").unwrap();
    let other = cases.join("other/src");
    fs::create_dir_all(&other).unwrap();
    fs::write(other.join("main.c"), "int main(){}").unwrap();
    let linked = |to: &Path| {
        fs::remove_dir_all(bench.case.join("src"))
            .or_else(|_| fs::remove_file(bench.case.join("src")))
            .unwrap();
        std::os::unix::fs::symlink(to, bench.case.join("src")).unwrap();
        bench.ensure(&dir())
    };
    let refused = linked(outside.path()).unwrap_err().to_string();
    assert!(refused.contains("leads out of the project"), "{refused}");
    // A different case's, which is the project's own.
    assert!(linked(&other).is_ok());
}

#[test]
fn an_archive_outside_the_project_is_not_read() {
    let bench = bench();
    let outside = tempfile::NamedTempFile::new().unwrap();
    std::os::unix::fs::symlink(outside.path(), bench.case.join("x.tar")).unwrap();
    let archive = Source::Archive {
        file: "x.tar".parse().unwrap(),
        sha256: "ab".repeat(32).parse().unwrap(),
    };
    let why = bench.ensure(&archive).unwrap_err().to_string();
    assert!(why.contains("leads out of the project"), "{why}");
    let digest = sha256(outside.path()).unwrap().unwrap();
    assert!(!why.contains(&digest), "{why}");
}

#[test]
fn a_project_without_a_lock_file_says_what_to_do() {
    let bench = bench();
    let provision = Provision {
        store: &bench.store,
        mirror: None,
        progress: &Silent,
    };
    let done = registry::vendor_locked(&provision, "src", &bench.case.join("src"));
    let why = done.unwrap_err().to_string();
    assert!(
        why.contains("no Cargo.lock") && why.contains("with a lock file"),
        "{why}"
    );
}

#[test]
fn a_lock_file_that_is_a_link_is_not_followed() {
    let bench = bench();
    std::os::unix::fs::symlink("/dev/zero", bench.case.join("src/Cargo.lock")).unwrap();
    let why = bench.ensure(&dir()).unwrap_err().to_string();
    assert!(why.contains("symbolic link"), "{why}");
}
