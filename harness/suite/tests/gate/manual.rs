//! What the manual prints, tried.
