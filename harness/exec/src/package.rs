//! Unpacking a `.deb` (deb(5)): an `ar` archive whose member `data.tar.*` is the package's tree.
//!
//! Everything belongs to whoever runs this; set-user and set-group bits are dropped, devices are left
//! out, and no maintainer script runs. A path that would leave the tree is refused.

mod ar;
pub(crate) mod control;
pub(crate) mod untar;

use crate::error::Error;
use crate::store::Kind;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use untar::{Take, Untar};

/// What of a package is unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Its files.
    Tree,
    /// What it says of itself, the list of its files, and its copyright.
    Control,
}

impl Part {
    /// Where the store keeps it.
    pub(crate) fn kind(self) -> Kind {
        match self {
            Part::Tree => Kind::Packages,
            Part::Control => Kind::Control,
        }
    }
    /// The version of its module: raised by a change to what it unpacks, which then is unpacked anew.
    pub(crate) fn version(self) -> &'static str {
        match self {
            Part::Tree => "u1",
            Part::Control => "c2",
        }
    }
    /// Unpacks it from the package at `deb` into the folder `into`.
    pub(crate) fn unpack(self, deb: &Path, into: &Path) -> Result<(), Error> {
        let unpacked = match self {
            Part::Tree => unpack(deb, into),
            Part::Control => control::unpack(deb, into),
        };
        unpacked.map_err(|cause| match cause.kind() {
            std::io::ErrorKind::StorageFull => Error::io(into, &cause),
            _ => Error::fault(format!("unpacking {}", deb.display()), &cause),
        })
    }
}

/// Folders no build reads, left out of every root: about a third of its files.
const LEFT_OUT: [&str; 7] = [
    "usr/share/doc",
    "usr/share/man",
    "usr/share/info",
    "usr/share/locale",
    "usr/share/lintian",
    "usr/share/bug",
    "usr/share/doc-base",
];

fn wanted(path: &Path) -> Take {
    match LEFT_OUT.iter().any(|folder| path.starts_with(folder)) {
        true => Take::No,
        false => Take::Yes,
    }
}

fn unpack(deb: &Path, into: &Path) -> std::io::Result<()> {
    let untar = Untar {
        into,
        strip: 0,
        wanted: &wanted,
    };
    untar.all(member(deb, "data.tar")?)
}

/// Lays out a tar archive, for the fuzzer.
#[cfg(fuzzing)]
pub fn unpack_archive(tar: &[u8], into: &Path) -> std::io::Result<()> {
    let untar = Untar {
        into,
        strip: 0,
        wanted: &|_| Take::Yes,
    };
    untar.all(tar)
}

/// A member of the package, decompressed.
fn member(deb: &Path, prefix: &str) -> std::io::Result<Box<dyn Read>> {
    let file = BufReader::with_capacity(1 << 16, File::open(deb)?);
    let (name, data) = ar::member(file, prefix)?;
    decompressed(&name, data)
}

/// The content of a compressed stream, told by the end of its file's name.
pub(crate) fn decompressed<'a>(
    name: &str,
    data: impl Read + 'a,
) -> std::io::Result<Box<dyn Read + 'a>> {
    Ok(match name.rsplit('.').next() {
        Some("xz") => Box::new(liblzma::read::XzDecoder::new_multi_decoder(data)),
        Some("zst") => Box::new(zstd::Decoder::new(data)?),
        Some("gz" | "tgz" | "crate") => Box::new(flate2::read::MultiGzDecoder::new(data)),
        Some("bz2") => Box::new(bzip2::read::MultiBzDecoder::new(data)),
        Some("tar") => Box::new(data),
        _ => {
            return Err(std::io::Error::new(
                std::io::ErrorKind::InvalidData,
                format!("`{name}` ends in none of .tar, .gz, .xz, .bz2, .zst"),
            ));
        }
    })
}
