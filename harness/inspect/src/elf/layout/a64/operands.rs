//! Which general registers an instruction reads and which it writes.
//!
//! Where the two cannot be told apart for sure, a register counts as read, so that an address that was
//! begun in it is not taken for left over.

/// A bit for each register; number 31 is none.
pub(super) struct Operands {
    pub reads: u32,
    pub writes: u32,
}

/// The fields of an instruction that name registers.
struct Fields {
    rd: u32,
    rn: u32,
    ra: u32,
    rm: u32,
}

pub(super) fn operands(word: u32) -> Operands {
    let bit = |at: u32| 1_u32 << (word >> at & 31);
    let f = Fields {
        rd: bit(0),
        rn: bit(5),
        ra: bit(10),
        rm: bit(16),
    };
    let (reads, writes) = match word >> 25 & 15 {
        0b1000 | 0b1001 => immediate(word, &f),
        0b1010 | 0b1011 => control(word, &f),
        0b0101 | 0b1101 => registers(word, &f),
        0b0111 | 0b1111 => vectors(word, &f),
        0b0100 | 0b0110 | 0b1100 | 0b1110 => memory(word, &f),
        // Scalable vectors and matrices, and what is not allocated.
        _ => (f.rd | f.rn | f.ra | f.rm, f.rd | f.rn),
    };
    let named = !(1 << 31);
    Operands {
        reads: reads & named,
        writes: writes & named,
    }
}

fn immediate(word: u32, f: &Fields) -> (u32, u32) {
    match word >> 23 & 7 {
        0 | 1 => (0, f.rd),
        // MOVK and BFM keep what they do not write.
        5 if word >> 29 & 3 == 3 => (f.rd, f.rd),
        5 => (0, f.rd),
        6 if word >> 29 & 3 == 1 => (f.rn | f.rd, f.rd),
        7 => (f.rn | f.rm, f.rd),
        _ => (f.rn, f.rd),
    }
}

fn control(word: u32, f: &Fields) -> (u32, u32) {
    match word {
        // CBZ, CBNZ, TBZ, TBNZ.
        _ if word & 0x7c00_0000 == 0x3400_0000 => (f.rd, 0),
        // Branches to a register; with a second one that authenticates, and without.
        _ if word & 0xff00_0000 == 0xd700_0000 => (f.rn | f.rd, 0),
        _ if word & 0xff00_0000 == 0xd600_0000 => (f.rn, 0),
        // MRS, SYSL; MSR, SYS.
        _ if word & 0xffe0_0000 == 0xd520_0000 => (0, f.rd),
        _ if word & 0xffe0_0000 == 0xd500_0000 => (f.rd, 0),
        // The kernel answers a call in x0.
        _ if word & 0xff00_001f == 0xd400_0001 => (0, 1),
        _ => (0, 0),
    }
}

fn registers(word: u32, f: &Fields) -> (u32, u32) {
    if word >> 28 & 1 == 0 {
        return (f.rn | f.rm, f.rd);
    }
    match word >> 21 & 15 {
        // With carry; flags from a register.
        0 if word & 0xfc00 == 0 => (f.rn | f.rm, f.rd),
        0 => (f.rn, 0),
        // Conditional comparison, with a register or a number.
        2 if word & 0x800 == 0 => (f.rn | f.rm, 0),
        2 => (f.rn, 0),
        // Of one source; signing reads what it writes.
        6 if word >> 30 & 1 == 1 && f.rm == 2 => (f.rn | f.rd, f.rd),
        6 if word >> 30 & 1 == 1 => (f.rn, f.rd),
        8.. => (f.rn | f.rm | f.ra, f.rd),
        _ => (f.rn | f.rm, f.rd),
    }
}

fn vectors(word: u32, f: &Fields) -> (u32, u32) {
    let opcode = word >> 16 & 7;
    match word {
        // To and from integers and fixed point.
        _ if word & 0x5f20_fc00 == 0x1e20_0000 || word & 0x5f20_0000 == 0x1e00_0000 => match opcode
        {
            2 | 3 | 7 => (f.rn, 0),
            _ => (0, f.rd),
        },
        // DUP and INS from, SMOV and UMOV to a general register.
        _ if word & 0xbfe0_fc00 == 0x0e00_0c00 || word & 0xffe0_fc00 == 0x4e00_1c00 => (f.rn, 0),
        _ if word & 0xbfe0_ec00 == 0x0e00_2c00 => (0, f.rd),
        _ => (0, 0),
    }
}

