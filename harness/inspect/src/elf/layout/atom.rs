//! A piece of a file that can move on its own.

use super::flow::Reference;

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// Code with a beginning that others refer to.
    Function,
    /// What fills the room between functions.
    Padding,
    /// Data with a name.
    Object,
    /// Read-only data without a name: known by what it holds.
    Constant,
    /// A word of a table of addresses: known by what it points to.
    Slot,
    /// Data without a name that can be written: known by where it stands in its section.
    Rest,
    /// A table that another comparison reads.
    Table,
}

/// A piece.
pub(super) struct Atom {
    pub start: u64,
    pub end: u64,
    pub area: usize,
    pub role: Role,
    pub name: Option<String>,
    /// Names that other files can refer to it by, in order.
    pub exported: Vec<String>,
    /// By place.
    pub references: Vec<Reference>,
    /// Places that name an address, or may, in a way that is not understood.
    pub unknown: Vec<u64>,
    /// Whether its code goes on with whatever stands behind it.
    pub falls: bool,
    /// Whether it jumps to places that are not all known, or to its very end.
    pub open: bool,
    /// Whether it leads to a function of a different file.
    pub stub: bool,
    /// Whether it does nothing but lead elsewhere in this file, as what linkers put in between where calls do not reach.
    pub thunk: bool,
    /// Whether nothing says where it ends: what only fills room behind it counts as part of it.
    pub loose: bool,
}

impl Atom {
    pub(super) fn new(start: u64, end: u64, area: usize, role: Role) -> Self {
        Atom {
            start,
            end,
            area,
            role,
            name: None,
            exported: Vec::new(),
            references: Vec::new(),
            unknown: Vec::new(),
            falls: false,
            open: false,
            stub: false,
            thunk: false,
            loose: false,
        }
    }

    /// What fills the room from `start` to its end.
    pub(super) fn gap(&self, start: u64) -> Self {
        Atom::new(start, self.end, self.area, Role::Padding)
    }
}
