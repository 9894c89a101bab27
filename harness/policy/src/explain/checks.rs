//! The families of what checks find: one row each.

use super::{Explanation, row};

/// The families, the more particular before the more general.
pub(super) static CHECKS: [Explanation; 15] = [
    row(
        "check.forbid.build-prefix",
        "the cross artifact names a folder of the build, and the native one does not at that place",
        "see which step writes it; map the path (-ffile-prefix-map), or do not install the file",
    ),
    row(
        "check.forbid.build-triple",
        "the cross artifact names the platform it was built on, and the native one does not at that place",
        "see who asks for the build platform (config.guess, uname, cc -dumpmachine) and means the host",
    ),
    row(
        "check.forbid.cross-prefix",
        "the cross artifact names a folder that only a cross compiler has",
        "it is not there where the artifact runs: take the native folder, or leave the path out",
    ),
    row(
        "check.forbid.march-native",
        "the artifact says that it was compiled for the very processor of the build machine",
        "drop -march=native: what comes out depends on the machine, and cross it names the wrong one",
    ),
    row(
        "check.forbid.other-architecture.both",
        "an ELF file in both artifacts is for another machine than the target's",
        "say why it must be installed, or leave it out",
    ),
    row(
        "check.forbid.other-architecture",
        "an ELF file is for another machine than the target's, on one side",
        "a step used the compiler of the build platform: name the tools by the host's triplet",
    ),
    row(
        "check.forbid.*.both",
        "both artifacts have what the case forbids: cross-compiling is not to blame",
        "see what refers to it, and keep it from being linked or installed",
    ),
    row(
        "check.forbid.*.cross-only",
        "the cross artifact has what the case forbids, and the native one does not at that place",
        "see what refers to it; a flag that was lost, or a prefix the cross build took, is the usual reason",
    ),
    row(
        "check.forbid.*.native-only",
        "the native artifact has what the case forbids, and the cross one does not at that place",
        "see what refers to it; the reference itself breaks the rule",
    ),
    row(
        "check.unsearched",
        "content could not be searched: it is not free of anything",
        "do not compress debug sections (-gz=none), or look at the content by hand",
    ),
    row(
        "check.size.unmatched",
        "a size budget is for no file at all",
        "correct the glob: it watches over nothing",
    ),
    row(
        "check.size",
        "a file of the cross artifact is larger than its budget above the native one",
        "compare the two: lost optimization, sections not collected, or debug information are the usual reasons",
    ),
    row(
        "check.headers",
        "a header, start file or C library that the compiler reads is not the same in the two roots",
        "see which packages bring it (crossproof roots parity) and take the same version on both sides",
    ),
    row(
        "check.glibc",
        "a file needs a newer GNU C library than the case allows",
        "see which symbol wants it (objdump -T); build in an older root, or raise the bound",
    ),
    row(
        "check",
        "a check of the case found something",
        "read what it found",
    ),
];
