//! Signs bytes it does not understand.
