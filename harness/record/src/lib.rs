//! Wire formats: strict YAML in, versioned YAML and JSON out, and their schemas.
//!
//! One file per format. Each has private wire structs that say what the text may hold, and converts
//! them to and from the model, so that no other crate sees a format and the model stays free of
//! serde. Reading is strict in three passes, each with the place of what it refuses: no key twice, a
//! known version, then no unknown key and no wrong type. What only the conversion can refuse (a glob,
//! a digest, an unknown name) is found again in the text by its path, with [`locate`].

mod error;

// How any of them is read and written.
mod text;

mod bound;
mod yaml;

mod emit;
mod quantity;

mod forbid;

// What people write, and what is kept for them.
mod case;
mod emulator;
mod fact;
mod lock;

mod golden;

mod gate;

// What the program says.
mod comparison;
mod comparison_report;
mod outputs;

mod provenance;

mod trial;

mod report;

mod request;

mod decisions;

mod statement;

mod junit;
mod schema;

pub use case::case;
pub use comparison_report::comparison_json;
pub use decisions::decisions_json;
pub use emulator::emulator;
pub use error::Error;
pub use gate::gate_policy;
pub use golden::{golden, write_failure, write_golden};
pub use junit::{junit, junit_of_packages};
pub use lock::{lock, write_lock};
pub use quantity::typed_size;
pub use report::{read_report, report_json};
pub use request::{
    build_request_json, build_result_json, observation_json, read_build_request, read_build_result,
    read_observation, read_run_request, run_request_json,
};
pub use schema::{Schema, schema};
pub use statement::{PAYLOAD_TYPE, read_statement, statement_json, summary_json};
pub use yaml::locate;
