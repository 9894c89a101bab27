//! Renderers: each takes a value and gives text. The JSON documents and JUnit come from
//! `crossproof-record`; what is here is for people.

pub mod compare;
pub mod table;
