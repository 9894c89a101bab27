//! Xz.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| crossproof_inspect_fuzz::edited(
    b"\xfd7zXZ\0",
    0,
    input
));
