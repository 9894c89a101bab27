//! Policies of gates.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(error) = crossproof_record::gate_policy(text, "f") {
        assert!(error.line <= text.split('\n').count() + 1, "{error}");
    }
});
