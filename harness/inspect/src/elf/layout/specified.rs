//! What functions of libraries are specified to do.

/// Functions of the C, C++ and other run-time libraries that are specified never to return, by names that ISO C and
/// POSIX reserve for them: a library may have an `err` of its own.
pub(super) fn never_returns(stub: &str) -> bool {
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
