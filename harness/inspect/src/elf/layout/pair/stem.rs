//! Names without what compilers append to them.

/// A name without a clone's number and without a hash.
pub(super) fn stem(name: &str) -> String {
    // Rust's legacy mangling ends in 17h, 16 hexadecimal digits, E.
    if let Some(head) = name.len().checked_sub(20).and_then(|at| name.get(..at))
        && name
            .get(head.len()..)
            .is_some_and(|tail| tail.starts_with("17h") && tail.ends_with('E'))
    {
        return head.to_owned();
    }
    let mut parts = name.split('.');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        if !part.bytes().all(|byte| byte.is_ascii_digit()) {
            out.push('.');
            out.push_str(part);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn what_compilers_append_is_no_part_of_the_stem() {
        assert_eq!(stem("sort.constprop.0"), stem("sort.constprop.12"));
        assert_ne!(stem("sort.constprop.0"), stem("sort.isra.0"));
        assert_eq!(
            stem("_ZN4core3fmt5write17h0123456789abcdefE"),
            stem("_ZN4core3fmt5write17hfedcba9876543210E")
        );
        assert_ne!(stem("write17"), stem("write18"));
    }
}
