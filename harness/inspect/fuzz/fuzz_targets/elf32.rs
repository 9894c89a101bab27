//! ELF, 32-bit little-endian.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| crossproof_inspect_fuzz::edited(
    b"\x7fELF\x01\x01\x01",
    0,
    input
));
