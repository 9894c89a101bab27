//! Bytes in, facts out: formats, rules, comparers.
//!
//! Pure: nothing here reads a file, a clock or the environment, and any bytes whatever give a verdict or a
//! reason why not. A reader ([`format`]) takes a content apart into parts that answer for every byte; a
//! comparer ([`content`]) holds the parts of two contents against each other; a rule ([`rules`]) says
//! which differences settle, and why. Each of these is one file and one row in a table.

#![expect(
    clippy::single_range_in_vec_init,
    reason = "a list of one range is meant: parts claim lists of byte ranges"
)]

pub mod path_map;
pub mod rules;

pub mod options;

mod limits;
mod numbering;

mod dwarf;

mod fact;

mod part;

mod beside;

mod findings;
mod items;
mod moved;
mod pairing;
mod shift;
mod text;
mod window;

mod keyed;

mod checksums;
mod config_header;
mod deb822;
mod json;
mod libtool;
mod pkg_config;

mod elf;

mod called_by_id;

mod deb;

mod python;

mod archive;
mod cpio;
mod demands;
mod stream;
mod tar;

mod bz2;
mod gzip;
mod lzma;
mod xz;
mod zstandard;

mod zip;

mod gettext;
mod png;

mod format;

mod packages;

mod content;

mod normal;
mod scan;
mod tree;

pub use normal::{Unreadable, normalized, normalized_digest, raw_digest};
pub use options::Options;
pub use path_map::PathMap;
pub use rules::{Rule, RuleSet};
pub use scan::{BadPattern, scan};
pub use tree::compare;
