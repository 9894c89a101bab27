//! Effects: store, roots, sandbox, legs, runs.

pub mod error;
pub mod progress;

mod aside;
mod below;

mod command;
mod mapped;
mod parallel;
pub mod store;

pub mod mirror;
pub mod provision;

mod apt;
pub mod lock;

mod package;
pub mod roots;
pub mod tools;

pub mod sources;

pub mod doctor;

pub mod collect;

pub mod sandbox;

pub mod processors;

mod turn;

mod workshop;

pub mod leg;

mod observe;

pub mod executor;

pub mod archive;

pub mod results;

pub mod publish;

#[cfg(fuzzing)]
pub use package::unpack_archive;

pub use error::Error;
pub use executor::Executor;
pub use progress::Progress;
pub use provision::Provision;
pub use store::Store;
