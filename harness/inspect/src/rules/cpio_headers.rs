//! cpio records when each member was last changed, and under which number on which disk it was found.

use super::Rule;

/// `cpio.headers`.
pub static RULE: Rule = Rule {
    id: "cpio.headers",
    version: 2,
    title: "times of the members of a cpio archive, and the inode and device they were read from",
    justification: "Time, inode and device tell when and where a build ran; what unpacks the archive gives new ones. Times are compared in an archive that holds a member twice, of which the newer one stays, or bytecode of Python with its source. Of a file with several names, inode and device are compared. Names, numbers of links, types, modes, owners, order and contents are compared, as is how every field is written.",
};
