//! Is never built.

fn main() {}
