//! The nouns every other crate speaks in: platforms, cases, plans, artifacts, differences, verdicts.
//!
//! Pure values. Nothing here reads a file, a clock or the environment, and nothing here knows a wire
//! format: YAML and JSON stand at the edge, in `crossproof-record`.

pub mod case;
pub mod comparison;
pub mod difference;
pub mod digest;
pub mod emulator;
pub mod golden;
pub mod level;
pub mod observation;
pub mod path;
pub mod plan;
pub mod platform;
pub mod report;
pub mod side;
pub mod tree;
pub mod verdict;

pub use case::{Case, CaseName, Tier};
pub use comparison::{Comparison, Coverage};
pub use difference::{DiffKey, Difference, Place, RuleRef};
pub use digest::Digest;
pub use level::Level;
pub use path::RelPath;
pub use platform::Platform;
pub use side::{Leg, Pair, Side};
pub use tree::{Bytes, Entry, Tree};
