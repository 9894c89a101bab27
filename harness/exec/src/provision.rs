//! What every effect that prepares something is given.

use crate::error::Error;
use crate::mirror::Mirror;
use crate::progress::Progress;
use crate::store::Store;

/// The store to prepare in, the mirror to prepare from, and who hears of it.
#[derive(Clone, Copy)]
pub struct Provision<'a> {
    /// Where things are kept.
    pub store: &'a Store,
    /// The mirror the user named, if they did. The machine's is looked up only when one is needed.
    pub mirror: Option<&'a str>,
    /// Hears of progress.
    pub progress: &'a dyn Progress,
}

impl Provision<'_> {
    /// The mirror to use.
    pub fn mirror(&self) -> Result<Mirror, Error> {
        Mirror::find(self.mirror)
    }
}
