fn main() {
    std::fs::write("@CANARY@/ESCAPED", "").unwrap();
}
