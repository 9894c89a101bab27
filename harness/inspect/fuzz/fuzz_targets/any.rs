//! A content of whatever format it happens to be, against itself edited.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| crossproof_inspect_fuzz::edited(b"", 0, input));
