//! Causes in which functions of libraries the code of each side calls.

use super::interface::{alone, by_side};
use super::{Clues, Found, count, subject};
use crossproof_model::Difference;

/// A symbol's name without its version.
fn plain(symbol: &str) -> &str {
    symbol.split('@').next().unwrap_or(symbol)
}

fn named<'a>(found: &[&'a Difference], name: &str) -> Vec<&'a Difference> {
    let found = found.iter().copied();
    found.filter(|d| plain(subject(d)) == name).collect()
}

/// Only one side's functions check whether they overran the stack.
pub(super) fn stack_protector<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    let imports = alone(clues, "elf.import");
    let evidence = named(&imports, "__stack_chk_fail");
    let side = clues.only(evidence.first()?)?;
    let mine = |d: &&&Difference| clues.only(d) == Some(side);
    if evidence.iter().filter(mine).count() != evidence.len() {
        return None;
    }
    Some(Found {
        sentence: format!(
            "functions check their stack (stack protector) on the {side} only, in {}",
            count(evidence.len(), "file")
        ),
        remedy: "give both builds the same -fstack-protector option; distributions switch it on by default".to_owned(),
        evidence,
    })
}

/// Only one side's code checks its assertions.
pub(super) fn assertions<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    const FAIL: [&str; 2] = ["__assert_fail", "_ZSt21__glibcxx_assert_failPKciS0_S0_"];
    let imports = alone(clues, "elf.import");
    let found = FAIL.iter().find_map(|name| {
        let evidence = named(&imports, name);
        (!evidence.is_empty()).then_some((name, evidence))
    });
    let (name, evidence) = found?;
    let side = clues.only(evidence.first()?)?;
    if evidence.iter().any(|d| clues.only(d) != Some(side)) {
        return None;
    }
    let (what, option) = match *name {
        "__assert_fail" => ("assertions", "NDEBUG"),
        _ => ("the assertions of the C++ library", "_GLIBCXX_ASSERTIONS"),
    };
    Some(Found {
        sentence: format!(
            "{what} are checked on the {side} only, in {}: by {option}, or since the other side's compiler proved them",
            count(evidence.len(), "file")
        ),
        remedy: format!(
            "define {option} on both sides or on neither, and give both the same optimization"
        ),
        evidence,
    })
}

/// What one side calls by names for 64-bit file offsets or times, and the other by the plain names.
pub(super) fn large_files<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    let imports = alone(clues, "elf.import");
    let wide = |d: &Difference, plainly: &Difference| {
        let (wide, plainly) = (plain(subject(d)), plain(subject(plainly)));
        let times = [
            format!("__{plainly}64_time64"),
            format!("__{plainly}_time64"),
        ];
        let offsets = of_files(plainly) && wide.strip_suffix("64") == Some(plainly);
        offsets || times.iter().any(|spelling| spelling == wide)
    };
    let mut evidence = Vec::new();
    let mut sides = std::collections::BTreeSet::new();
    for one in &imports {
        let apart = |other: &&&Difference| {
            clues.only(other) != clues.only(one) && other.place.path == one.place.path
        };
        if let Some(other) = imports.iter().filter(apart).find(|other| wide(one, other)) {
            sides.extend(clues.only(one));
            evidence.extend([*one, *other]);
        }
    }
    let side = sides.pop_first().filter(|_| sides.is_empty())?;
    // Where offsets and times have 64 bits anyhow, both names mean the same.
    if evidence.iter().all(|d| may_be_wide_anyhow(subject(d))) {
        return None;
    }
    Some(Found {
        sentence: format!(
            "compiled for 64-bit file offsets or times on the {side} only: {} there",
            super::some_of(evidence.iter().step_by(2).map(|d| plain(subject(d))))
        ),
        remedy: "define _FILE_OFFSET_BITS=64, and _TIME_BITS=64, on both sides or on neither; configure steps decide \
                 this by a test"
            .to_owned(),
        evidence,
    })
}

