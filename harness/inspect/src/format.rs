//! Formats, recognized by content and never by name.
//!
//! To add one: a reader in a file of its own that tells whether content is of the format and takes it
//! apart, and a row in [`FORMATS`]. The first row that recognizes the content has it.

use crate::beside::Beside;
use crate::findings::Findings;
use crate::keyed::Facts;
use crate::limits;
use crate::options::Options;
use crate::part::{Part, Refusal};
use crate::{archive, bz2, cpio, elf, gettext, gzip, lzma, png, python, tar, xz, zip, zstandard};
use crate::{checksums, config_header, deb822, json, libtool, pkg_config};
use crossproof_model::{Pair, Place};

/// Takes a content apart; the error says why it could not be.
pub(crate) type Explode = for<'a> fn(&'a [u8], &'a Options) -> Result<Vec<Part<'a>>, Refusal>;

/// Looks at a pair as a whole once its parts were compared, and amends what they came to.
pub(crate) type Resolve = fn(Pair<&[u8]>, &Options, &Pair<Beside<'_>>, &Place, &mut Findings);

/// How the contents of a format are compared.
pub(crate) enum Comparer {
    /// Part by part, then as a whole.
    Parts(Explode, Resolve),
    /// Part by part, most of them files of their own.
    Members(Explode),
    /// By what the text says, thing by thing.
    Keyed(Facts),
    /// By lines.
    Text,
    /// Byte for byte.
    Bytes,
}

/// A format.
pub(crate) struct Format {
    pub name: &'static str,
    recognize: fn(&[u8]) -> bool,
    pub comparer: Comparer,
}

impl Format {
    /// Whether its contents are text.
    pub(crate) fn is_text(&self) -> bool {
        matches!(self.comparer, Comparer::Keyed(_) | Comparer::Text)
    }
}

/// Every format; the last recognizes anything.
static FORMATS: [Format; 21] = [
    Format {
        name: "elf",
        recognize: elf::recognize,
        comparer: Comparer::Parts(
            |content, options| elf::explode(content, &options.rules),
            elf::resolve,
        ),
    },
    Format {
        name: "ar",
        recognize: archive::recognize,
        comparer: Comparer::Members(|content, options| {
            let parts = archive::explode(content, &options.rules).map_err(|e| e.to_string());
            few(parts?, content)
        }),
    },
    Format {
        name: "tar",
        recognize: tar::recognize,
        comparer: Comparer::Members(|content, options| {
            few(tar::explode(content, &options.rules)?, content)
        }),
    },
    Format {
        name: "cpio",
        recognize: cpio::recognize,
        comparer: Comparer::Members(|content, options| {
            few(cpio::explode(content, &options.rules)?, content)
        }),
    },
    Format {
        name: "gzip",
        recognize: gzip::recognize,
        comparer: Comparer::Members(|content, options| Ok(gzip::explode(content, &options.rules)?)),
    },
    Format {
        name: "xz",
        recognize: xz::recognize,
        comparer: Comparer::Members(|content, options| Ok(xz::explode(content, &options.rules)?)),
    },
    Format {
        name: "zstd",
        recognize: zstandard::recognize,
        comparer: Comparer::Members(|content, options| {
            Ok(zstandard::explode(content, &options.rules)?)
        }),
    },
    Format {
        name: "bzip2",
        recognize: bz2::recognize,
        comparer: Comparer::Members(|content, options| Ok(bz2::explode(content, &options.rules)?)),
    },
    Format {
        name: "zip",
        recognize: zip::recognize,
        comparer: Comparer::Members(|content, options| {
            few(zip::explode(content, &options.rules)?, content)
        }),
    },
    // Its picture is expanded from the bound of the archive that it is in, as what streams hold is.
    Format {
        name: "png",
        recognize: png::recognize,
        comparer: Comparer::Members(png::explode),
    },
    Format {
        name: "mo",
        recognize: gettext::recognize,
        comparer: Comparer::Parts(
            |content, options| gettext::explode(content, &options.rules),
            |_, _, _, _, _| {},
        ),
    },
    Format {
        name: "pyc",
        recognize: python::recognize,
        comparer: Comparer::Parts(
            |content, options| Ok(python::explode(content, options)?),
            |_, _, _, _, _| {},
        ),
    },
    // It has no mark, so that what has one goes first.
    Format {
        name: "lzma",
        recognize: lzma::recognize,
        comparer: Comparer::Members(|content, options| Ok(lzma::explode(content, &options.rules)?)),
    },
    Format {
        name: "deb822",
        recognize: deb822::recognize,
        comparer: Comparer::Keyed(deb822::facts),
    },
    Format {
        name: "checksums",
        recognize: checksums::recognize,
        comparer: Comparer::Keyed(checksums::facts),
    },
    Format {
        name: "pkg-config",
        recognize: pkg_config::recognize,
        comparer: Comparer::Keyed(pkg_config::facts),
    },
    Format {
        name: "libtool",
        recognize: libtool::recognize,
        comparer: Comparer::Keyed(libtool::facts),
    },
    Format {
        name: "config-h",
        recognize: config_header::recognize,
        comparer: Comparer::Keyed(config_header::facts),
    },
    Format {
        name: "json",
        recognize: json::recognize,
        comparer: Comparer::Keyed(json::facts),
    },
    Format {
        name: "text",
        recognize: |content| !content.contains(&0) && std::str::from_utf8(content).is_ok(),
        comparer: Comparer::Text,
    },
    BYTES,
];

/// The members of an archive, if there are no more than are believed of its size: the smallest file has a header.
fn few<'a>(parts: Vec<Part<'a>>, content: &[u8]) -> Result<Vec<Part<'a>>, Refusal> {
    let most = limits::MEMBERS_LEAST + content.len() / limits::BYTES_PER_MEMBER;
    match parts.len() > most {
        true => Err(Refusal::TooMuch(format!("it has more than {most} members"))),
        false => Ok(parts),
    }
}

const BYTES: Format = Format {
    name: "bytes",
    recognize: |_| true,
    comparer: Comparer::Bytes,
};

static FALLBACK: Format = BYTES;

/// The format of a content.
pub(crate) fn of(content: &[u8]) -> &'static Format {
    FORMATS
        .iter()
        .find(|f| (f.recognize)(content))
        .unwrap_or(&FALLBACK)
}

/// Plain bytes, whatever they look like.
pub(crate) fn bytes() -> &'static Format {
    &FALLBACK
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        for (content, name) in [
            (&b"\x7fELF\x02"[..], "elf"),
            (b"!<arch>\n", "ar"),
            (b"!<thin>\n", "ar"),
            (b"int main;\n", "text"),
            (b"caf\xe9", "bytes"),
            (b"", "text"),
        ] {
            assert_eq!(of(content).name, name, "{content:?}");
        }
    }
}
