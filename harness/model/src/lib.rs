//! The nouns every other crate speaks in: platforms, cases, plans, artifacts, differences, verdicts.
//!
//! Pure values. Nothing here reads a file, a clock or the environment, and nothing here knows a wire
//! format: YAML and JSON stand at the edge, in `crossproof-record`.

pub mod platform;

pub mod side;

pub mod digest;

pub mod path;

pub mod tree;

pub mod level;

pub mod difference;

pub mod check;

pub mod case;

pub mod emulator;

pub mod plan;

pub mod hunk;

pub mod comparison;

pub mod likely;

pub mod observation;

pub mod verdict;

pub mod request;

pub mod golden;

pub mod gate;

pub mod statement;

pub mod measure;

pub mod report;

pub use case::{Case, CaseName, Tier};
pub use comparison::{Comparison, Coverage};
pub use difference::{DiffKey, Difference, Place, RuleRef};
pub use digest::Digest;
pub use level::Level;
pub use likely::LikelyCause;
pub use path::RelPath;
pub use platform::Platform;
pub use side::{Leg, Pair, Side};
pub use tree::{Attributes, Bytes, Entry, Owner, Tree};
