//! Would run if cargo built it.

fn main() {
    std::fs::write("@CANARY@/ESCAPED", "").unwrap();
}
