//! The processors this process may use, one lent to each leg or run at a time, so that every leg sees exactly one
//! whatever the machine has.
//!
//! Several processes work side by side: shards of a measurement, tests of nextest, two terminals. Each would begin with
//! the same processor and leave the others idle, so what one has lent the others can see: it is claimed by binding a
//! name of the machine's (an abstract socket, unix(7)), which the kernel frees when its owner dies. A claim is advice:
//! where all processors are claimed, work goes on beside others.

use crate::error::Error;
use nix::sched::{CpuSet, sched_getaffinity};
use nix::unistd::Pid;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::{Semaphore, SemaphorePermit};

/// What processes that see each other's claims share.
const NAME: &str = "crossproof";

/// The pool.
#[derive(Debug)]
pub struct Processors {
    name: String,
    jobs: usize,
    places: Semaphore,
    usable: Vec<usize>,
    /// Once for each loan of this process.
    lent: Mutex<Vec<usize>>,
}

/// A processor on loan.
#[derive(Debug)]
pub struct Processor<'a> {
    /// Its number.
    pub number: usize,
    pool: &'a Processors,
    _claim: Option<UnixListener>,
    _place: SemaphorePermit<'a>,
}

impl Processors {
    /// `jobs` places over the processors this process may use; all of them, once each, by default.
    pub fn new(jobs: Option<usize>) -> Result<Self, Error> {
        let set = sched_getaffinity(Pid::from_raw(0)).map_err(|errno| {
            Error::fault("asking for the processors", &std::io::Error::from(errno))
        })?;
        let usable = (0..CpuSet::count()).filter(|n| set.is_set(*n).unwrap_or(false));
        Ok(Self::among(NAME, usable.collect(), jobs))
    }

    pub(crate) fn among(name: &str, mut usable: Vec<usize>, jobs: Option<usize>) -> Self {
        let jobs = jobs.unwrap_or(usable.len()).max(1);
        // Where everything is claimed, processes still begin at different ones.
        let first = std::process::id() as usize % usable.len().max(1);
        usable.rotate_left(first);
        Processors {
            name: name.to_owned(),
            jobs,
            places: Semaphore::new(jobs),
            usable,
            lent: Mutex::default(),
        }
    }

    /// How many are lent at once.
    pub fn jobs(&self) -> usize {
        self.jobs
    }

    /// Waits for a free place.
    pub async fn take(&self) -> Result<Processor<'_>, Error> {
        let place = self
            .places
            .acquire()
            .await
            .map_err(|e| Error::fault("waiting for a processor", &std::io::Error::other(e)))?;
        let mut lent = self.lent();
        let own = |number: usize| lent.iter().filter(|other| **other == number).count();
        let free = self.usable.iter().filter(|number| own(**number) == 0);
        let claimed = free
            .copied()
            .find_map(|number| Some((number, self.claim(number)?)));
        let (number, claim) = match claimed {
            Some((number, claim)) => (number, Some(claim)),
            None => {
                let least = self.usable.iter().min_by_key(|number| own(**number));
                (least.copied().unwrap_or(0), None)
            }
        };
        lent.push(number);
        Ok(Processor {
            number,
            pool: self,
            _claim: claim,
            _place: place,
        })
    }

    /// Nothing where another process has claimed it, or no name can be bound.
    fn claim(&self, number: usize) -> Option<UnixListener> {
        let name = format!("{}/processor/{number}", self.name);
        let address = SocketAddr::from_abstract_name(name).ok()?;
        UnixListener::bind_addr(&address).ok()
    }

    fn lent(&self) -> MutexGuard<'_, Vec<usize>> {
        self.lent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Processor<'_> {
    fn drop(&mut self) {
        let mut lent = self.pool.lent();
        if let Some(at) = lent.iter().position(|number| *number == self.number) {
            lent.swap_remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pool whose claims no other test's pool sees.
    fn pool(test: &str, jobs: usize) -> Processors {
        let name = format!("crossproof-test-{}-{test}", std::process::id());
        Processors::among(&name, vec![4, 5, 6], Some(jobs))
    }

    #[tokio::test]
    async fn each_leg_has_a_processor_of_its_own_while_there_are_enough() {
        let pool = pool("own", 4);
        let mut taken = Vec::new();
        for _ in 0..4 {
            taken.push(pool.take().await.unwrap());
        }
        let mut numbers: Vec<usize> = taken.iter().map(|one| one.number).collect();
        let fourth = numbers.pop().unwrap();
        numbers.sort_unstable();
        assert_eq!(numbers, [4, 5, 6]);
        assert!(numbers.contains(&fourth));
    }

    #[tokio::test]
    async fn two_processes_take_different_ones_and_what_is_given_back_is_free() {
        let (one, other) = (pool("two", 2), pool("two", 2));
        let (a, b) = (one.take().await.unwrap(), one.take().await.unwrap());
        let c = other.take().await.unwrap();
        assert!(![a.number, b.number].contains(&c.number));
        let given = a.number;
        drop(a);
        assert_eq!(other.take().await.unwrap().number, given);
        // Everything is claimed: the least used of one's own goes twice.
        let d = one.take().await.unwrap();
        assert_ne!(d.number, b.number);
    }
}
