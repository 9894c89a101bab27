//! Addresses as ARM code makes them: from words beside the code, halves and the program counter.

use super::*;

impl Arm<'_> {
    /// A load of a whole register from beside the code.
    pub(super) fn load(
        &self,
        at: u64,
        register: usize,
        from: u64,
        state: &mut State,
        found: &mut Found,
    ) {
        if !self.inside(from) {
            found
                .references
                .push(Reference::implied(at, How::Touch(4), from));
            // Nobody takes a word beside different code for an address.
            if self.around.fixed.is_some() {
                found.unknown.push(at);
            }
            return set(state, register, None);
        }
        let value = self.word(from).map(|value| Held::Word {
            value: u64::from(value),
            from,
        });
        set(state, register, value);
    }

    /// An access beside the code that makes nothing known.
    pub(super) fn beside(&self, at: u64, target: u64, size: u8, found: &mut Found) {
        if !self.inside(target) {
            found
                .references
                .push(Reference::implied(at, How::Touch(size), target));
        }
    }

    /// An access at a register and a number.
    pub(super) fn access(
        state: &State,
        at: u64,
        base: usize,
        offset: i64,
        size: u8,
        found: &mut Found,
    ) {
        if let Some(Held::Address(base)) = held(state, base) {
            let target = base.wrapping_add_signed(offset) & 0xffff_ffff;
            found
                .references
                .push(Reference::implied(at, How::Touch(size), target));
        }
    }

    /// The address of a register and a number. Where it goes into the same register, as in a loop, it goes on
    /// from where it was, however often.
    pub(super) fn plus(
        &self,
        state: &State,
        at: u64,
        (to, base): (usize, usize),
        offset: i64,
        found: &mut Found,
    ) -> Option<Held> {
        // A place in code is not moved on, but made of several numbers; the last of them may be in the jump there.
        let jumps = self.word(at + 4).is_some_and(|word| {
            word & 0x0fb0_f000 == 0x05b0_f000 && (word >> 16 & 15) as usize == to
        });
        let follows = |held: &Held| {
            to != base || !jumps && matches!(held, Held::Address(place) if self.inside(*place))
        };
        let Some(Held::Address(base)) = held(state, base).filter(follows) else {
            return None;
        };
        let target = base.wrapping_add_signed(offset) & 0xffff_ffff;
        found
            .references
            .push(Reference::implied(at, How::Take, target));
        Some(Held::Address(target))
    }

    /// The address of a place that code counts from the program counter.
    pub(super) fn near(&self, at: u64, target: u64, found: &mut Found) -> Option<Held> {
        let target = target & 0xffff_ffff;
        if !self.inside(target) {
            found
                .references
                .push(Reference::implied(at, How::Take, target));
        }
        Some(Held::Address(target))
    }

    /// Two registers added for an address, or to access what is there.
    pub(super) fn sum(
        &self,
        state: &State,
        at: u64,
        (one, other): (usize, usize),
        how: How,
        found: &mut Found,
    ) -> Option<Held> {
        let (one, other) = (held(state, one), held(state, other));
        let strange = |held: &Option<Held>| match held {
            Some(Held::Address(place)) => self.inside(*place) && !self.tables.contains(place),
            _ => false,
        };
        let known = |held: &Option<Held>| matches!(held, Some(Held::Word { .. }));
        // A place of this function, and a number that is not known.
        if strange(&one) && !known(&other) || strange(&other) && !known(&one) {
            found.unknown.push(at);
        }
        match (one, other) {
            (Some(Held::Address(base)), word) | (word, Some(Held::Address(base))) => {
                add(at, word, base, how, found)
            }
            // A word added to what is not known may count from the global offset table.
            (word @ Some(Held::Word { .. }), _) | (_, word @ Some(Held::Word { .. })) => {
                self.perhaps_slot(at, word, found)
            }
            _ => None,
        }
    }

    pub(super) fn perhaps_slot(
        &self,
        at: u64,
        word: Option<Held>,
        found: &mut Found,
    ) -> Option<Held> {
        match self.around.got {
            Some(got) => add(at, word, got, How::Perhaps, found).and(None),
            None => {
                found.unknown.push(at);
                None
            }
        }
    }

    /// What is added to the program counter must be known.
    pub(super) fn onto_pc(
        &self,
        state: &State,
        at: u64,
        register: usize,
        pc: u64,
        how: How,
        found: &mut Found,
    ) -> Option<Held> {
        let made = add(at, held(state, register), pc, how, found);
        if made.is_none() {
            found.unknown.push(at);
        }
        made
    }
}

