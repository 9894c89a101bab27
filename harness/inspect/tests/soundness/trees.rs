//! Mutants of trees: one thing changed that whoever uses the tree may see, in trees of every kind of entry.

use crate::chance::Chance;
use crossproof_inspect::{Options, compare};
use crossproof_model::tree::{Attributes, Owner};
use crossproof_model::{Bytes, Entry, Level, RelPath, Tree};

const PATHS: [&str; 8] = [
    "bin/run",
    "bin/other",
    "dev/null",
    "etc/app.conf",
    "lib/libx.so",
    "lib/libx.so.1",
    "run/queue",
    "share",
];

fn path(name: &str) -> RelPath {
    name.parse().unwrap()
}

/// A tree of files, folders, links, devices and pipes, with attributes; which is which is up to chance.
fn tree(chance: &mut Chance) -> Tree {
    let mut tree = Tree::default();
    for folder in ["bin", "dev", "etc", "lib", "run"] {
        let mode = [0o755, 0o555, 0o1777][chance.below(3)];
        tree.entries.insert(path(folder), Entry::Dir { mode });
    }
    for name in PATHS {
        let entry = match chance.below(6) {
            0 => Entry::Link {
                target: format!("t{}", chance.below(9)),
            },
            1 => Entry::Special {
                kind: ["fifo", "socket", "char 1:3", "block 8:0"][chance.below(4)].to_owned(),
            },
            2 => Entry::Dir { mode: 0o755 },
            _ => Entry::File {
                mode: [0o644, 0o755, 0o4755, 0o2755][chance.below(4)],
                content: Bytes::from(vec![chance.next() as u8; 1 + chance.below(40)]),
            },
        };
        let mut attributes = Attributes::default();
        if chance.below(2) == 0 {
            let (user, group) = (chance.below(3) as u32, chance.below(3) as u32);
            attributes.owner = Some(Owner { user, group });
        }
        if chance.below(4) == 0 {
            let value = vec![chance.next() as u8; 8];
            attributes.extended.insert("user.note".to_owned(), value);
        }
        tree.entries.insert(path(name), entry);
        tree.attributes.insert(path(name), attributes);
    }
    tree
}

/// Changes one thing of one entry; says what, and nothing where there is no such thing to change.
fn change(tree: &mut Tree, chance: &mut Chance) -> Option<String> {
    let all: Vec<RelPath> = tree.entries.keys().cloned().collect();
    let at = all.get(chance.below(all.len()))?.clone();
    let entry = tree.entries.get(&at)?.clone();
    let set_id = matches!(entry, Entry::File { mode, .. } if mode & 0o4000 != 0);
    let what = chance.below(9);
    let made = match (what, entry) {
        (0 | 1, Entry::File { mode, content }) => Entry::File {
            mode: mode ^ 1 << chance.below(12),
            content,
        },
        (0 | 1, Entry::Dir { mode }) => Entry::Dir {
            mode: mode ^ 1 << chance.below(12),
        },
        (2, Entry::File { mode, content }) => {
            let mut content = content.to_vec();
            let at = chance.below(content.len());
            *content.get_mut(at)? ^= 1 << chance.below(8);
            Entry::File {
                mode,
                content: Bytes::from(content),
            }
        }
        (2, Entry::Link { target }) => Entry::Link {
            target: target + "x",
        },
        (2, Entry::Special { kind }) if kind.contains(':') => Entry::Special { kind: kind + "1" },
        (3, Entry::Special { kind }) => Entry::Special {
            kind: if kind == "fifo" { "socket" } else { "fifo" }.to_owned(),
        },
        (3, Entry::File { .. }) => Entry::Link {
            target: "elsewhere".to_owned(),
        },
        (4, _) => {
            tree.entries.remove(&at);
            tree.attributes.remove(&at);
            return Some(format!("{at} taken out"));
        }
        (5, entry) => {
            tree.entries.remove(&at);
            let attributes = tree.attributes.remove(&at).unwrap_or_default();
            let other = path(&format!("{at}~"));
            tree.entries.insert(other.clone(), entry);
            tree.attributes.insert(other, attributes);
            return Some(format!("{at} renamed"));
        }
        (6, _) => {
            let extended = &mut tree.attributes.entry(at.clone()).or_default().extended;
            let name = [
                "security.capability",
                "user.note",
                "system.posix_acl_access",
            ]
            .get(chance.below(3))?
            .to_string();
            let before = extended.insert(name, vec![1, 2, 3]);
            return (before != Some(vec![1, 2, 3])).then(|| format!("{at}: an attribute"));
        }
        (7, Entry::File { .. }) => {
            let files = tree.entries.iter();
            let mut files = files.filter(|(_, e)| matches!(e, Entry::File { .. }));
            let first = files.next()?.0.clone();
            let attributes = tree.attributes.entry(at.clone()).or_default();
            attributes.same_as = Some(first.clone()).filter(|first| *first < at);
            attributes.same_as.as_ref()?;
            // One file has one content, mode and owner.
            let entry = tree.entries.get(&first)?.clone();
            tree.entries.insert(at.clone(), entry);
            return Some(format!("{at} is {first}"));
        }
        // Of programs that run as their owner the owner is never renamed.
        (8, Entry::File { .. }) if set_id => {
            let attributes = tree.attributes.entry(at.clone()).or_default();
            let owner = attributes.owner.as_mut()?;
            owner.user += 7;
            return Some(format!("{at}: a different owner of a set-ID program"));
        }
        _ => return None,
    };
    tree.entries.insert(at.clone(), made);
    Some(format!("{at}: {what}"))
}

#[test]
fn whoever_uses_a_tree_sees_what_was_changed() {
    let mut chance = Chance(15);
    let options = Options::default();
    let mut made = 0;
    while made < 5_000 {
        let one = tree(&mut chance);
        let mut other = one.clone();
        let Some(what) = change(&mut other, &mut chance) else {
            continue;
        };
        if one == other {
            continue;
        }
        made += 1;
        for (left, right) in [(&one, &other), (&other, &one)] {
            let told = compare(left, right, &options);
            assert!(told.level() < Some(Level::Metadata), "{what}: {told:#?}");
        }
        assert_eq!(compare(&other, &other, &options).level(), Some(Level::Bits));
    }
}

/// Numbers of owners are renamed one to one, but for root's: that alone is set aside.
#[test]
fn owners_with_other_numbers_are_metadata() {
    let of = |user: u32| {
        let mut tree = Tree::default();
        for name in ["a", "b"] {
            let content = Bytes::from(b"1".to_vec());
            let mode = 0o644;
            tree.entries
                .insert(path(name), Entry::File { mode, content });
            let owner = Some(Owner { user, group: user });
            let attributes = Attributes {
                owner,
                ..Attributes::default()
            };
            tree.attributes.insert(path(name), attributes);
        }
        tree
    };
    let level = |left: u32, right: u32| compare(&of(left), &of(right), &Options::default()).level();
    assert_eq!(level(1000, 1001), Some(Level::Metadata));
    // As unpacked by root and by a user.
    assert_eq!(level(0, 1000), Some(Level::Metadata));
    assert!(
        level(42, 100) < Some(Level::Metadata),
        "both are the system's"
    );
}
