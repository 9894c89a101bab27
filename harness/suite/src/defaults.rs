//! What is taken for `emulators/` where a project has nothing there: this repository's own targets, with their locks as
//! they were when the program was made.

/// The files by their place below `emulators/`.
const FILES: &[(&str, &str)] = &[
    ("tools.lock", include_str!("../../../emulators/tools.lock")),
    (
        "aarch64/emulator.yaml",
        include_str!("../../../emulators/aarch64/emulator.yaml"),
    ),
    (
        "aarch64/native.lock",
        include_str!("../../../emulators/aarch64/native.lock"),
    ),
    (
        "aarch64/cross.lock",
        include_str!("../../../emulators/aarch64/cross.lock"),
    ),
    (
        "armv7/emulator.yaml",
        include_str!("../../../emulators/armv7/emulator.yaml"),
    ),
    (
        "armv7/native.lock",
        include_str!("../../../emulators/armv7/native.lock"),
    ),
    (
        "armv7/cross.lock",
        include_str!("../../../emulators/armv7/cross.lock"),
    ),
    (
        "riscv64/emulator.yaml",
        include_str!("../../../emulators/riscv64/emulator.yaml"),
    ),
    (
        "riscv64/native.lock",
        include_str!("../../../emulators/riscv64/native.lock"),
    ),
    (
        "riscv64/cross.lock",
        include_str!("../../../emulators/riscv64/cross.lock"),
    ),
    (
        "x86_64/emulator.yaml",
        include_str!("../../../emulators/x86_64/emulator.yaml"),
    ),
    (
        "x86_64/native.lock",
        include_str!("../../../emulators/x86_64/native.lock"),
    ),
    (
        "x86_64/cross.lock",
        include_str!("../../../emulators/x86_64/cross.lock"),
    ),
];

/// The file at this place below `emulators/`.
pub fn file(place: &str) -> Option<&'static str> {
    let found = FILES.iter().find(|(at, _)| *at == place)?;
    Some(found.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    #[test]
    fn every_target_of_this_repository_is_a_default() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../emulators");
        let mut there = BTreeSet::new();
        for entry in std::fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            match entry.path().is_dir() {
                true => {
                    for file in std::fs::read_dir(entry.path()).unwrap() {
                        let file = file.unwrap().file_name().into_string().unwrap();
                        there.insert(format!("{name}/{file}"));
                    }
                }
                false => _ = there.insert(name),
            }
        }
        let known = FILES.iter().map(|(place, _)| (*place).to_owned());
        assert_eq!(known.collect::<BTreeSet<_>>(), there);
    }
}
