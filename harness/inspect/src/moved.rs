//! Many things that only stand at other addresses are one finding: one function that grew moves every
//! symbol and section behind it, and a list of them would hide what did change.

use crossproof_model::{DiffKey, Difference, Level, Place};

/// What is gathered.
#[derive(Clone, Copy)]
pub(crate) enum Moved {
    /// Entries of a symbol table, as `elf.moved.symbols`.
    Symbols,
    /// Section headers, as `elf.moved.sections`.
    Sections,
}

impl Moved {
    fn word(self) -> &'static str {
        match self {
            Moved::Symbols => "symbols",
            Moved::Sections => "sections",
        }
    }

    fn is_one(self, key: &str) -> bool {
        match self {
            Moved::Symbols => matches!(key, "elf.symbol.local" | "elf.symbol.global"),
            Moved::Sections => key.starts_with("elf.section.") && key.ends_with(".header"),
        }
    }
}

/// Puts one difference at `place` in the stead of all from `start` on that are the same but for an address
/// (a file offset that goes with it). It allows no better level than any of them did.
pub(crate) fn gather(differences: &mut Vec<Difference>, start: usize, moved: Moved, place: Place) {
    let tail = differences.split_off(start.min(differences.len()));
    let (gathered, rest): (Vec<_>, Vec<_>) = tail.into_iter().partition(|d| only_moved(d, moved));
    differences.extend(rest);
    let Some(allows) = gathered.iter().map(|d| d.allows).min() else {
        return;
    };
    let shown = Some(format!(
        "{} at other addresses",
        match gathered.len() {
            1 => format!("1 {}", moved.word().trim_end_matches('s')),
            more => format!("{more} {}", moved.word()),
        }
    ));
    let detail = gathered.iter().take(Difference::DETAIL_LINES).map(line);
    differences.push(Difference {
        key: DiffKey::of(["elf.moved", moved.word()]),
        place,
        left: shown.clone(),
        right: shown,
        detail: detail.collect(),
        allows: allows.min(Level::Loaded),
        settled_by: None,
    });
}

fn only_moved(difference: &Difference, moved: Moved) -> bool {
    let (Some(left), Some(right)) = (&difference.left, &difference.right) else {
        return false;
    };
    // A text that was cut short does not tell all of its difference.
    let whole = !left.ends_with('…') && !right.ends_with('…');
    whole
        && difference.settled_by.is_none()
        && moved.is_one(difference.key.as_str())
        && still(left) == still(right)
}

/// The text without its addresses and offsets.
fn still(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut previous = "";
    for word in text.split(' ') {
        // A symbol's value stands bare; in a header every number has its name before it.
        let bare =
            word.starts_with("0x") && !matches!(previous, "size" | "other" | "type" | "flags");
        let address = bare || matches!(previous, "addr" | "offset");
        words.push(if address { "0x…" } else { word });
        previous = word;
    }
    words
}

fn line(difference: &Difference) -> String {
    let name = difference
        .place
        .inside
        .iter()
        .rev()
        .take(2)
        .rev()
        .cloned()
        .collect::<Vec<_>>()
        .join(" > ");
    let text = |side: &Option<String>| side.clone().unwrap_or_default();
    format!(
        "{name}: {} | {}",
        text(&difference.left),
        text(&difference.right)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(key: &str, left: &str, right: &str) -> Difference {
        Difference {
            key: key.parse().unwrap(),
            place: Place::file("a".parse().unwrap()).within("x"),
            left: Some(left.to_owned()),
            right: Some(right.to_owned()),
            detail: Vec::new(),
            allows: Level::Interface,
            settled_by: None,
        }
    }

    #[test]
    fn what_only_moved_becomes_one_finding() {
        let mut all = vec![
            difference(
                "elf.symbol.local",
                "FUNC LOCAL 0x10 size 4 in .text",
                "FUNC LOCAL 0x20 size 4 in .text",
            ),
            difference(
                "elf.symbol.global",
                "OBJECT GLOBAL 0x8 size 4 in .data",
                "OBJECT GLOBAL 0x9 size 4 in .data",
            ),
        ];
        gather(
            &mut all,
            0,
            Moved::Symbols,
            Place::file("a".parse().unwrap()),
        );
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].key.as_str(), "elf.moved.symbols");
        assert_eq!((all[0].allows, all[0].detail.len()), (Level::Interface, 2));
    }

    #[test]
    fn what_changed_otherwise_is_left_alone() {
        for (key, left, right) in [
            (
                "elf.symbol.local",
                "FUNC LOCAL 0x10 size 4 in .text",
                "FUNC LOCAL 0x20 size 8 in .text",
            ),
            (
                "elf.symbol.local",
                "FUNC LOCAL 0x10 size 4 in .text",
                "FUNC LOCAL 0x20 size 4 in .data",
            ),
            (
                "elf.section.text.header",
                "type 0x1 flags 0x6 addr 0x1",
                "type 0x1 flags 0x7 addr 0x2",
            ),
            (
                "elf.section.bss.header",
                "type 0x8 addr 0x1 size 0x10",
                "type 0x8 addr 0x2 size 0x20",
            ),
            ("elf.section.text.bytes", "0x1", "0x2"),
            ("elf.symbol.local", "FUNC LOCAL 0x10…", "FUNC LOCAL 0x20…"),
        ] {
            for moved in [Moved::Symbols, Moved::Sections] {
                let mut all = vec![difference(key, left, right)];
                let before = all.clone();
                gather(&mut all, 0, moved, Place::file("a".parse().unwrap()));
                assert_eq!(all, before);
            }
        }
    }
}
