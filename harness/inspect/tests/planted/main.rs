//! Planted pairs: each rule and each comparer has one it must catch and one it must leave alone; and what
//! holds for any pair whatever.

mod archives;
mod bytecode;
mod catalogues;
mod comparers;
mod containers;
mod debug;
mod debug_packages;
mod detached;
mod images;
mod layout;
mod mapped;
mod packages;
mod packing;
mod properties;
mod rules;
mod scanning;
mod specimen;
mod streams;
mod tars;
mod texts;
mod zipping;
mod zips;
