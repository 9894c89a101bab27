//! The families of difference keys: one row each. Those of archives and of files of data are in `formats`.

use super::{Explanation, row};

/// The families, the more particular before the more general.
pub(super) static FAMILIES: [Explanation; 77] = [
    row(
        "*.demands",
        "the same content asks more, or other things, of what reads the stream: a check or a filter that not every reader \
         knows, a larger dictionary or window, or several streams where some read only the first",
        "use the same compressor and level on both sides",
    ),
    row(
        "content.compression",
        "the contents are compressed in different formats, or on one side only; what they hold was compared",
        "use the same compressor (dpkg-deb -Z, tar's option)",
    ),
    row(
        "*.compression",
        "the same content is compressed otherwise",
        "use the same compressor, release and level",
    ),
    row(
        "*.more",
        "further differences are counted and not listed",
        "look at the ones that are listed first",
    ),
    row(
        "tree.only-left",
        "the path is in the left tree only",
        "see why the right install step left it out, or pair other folders with --map",
    ),
    row(
        "tree.only-right",
        "the path is in the right tree only",
        "see why the left install step left it out, or pair other folders with --map",
    ),
    row(
        "tree.kind",
        "the path is a file on one side and a folder, link or device on the other",
        "see which install step made it",
    ),
    row(
        "tree.mode",
        "the permission bits differ",
        "install with a mode (`install -m`), or set the umask",
    ),
    row(
        "tree.owner",
        "a user or a group differs",
        "look whether both trees were unpacked or installed alike (as root, or under fakeroot)",
    ),
    row(
        "tree.attribute",
        "extended attributes differ: file capabilities, access control lists, or what a user set",
        "see which install step sets them (setcap, setfacl), and whether the copy kept them (cp -a, tar --xattrs)",
    ),
    row(
        "tree.hard-link",
        "names of one file on one side are names of several files on the other",
        "see whether the install step made a link (ln), or the copy kept none (cp -a, tar)",
    ),
    row(
        "tree.link",
        "the symbolic links say different targets",
        "see what the link is made from; build folders leak into it easily",
    ),
    row(
        "tree.path",
        "two paths were paired only because --map says that their folders are the same",
        "nothing, if the map is meant",
    ),
    row(
        "deb.member-name",
        "an archive in a Debian package is called differently, as it is compressed differently",
        "use the same compressor (dpkg-deb -Z)",
    ),
    row(
        "content.format",
        "the contents are not even of the same format",
        "see whether one side is cut short, compressed, or another file altogether",
    ),
    row(
        "bytes",
        "data of no format known here differ",
        "look at the bytes shown; add a format if they have one",
    ),
    row(
        "text.lines",
        "lines of a text differ",
        "read them; a path, a date, a triple or a configure answer is the usual reason",
    ),
    row(
        "text.path",
        "a text differs only in paths that --map says are the same",
        "nothing if nothing reads it; a program that does finds another path",
    ),
    row(
        "config-h",
        "a configure header defines a macro otherwise on each side",
        "give the cross build the answer: a cache variable, a site file, a cross file",
    ),
    row(
        "pkg-config",
        "a field or variable of a pkg-config file differs",
        "a prefix of the build or a dependency of one side only",
    ),
    row(
        "libtool",
        "a variable of a libtool archive differs",
        "a prefix of the build, or other libraries; many distributions drop these files",
    ),
    row(
        "deb822",
        "a field of a package's control data differs",
        "see whether names and versions are meant to differ",
    ),
    row(
        "checksums",
        "a recorded checksum differs: it follows from the file it names",
        "look at that file; of a Debian package, where right sums are settled, also at whether it is the file's sum",
    ),
    row(
        "json",
        "a value in a JSON text differs",
        "see what writes it",
    ),
    row(
        "run.stdout",
        "the two programs printed different output when run",
        "run both by hand with the same arguments; the report names the CPU model",
    ),
    row(
        "run.stderr",
        "the two programs said different things on standard error when run",
        "run both by hand with the same arguments",
    ),
    row(
        "run.exit",
        "the two programs ended in different ways when run",
        "run both by hand; a signal points at a miscompiled or missing part",
    ),
    row(
        "run",
        "the two programs behaved differently when run",
        "run both by hand with the same arguments",
    ),
    row(
        "elf.needed",
        "a library is needed by one side only (DT_NEEDED)",
        "see that the dependency was found in both builds; look for as-needed and the configure log",
    ),
    row(
        "elf.dynamic.needed-order",
        "the needed libraries stand in another order, in which symbols are looked up",
        "compare the two link command lines",
    ),
    row(
        "elf.dynamic",
        "an entry of the dynamic section says how to bind or relocate, and differs",
        "compare linker flags: -z now, -Bsymbolic, -pie",
    ),
    row(
        "elf.soname",
        "the libraries have different SONAMEs: programs linked with one ask for a name the other has not",
        "compare -soname and the version numbers it is made from",
    ),
    row(
        "elf.interpreter",
        "the programs ask for different dynamic loaders",
        "link for the same C library and ABI",
    ),
    row(
        "elf.rpath",
        "the old library search paths differ",
        "link without -rpath, or with the same",
    ),
    row(
        "elf.runpath",
        "the library search paths differ",
        "link without -rpath, or with the same; a build folder in it is a mistake by itself",
    ),
    row(
        "elf.export",
        "an exported symbol is there on one side only, or of another kind, version or size",
        "see which source or condition defines it, and the version script",
    ),
    row(
        "elf.import",
        "a symbol is asked of other libraries on one side only",
        "another configure answer or another optimization calls another function",
    ),
    row(
        "elf.version-need",
        "a symbol version of a library is needed on one side only",
        "build both sides against the same release of the library",
    ),
    row(
        "elf.version-definition",
        "a symbol version is defined on one side only",
        "compare the version scripts",
    ),
    row(
        "elf.interface.unreadable",
        "what the loader reads of the file could not be read",
        "the file is damaged or unusual; readelf may say more",
    ),
    row(
        "elf.function.changed",
        "a function's code differs once addresses are resolved",
        "read the two disassemblies; other options or another compiler are the usual reason",
    ),
    row(
        "elf.function",
        "a function is in the code of one side only",
        "see which source or inlining decision makes it",
    ),
    row(
        "elf.data",
        "a data object or a constant differs",
        "see what it is initialized from; strings often hold paths, dates and versions",
    ),
    row(
        "elf.glibc",
        "the oldest C library that the file runs with differs",
        "see elf.version-need for which versions are asked for, and elf.import for which functions ask",
    ),
    row(
        "elf.note-package.shift",
        "a package note on one side only moved every address behind it",
        "link the note on both sides or on neither",
    ),
    row(
        "elf.layout.unproven",
        "nothing in the section is seen to differ but addresses, and that it is the same could not be proven",
        "the line says what was not understood, and where: docs/soundness.md lists what the proof asks; an address that \
         code makes in an unusual way is the usual reason",
    ),
    row(
        "elf.moved",
        "symbols or sections are the same but stand at other addresses",
        "nothing by itself: look for what grew before them",
    ),
    row(
        "elf.header.entry",
        "the program begins at another address",
        "nothing by itself: look for what moved the code",
    ),
    row(
        "elf.header",
        "a field of the ELF header differs",
        "another machine, ABI or flag: compare target options such as -march and -mfloat-abi",
    ),
    row(
        "elf.segment",
        "a program header differs in address, size or flags: a segment that the loader maps, or a part of one",
        "look at the sections inside it",
    ),
    row(
        "elf.group",
        "a section group has other members or another signature",
        "compare templates and inline functions that the compiler emitted",
    ),
    row(
        "elf.addrsig",
        "LLVM's table of symbols whose addresses may be compared names different ones, so that the linker may fold different functions",
        "build both sides with the same compiler and options (-faddrsig)",
    ),
    row(
        "elf.debuglink.file",
        "the links to detached debug files lead to different files, or one to a file with a different checksum",
        "make the link after the debug file (objcopy --add-gnu-debuglink), and install both from one build",
    ),
    row(
        "elf.symbol.undefined-order",
        "the undefined symbols of an object file stand in a different order, in which linkers look for members of archives",
        "see which references the compiler met first: compare the sources and options",
    ),
    row(
        "elf.symbol.alias-order",
        "the local symbols of one place stand in a different order, of which addr2line and its like tell the first",
        "see that both sides link the same objects in the same order",
    ),
    row(
        "elf.symbol.local-order",
        "local symbols of one name stand in a different order; a kernel's live patches tell them apart by it",
        "give the linker its inputs in one order (sort what a wildcard gives)",
    ),
    row(
        "elf.build-id.file",
        "the build-ids lead debuggers to different detached debug files, or on one side to none",
        "install programs and their debug files from one build: a build-id that was changed finds no file",
    ),
    row(
        "elf.relocation",
        "a relocation refers to something else",
        "look at the code or data that it patches",
    ),
    row(
        "elf.symbol",
        "an entry of the static symbol table differs",
        "usually follows from other code; nothing loads it",
    ),
    row(
        "elf.section.*.header",
        "a section's address, size, alignment or flags differ",
        "a size that differs says where something was added; an address follows from what is before",
    ),
    row(
        "elf.section.*.only-left",
        "a section is there on the left only",
        "compare compiler and linker options",
    ),
    row(
        "elf.section.*.only-right",
        "a section is there on the right only",
        "compare compiler and linker options",
    ),
    row(
        "elf.section.note",
        "a note section differs",
        "readelf -n shows it; a build-id mostly is a hash of everything else",
    ),
    row(
        "elf.section.comment",
        "the compiler left another name or version",
        "use the same compiler release on both sides",
    ),
    row(
        "elf.section.dynsym",
        "the dynamic symbol table differs, entry by entry",
        "look at elf.export and elf.import for what matters",
    ),
    row(
        "elf.section.text",
        "code differs",
        "look at the functions that changed, and at dwarf.producer for options",
    ),
    row(
        "elf.section.rodata",
        "constants differ: strings, tables",
        "look for paths, dates and __FILE__ in the bytes shown",
    ),
    row(
        "elf.section",
        "the bytes of a section differ",
        "see what the section is for; tables follow from code and symbols",
    ),
    row(
        "elf.padding",
        "bytes that no section and no header holds differ",
        "look at the bytes: linkers fill gaps with zeros, and programs may be appended to a file",
    ),
    row(
        "elf",
        "something else in an ELF file differs",
        "readelf -a of both sides shows it",
    ),
    row(
        "dwarf.producer",
        "the compiler, its version or its options differ, as debug information notes them",
        "give both builds the same flags",
    ),
    row(
        "dwarf.attribute.name",
        "a source file or entity has another name in debug information",
        "a path: --map says which folders are the same",
    ),
    row(
        "dwarf.attribute.comp_dir",
        "the folder that was compiled in differs",
        "--map says which folders are the same; -ffile-prefix-map takes it out",
    ),
    row(
        "dwarf.line",
        "the line table names other files or other rows",
        "other code, or headers from other folders: --map",
    ),
    row(
        "dwarf.unit",
        "a compilation unit is there on one side only, or in another order",
        "see which source was compiled or linked",
    ),
    row(
        "dwarf.declaration",
        "the debug information of one unit declares a type, function or variable that the other does not, or declares it otherwise",
        "compare the headers that the two compilers found: often another version or another configuration",
    ),
    row(
        "dwarf",
        "debug information differs",
        "often follows from other code or other paths; nothing loads it",
    ),
];
