//! Cases, emulators, goldens and locks: whatever the text, it is read, or refused with a place that is in it.
#![no_main]

use crossproof_model::Platform;
use crossproof_record as record;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (name, target) = ("a".parse().expect("a plain name"), Platform::Aarch64);
    for refused in [
        record::case(text, "f", name).err(),
        record::emulator(text, "f").err(),
        record::golden(text, "f", "a".parse().expect("a plain name"), target).err(),
        record::lock(text, "f").err(),
    ] {
        if let Some(error) = refused {
            assert!(error.line <= lines(text) + 1, "{error}");
        }
    }
});

/// Lines as YAML counts them (version 1.1, section 5.4), a pair of marks as two.
fn lines(text: &str) -> usize {
    text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).count()
}
