//! Python bytecode, of a release whose code objects are known (3.12) or as the input says.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| match input.split_first() {
    Some((0, rest)) => crossproof_inspect_fuzz::edited(b"\x6f\x0d\r\n", 0, rest),
    _ => crossproof_inspect_fuzz::edited(b"\xcb\x0d\r\n\0\0\0\0", 0, input),
});
