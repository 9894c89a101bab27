//! Work that blocks, kept off the tasks that wait: limits are watched and Ctrl-C is heard meanwhile.

use crate::error::Error;

/// Does `work` on a thread of its own and waits for it.
pub(crate) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|e| Error::fault("work on the store ended early", &e))?
}
