//! Writes hostile files, to be compared by a program of its own with a clock and a bound on memory beside it:
//! `cargo run --release -p crossproof-inspect --example hostile -- FOLDER [NAME…]`.
//!
//! Each kind becomes `FOLDER/NAME.0`, `.1` and `.2`: the second differs from the first in one place, the third in all
//! that it can. The kinds are those of `tests/hostile`.

#[path = "../tests/hostile/kinds.rs"]
mod kinds;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let folder = std::path::PathBuf::from(args.next().ok_or("which folder?")?);
    let wanted: Vec<String> = args.collect();
    std::fs::create_dir_all(&folder)?;
    for (name, make) in kinds::all() {
        if !wanted.is_empty() && !wanted.iter().any(|w| name.starts_with(w.as_str())) {
            continue;
        }
        for variant in 0..3 {
            let bytes = make(variant);
            if bytes.len() > kinds::MOST {
                println!("{name}.{variant} has {} bytes", bytes.len());
            }
            std::fs::write(folder.join(format!("{name}.{variant}")), bytes)?;
        }
    }
    Ok(())
}
