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

#[test]
fn a_table_is_followed_whose_index_nothing_is_compared_with() {
    // ldrb r3, [r1, #4]; add r0, pc, #8; sub r3, r3, #5; ldr r3, [r0, r3, lsl #2]; add pc, r0, r3; three entries, the
    // last of them for a value that cannot occur; bx lr; bx lr
    let words: [u32; 10] = [
        0xe5d1_3004,
        0xe28f_0008,
        0xe243_3005,
        0xe790_3103,
        0xe080_f003,
        0xc,
        0x10,
        0x14,
        0xe12f_ff1e,
        0xe12f_ff1e,
    ];
    let code: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let around = Around::default();
    let code = Arm::new(&code, 0x1000, false, &BTreeMap::new(), &around);
    assert_eq!(code.goes.get(&0x1010), Some(&vec![0x1020, 0x1024, 0x1028]));
}

#[test]
fn a_jump_through_a_table_changes_no_register() {
    let around = Around::default();
    // cmp r4, #1; bhi; tbh [pc, r4, lsl #1]; two entries; bx lr; bx lr
    let halves: [u16; 8] = [0x2c01, 0xd805, 0xe8df, 0xf014, 2, 3, 0x4770, 0x4770];
    let code: Vec<u8> = halves.iter().flat_map(|half| half.to_le_bytes()).collect();
    let code = Arm::new(&code, 0x1000, true, &BTreeMap::new(), &around);
    assert_eq!(code.jumps.get(&0x1008), Some(&0x100c));
    assert_eq!(Decode::jumps(&code, 0x1004), Some(vec![0x100c, 0x100e]));
    // cmp r2, #1; bhi; adr r0, 1f; ldr r2, [r0, r2, lsl #2]; add r0, r2; bx r0; nop; two entries; bx lr; bx lr
    let halves: [u16; 14] = [
        0x2a01, 0xd80b, 0xa002, 0xf850, 0x2022, 0x4410, 0x4700, 0xbf00, 9, 0, 11, 0, 0x4770, 0x4770,
    ];
    let code: Vec<u8> = halves.iter().flat_map(|half| half.to_le_bytes()).collect();
    let code = Arm::new(&code, 0x1000, true, &BTreeMap::new(), &around);
    assert_eq!(code.goes.get(&0x100c), Some(&vec![0x1018, 0x101a]));
}

#[test]
fn a_row_of_branches_is_a_table_where_its_length_is_sure() {
    // cmp r0, #1; addls pc, pc, r0, lsl #2; b; two branches; bx lr
    let words: [u32; 6] = [
        0xe350_0001,
        0x908f_f100,
        0xea00_0001,
        0xea00_0000,
        0xeaff_ffff,
        0xe12f_ff1e,
    ];
    let around = Around::default();
    let read = |words: &[u32]| {
        let code: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let code = Arm::new(&code, 0x1000, false, &BTreeMap::new(), &around);
        Decode::jumps(&code, 0x1004)
    };
    assert_eq!(read(&words), Some(vec![0x100c, 0x1010]));
    // A different register was compared.
    let [_, rest @ ..] = words;
    let other = [&[0xe351_0001][..], &rest].concat();
    assert_eq!(read(&other), None);
}

#[test]
fn a_comparison_that_no_branch_follows_ends_no_table() {
    // cmp r1, #0; addne r0, r0, #1; adr r2, 1f; ldr r1, [r2, r1, lsl #2]; add pc, r2, r1; three entries; bx lr
    let words: [u32; 9] = [
        0xe351_0000,
        0x1280_0001,
        0xe28f_2004,
        0xe792_1101,
        0xe082_f001,
        0xc,
        0xc,
        0xc,
        0xe12f_ff1e,
    ];
    let code: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let around = Around::default();
    let code = Arm::new(&code, 0x1000, false, &BTreeMap::new(), &around);
    assert_eq!(code.goes.get(&0x1010).map(Vec::len), Some(3));
}
