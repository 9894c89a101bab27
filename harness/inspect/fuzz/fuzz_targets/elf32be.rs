//! ELF, 32-bit big-endian.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| crossproof_inspect_fuzz::edited(
    b"\x7fELF\x01\x02\x01",
    0,
    input
));
