//! Zstandard.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| crossproof_inspect_fuzz::edited(
    b"\x28\xb5\x2f\xfd",
    0,
    input
));
