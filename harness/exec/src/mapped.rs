//! Reading a file whole, without a copy where it is large.

use crate::error::Error;
use crossproof_model::Bytes;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

/// Smaller files are read: mapping one costs a system call, page faults and one of the few mappings that a
/// process may have.
const MAPPED_FROM: u64 = 1 << 16;

/// The content of the file at `path`, mapped if it is large, so that trees larger than memory can be compared.
///
/// A mapped file must not be written to or cut short while its content is in use: what is compared would
/// change under way, and reading behind a new end kills the process (`mmap(2)`, `SIGBUS`). Replacing or
/// removing it does no harm. Stored legs are written once, and never again.
pub fn read_file(path: &Path) -> Result<Bytes, Error> {
    let fault = |e: io::Error| Error::io(path, &e);
    let mut file = fs::File::open(path).map_err(fault)?;
    let metadata = file.metadata().map_err(fault)?;
    if metadata.is_file() && metadata.len() >= MAPPED_FROM {
        #[expect(
            unsafe_code,
            reason = "a mapping is only as constant as its file; the documentation above says whose care that is"
        )]
        let mapped = unsafe { memmap2::Mmap::map(&file) };
        // There may be too many mappings, or a file system that has none.
        if let Ok(mapped) = mapped {
            return Ok(Bytes::new(mapped));
        }
    }
    let mut content = Vec::with_capacity(metadata.len().min(MAPPED_FROM) as usize);
    file.read_to_end(&mut content).map_err(fault)?;
    Ok(Bytes::from(content))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_the_same_read_or_mapped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for size in [0, 1, MAPPED_FROM - 1, MAPPED_FROM, 3 * MAPPED_FROM + 1] {
            let content: Vec<u8> = (0..size).map(|i| (i % 251) as u8).collect();
            fs::write(&path, &content).unwrap();
            let read = read_file(&path).unwrap();
            // What was mapped outlives its name.
            fs::remove_file(&path).unwrap();
            assert_eq!(*read, *content, "{size} bytes");
        }
        assert!(
            read_file(&path)
                .unwrap_err()
                .to_string()
                .contains(path.to_str().unwrap())
        );
    }
}
