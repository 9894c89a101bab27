//! Every quick case of this project, for each of its targets, against its golden.

fn main() -> std::process::ExitCode {
    crossproof_suite::trials::main(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
