//! What holds for any bytes.

use crate::specimen::{DATA, Library, TEXT, archive, keys, pair};
use crossproof_inspect::{Options, normalized};
use crossproof_model::Level;
use proptest::prelude::*;

fn specimens() -> Vec<Vec<u8>> {
    let library = Library::default();
    let noted = Library {
        package_note: Some("{}"),
        debug_link: Some("x.debug"),
        ..library.clone()
    };
    vec![
        library.bytes(),
        noted.bytes(),
        archive(&[("a.o", 1, &library.bytes()), ("t", 2, b"text\n")]),
        crate::packages::Package::of(&library).bytes(),
        b"some\ntext\n".to_vec(),
        vec![0, 1, 2, 3, 255],
    ]
}

/// A specimen, and the same with some bits flipped and perhaps its end cut off.
fn mutants() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    let flips = prop::collection::vec((any::<prop::sample::Index>(), 0..8_u8), 1..4);
    let cut = prop::option::weighted(0.2, any::<prop::sample::Index>());
    (0..specimens().len(), flips, cut).prop_map(|(which, flips, cut)| {
        let original = specimens().swap_remove(which);
        let mut mutant = original.clone();
        for (at, bit) in flips {
            let at = at.index(mutant.len());
            mutant[at] ^= 1 << bit;
        }
        if let Some(cut) = cut {
            mutant.truncate(cut.index(mutant.len()));
        }
        (original, mutant)
    })
}

/// Whether a byte of the plain library is mapped and read: code, data, tables of the loader, headers but
/// for what says where the section table is.
fn read_by_programs(at: usize) -> bool {
    let section_table_fields = (40..48).contains(&at) || (60..64).contains(&at);
    let build_id = (0x210..0x224).contains(&at);
    at < 0x1900 && !section_table_fields && !build_id
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_content_is_itself((_, mutant) in mutants()) {
        prop_assert_eq!(pair(&mutant, &mutant, &Options::default()).level(), Some(Level::Bits));
    }

    /// No panic, all bytes counted (which `pair` asserts), never `bits`, and the same seen from either side.
    #[test]
    fn comparing_is_symmetric((original, mutant) in mutants()) {
        let options = Options::default();
        let there = pair(&original, &mutant, &options);
        let back = pair(&mutant, &original, &options);
        if original != mutant {
            prop_assert_ne!(there.level(), Some(Level::Bits));
        }
        prop_assert_eq!(there.level(), back.level());
        let mirrored = |comparison: &crossproof_model::Comparison| {
            let mut keys = keys(comparison);
            for (key, _, _) in &mut keys {
                *key = key.replace("only-left", "only").replace("only-right", "only");
            }
            keys.sort();
            keys
        };
        prop_assert_eq!(mirrored(&there), mirrored(&back));
        prop_assert_eq!(there.rules, back.rules);
        prop_assert_eq!(there.coverage, back.coverage);
    }

    #[test]
    fn normalizing_twice_is_normalizing_once((_, mutant) in mutants()) {
        let options = Options::default();
        if let Ok(once) = normalized(&mutant, &options) {
            let twice = normalized(&once, &options).unwrap();
            prop_assert_eq!(&*once, &*twice);
        }
    }

    #[test]
    fn a_flip_in_what_programs_read_is_never_metadata(at in 0..0x1900_usize, bit in 0..8_u8) {
        prop_assume!(read_by_programs(at));
        let original = Library::default().bytes();
        let mut mutant = original.clone();
        mutant[at] ^= 1 << bit;
        let level = pair(&original, &mutant, &Options::default()).level();
        prop_assert!(level < Some(Level::Loaded), "{level:?} at {at:#x}");
    }

    #[test]
    fn any_bytes_are_compared(left in prop::collection::vec(any::<u8>(), 0..200), right in prop::collection::vec(any::<u8>(), 0..200)) {
        for magic in [&b""[..], b"\x7fELF\x02\x01\x01", b"\x7fELF\x01\x02\x01", b"!<arch>\n"] {
            let (left, right) = ([magic, &left].concat(), [magic, &right].concat());
            pair(&left, &right, &Options::default());
        }
    }
}

/// Every single bit of code, data and the mapped tables, not only a sample.
#[test]
fn no_flip_in_code_or_data_is_missed() {
    let original = Library::default().bytes();
    for at in (TEXT as usize..TEXT as usize + 8).chain(DATA as usize..DATA as usize + 4) {
        for bit in 0..8 {
            let mut mutant = original.clone();
            mutant[at] ^= 1 << bit;
            let level = pair(&original, &mutant, &Options::default()).level();
            assert_eq!(level, Some(Level::Interface), "{at:#x}");
        }
    }
}
