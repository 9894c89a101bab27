//! Publishing what a gate let through to those who take binaries: a Nix binary cache, a Debian repository.
//!
//! Nothing is decided here; what comes here was.

mod folder;

pub use folder::Folder;

pub mod deb;
pub mod nix;
