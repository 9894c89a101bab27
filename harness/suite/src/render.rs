//! Renderers: each takes a value and gives text. The JSON documents and JUnit come from
//! `crossproof-record`; what is here is for people.

pub mod look;
pub mod palette;

mod groups;
mod names;
pub mod untrusted;

pub mod headline;

pub mod compare;
pub mod decisions;
pub mod html;
pub mod report;
pub mod table;
