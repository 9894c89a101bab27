//! A package with a row of everything, for tests.

use crossproof_model::comparison::Functions;
use crossproof_model::measure::{
    BinaryRow, DifferenceRow, Ending, FileRow, PackageRow, Reference, RootPackage,
};
use crossproof_model::{Digest, Level, Pair, Platform};
use std::collections::BTreeMap;

/// The package, with one binary package, file and difference, all of this level.
pub fn row(level: Level) -> PackageRow {
    let root = RootPackage {
        name: "gcc:amd64".to_owned(),
        version: "4:14.2.0-1".to_owned(),
        sha256: "ab".repeat(32).parse().unwrap(),
    };
    PackageRow {
        package: "bzip2".to_owned(),
        language: "c".to_owned(),
        target: Platform::Aarch64,
        reference: Reference::Published,
        system: Some("make".to_owned()),
        version: "1.0.8-6".to_owned(),
        ending: Ending::Compared,
        level: Some(level),
        phase: None,
        why: Some("says \"a, b\"".to_owned()),
        cross_seconds: Some(1.5),
        native_seconds: None,
        cross_root: Some(Digest::of("root")),
        native_root: None,
        roots: BTreeMap::from([(Digest::of("root"), vec![root])]),
        recipe: None,
        binaries: vec![BinaryRow {
            name: "bzip2_1.0.8-6_arm64".to_owned(),
            reference_version: Some("1.0.8-6+b1".to_owned()),
            level: Some(level),
            content_level: Some(level),
            bytes: Pair::new(10, 11),
            files: vec![FileRow {
                path: "usr/bin/bzip2".to_owned(),
                format: "elf".to_owned(),
                level: Some(level),
                functions: Some(Functions {
                    same: 3,
                    ..Functions::default()
                }),
            }],
            differences: vec![DifferenceRow {
                path: "usr/bin/bzip2".to_owned(),
                key: "elf.section.text.bytes".parse().unwrap(),
                inside: ".text".to_owned(),
                shown: Pair::new(None, Some("x".to_owned())),
                allows: level,
                settled_by: None,
            }],
        }],
    }
}
