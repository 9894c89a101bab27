//! Renderers: each takes a value and gives text. The JSON documents and JUnit come from
//! `crossproof-record`; what is here is for people.

pub mod look;

mod groups;
mod names;

pub mod headline;

pub mod compare;
pub mod decisions;
pub mod html;
pub mod report;
pub mod table;
