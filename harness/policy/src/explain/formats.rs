//! The families of difference keys of archives and of files of data: one row each.

use super::{Explanation, row};

/// The families, the more particular before the more general.
pub(super) static FORMATS: [Explanation; 26] = [
    row(
        "tar.source-time",
        "a source of Python's has a different time, and its bytecode is in the archive, which Python takes only if it holds that time",
        "give the source the time that the bytecode was made from, or leave the bytecode out",
    ),
    row(
        "tar.time-order",
        "in a source archive a file is older or newer than other files on one side only, so that `make` would make different things anew",
        "give all members one time (tar --mtime), or keep those of the source",
    ),
    row(
        "zip.alignment",
        "members that are not compressed are aligned on one side only, as what maps them from the archive asks",
        "align as the last step (zipalign)",
    ),
    row(
        "ar",
        "an archive's members, their headers or its index differ",
        "sort the members; use a deterministic archiver (ar D)",
    ),
    row(
        "tar",
        "a tar archive's members or their headers differ",
        "sort the members; set owner, mode and times (--sort, --owner, --mtime)",
    ),
    row(
        "cpio",
        "a cpio archive's members or their headers differ",
        "sort the members; set owner, mode and times (--reproducible)",
    ),
    row(
        "zip.order",
        "the members of a zip archive stand in a different order",
        "sort what is given to the archiver; a listing of a folder has no order",
    ),
    row(
        "zip.mtime",
        "the times of members of a zip archive differ",
        "set the files' times before they are packed",
    ),
    row(
        "zip",
        "a zip archive's members or their headers differ",
        "use the same archiver, release and options on both sides",
    ),
    row(
        "gzip",
        "a gzip header or stream differs",
        "compress with -n, by the same release and level",
    ),
    row(
        "xz",
        "bytes stand beside what an xz stream holds",
        "see what was appended to the file",
    ),
    row(
        "zstd",
        "bytes or skippable frames stand beside what a Zstandard stream holds",
        "see what was appended to the file",
    ),
    row(
        "bzip2",
        "bytes stand behind a bzip2 stream",
        "see what was appended to the file",
    ),
    row(
        "lzma",
        "bytes stand behind an LZMA stream",
        "see what was appended to the file",
    ),
    row(
        "pyc.source-mtime",
        "Python bytecode records another time of its source",
        "compile with a hash in its stead (--invalidation-mode), or set the times of the sources",
    ),
    row(
        "pyc.version",
        "the bytecode is of another Python release",
        "use the same interpreter on both sides",
    ),
    row(
        "pyc.filename",
        "Python bytecode names another source file, which tracebacks show",
        "compile with the folder that it is installed to (-s and -p of compileall), or name both folders with --map",
    ),
    row(
        "pyc.references",
        "which objects in Python bytecode are flagged, which hangs on how often the compiler held them",
        "nothing where the rule settles it; compile each file by a process of its own",
    ),
    row(
        "pyc.constant",
        "a constant of a function in Python bytecode differs",
        "read both; a set of constants has an order that PYTHONHASHSEED=0 makes the same",
    ),
    row(
        "pyc.bytecode",
        "the instructions of a Python function differ",
        "compare the sources, and the interpreter's release and options (-O)",
    ),
    row(
        "pyc",
        "something else in Python bytecode differs",
        "compare the sources: lines, names and variables follow from them",
    ),
    row(
        "mo.header",
        "a field of a gettext catalogue's header differs",
        "dates are settled by a rule; anything else comes from the translation's source",
    ),
    row(
        "mo",
        "a translation, or the order of them, differs in a gettext catalogue",
        "compare the sources of the translation and the release of msgfmt",
    ),
    row(
        "png.time",
        "a PNG image notes another time at which it was changed or written",
        "nothing by itself; drop the chunk (-define png:exclude-chunk=date,time)",
    ),
    row(
        "png.image",
        "the picture in a PNG image differs, byte for byte as it was filtered",
        "see what draws or converts it; a picture filtered otherwise may look the same",
    ),
    row(
        "png",
        "a chunk of a PNG image, or the order of its chunks, differs",
        "see what writes the image; a text often names the program and its version",
    ),
];