fn memory(word: u32, f: &Fields) -> (u32, u32) {
    let vector = word & 0x0400_0000 != 0;
    let loads = word & 0x0040_0000 != 0;
    let general = |register: u32| if vector { 0 } else { register };
    match (word >> 28 & 3, word >> 24 & 1, word >> 21 & 1) {
        // Structures of vectors.
        (0, _, _) if vector => match word >> 23 & 1 {
            0 => (f.rn, 0),
            _ => (f.rn | f.rm, f.rn),
        },
        // Exclusive, ordered, compare and swap: what is not used is number 31.
        (0, 0, _) => match loads {
            true => (f.rn | f.rm, f.rd | f.ra | f.rm),
            false => (f.rn | f.rd | f.ra | f.rm, f.rm),
        },
        // From beside the code; the last kind fetches ahead.
        (1, 0, _) if vector || word >> 30 == 3 => (0, 0),
        (1, 0, _) => (0, f.rd),
        (2, ..) => {
            let pair = general(f.rd | f.ra);
            let back = if word >> 23 & 1 == 1 { f.rn } else { 0 };
            match loads {
                true => (f.rn, pair | back),
                false => (f.rn | pair, back),
            }
        }
        (3, unsigned, indexed) => {
            let opc = word >> 22 & 3;
            // PRFM has the shape of a signed load of eight bytes.
            let fetches = !vector && opc == 2 && word >> 30 == 3;
            let (mut reads, mut writes) = match opc {
                _ if fetches => (f.rn, 0),
                0 => (f.rn | general(f.rd), 0),
                2 if vector => (f.rn, 0),
                _ => (f.rn, general(f.rd)),
            };
            if unsigned == 1 {
                return (reads, writes);
            }
            match (indexed, word >> 10 & 3) {
                (0, 1 | 3) => writes |= f.rn,
                // Atomic; with an index; with authentication.
                (1, 0) => {
                    reads |= f.rm;
                    writes |= f.rd;
                }
                (1, 2) => reads |= f.rm,
                (1, _) => writes |= f.rn | f.rd,
                _ => {}
            }
            (reads, writes)
        }
        _ => (f.rn | f.rd, f.rd | f.rn),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(registers: u32) -> Vec<u32> {
        (0..32).filter(|r| registers >> r & 1 == 1).collect()
    }

    #[test]
    fn each_group_reads_and_writes_its_own() {
        // As GNU as assembles them.
        let cases: [(&str, u32, &[u32], &[u32]); 15] = [
            ("add x1, x2, #4", 0x9100_1041, &[2], &[1]),
            ("movk x3, #1", 0xf280_0023, &[3], &[3]),
            ("cbz x4, .", 0xb400_0004, &[4], &[]),
            ("br x5", 0xd61f_00a0, &[5], &[]),
            ("braa x5, x6", 0xd71f_08a6, &[5, 6], &[]),
            ("mrs x6, tpidr_el0", 0xd53b_d046, &[], &[6]),
            ("add x7, x8, x9", 0x8b09_0107, &[8, 9], &[7]),
            ("madd x1, x2, x3, x4", 0x9b03_1041, &[2, 3, 4], &[1]),
            ("csel x1, x2, x3, eq", 0x9a83_0041, &[2, 3], &[1]),
            ("stp x1, x2, [x3]", 0xa900_0861, &[1, 2, 3], &[]),
            ("ldp x1, x2, [x3], #16", 0xa8c1_0861, &[3], &[1, 2, 3]),
            ("ldr x1, [x2, x3]", 0xf863_6841, &[2, 3], &[1]),
            ("str x1, [x2]", 0xf900_0041, &[1, 2], &[]),
            ("ldr q1, [x2]", 0x3dc0_0041, &[2], &[]),
            ("fmov d1, x2", 0x9e67_0041, &[2], &[]),
        ];
        for (text, word, reads, writes) in cases {
            let found = operands(word);
            assert_eq!(named(found.reads), reads, "{text} reads");
            assert_eq!(named(found.writes), writes, "{text} writes");
        }
    }
}
