//! Where the order of pieces means something.

use super::space::Area;

/// Whether the pieces of a section may stand in any order: code, what the linker makes of calls and addresses, and what
/// handlers of exceptions are told of each function. All else keeps its place in its section. What is run or read in
/// sequence does so in any case; and of other data nothing tells how far code goes on from an address: to the next field,
/// the next element, or, where a compiler placed several objects itself, the next object.
pub(super) fn matters(area: &Area<'_>) -> bool {
    const FREE: [&str; 6] = [
        ".text",
        ".got",
        ".plt",
        ".iplt",
        ".gcc_except_table",
        ".ARM.extab",
    ];
    !begins(area, &FREE) || area.thread_local
}

/// Whether what stands at one place of a section on both sides is the same thing whatever it holds: not in data, where
/// anything may have been put before it.
pub(super) fn in_sequence(area: &Area<'_>) -> bool {
    matters(area) && (area.thread_local || !begins(area, &DATA))
}

const DATA: [&str; 3] = [".data", ".rodata", ".bss"];

fn begins(area: &Area<'_>, names: &[&str]) -> bool {
    names.iter().any(|name| {
        let rest = area.label.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '#']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(label: &str) -> Area<'static> {
        Area {
            label: label.to_owned(),
            section: 1,
            start: 0,
            end: 8,
            bytes: &[],
            code: false,
            writable: true,
            thread_local: false,
            align: 8,
        }
    }

    #[test]
    fn constructors_and_sections_found_by_name_have_an_order() {
        for label in [".init_array", ".ctors", "__commands", ".init", ".database"] {
            assert!(
                matters(&area(label)) && in_sequence(&area(label)),
                "{label}"
            );
        }
        for label in [".text", ".text.hot", ".got.plt"] {
            assert!(!matters(&area(label)), "{label}");
        }
        for label in [".data.rel.ro", ".rodata", ".bss"] {
            assert!(
                matters(&area(label)) && !in_sequence(&area(label)),
                "{label}"
            );
        }
    }
}
