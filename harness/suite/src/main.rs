//! The `crossproof` command.

fn main() -> std::process::ExitCode {
    crossproof_suite::main()
}
