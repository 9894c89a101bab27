//! Where the order of pieces means something.

use super::space::Area;

/// Whether the pieces of a section are run or read in sequence, or whether that is not known: constructors,
/// sections that a program finds by their name and walks through, start-up code in fragments, each thread's own
/// data, which code reaches by numbers.
pub(super) fn matters(area: &Area<'_>) -> bool {
    const FREE: [&str; 9] = [
        ".text",
        ".data",
        ".rodata",
        ".bss",
        ".got",
        ".plt",
        ".iplt",
        ".gcc_except_table",
        ".ARM.extab",
    ];
    let free = FREE.iter().any(|name| {
        let rest = area.label.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '#']))
    });
    !free || area.thread_local
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
            assert!(matters(&area(label)), "{label}");
        }
        for label in [".text", ".text.hot", ".data.rel.ro", ".rodata", ".got.plt"] {
            assert!(!matters(&area(label)), "{label}");
        }
    }
}
