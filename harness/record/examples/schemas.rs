//! Writes the schemas that editors use, after a format changed: `cargo run -p crossproof-record
//! --example schemas`.

use crossproof_record::{Schema, schema};

fn main() -> std::io::Result<()> {
    for kind in Schema::ALL {
        let file = format!("{}/schema/{}.json", env!("CARGO_MANIFEST_DIR"), kind.name());
        std::fs::write(file, schema(kind))?;
    }
    Ok(())
}
