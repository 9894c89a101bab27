//! Effects: store, roots, sandbox, legs, runs.
