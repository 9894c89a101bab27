//! dpkg's database (dpkg(1), "FILES"; dpkg-query(1)), as it is where every package of the root was installed and
//! configured, and the packages' copyright files beside it. It follows from the packages alone: nothing is executed
//! to make it.

use super::assemble::{Layout, What};
use crate::error::Error;
use crate::package::control::TREE;
use crossproof_model::emulator::{Package, RootRequest};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Raised when what is written here changes: part of the digest of every root that has it.
pub(super) const VERSION: &str = "d3";

const PLACE: &str = "var/lib/dpkg";

/// Adds the database of `packages`, each with the folder of its control files.
pub(super) fn add(
    layout: &mut Layout,
    request: &RootRequest,
    packages: &BTreeMap<&Package, PathBuf>,
) -> Result<(), Error> {
    let mut status = String::new();
    for (package, folder) in packages {
        let control = folder.join("control");
        let text = fs::read_to_string(&control).map_err(|e| Error::io(&control, &e))?;
        status += &installed(&text);
        status.push('\n');
        layout.add(package, &folder.join(TREE))?;
        let stem = stem(package, &text);
        for name in files(folder)? {
            if name != "control" && name != TREE {
                let what = What::File {
                    from: folder.join(&name),
                };
                layout.put(&format!("{PLACE}/info/{stem}.{name}"), what);
            }
        }
    }
    let architectures: String = std::iter::once(request.native)
        .chain(request.foreign.iter().copied())
        .map(|platform| format!("{}\n", platform.debian()))
        .collect();
    let texts = [
        ("status", status),
        ("arch", architectures),
        ("info/format", "1\n".to_owned()),
        ("available", String::new()),
        ("diversions", String::new()),
        ("statoverride", String::new()),
    ];
    for (name, text) in texts {
        layout.put(&format!("{PLACE}/{name}"), What::Text { text: text.into() });
    }
    // Made by the script of base-files: without a vendor `dpkg-buildflags` knows none of Debian's flags.
    if layout.has("etc/dpkg/origins/debian") {
        let text = "debian".into();
        layout.put("etc/dpkg/origins/default", What::Link { text });
    }
    for folder in ["alternatives", "parts", "triggers", "updates"] {
        layout.put(&format!("{PLACE}/{folder}"), What::Dir { mode: 0o755 });
    }
    Ok(())
}

/// A package's paragraph as it is in `status`: with its state behind its name.
fn installed(control: &str) -> String {
    let mut paragraph = String::new();
    for line in control.lines().filter(|line| !line.trim().is_empty()) {
        paragraph += line;
        paragraph.push('\n');
        if line.starts_with("Package:") {
            paragraph += "Status: install ok installed\n";
        }
    }
    paragraph
}

/// What its files in `info` are called by: with the architecture where several can be installed together.
fn stem(package: &Package, control: &str) -> String {
    let mut fields = control.lines().filter_map(|line| line.split_once(':'));
    let same = fields.any(|(name, value)| name == "Multi-Arch" && value.trim() == "same");
    match same {
        true => package.to_string(),
        false => package.name.clone(),
    }
}

fn files(folder: &Path) -> Result<Vec<String>, Error> {
    let failed = |e: std::io::Error| Error::io(folder, &e);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        names.push(
            entry
                .map_err(failed)?
                .file_name()
                .to_string_lossy()
                .into_owned(),
        );
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> RootRequest {
        RootRequest {
            suite: "sid".to_owned(),
            native: crossproof_model::Platform::Aarch64,
            foreign: Default::default(),
            packages: Default::default(),
            alone: Default::default(),
            configured: true,
        }
    }

    #[test]
    fn a_paragraph_says_that_its_package_is_installed() {
        let control = "Package: libz1\nVersion: 1:1.2-3\nDescription: short\n long\n .\n more\n\n";
        assert_eq!(
            installed(control),
            "Package: libz1\nStatus: install ok installed\nVersion: 1:1.2-3\nDescription: short\n long\n .\n more\n"
        );
    }

    #[test]
    fn debian_is_the_vendor_where_its_origin_is_there() {
        let vendor = |origin: Option<&str>| {
            let mut layout = Layout::default();
            let text = || What::Text { text: "".into() };
            origin.into_iter().for_each(|path| layout.put(path, text()));
            add(&mut layout, &request(), &BTreeMap::new()).unwrap();
            layout.has("etc/dpkg/origins/default")
        };
        assert!(vendor(Some("etc/dpkg/origins/debian")));
        assert!(!vendor(None));
    }

    #[test]
    fn a_package_brings_its_copyright_along() {
        let (folder, into) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("control", "Package: a\n");
        write("list", "/.\n");
        write("tree/usr/share/doc/a/copyright", "License: X\n");
        let package: Package = "a:arm64".parse().unwrap();
        let packages = BTreeMap::from([(&package, folder.path().to_owned())]);
        let mut layout = Layout::default();
        add(&mut layout, &request(), &packages).unwrap();
        layout.write(into.path()).unwrap();
        let read = |path: &str| fs::read_to_string(into.path().join(path)).unwrap();
        assert_eq!(read("usr/share/doc/a/copyright"), "License: X\n");
        assert_eq!(read("var/lib/dpkg/info/a.list"), "/.\n");
        assert!(!into.path().join("var/lib/dpkg/info/a.tree").exists());
    }

    #[test]
    fn only_what_can_be_there_twice_is_called_by_its_architecture() {
        let package: Package = "libz1:arm64".parse().unwrap();
        assert_eq!(
            stem(&package, "Package: libz1\nMulti-Arch: same\n"),
            "libz1:arm64"
        );
        assert_eq!(
            stem(&package, "Package: libz1\nMulti-Arch: foreign\n"),
            "libz1"
        );
        assert_eq!(stem(&package, "Package: libz1\n"), "libz1");
    }
}
