//! Values that both round trips start from.

use crossproof_model::tree::{Fact, Manifest};
use crossproof_model::{Digest, Place, RelPath};

pub fn path(text: &str) -> RelPath {
    text.parse().unwrap()
}

pub fn place() -> Place {
    Place::file(path("usr/bin/hello")).within(".text")
}

pub fn manifest() -> Manifest {
    let file = Fact::File {
        mode: 0o4755,
        size: 3,
        digest: Digest::of("abc"),
    };
    let facts = [
        ("usr", Fact::Dir { mode: 0o755 }),
        ("usr/a", file),
        (
            "usr/l",
            Fact::Link {
                target: "../a: b".to_owned(),
            },
        ),
        (
            "usr/p",
            Fact::Special {
                kind: "fifo".to_owned(),
            },
        ),
    ];
    Manifest {
        facts: facts.map(|(name, fact)| (path(name), fact)).into(),
        ..Manifest::default()
    }
}
