//! What the store may take while a measurement fills it.

use crate::exit::BadInput;
use anyhow::Result;
use crossproof_exec::Store;
use crossproof_exec::store::keep::{Disk, Dropped, Keep};

/// Trimmed to this share of what it may take, it need not be trimmed again soon.
const AFTER: (u64, u64) = (3, 4);
/// What is left free of a disk if nobody says, as a share of it.
const RESERVE: u64 = 10;

/// How much the store may take. Its length is measured seldom, since that reads every folder of it; in between,
/// what the disk lost is taken to be the store's.
pub struct Bound {
    most: u64,
    /// The store's length when it was measured.
    length: u64,
    /// What was free of the disk then.
    free: u64,
}

impl Bound {
    /// At most so many bytes; else what leaves a tenth of the disk free, which is to be free now: what is in the store
    /// does not go for what others have on the disk.
    pub fn new(store: &Store, most: Option<u64>) -> Result<Bound> {
        let (disk, length) = (store.disk()?, length(store)?);
        let Some(most) = most.or_else(|| unreserved(length, &disk)) else {
            return Err(BadInput(format!(
                "less than a tenth of the store's disk is free ({} MiB): free some, or say with --disk how much the \
                 store may take; above that, what was used longest ago is removed from it",
                disk.free >> 20
            ))
            .into());
        };
        Ok(Bound {
            most,
            length,
            free: disk.free,
        })
    }

    /// Whether the store has grown beyond it.
    pub fn outgrown(&self, store: &Store) -> Result<bool> {
        let grown = self.free.saturating_sub(store.disk()?.free);
        Ok(self.length + grown > self.most)
    }

    /// Removes what was not used lately, if the store is larger than it may be; nobody else may work in it.
    pub fn trim(&mut self, store: &Store) -> Result<Dropped> {
        self.length = length(store)?;
        let mut dropped = Dropped::default();
        if self.length > self.most {
            let least = self.most / AFTER.1 * AFTER.0;
            dropped = store.collect_garbage(Keep::Within(least))?;
            self.length = length(store)?;
        }
        self.free = store.disk()?.free;
        Ok(dropped)
    }
}

/// What a store of that length may take, so that a part of its disk is left free, if it is now.
fn unreserved(length: u64, disk: &Disk) -> Option<u64> {
    let grows = disk.free.checked_sub(disk.bytes / RESERVE)?;
    Some(length + grows)
}

fn length(store: &Store) -> Result<u64> {
    Ok(store.info()?.iter().map(|shelf| shelf.bytes).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossproof_exec::Progress;
    use crossproof_exec::store::Kind;

    struct Silent;
    impl Progress for Silent {
        fn step(&self, _: &str) {}
        fn amount(&self, _: &str, _: u64, _: u64) {}
    }

    /// A store with two entries of a MiB, the first used longer ago.
    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        for key in ["old", "new"] {
            let make = |path: &std::path::Path| {
                std::fs::write(path.join("file"), "x".repeat(1 << 20)).unwrap();
                Ok(())
            };
            store.create(Kind::Legs, key, &Silent, make).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        (folder, store)
    }

    #[test]
    fn a_store_that_is_too_large_loses_what_was_used_longest_ago() {
        let (_folder, store) = store();
        let mut bound = Bound::new(&store, Some(2 << 20)).unwrap();
        assert!(bound.outgrown(&store).unwrap());
        assert_eq!(bound.trim(&store).unwrap().entries, 1);
        // Not asked whether it is outgrown: that counts what anybody writes to the disk meanwhile.
        assert!(bound.length <= bound.most);
        assert!(store.entry(Kind::Legs, "old").is_none());
        assert!(store.entry(Kind::Legs, "new").is_some());
    }

    #[test]
    fn a_store_that_is_small_enough_is_left_alone() {
        let (_folder, store) = store();
        let mut bound = Bound::new(&store, Some(1 << 30)).unwrap();
        assert_eq!(bound.trim(&store).unwrap(), Dropped::default());
        assert!(store.entry(Kind::Legs, "old").is_some());
    }

    #[test]
    fn a_tenth_of_the_disk_is_left_free_if_nobody_says() {
        let disk = |free| Disk { bytes: 1000, free };
        assert_eq!(unreserved(50, &disk(500)), Some(450));
        assert_eq!(unreserved(50, &disk(60)), None, "the disk is nearly full");
    }
}
