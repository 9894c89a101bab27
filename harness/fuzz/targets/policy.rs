//! Policies of gates.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(error) = crossproof_record::gate_policy(text, "f") {
        assert!(error.line <= lines(text) + 1, "{error}");
    }
});

/// Lines as YAML counts them (version 1.1, section 5.4), a pair of marks as two.
fn lines(text: &str) -> usize {
    text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).count()
}
