//! An apt repository, and `apt` that installs from it.

use super::{PROGRAM, Place, ok, says, there};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

/// A package for arm64 with one program, packed at a time of its own.
fn package(folder: &Path, name: &str, program: &str, time: &str) {
    let tree = folder.join(format!("{name}-tree"));
    fs::create_dir_all(tree.join("DEBIAN")).unwrap();
    fs::create_dir_all(tree.join("usr/bin")).unwrap();
    let control = format!(
        "Package: {name}\nVersion: 1.0-1\nArchitecture: arm64\nMaintainer: Nobody <nobody@example.org>\nDescription: a test\n"
    );
    fs::write(tree.join("DEBIAN/control"), control).unwrap();
    fs::write(tree.join("usr/bin").join(name), program).unwrap();
    let file = folder.join(format!("{name}_1.0-1_arm64.deb"));
    ok(Command::new("dpkg-deb")
        .args(["--root-owner-group", "-Zxz", "-b"])
        .args([&tree, &file])
        .env("SOURCE_DATE_EPOCH", time));
    fs::remove_dir_all(tree).unwrap();
}

/// An arm64 root that has nothing installed, and apt's configuration to install into it.
fn apt(place: &Place) -> Command {
    let root = place.at("root");
    for folder in [
        "var/lib/dpkg/updates",
        "var/lib/dpkg/info",
        "var/lib/apt/lists/partial",
        "var/cache/apt/archives/partial",
        "etc/apt/apt.conf.d",
        "etc/apt/preferences.d",
        "var/log/apt",
    ] {
        fs::create_dir_all(root.join(folder)).unwrap();
    }
    fs::write(root.join("var/lib/dpkg/arch"), "arm64\n").unwrap();
    fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(root.join("var/lib/dpkg/status"))
        .unwrap();
    let source = format!("deb [trusted=yes] file:{} ./\n", place.text("repository"));
    fs::write(root.join("etc/apt/sources.list"), source).unwrap();
    // dpkg gives files to root: an ordinary user is that in a namespace.
    let uid = ok(Command::new("id").arg("-u"));
    let mut command = match uid.as_str() {
        "0" => Command::new("apt-get"),
        _ => {
            let mut command = Command::new("unshare");
            command.args(["-r", "apt-get"]);
            command
        }
    };
    let option = |key: &str, value: &str| ["-o".to_owned(), format!("{key}={value}")];
    let root = root.to_str().unwrap();
    let options = [
        option("Dir", root),
        option("Dir::State::status", &format!("{root}/var/lib/dpkg/status")),
        option("APT::Architecture", "arm64"),
        option("APT::Architectures", "arm64"),
        option("APT::Sandbox::User", ""),
        option("DPkg::Options::", &format!("--root={root}")),
        option("DPkg::Options::", "--force-architecture"),
        option("DPkg::Options::", &format!("--log={root}/dpkg.log")),
        option("Dir::Log", "var/log/apt"),
    ];
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(options.concat());
    command
}

/// A place with a folder of native packages and one of cross-built ones.
fn sides() -> Place {
    let place = Place::new();
    for side in ["native", "cross"] {
        fs::create_dir(place.at(side)).unwrap();
    }
    place
}

/// Fills the repository. No program of the machine is there to be called.
fn gate(place: &Place) -> Output {
    Command::new(PROGRAM)
        .env("PATH", "")
        .args(["gate", "deb", "--policy", &place.text("policy.yaml")])
        .args([
            "--native",
            &place.text("native"),
            "--cross",
            &place.text("cross"),
        ])
        .args(["--repository", &place.text("repository")])
        .output()
        .unwrap()
}

