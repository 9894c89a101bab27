//! That unlike things are never called alike: holes found by reading, each with the pair that showed it, and
//! mutants of small files by the program that makes them of real ones (`examples/mutate`).

#[path = "../../examples/mutate/chance.rs"]
mod chance;
#[path = "../../examples/mutate/classes.rs"]
mod classes;
#[path = "../../examples/mutate/dwarf.rs"]
mod dwarf;
#[path = "../../examples/mutate/edits.rs"]
mod edits;
#[path = "../../examples/mutate/elf.rs"]
mod elf;
#[path = "../../examples/mutate/judge.rs"]
mod judge;
#[path = "../../examples/mutate/ledger.rs"]
mod ledger;
#[path = "../planted/specimen.rs"]
mod specimen;

mod elf_file;

mod archives;
mod mirrored;
mod mutants;
mod names;
mod scope;
mod tables;
mod trees;