/// Whether a function's version is the first of a 64-bit platform's C library (AArch64, x86-64, RISC-V), or one that
/// both kinds of platforms have of these functions.
fn may_be_wide_anyhow(symbol: &str) -> bool {
    const VERSIONS: [&str; 4] = ["GLIBC_2.17", "GLIBC_2.2.5", "GLIBC_2.27", "GLIBC_2.33"];
    let version = symbol.rsplit_once('@').map(|(_, version)| version);
    version.is_some_and(|version| VERSIONS.contains(&version))
}

/// Whether a function of the C library has a namesake for 64-bit offsets (lfs64, "Large File Summit", section 3.1).
fn of_files(name: &str) -> bool {
    const NAMES: [&str; 58] = [
        "aio_error",
        "aio_read",
        "aio_return",
        "aio_write",
        "alphasort",
        "creat",
        "fallocate",
        "fgetpos",
        "fopen",
        "freopen",
        "fseeko",
        "fsetpos",
        "fstat",
        "fstatat",
        "fstatfs",
        "fstatvfs",
        "ftello",
        "ftruncate",
        "ftw",
        "fts_open",
        "fts_read",
        "getdents",
        "getrlimit",
        "glob",
        "globfree",
        "lio_listio",
        "lockf",
        "lseek",
        "lstat",
        "mkostemp",
        "mkostemps",
        "mkstemp",
        "mkstemps",
        "mmap",
        "nftw",
        "open",
        "openat",
        "posix_fadvise",
        "posix_fallocate",
        "pread",
        "preadv",
        "prlimit",
        "pwrite",
        "pwritev",
        "readdir",
        "readdir_r",
        "scandir",
        "scandirat",
        "sendfile",
        "setrlimit",
        "stat",
        "statfs",
        "statvfs",
        "tmpfile",
        "truncate",
        "versionsort",
        "__fxstat",
        "__xstat",
    ];
    NAMES.contains(&name) || matches!(name, "__lxstat" | "__fxstatat" | "__open_2" | "fts_close")
}

/// What compilers call, or leave out, of their own accord: such calls come and go with options and releases.
fn by_compiler(name: &str) -> bool {
    const BUILT_IN: [&str; 43] = [
        "memcpy", "memmove", "memset", "memcmp", "memchr", "mempcpy", "bcmp", "strlen", "strcpy",
        "strcat", "strchr", "strrchr", "strcmp", "strncmp", "strncpy", "stpcpy", "strspn",
        "strcspn", "strstr", "strpbrk", "strnlen", "puts", "putchar", "putc", "fputs", "fputc",
        "fwrite", "printf", "fprintf", "sprintf", "snprintf", "vprintf", "vfprintf", "abort",
        "sqrt", "floor", "ceil", "trunc", "round", "rint", "pow", "exp", "log",
    ];
    BUILT_IN.contains(&name)
        || name.ends_with("_chk")
        || name.ends_with("_finite")
        || name.starts_with('_')
}

/// Functions of libraries that only one side's code calls: a different answer or option chose them.
///
/// A call that is on one side alone may also be in a function that the other side left out, or put into others.
/// So it says something only if both sides call what the other does not, or if a function that both have is seen to
/// call it on one side.
pub(super) fn other_calls<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    let all = alone(clues, "elf.import");
    // The same function by different versions is called on both sides.
    let both = |d: &Difference| {
        let mut named = named(&all, plain(subject(d))).into_iter();
        named.any(|other| clues.only(other) != clues.only(d))
    };
    let mut evidence = all.clone();
    evidence.retain(|d| !by_compiler(plain(subject(d))) && !both(d));
    let changed = clues.with(|key| key == "elf.function.changed");
    let seen = |import: &Difference| {
        let call = format!("<{}@plt>", plain(subject(import)));
        let mark = if import.left.is_some() { '-' } else { '+' };
        let here = changed.iter().filter(|d| d.place.path == import.place.path);
        let mut lines = here.flat_map(|d| &d.detail);
        lines.any(|line| line.starts_with(mark) && line.contains(&call))
    };
    let on = |left: bool| evidence.iter().any(|d| d.left.is_some() == left);
    if !(on(true) && on(false)) {
        evidence.retain(|import| seen(import));
    }
    if evidence.is_empty() {
        return None;
    }
    Some(Found {
        sentence: format!(
            "other functions of libraries are called: {}",
            by_side(clues, &evidence)?
        ),
        remedy:
            "see what chooses them: a configure answer (compare config.log and config.h), or the \
                 compiler's options"
                .to_owned(),
        evidence,
    })
}

