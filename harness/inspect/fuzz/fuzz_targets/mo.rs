//! Gettext catalogues.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| crossproof_inspect_fuzz::edited(
    b"\xde\x12\x04\x95\0\0\0\0",
    0,
    input
));
