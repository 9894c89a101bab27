//! Functions that never come back: of libraries, and those that end in calling such.

use super::*;

impl Reader<'_, '_> {
    /// Functions that never come back: some of libraries say so, and those of this file do not in which nothing
    /// goes back, nor goes on with anything that might. What ends by calling itself, or each other, never comes
    /// back either: whichever came back first would need an instruction to do so. If `believing`, so is what ends
    /// with any call: a compiler puts nothing behind it only if it knows that.
    pub(super) fn never_back(&self, read: &[(u64, Ends)], believing: bool) -> BTreeSet<u64> {
        let stubs = self.atoms.iter().filter(|atom| atom.stub);
        let stubs = stubs.filter(|atom| atom.name.as_deref().is_some_and(never_returns));
        let libraries: BTreeSet<u64> = stubs.map(|atom| atom.start).collect();
        // Of this file, and with an instruction that goes back.
        let back: BTreeSet<u64> = (read.iter().filter(|(_, e)| e.goes_back))
            .map(|(start, _)| *start)
            .collect();
        let mut left: Vec<&(u64, Ends)> = read.iter().filter(|(_, e)| !e.returns).collect();
        let mut gone = libraries.clone();
        gone.extend(left.iter().map(|(start, _)| *start));
        loop {
            let ended = |end: &End| match end {
                End::Stops => true,
                End::Falls => false,
                End::Calls(to) => believing && !back.contains(to) || gone.contains(to),
            };
            let before = left.len();
            left.retain(|(_, e)| {
                e.ends.iter().all(ended) && e.out.iter().all(|to| gone.contains(to))
            });
            gone = libraries.clone();
            gone.extend(left.iter().map(|(start, _)| *start));
            if left.len() == before || !self.around.effort.spend(8 * before) {
                return gone;
            }
        }
    }

    /// How each function ends, by where it starts.
    pub(super) fn ends(&self) -> Vec<(u64, Ends)> {
        let read = |index| {
            let ends = |code: &dyn Decode, start, end| {
                flow::ends(code, start, end, &self.pads_in(start, end))
            };
            let (ends, _) = self.decoded(index, ends)?;
            Some((self.atoms.get(index)?.start, ends))
        };
        let all = (0..self.atoms.len()).into_par_iter();
        all.filter_map(read).collect()
    }
}

/// Functions of the C, C++ and other run-time libraries that are specified never to return, by names that ISO C and
/// POSIX reserve for them: a library may have an `err` of its own.
pub(in super::super) fn never_returns(stub: &str) -> bool {
    const NAMES: [&str; 36] = [
        "_Exit",
        "_Unwind_Resume",
        "_ZSt9terminatev",
        "__assert",
        "__assert_fail",
        "__assert_perror_fail",
        "__chk_fail",
        "__cxa_bad_cast",
        "__cxa_bad_typeid",
        "__cxa_call_terminate",
        "__cxa_call_unexpected",
        "__cxa_deleted_virtual",
        "__cxa_end_cleanup",
        "__cxa_pure_virtual",
        "__cxa_rethrow",
        "__cxa_throw",
        "__cxa_throw_bad_array_length",
        "__cxa_throw_bad_array_new_length",
        "__fortify_fail",
        "__longjmp_chk",
        "__stack_chk_fail",
        "_exit",
        "_gfortran_error_stop_numeric",
        "_gfortran_error_stop_string",
        "_gfortran_os_error_at",
        "_gfortran_runtime_error",
        "_gfortran_runtime_error_at",
        "_gfortran_stop_numeric",
        "_gfortran_stop_string",
        "_longjmp",
        "abort",
        "exit",
        "longjmp",
        "pthread_exit",
        "quick_exit",
        "siglongjmp",
    ];
    let name = stub.split('@').next().unwrap_or_default();
    NAMES.binary_search(&name).is_ok() || name.starts_with("_ZSt") && name.contains("__throw_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_specified_so_never_returns() {
        assert!(never_returns("abort@plt"));
        assert!(never_returns("_ZSt20__throw_length_errorPKc@plt"));
        assert!(!never_returns("puts@plt"));
        assert!(!never_returns("execve@plt"));
        assert!(!never_returns("err@plt"));
    }
}
