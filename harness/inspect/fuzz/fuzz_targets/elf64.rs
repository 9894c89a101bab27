//! ELF, 64-bit little-endian: sections, symbols, notes, debug information.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| crossproof_inspect_fuzz::edited(
    b"\x7fELF\x02\x01\x01",
    0,
    input
));