/// An address made by adding a word to a base: the word's bits are what the address decides.
pub(super) fn add(
    at: u64,
    word: Option<Held>,
    base: u64,
    how: How,
    found: &mut Found,
) -> Option<Held> {
    let target = |value: u64| base.wrapping_add(value) & 0xffff_ffff;
    match word? {
        Held::Word { value, from } => {
            let reference = Reference::field(from, 0xffff_ffff, how, target(value));
            found.references.push(reference.through(at));
            Some(Held::Address(target(value)))
        }
        Held::Halves {
            value,
            low,
            high,
            mask,
        } => {
            halves(at, (low, high), mask, how, target(value), found);
            Some(Held::Address(target(value)))
        }
        Held::Page { .. } | Held::Address(_) | Held::Entry { .. } | Held::Into(_) | Held::Other => {
            None
        }
    }
}

pub(super) fn halves(
    at: u64,
    (low, high): (u64, u64),
    mask: u32,
    how: How,
    target: u64,
    found: &mut Found,
) {
    for place in [low, high] {
        let reference = Reference::field(place, u64::from(mask), how, target);
        found.references.push(reference.through(at));
    }
}

pub(super) fn held(state: &State, register: usize) -> Option<Held> {
    state.get(register)
}

pub(super) fn set(state: &mut State, register: usize, held: Option<Held>) {
    state.set(register, held);
}

/// Registers a call leaves to the callee (AAPCS32, section 6.1.1).
pub(super) const CLOBBERS: [u8; 6] = [0, 1, 2, 3, 12, 14];

pub(super) fn call(state: &mut State) {
    state.forget(&CLOBBERS);
}

/// What an instruction puts into one half of a register, and the bits that say so.
pub(super) struct Half {
    pub value: u32,
    pub high: bool,
    pub mask: u32,
}

/// The low half of an address, waiting for its high half; or both.
pub(super) fn half(
    code: &Arm<'_>,
    state: &mut State,
    register: usize,
    at: u64,
    half: Half,
    found: &mut Found,
) {
    let Half { value, high, mask } = half;
    let made = match (high, held(state, register)) {
        (false, _) => Some(Held::Halves {
            value: u64::from(value),
            low: at,
            high: at,
            mask,
        }),
        (
            true,
            Some(Held::Halves {
                value: known, low, ..
            }),
        ) => Some(Held::Halves {
            value: known & 0xffff | u64::from(value) << 16,
            low,
            high: at,
            mask,
        }),
        (true, _) => None,
    };
    if let (
        Some(Held::Halves {
            value, low, high, ..
        }),
        Some(fixed),
    ) = (made, &code.around.fixed)
        && fixed.contains(&value)
    {
        halves(at, (low, high), mask, How::Perhaps, value, found);
    }
    set(state, register, made);
}

pub(super) fn signed(value: u32, bits: u32) -> i64 {
    i64::from((value << (32 - bits)) as i32 >> (32 - bits))
}

/// A number that may count upwards or downwards.
pub(super) fn offset(number: u32, up: bool) -> i64 {
    match up {
        true => i64::from(number),
        false => -i64::from(number),
    }
}

pub(super) fn list(state: &mut State, registers: u32) {
    for register in 0..16 {
        if registers >> register & 1 == 1 {
            set(state, register, None);
        }
    }
}
