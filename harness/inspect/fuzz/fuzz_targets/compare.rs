//! Two unrelated contents: the input's halves.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let (left, right) = input.split_at(input.len() / 2);
    crossproof_inspect_fuzz::compared(left, right);
});
