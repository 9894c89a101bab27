//! What an address means on both sides.

/// What an address means, in terms that both sides share. Two addresses are the same exactly if this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Spot {
    /// So far into a piece. `behind` is the piece that ends there as well, where the address may mean its end.
    In {
        piece: usize,
        offset: u64,
        behind: Option<usize>,
    },
    /// The end of a piece, with nothing directly behind it; of the whole section, too.
    End { piece: usize, section: bool },
    /// In a table that is compared as a whole: at its start, its end, or so far into it.
    Table { section: usize, place: InTable },
    /// So far into the headers that begin the file.
    Header(u64),
    /// Nowhere in the file.
    Outside(u64),
    /// What it means cannot be said on the other side.
    Unclear,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum InTable {
    Start,
    End,
    Last,
    At(u64),
}

/// One of the two sides.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum On {
    Left,
    Right,
}
