//! PNG.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| crossproof_inspect_fuzz::edited(
    b"\x89PNG\r\n\x1a\n",
    0,
    input
));
