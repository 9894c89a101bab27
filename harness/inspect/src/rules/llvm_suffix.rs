//! Thin LTO calls what one module lends another by a hash of the lender's bitcode.

use super::Rule;

/// `elf.llvm-suffix`.
pub static RULE: Rule = Rule {
    id: "elf.llvm-suffix",
    version: 1,
    title: "the number after .llvm. in the name of a local symbol of a linked file",
    justification: "Where thin LTO (rustc's release builds, clang -flto=thin) lets one module use a local function or constant of another, LLVM appends .llvm. and a number made of the hash of the module's bitcode (ModuleSummaryIndex::getGlobalNameForLocal), so that no two names meet. After linking, nothing is bound by a local symbol's name; the table is not allocated, and debuggers and profilers show the name alone. Everything else is compared as before: the name up to the number, address, size, type, binding, visibility and section of each symbol, and the bytes that it stands for. A global or dynamic symbol, and any of an object file, keeps its whole name.",
};

const MARK: &[u8] = b".llvm.";

/// The name up to the number, and the number, of a name that LLVM made so.
pub(crate) fn split(name: &[u8]) -> Option<(&[u8], &[u8])> {
    let digits = name.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let (head, number) = name.split_at_checked(name.len().checked_sub(digits)?)?;
    let stem = head.strip_suffix(MARK)?;
    // A number of 64 bits has at most twenty digits.
    let made = !stem.is_empty() && number.len() <= 20 && !number.is_empty();
    made.then_some((head, number))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn only_a_number_at_the_end_is_set_aside() {
        let made: (&[u8], &[u8]) = (b"anon.12.3.llvm.", b"10589657322992039981");
        assert_eq!(split(b"anon.12.3.llvm.10589657322992039981"), Some(made));
        assert!(split(b"_ZN4core3fmtE").is_none());
        assert!(split(b"x.llvm.").is_none(), "no number");
        assert!(split(b".llvm.1").is_none(), "nothing that is called so");
        assert!(split(b"x.llvm.1.cold").is_none(), "something follows");
        assert!(split(b"x.llvm.123456789012345678901").is_none(), "too long");
        assert!(split(b"x.1").is_none(), "what other compilers append");
    }
}
