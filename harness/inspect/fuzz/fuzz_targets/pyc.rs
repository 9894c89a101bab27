//! Python bytecode (3.13).

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| crossproof_inspect_fuzz::edited(
    b"\xf3\x0d\r\n",
    0,
    input
));