#[cfg(test)]
mod tests {
    use super::super::specimen::{Specimen, difference, said};
    use super::*;

    fn import(name: &str) -> Specimen {
        difference("elf.import").at(name)
    }

    #[test]
    fn what_each_side_calls_instead_is_named() {
        let found = [
            import("mmap@@GLIBC_2.17").left("FUNC GLOBAL"),
            import("read@@GLIBC_2.17").right("FUNC GLOBAL"),
        ];
        let (sentence, _) = said(other_calls, found).unwrap();
        let end = "read@@GLIBC_2.17 on the cross only, mmap@@GLIBC_2.17 on the native only";
        assert!(sentence.ends_with(end), "{sentence}");
    }

    #[test]
    fn what_a_compiler_calls_by_itself_says_nothing() {
        let found = [
            import("__memcpy_chk@@GLIBC_2.17").left("FUNC GLOBAL"),
            import("memcpy@@GLIBC_2.17").right("FUNC GLOBAL"),
        ];
        assert_eq!(said(other_calls, found), None);
    }

    #[test]
    fn a_call_of_one_side_must_be_seen_in_a_function_of_both() {
        let one = || import("strtoul@@GLIBC_2.17").right("FUNC GLOBAL");
        assert_eq!(said(other_calls, [one()]), None);
        let function = difference("elf.function.changed").at("main");
        let function = function.detail(&["+bl <strtoul@plt>"]);
        assert!(said(other_calls, [one(), function]).is_some());
    }

    #[test]
    fn wide_names_for_plain_ones_are_large_files() {
        let found = || {
            [
                import("fopen64@@GLIBC_2.4").left("FUNC GLOBAL"),
                import("fopen@@GLIBC_2.4").right("FUNC GLOBAL"),
            ]
        };
        let (sentence, _) = said(large_files, found()).unwrap();
        assert!(
            sentence.ends_with("on the native only: fopen64 there"),
            "{sentence}"
        );
        let names = ["crc64@@V", "crc@@V"].map(import);
        let [wide, plain] = names;
        let names = [wide.left("FUNC GLOBAL"), plain.right("FUNC GLOBAL")];
        assert_eq!(said(large_files, names), None, "no function of files");
        let names = ["lseek64@@GLIBC_2.17", "lseek@@GLIBC_2.17"].map(import);
        let [wide, plain] = names;
        let names = [wide.left("FUNC GLOBAL"), plain.right("FUNC GLOBAL")];
        assert_eq!(said(large_files, names), None, "64-bit offsets by any name");
        let [wide, _] = found();
        let other = import("read@@GLIBC_2.4").right("FUNC GLOBAL");
        assert_eq!(said(large_files, [wide, other]), None);
    }

    #[test]
    fn checks_of_one_side_are_named() {
        let guard = || import("__stack_chk_fail@@GLIBC_2.4");
        let (sentence, _) = said(stack_protector, [guard().left("FUNC GLOBAL")]).unwrap();
        assert!(
            sentence.ends_with("on the native only, in 1 file"),
            "{sentence}"
        );
        let both = [
            guard().left("FUNC GLOBAL"),
            guard().file("g").right("FUNC GLOBAL"),
        ];
        assert_eq!(said(stack_protector, both), None, "now here, now there");
        let assert = import("__assert_fail@@GLIBC_2.17").left("FUNC GLOBAL");
        let (sentence, _) = said(assertions, [assert]).unwrap();
        assert_eq!(
            sentence,
            "assertions are checked on the native only, in 1 file: by NDEBUG, or since the other side's compiler proved them"
        );
        assert_eq!(said(assertions, [import("read").left("FUNC GLOBAL")]), None);
        let assert = || import("__assert_fail@@GLIBC_2.17");
        let both = [
            assert().left("FUNC GLOBAL"),
            assert().file("g").right("FUNC GLOBAL"),
        ];
        assert_eq!(said(assertions, both), None, "now here, now there");
    }
}