#[test]
fn apt_installs_what_passed_the_gate_and_finds_nothing_else() {
    if !there(
        &["apt-get", "dpkg-deb", "dpkg"],
        "they are Debian's `apt` and `dpkg`",
    ) {
        return;
    }
    let place = sides();
    package(&place.at("native"), "good", "echo good\n", "1000000");
    package(&place.at("cross"), "good", "echo good\n", "2000000");
    package(&place.at("native"), "bad", "echo bad\n", "1000000");
    package(&place.at("cross"), "bad", "echo worse\n", "1000000");
    package(&place.at("cross"), "lonely", "echo lonely\n", "1000000");
    let decided = gate(&place);
    assert_eq!(decided.status.code(), Some(1), "{}", says(&decided));
    for line in [
        "substitute  good::aarch64",
        "refuse      bad::aarch64",
        "refuse      lonely::aarch64",
    ] {
        assert!(says(&decided).contains(line), "{}", says(&decided));
    }
    ok(apt(&place).arg("update"));
    ok(apt(&place).args(["install", "-y", "good"]));
    let installed = fs::read_to_string(place.at("root/usr/bin/good")).unwrap();
    assert_eq!(installed, "echo good\n");
    let status = fs::read_to_string(place.at("root/var/lib/dpkg/status")).unwrap();
    assert!(
        status.contains("Package: good\nStatus: install ok installed"),
        "{status}"
    );
    assert!(status.contains("Architecture: arm64"), "{status}");
    let pool = |name: &str| {
        place
            .at("repository/pool")
            .join(format!("{name}_1.0-1_arm64.deb"))
    };
    let bytes = |side: &str| fs::read(place.at(side).join("good_1.0-1_arm64.deb")).unwrap();
    assert_eq!(fs::read(pool("good")).unwrap(), bytes("cross"));
    assert_ne!(bytes("native"), bytes("cross"), "a rule was needed");
    let refused = apt(&place).args(["install", "-y", "bad"]).output().unwrap();
    assert!(!refused.status.success(), "{}", says(&refused));

    // What passed once and does not any more is taken out.
    package(&place.at("cross"), "good", "echo evil\n", "2000000");
    gate(&place);
    assert!(!pool("good").exists());
    ok(apt(&place).arg("update"));
    let gone = apt(&place)
        .args(["install", "-y", "--reinstall", "good"])
        .output()
        .unwrap();
    assert!(!says(&gone).contains("Unpacking good"), "{}", says(&gone));
}

#[test]
fn links_in_folders_of_packages_are_not_followed() {
    if !there(&["dpkg-deb"], "it is Debian's `dpkg`") {
        return;
    }
    let place = sides();
    for name in ["good", "linked"] {
        for side in ["native", "cross"] {
            package(&place.at(side), name, "echo good\n", "1000000");
        }
    }
    // The same package, but through a link: what it leads to may be a different file by now.
    let linked = place.at("cross/linked_1.0-1_arm64.deb");
    fs::rename(&linked, place.at("elsewhere.deb")).unwrap();
    symlink(place.at("elsewhere.deb"), &linked).unwrap();
    let decided = gate(&place);
    let said = says(&decided);
    assert!(said.contains("substitute  good::aarch64"), "{said}");
    assert!(said.contains("refuse      linked::aarch64"), "{said}");
    assert!(said.contains("links are not followed"), "{said}");
    let pool = place.at("repository/pool");
    assert!(pool.join("good_1.0-1_arm64.deb").exists());
    assert!(!pool.join("linked_1.0-1_arm64.deb").exists());
    // A package that says it is a different one.
    fs::remove_file(&linked).unwrap();
    for side in ["native", "cross"] {
        let (good, linked) = ["good", "linked"]
            .map(|name| place.at(side).join(format!("{name}_1.0-1_arm64.deb")))
            .into();
        fs::copy(good, linked).unwrap();
    }
    let said = says(&gate(&place));
    assert!(
        said.contains("says that it is good 1.0-1 for arm64"),
        "{said}"
    );

    // Nothing outside is written to, whichever of the repository's names is a link.
    fs::remove_file(&linked).unwrap();
    let outside = place.at("outside");
    for name in [
        "Packages",
        "Release",
        ".Packages.draft",
        ".Release.draft",
        "pool/good_1.0-1_arm64.deb",
        "pool/.good_1.0-1_arm64.deb.draft",
    ] {
        let at = place.at("repository").join(name);
        let there = fs::read(&at).ok();
        let _ = fs::remove_file(&at);
        fs::write(&outside, "outside").unwrap();
        symlink(&outside, &at).unwrap();
        let decided = gate(&place);
        assert_eq!(decided.status.code(), Some(2), "{name}: {}", says(&decided));
        assert!(
            says(&decided).contains("links are not followed"),
            "{}",
            says(&decided)
        );
        assert_eq!(fs::read_to_string(&outside).unwrap(), "outside", "{name}");
        fs::remove_file(&at).unwrap();
        if let Some(there) = there {
            fs::write(&at, there).unwrap();
        }
    }
    fs::remove_dir_all(&pool).unwrap();
    fs::create_dir(place.at("other")).unwrap();
    symlink(place.at("other"), &pool).unwrap();
    assert_eq!(gate(&place).status.code(), Some(2));
    assert_eq!(fs::read_dir(place.at("other")).unwrap().count(), 0);
}
