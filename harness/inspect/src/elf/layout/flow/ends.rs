//! How code ends, as its instructions alone say.

use super::blocks::Blocks;
use super::{Alone, Decode, Next, Pads, Surroundings};

/// How a stretch of code ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum End {
    /// Never behind its last instruction.
    Stops,
    /// Goes on with whatever stands there.
    Falls,
    /// Goes on if what it calls last comes back.
    Calls(u64),
}

/// Where the ways through a function end, as its instructions alone say.
pub(in super::super) struct Ends {
    /// At its last instruction, and before data that stand in it.
    pub ends: Vec<End>,
    /// Whether it has an instruction that goes back to its caller, or where nothing says.
    pub returns: bool,
    /// Whether it has an instruction that goes back to its caller.
    pub goes_back: bool,
    /// Where it jumps to outside of itself.
    pub out: Vec<u64>,
    /// What it calls by its address.
    pub called: Vec<u64>,
    /// Whether it reads a register in which nothing is passed before it writes it, as parts of functions do that a
    /// compiler put together for several.
    pub borrows: bool,
    /// Registers that it may change, but for what it calls and jumps to; all if it calls what only a register
    /// says.
    pub writes: u32,
}

/// Where the ways through the code from `start` to `end` end.
pub(in super::super) fn ends(
    code: &(impl Decode + ?Sized),
    start: u64,
    end: u64,
    pads: &Pads,
) -> Ends {
    let alone = Alone::default();
    let surroundings = Surroundings {
        pads,
        ..alone.surroundings()
    };
    let (blocks, steps, _) = Blocks::scan(code, start, end, surroundings);
    let opaque = blocks.calls_blindly || blocks.leaves_blindly();
    let mut written = 0;
    let (mut borrows, mut saves) = (false, 0);
    // What is read first is read before anything goes elsewhere.
    let mut straight = true;
    let mut goes_back = false;
    for (at, _, next) in &steps {
        goes_back |= matches!(
            next,
            Next::Elsewhere { table: false } | Next::Perhaps { table: false }
        );
        let saved = code.saves(*at) & code.borrows(*at) & !written;
        saves |= if straight { saved } else { 0 };
        borrows |= straight && code.borrows(*at) & !written & !saved != 0;
        written |= code.writes(*at);
        straight &= matches!(next, Next::On);
    }
    // Saved all together, as setjmp does, they are only given back.
    borrows |= saves != 0 && saves != code.kept();
    Ends {
        called: blocks.called.iter().copied().collect(),
        borrows,
        writes: if opaque { u32::MAX } else { written },
        out: blocks.jumps.into_iter().collect(),
        returns: blocks.returns,
        goes_back,
        ends: blocks.ends,
    }
}
