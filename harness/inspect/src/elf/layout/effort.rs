//! How much is spent on following the code of one file: code can be made whose ways never settle, or in which
//! something begins at every instruction.
//!
//! Counted in what it takes to decode an instruction once. Of Debian's packages, large A64 files take up to 30 for each
//! byte, and few small ones, whose jumps lead through tables of thousands, tens of millions; 32-bit code without symbols
//! takes up to 134, because functions are found by what leads to them, again and again. What takes more is not followed
//! at all: nothing is reported of it, and nothing is proven.

use super::space::{Machine, Space};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What may be spent on each byte.
const EACH: u64 = 32;
/// The same of 32-bit code, for as many bytes as follow.
const EACH_32: u64 = 144;
const BYTES_32: u64 = 5 << 19;
/// What may be spent on any file.
const LEAST: u64 = 1 << 26;
/// Bytes of what is found that are held for each byte of code, and for any file.
const HELD: u64 = 8;
const HELD_LEAST: u64 = 8 << 20;
/// The largest function: everything that is known of one is held at once.
pub(super) const FUNCTION: u64 = 2 << 20;

/// How much may still be spent. Whether it suffices for all does not hang on who spends first.
#[derive(Clone, Debug)]
pub(super) struct Effort(Arc<Left>);

#[derive(Debug)]
struct Left {
    effort: AtomicU64,
    /// Bytes of what one reading of all functions finds, and how many they may be.
    held: AtomicU64,
    most: u64,
}

/// Of code that is small by its nature.
impl Default for Effort {
    fn default() -> Self {
        Effort::new(u64::MAX, u64::MAX)
    }
}

impl Effort {
    fn new(effort: u64, most: u64) -> Self {
        Effort(Arc::new(Left {
            effort: AtomicU64::new(effort),
            held: AtomicU64::new(0),
            most,
        }))
    }

    /// For the code of a file.
    pub(super) fn on(space: &Space<'_>) -> Self {
        let code = space.areas.iter().filter(|area| area.code);
        let bytes: u64 = code.map(|area| area.bytes.len() as u64).sum();
        let more = match space.machine {
            Machine::Arm => (EACH_32 - EACH).saturating_mul(bytes.min(BYTES_32)),
            Machine::A64 | Machine::Other => 0,
        };
        let most = bytes.saturating_mul(EACH).saturating_add(more + LEAST);
        let held = bytes.saturating_mul(HELD).saturating_add(HELD_LEAST);
        Effort::new(most, held)
    }

    /// Takes so much; whether it was left. Once something is not, nothing is.
    pub(super) fn spend(&self, amount: usize) -> bool {
        let relaxed = Ordering::Relaxed;
        let less = |left: u64| left.checked_sub(amount as u64);
        let was_left = self.0.effort.fetch_update(relaxed, relaxed, less).is_ok();
        if !was_left {
            self.give_up();
        }
        was_left
    }

    /// Begins to read functions anew: what was found of them before goes.
    pub(super) fn begin(&self) {
        self.0.held.store(0, Ordering::Relaxed);
    }

    /// Holds so many bytes until then.
    pub(super) fn hold(&self, bytes: usize) {
        let held = self.0.held.fetch_add(bytes as u64, Ordering::Relaxed);
        if held.saturating_add(bytes as u64) > self.0.most {
            self.give_up();
        }
    }

    /// Takes all that is left.
    pub(super) fn give_up(&self) {
        self.0.effort.store(0, Ordering::Relaxed);
    }

    /// Whether nothing is left, so that what was found is not all there is.
    pub(super) fn is_spent(&self) -> bool {
        self.0.effort.load(Ordering::Relaxed) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spent_stays_so() {
        let effort = Effort::new(10, 100);
        assert!(effort.spend(4) && !effort.is_spent());
        assert!(!effort.spend(7) && effort.is_spent());
        assert!(!effort.spend(1));
        let effort = Effort::new(10, 100);
        effort.hold(60);
        effort.begin();
        effort.hold(60);
        assert!(!effort.is_spent());
        effort.hold(60);
        assert!(effort.is_spent());
    }
}
