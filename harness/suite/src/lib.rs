//! The pipeline, the command line, the test adapter.
