//! Cpio, as initramfs has it.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| crossproof_inspect_fuzz::edited(b"070701", 0, input));
