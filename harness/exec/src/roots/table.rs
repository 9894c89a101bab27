//! What packages' scripts would have made and a build needs. No script runs, so this is the whole of it.

use super::assemble::{Layout, What};

/// Folders that are mounted over, or that programs expect.
const FOLDERS: [&str; 10] = [
    "build", "dev", "etc", "proc", "run/case", "sys", "tmp", "usr/bin", "var/lib", "var/tmp",
];

/// Names that `update-alternatives` and its like would link, each to the first of its programs that is
/// there. Only unprefixed programs: a cross root has no `cc`.
const LINKS: [(&str, &[&str]); 12] = [
    ("usr/bin/sh", &["dash", "bash"]),
    ("usr/bin/cc", &["gcc"]),
    ("usr/bin/c89", &["c89-gcc"]),
    ("usr/bin/c99", &["c99-gcc"]),
    ("usr/bin/c++", &["g++"]),
    ("usr/bin/awk", &["mawk", "gawk"]),
    ("usr/bin/nawk", &["mawk", "gawk"]),
    ("usr/bin/which", &["which.debianutils"]),
    ("usr/bin/yacc", &["bison.yacc"]),
    ("usr/bin/automake", &["automake-1.17", "automake-1.16"]),
    ("usr/bin/aclocal", &["aclocal-1.17", "aclocal-1.16"]),
    ("usr/bin/fakeroot", &["fakeroot-sysv"]),
];

/// Files every program may look at, the same in every root.
const FILES: [(&str, &str); 4] = [
    (
        "etc/passwd",
        "root:x:0:0:root:/root:/bin/sh\n\
         builder:x:1000:1000:builder:/build/home:/bin/sh\n\
         nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
    ),
    (
        "etc/group",
        "root:x:0:\nbuilder:x:1000:\nnogroup:x:65534:\n",
    ),
    ("etc/hosts", "127.0.0.1 localhost\n127.0.0.1 crossproof\n"),
    (
        "etc/nsswitch.conf",
        "passwd: files\ngroup: files\nhosts: files\n",
    ),
];

/// Adds what is missing to a layout that has all its packages.
pub(super) fn complete(layout: &mut Layout) {
    for folder in FOLDERS {
        layout.put(folder, What::Dir { mode: 0o755 });
    }
    for (link, programs) in LINKS {
        let found = programs
            .iter()
            .find(|name| layout.has(&format!("usr/bin/{name}")));
        if let Some(program) = found {
            layout.put(
                link,
                What::Link {
                    text: program.into(),
                },
            );
        }
    }
    for (path, text) in FILES {
        layout.put(path, What::Text { text: text.into() });
    }
    // Debian's own links of the merged-/usr; packages' paths were put below usr/ already.
    for name in ["bin", "sbin", "lib", "lib64"] {
        let inside = format!("usr/{name}");
        if layout.has(&inside) {
            layout.put(
                name,
                What::Link {
                    text: inside.into(),
                },
            );
        }
    }
}
