//! Sides, legs, and pairs of things held one against the other.

use std::fmt;
use std::str::FromStr;

/// Which of the two builds of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Build platform = host platform.
    Native,
    /// Build platform ≠ host platform.
    Cross,
}

impl Side {
    /// Both sides, the reference first.
    pub const BOTH: [Side; 2] = [Side::Native, Side::Cross];

    /// `native` or `cross`.
    pub fn name(self) -> &'static str {
        match self {
            Side::Native => "native",
            Side::Cross => "cross",
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One build of a case: a side, and which repeat of it (1, or 2 for a control).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leg {
    /// Native or cross.
    pub side: Side,
    /// 1 for the leg that is compared, 2 for its control.
    pub repeat: u8,
}

impl fmt::Display for Leg {
    /// `N1`, `N2`, `C1`, `C2`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = match self.side {
            Side::Native => 'N',
            Side::Cross => 'C',
        };
        write!(f, "{letter}{}", self.repeat)
    }
}

/// Text that names no leg.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("unknown leg `{0}`: expected N1, N2, C1 or C2")]
pub struct BadLeg(pub String);

impl FromStr for Leg {
    type Err = BadLeg;
    fn from_str(text: &str) -> Result<Self, BadLeg> {
        let (side, repeat) = match text {
            "N1" => (Side::Native, 1),
            "N2" => (Side::Native, 2),
            "C1" => (Side::Cross, 1),
            "C2" => (Side::Cross, 2),
            _ => return Err(BadLeg(text.to_owned())),
        };
        Ok(Leg { side, repeat })
    }
}

/// Two things held against each other. In a verdict the left one is native and the right one cross.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair<T> {
    /// The reference (native).
    pub left: T,
    /// What is judged (cross).
    pub right: T,
}

impl<T> Pair<T> {
    /// A pair of `left` and `right`.
    pub fn new(left: T, right: T) -> Self {
        Pair { left, right }
    }
    /// Applies `f` to each.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Pair<U> {
        Pair {
            left: f(self.left),
            right: f(self.right),
        }
    }
    /// A pair of references.
    pub fn as_ref(&self) -> Pair<&T> {
        Pair {
            left: &self.left,
            right: &self.right,
        }
    }
    /// Pairs up two pairs.
    pub fn zip<U>(self, other: Pair<U>) -> Pair<(T, U)> {
        Pair {
            left: (self.left, other.left),
            right: (self.right, other.right),
        }
    }
    /// The same pair seen from the other side.
    pub fn swap(self) -> Self {
        Pair {
            left: self.right,
            right: self.left,
        }
    }
    /// What belongs to `side`.
    pub fn of(&self, side: Side) -> &T {
        match side {
            Side::Native => &self.left,
            Side::Cross => &self.right,
        }
    }
}

impl<T, E> Pair<Result<T, E>> {
    /// Both, or the first error.
    pub fn transpose(self) -> Result<Pair<T>, E> {
        Ok(Pair {
            left: self.left?,
            right: self.right?,
        })
    }
}

impl<T: PartialEq> Pair<T> {
    /// Whether the two are the same.
    pub fn same(&self) -> bool {
        self.left == self.right
    }
}
