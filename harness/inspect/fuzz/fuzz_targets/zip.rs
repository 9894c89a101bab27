//! Zip, jar and wheel.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| crossproof_inspect_fuzz::edited(
    b"PK\x03\x04",
    0,
    input
));
