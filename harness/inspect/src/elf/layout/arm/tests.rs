//! Registers followed through short pieces of code.

use super::*;
use crate::elf::layout::flow::references;
use crate::elf::layout::space::Meaning;

fn read(bytes: &[u8], thumb: bool) -> Vec<(u64, usize, u64, u64)> {
    let around = Around::default();
    let code = Arm::new(bytes, 0x1000, thumb, &BTreeMap::new(), &around);
    let found = references(&code, 0x1000, 0x1000 + bytes.len() as u64);
    let place = |r: Reference| match r.to {
        Meaning::Address(to) => (r.at, r.width, r.mask, to),
        Meaning::Page(_) | Meaning::Text(_) => (r.at, r.width, r.mask, 0),
    };
    found.into_iter().map(place).collect()
}

#[test]
fn a_word_added_to_the_program_counter_is_an_address() {
    // ldr r0, [pc, #4]; add r0, pc; bx lr; nop; .word 0x100
    let code = [
        0x01, 0x48, 0x78, 0x44, 0x70, 0x47, 0x00, 0xbf, 0x00, 0x01, 0, 0,
    ];
    assert_eq!(read(&code, true), [(0x1008, 4, 0xffff_ffff, 0x1106)]);
    // Without the addition it is a number.
    let code = [
        0x01, 0x48, 0x00, 0xbf, 0x70, 0x47, 0x00, 0xbf, 0x00, 0x01, 0, 0,
    ];
    assert_eq!(read(&code, true), []);
}

#[test]
fn the_same_in_a32() {
    // ldr r0, [pc, #4]; add r0, pc, r0; bx lr; .word 0x100
    let words: [u32; 4] = [0xe59f_0004, 0xe08f_0000, 0xe12f_ff1e, 0x100];
    let code: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    assert_eq!(read(&code, false), [(0x100c, 4, 0xffff_ffff, 0x110c)]);
}

#[test]
fn calls_out_of_the_function_are_references() {
    // bl +0x200 from 0x1000; bx lr
    let code = [0x00, 0xf0, 0xfe, 0xf8, 0x70, 0x47];
    assert_eq!(read(&code, true), [(0x1000, 4, 0x2fff_07ff, 0x1200)]);
    let words: [u32; 2] = [0xeb00_0040, 0xe12f_ff1e];
    let code: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    assert_eq!(read(&code, false), [(0x1000, 4, 0x00ff_ffff, 0x1108)]);
}

#[test]
fn a_stub_leads_to_its_slot() {
    // add ip, pc, #0; add ip, ip, #0x1000; ldr pc, [ip, #0x2c]!
    let words: [u32; 3] = [0xe28f_c600, 0xe28c_ca01, 0xe5bc_f02c];
    let code: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    assert_eq!(stub(&code, 0x1000), Some(0x1008 + 0x1000 + 0x2c));
    assert_eq!(stub(&[0; 12], 0x1000), None);
}
