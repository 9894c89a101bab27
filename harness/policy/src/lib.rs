//! Decisions, pure and total: plans, verdicts, golden outcomes.
//!
//! Nothing here reads a file, starts a program or knows the time: what is decided follows from the
//! arguments alone, so every decision can be tested, and repeated later from a report.

mod context;
mod nearest;
mod shell;

// Plans: the parts of a leg, then the whole.
mod environment;
mod roots;
mod systems;

mod plan;

pub mod detect;

// Verdicts.
mod behaviour;

pub mod checks;

mod judge;

mod causes;

mod explain;

pub mod golden;

pub mod gate;

pub mod trust;

pub use causes::causes;
pub use explain::{Explanation, explanation, explanations};
pub use golden::outcome;
pub use judge::{Evidence, judge};
pub use nearest::nearest;
pub use plan::{PlanError, plan};
