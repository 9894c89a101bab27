//! Whose turn it is to make an entry, and on which processor. Both are taken in one step: who held the entry while
//! he waits for a processor would keep others from it who have one to spare.

use crate::error::Error;
use crate::processors::{Processor, Processors};
use crate::progress::Progress;
use crate::store::draft::Draft;
use crate::store::{Found, Kind, Store};
use std::path::PathBuf;
use std::sync::Arc;

/// What comes of wanting an entry.
#[derive(Debug)]
pub(crate) enum Turn<'a> {
    /// It is there.
    Entry(PathBuf),
    /// It is this caller's to make, on this processor.
    Make(Draft, Processor<'a>),
}

/// Waits, without holding up other work, until the entry is there or this caller's to make.
pub(crate) async fn turn<'a>(
    processors: &'a Processors,
    store: &Arc<Store>,
    kind: Kind,
    key: &str,
    progress: &Arc<dyn Progress>,
) -> Result<Turn<'a>, Error> {
    loop {
        if let Some(entry) = store.entry(kind, key) {
            return Ok(Turn::Entry(entry));
        }
        let processor = processors.take().await?;
        match store.attempt(kind, key)? {
            Some(Found::Entry(entry)) => return Ok(Turn::Entry(entry)),
            Some(Found::Draft(draft)) => return Ok(Turn::Make(draft, processor)),
            None => {}
        }
        drop(processor);
        let (store, key, progress) = (Arc::clone(store), key.to_owned(), Arc::clone(progress));
        let waiting = tokio::task::spawn_blocking(move || store.wait(kind, &key, &*progress));
        waiting
            .await
            .map_err(|e| Error::fault("waiting for the store", &e))??;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;
    use std::fs;
    use std::time::Duration;

    fn place(test: &str) -> (Processors, Arc<dyn Progress>) {
        let name = format!("crossproof-test-{}-{test}", std::process::id());
        (Processors::among(&name, vec![0], None), Arc::new(Silent))
    }

    async fn make(processors: &Processors, store: &Arc<Store>, key: &str) -> Option<PathBuf> {
        let silent: Arc<dyn Progress> = Arc::new(Silent);
        match turn(processors, store, Kind::Legs, key, &silent).await {
            Ok(Turn::Make(draft, _)) => {
                fs::create_dir(draft.path()).unwrap();
                draft.commit().unwrap();
                None
            }
            Ok(Turn::Entry(entry)) => Some(entry),
            Err(error) => panic!("{error}"),
        }
    }

    #[tokio::test]
    async fn what_waits_for_a_processor_keeps_nobody_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Arc::new(Store::open(folder.path()).unwrap());
        let (one, other) = (open(), open());
        let (busy, silent) = place("busy");
        let _at_work = turn(&busy, &one, Kind::Legs, "first", &silent)
            .await
            .unwrap();
        // It wants the second entry and has no processor for it.
        let waits = make(&busy, &one, "second");
        assert!(
            tokio::time::timeout(Duration::from_millis(50), waits)
                .await
                .is_err()
        );
        let (free, _) = place("free");
        let made = make(&free, &other, "second");
        let made = tokio::time::timeout(Duration::from_secs(20), made).await;
        assert_eq!(made.unwrap(), None);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_another_makes_is_waited_for_without_a_processor() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Arc::new(Store::open(folder.path()).unwrap());
        let (one, other) = (open(), open());
        let (mine, silent) = place("mine");
        let (theirs, _) = place("theirs");
        let held = turn(&theirs, &other, Kind::Legs, "long", &silent)
            .await
            .unwrap();
        let waiting = tokio::spawn({
            let one = Arc::clone(&one);
            async move {
                let found = make(&mine, &one, "long").await;
                (found.is_some(), mine)
            }
        });
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(!waiting.is_finished());
        let Turn::Make(draft, _) = held else {
            panic!("the entry is not there yet");
        };
        fs::create_dir(draft.path()).unwrap();
        draft.commit().unwrap();
        let (found, mine) = waiting.await.unwrap();
        assert!(found, "made once");
        mine.take().await.unwrap();
    }
}
