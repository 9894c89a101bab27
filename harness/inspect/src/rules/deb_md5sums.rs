//! A package repeats in its control data the MD5 sums of the files that it holds.

use super::Rule;

/// `deb.md5sums`.
pub static RULE: Rule = Rule {
    id: "deb.md5sums",
    version: 1,
    title: "MD5 sums in the md5sums of a Debian package that are those of the package's own files",
    justification: "Such a line follows from the file that it names, which is in the same package and is compared itself: on each side the sum is computed anew from that side's data archive, and only a line that both sides have, with the right sum on each, is settled. A wrong sum, one of a file that is not there, is there twice or is no plain file or hard link to one, a line of one side only, and the order and spelling of lines are compared. A line of a file that is called otherwise on the other side goes with the file, if a rule says that the two are one.",
};

/// Whether the rule covers this member of a package's control archive.
pub(crate) fn covers(member: &str) -> bool {
    member == "md5sums"
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn only_the_list_of_sums_is_covered() {
        assert!(covers("md5sums"));
        assert!(!covers("md5sums#2"), "a second one is not what dpkg reads");
        assert!(!covers("usr/share/md5sums"));
        assert!(!covers("sha256sums"));
    }
}
