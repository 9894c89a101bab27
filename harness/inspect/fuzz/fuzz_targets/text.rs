//! Text of all kinds: JSON, pkg-config, libtool, config.h, control files.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let text: Vec<u8> = input
        .iter()
        .map(|b| if *b == 0 { b' ' } else { b & 0x7f })
        .collect();
    crossproof_inspect_fuzz::edited(b"", 0, &text);
});
