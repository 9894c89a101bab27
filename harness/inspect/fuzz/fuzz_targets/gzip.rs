//! Gzip.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| crossproof_inspect_fuzz::edited(
    b"\x1f\x8b\x08",
    0,
    input
));
