//! Wire formats: strict YAML in, versioned YAML and JSON out, and their schemas.
//!
//! One file per format. Each has private wire structs that say what the text may hold, and converts
//! them to and from the model, so that no other crate sees a format and the model stays free of
//! serde. Reading is strict in three passes, each with the place of what it refuses: no key twice, a
//! known version, then no unknown key and no wrong type. What only the conversion can refuse (a glob,
//! a digest, an unknown name) is found again in the text by its path, with [`yaml::locate`].

mod case;
mod comparison;
mod emit;
mod emulator;
mod error;
mod fact;
mod golden;
mod junit;
mod lock;
mod outputs;
mod quantity;
mod report;
mod schema;
mod text;
mod trial;
mod yaml;

pub use case::case;
pub use comparison::comparison_json;
pub use emulator::emulator;
pub use error::Error;
pub use golden::{golden, write_golden};
pub use junit::junit;
pub use lock::{lock, write_lock};
pub use report::{read_report, report_json};
pub use schema::{Schema, schema};
pub use yaml::locate;
