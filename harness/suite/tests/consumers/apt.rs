//! An apt repository, and `apt` that installs from it.

use super::{PROGRAM, Place, ok, says, there};
use std::fs;
use std::path::Path;
use std::process::Command;

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

#[test]
fn apt_installs_what_passed_the_gate_and_finds_nothing_else() {
    let needed = ["apt-ftparchive", "apt-get", "dpkg-deb", "dpkg"];
    if !there(&needed, "apt install apt-utils") {
        return;
    }
    let place = Place::new();
    for side in ["native", "cross"] {
        fs::create_dir(place.at(side)).unwrap();
    }
    package(&place.at("native"), "good", "echo good\n", "1000000");
    package(&place.at("cross"), "good", "echo good\n", "2000000");
    package(&place.at("native"), "bad", "echo bad\n", "1000000");
    package(&place.at("cross"), "bad", "echo worse\n", "1000000");
    package(&place.at("cross"), "lonely", "echo lonely\n", "1000000");
    let gate = || {
        Command::new(PROGRAM)
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
    };
    let decided = gate();
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
    gate();
    assert!(!pool("good").exists());
    ok(apt(&place).arg("update"));
    let gone = apt(&place)
        .args(["install", "-y", "--reinstall", "good"])
        .output()
        .unwrap();
    assert!(!says(&gone).contains("Unpacking good"), "{}", says(&gone));
}
