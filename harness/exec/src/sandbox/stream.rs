//! What a sandboxed command prints, read as it comes; what it reads.

use crate::error::Error;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::pipe::Receiver;
use tokio::sync::Notify;

/// One captured stream, read as it comes.
pub(super) struct Stream {
    reading: tokio::task::JoinHandle<std::io::Result<(Vec<u8>, bool)>>,
    flood: Arc<Notify>,
}

impl Stream {
    /// The stream and the end to write to. At most `bound` bytes are kept.
    pub(super) fn open(bound: u64) -> Result<(Stream, std::io::PipeWriter), Error> {
        let fault = |e| Error::fault("pipe for the output", &e);
        let (reader, writer) = std::io::pipe().map_err(fault)?;
        let reader = Receiver::from_owned_fd(reader.into()).map_err(fault)?;
        let flood = Arc::new(Notify::new());
        let reading = tokio::spawn(drain(reader, bound, Arc::clone(&flood)));
        Ok((Stream { reading, flood }, writer))
    }

    /// Returns once either stream has gone over its bound.
    pub(super) async fn flooded(one: &Stream, other: Option<&Stream>) {
        let other = async {
            match other {
                Some(stream) => stream.flood.notified().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = one.flood.notified() => {}
            () = other => {}
        }
    }

    /// What was written, and whether it was more than allowed.
    pub(super) async fn finish(self) -> Result<(Vec<u8>, bool), Error> {
        let read = self
            .reading
            .await
            .map_err(|e| Error::fault("reading the output", &std::io::Error::other(e)))?;
        read.map_err(|e| Error::fault("reading the output", &e))
    }
}

async fn drain(
    mut reader: Receiver,
    bound: u64,
    flood: Arc<Notify>,
) -> std::io::Result<(Vec<u8>, bool)> {
    let mut bytes = Vec::new();
    let mut chunk = vec![0; 64 << 10];
    loop {
        let read = reader.read(&mut chunk).await?;
        if read == 0 {
            return Ok((bytes, false));
        }
        bytes.extend_from_slice(&chunk[..read]);
        if bytes.len() as u64 > bound {
            bytes.truncate(usize::try_from(bound).unwrap_or(usize::MAX));
            flood.notify_one();
            return Ok((bytes, true));
        }
    }
}

/// Writes what the program reads. A program may end without reading it all.
pub(super) async fn feed(stdin: Option<tokio::process::ChildStdin>, bytes: Vec<u8>) {
    if let Some(mut stdin) = stdin {
        // A broken pipe is the program's choice, not an error of ours.
        let _ = stdin.write_all(&bytes).await;
    }
}
