//! What must hold for any bytes whatever: the laws each fuzz target holds the comparison to.

use crossproof_inspect::{Options, PathMap, compare, normalized};
use crossproof_model::{Bytes, Comparison, Entry, Level, Tree};

/// A tree of one file.
fn tree(content: &[u8]) -> Tree {
    let mut tree = Tree::default();
    let content = Bytes::from(content.to_vec());
    let name = "file".parse().expect("a plain name is a path");
    tree.entries.insert(
        name,
        Entry::File {
            mode: 0o644,
            content,
        },
    );
    tree
}

fn options() -> Options {
    Options {
        map: PathMap::new([("/usr/t/include", "/usr/include/t")]),
        ..Options::default()
    }
}

fn pair(left: &[u8], right: &[u8]) -> Comparison {
    let comparison = compare(&tree(left), &tree(right), &options());
    let bytes = (left.len() + right.len()) as u64;
    assert_eq!(comparison.coverage.total(), bytes, "each byte counts once");
    comparison
}

/// A normal form exists or the reason is said, and it is its own normal form.
pub fn normalize(content: &[u8]) {
    if let Ok(once) = normalized(content, &options()) {
        let twice = normalized(&once, &options()).expect("a normal form has one");
        assert!(*once == *twice, "normalizing twice is normalizing once");
    }
}

/// Comparing gives the same from either side, and `bits` exactly for the same bytes.
pub fn compared(left: &[u8], right: &[u8]) {
    let there = pair(left, right);
    let back = pair(right, left);
    assert_eq!(there.level(), back.level(), "comparing is symmetric");
    assert_eq!(there.coverage, back.coverage);
    assert_eq!(there.rules, back.rules);
    assert_eq!(there.level() == Some(Level::Bits), left == right);
}

/// Two contents of one input: the second repeats the first but for a few edits, which the input's last bytes
/// say. `magic` makes the content one of its format.
pub fn edited(magic: &[u8], at: usize, input: &[u8]) {
    let (content, edits) = input.split_at(input.len() - input.len().min(9));
    let mut left = content.to_vec();
    left.resize(left.len().max(at + magic.len()), 0);
    left[at..at + magic.len()].copy_from_slice(magic);
    let mut right = left.clone();
    for edit in edits.chunks_exact(3) {
        let place = (usize::from(edit[0]) | usize::from(edit[1]) << 8) % right.len().max(1);
        if let Some(byte) = right.get_mut(place) {
            *byte ^= edit[2];
        }
    }
    normalize(&right);
    compared(&left, &right);
}
