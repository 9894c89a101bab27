//! Registers followed through short pieces of code.

use super::*;
use crate::elf::layout::flow::references;
use crate::elf::layout::space::Meaning;

fn read(words: &[u32]) -> Vec<(u64, u64, u64)> {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let around = Around::default();
    let code = A64::new(&bytes, 0x10_000, &around);
    let found = references(&code, 0x10_000, 0x10_000 + bytes.len() as u64);
    let place = |r: Reference| match r.to {
        Meaning::Address(to) => (r.at, r.mask, to),
        Meaning::Page(_) | Meaning::Text(_) => (r.at, r.mask, 0),
    };
    found.into_iter().map(place).collect()
}

const ADRP_X0: u32 = 0xb000_0000; // adrp x0, 0x11000
const ADD_X1: u32 = 0x9104_8001; // add x1, x0, #0x120
const RET: u32 = 0xd65f_03c0;

#[test]
fn an_address_is_made_of_a_page_and_a_place_in_it() {
    assert_eq!(
        read(&[ADRP_X0, ADD_X1, RET]),
        [
            (0x10_000, 0x60ff_ffe0, 0x11_120),
            (0x10_004, 0x003f_fc00, 0x11_120)
        ]
    );
}

#[test]
fn a_page_nobody_adds_to_decides_nothing() {
    assert_eq!(read(&[ADRP_X0, RET]), []);
    let mov_x0: u32 = 0xd280_0000; // mov x0, #0
    assert_eq!(read(&[ADRP_X0, mov_x0, ADD_X1, RET]), []);
}

#[test]
fn a_register_may_hold_two_pages_on_two_ways() {
    // cbz x2, +12; adrp x0, 0x11000; b +8; adrp x0, 0x12000; add x1, x0, #0x120
    let words = [0xb400_0062, ADRP_X0, 0x1400_0002, 0xd000_0000, ADD_X1, RET];
    let found = read(&words);
    let to: Vec<(u64, u64)> = found.iter().map(|r| (r.0, r.2)).collect();
    assert_eq!(
        to,
        [
            (0x10_004, 0x11_120),
            (0x10_00c, 0x12_120),
            (0x10_010, 0x11_120),
            (0x10_010, 0x12_120)
        ]
    );
}

#[test]
fn a_page_used_in_an_unknown_way_is_not_passed_over() {
    let unknown = |words: &[u32]| {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let around = Around::default();
        let code = A64::new(&bytes, 0x10_000, &around);
        let end = 0x10_000 + bytes.len() as u64;
        let alone = crate::elf::layout::flow::Alone::default();
        crate::elf::layout::flow::read(&code, 0x10_000, end, alone.surroundings()).unknown
    };
    // ldr x1, [x0, x2]: an index onto the page.
    assert_eq!(unknown(&[ADRP_X0, 0xf862_6801, RET]), [0x10_000]);
    // str x0, [x3]: kept in memory for later.
    assert_eq!(unknown(&[ADRP_X0, 0xf900_0060, RET]), [0x10_000]);
    // A function that gives back no more than the page.
    assert_eq!(unknown(&[ADRP_X0, RET]), [0x10_000]);
    // Written over: no compiler makes a page for nothing, so that something else may have taken it.
    assert_eq!(unknown(&[ADRP_X0, 0xd280_0000, RET]), [0x10_000]);
    // adrp x19; bl: left in a register in which no function is passed anything.
    assert_eq!(unknown(&[0xb000_0013, 0x9400_0100, RET]), [0x10_000]);
    // Kept on the stack and read again: str x0, [sp, #8]; ldr x1, [sp, #8]; add x1, x1, #0x120.
    let words = [
        ADRP_X0,
        0xf900_07e0,
        0xf940_07e1,
        0x9104_8021,
        0xd280_0000,
        RET,
    ];
    assert_eq!(unknown(&words), [0_u64; 0]);
}

#[test]
fn calls_leave_only_what_is_saved() {
    let call = 0x9400_0100;
    let found = read(&[ADRP_X0, call, ADD_X1, RET]);
    assert_eq!(found, [(0x10_004, 0x03ff_ffff, 0x10_404)]);
    // adrp x19, 0x11000; bl; ldr w0, [x19, #0x10]
    let found = read(&[0xb000_0013, call, 0xb940_1260, RET]);
    assert_eq!(found.iter().filter(|r| r.2 == 0x11_010).count(), 2);
}

#[test]
fn what_stays_inside_the_function_is_no_reference() {
    assert_eq!(read(&[0x1400_0001, RET]), []);
    // Vector instructions leave the registers alone: adrp x0; fmul d0, d0, d0; ldr d1, [x0, #0x10].
    assert_eq!(read(&[ADRP_X0, 0x1e60_0800, 0xfd40_0801, RET]).len(), 2);
}
