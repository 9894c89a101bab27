//! Names of C++ and Rust as people write them.

use crate::untrusted::tame;
use std::fmt::{self, Write};

/// More of a name is not shown: a short symbol can stand for a name without end.
const MOST: usize = 400;

/// A step of a place: a symbol by the name it has in its source, and as the file spells it, for several of the file may
/// have one name in the source.
pub fn told(step: &str) -> String {
    let step = tame(step);
    match source(&step) {
        Some(name) => format!("{name} [{step}]"),
        None => step.into_owned(),
    }
}

/// Steps of a place, outermost first.
pub fn steps(inside: &[String], between: &str) -> String {
    let steps: Vec<String> = inside.iter().map(|step| told(step)).collect();
    steps.join(between)
}

/// The name that a symbol stands for: Itanium C++ ABI, section 5.1, or Rust's, legacy or v0.
fn source(symbol: &str) -> Option<String> {
    // Things of one name are told apart by a number.
    let symbol = match symbol.rsplit_once('#') {
        Some((before, number)) if number.bytes().all(|b| b.is_ascii_digit()) => before,
        _ => symbol,
    };
    let mut name = Short(String::new());
    match rustc_demangle::try_demangle(symbol) {
        Ok(rust) => write!(name, "{rust:#}").ok()?,
        Err(_) => {
            let cxx = symbol.starts_with("_Z").then_some(symbol)?;
            let cxx = cpp_demangle::Symbol::new(cxx).ok()?;
            cxx.structured_demangle(&mut name, &cpp_demangle::DemangleOptions::new())
                .ok()?;
        }
    }
    Some(tame(&name.0).into_owned())
}

/// A text that takes no more than [`MOST`] bytes.
struct Short(String);

impl Write for Short {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        if self.0.len() + more.len() > MOST {
            return Err(fmt::Error);
        }
        self.0.push_str(more);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{steps, told};

    #[test]
    fn symbols_of_cxx_and_rust_are_told_as_written() {
        assert_eq!(told("_ZN3foo3barEi"), "foo::bar(int) [_ZN3foo3barEi]");
        assert_eq!(told("_ZN3foo3barEi#2"), "foo::bar(int) [_ZN3foo3barEi#2]");
        let rust = "_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE";
        assert_eq!(told(rust), format!("core::fmt::Write::write_fmt [{rust}]"));
        assert_eq!(
            steps(&[".text".to_owned(), "_Z1fv".to_owned()], " > "),
            ".text > f() [_Z1fv]"
        );
    }

    #[test]
    fn what_is_no_such_symbol_stays() {
        for step in ["main", ".text", "_Zebra", "_ZN", "a > b", "0x10#2"] {
            assert_eq!(told(step), step);
        }
    }

    #[test]
    fn a_name_without_end_stays_as_it_is_spelled() {
        let bomb = format!("_Z1fI{}E", "1aI".repeat(50) + "S_S_S_S_" + &"E".repeat(50));
        assert!(told(&bomb).len() <= bomb.len() + super::MOST + 3);
    }
}
