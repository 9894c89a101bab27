//! Doing the same to many things on a few threads.

use crate::error::Error;
use std::sync::Mutex;

/// Applies `act` to every item on up to `threads` threads. After the first error no further item is
/// begun, and that error is returned.
pub(crate) fn for_each<T: Send>(
    threads: usize,
    items: Vec<T>,
    act: impl Fn(T) -> Result<(), Error> + Sync,
) -> Result<(), Error> {
    let threads = threads.clamp(1, items.len().max(1));
    let queue = Mutex::new(items.into_iter());
    let failed: Mutex<Option<Error>> = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let stop = failed.lock().is_ok_and(|failed| failed.is_some());
                    let next = queue.lock().ok().and_then(|mut queue| queue.next());
                    let (false, Some(item)) = (stop, next) else {
                        return;
                    };
                    if let Err(error) = act(item)
                        && let Ok(mut failed) = failed.lock()
                    {
                        failed.get_or_insert(error);
                    }
                }
            });
        }
    });
    match failed.into_inner() {
        Ok(None) => Ok(()),
        Ok(Some(error)) => Err(error),
        Err(poisoned) => Err(Error::fault("a worker thread ended early", &poisoned)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn every_item_is_seen_once_and_an_error_comes_back() {
        let sum = AtomicU32::new(0);
        let add = |n: u32| {
            sum.fetch_add(n, Ordering::Relaxed);
            Ok(())
        };
        for_each(3, (1..=100).collect(), add).unwrap();
        assert_eq!(sum.load(Ordering::Relaxed), 5050);
        let refuse = |n: u32| match n {
            7 => Err(Error::input("seven", "use another")),
            _ => Ok(()),
        };
        assert!(for_each(3, (1..=100).collect(), refuse).is_err());
    }
}
