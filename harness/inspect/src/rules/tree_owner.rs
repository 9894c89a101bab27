//! Who owns the files of a tree: a number that the system gives to whoever unpacked or installed it.

use super::Rule;

/// `tree.owner`.
pub static RULE: Rule = Rule {
    id: "tree.owner",
    version: 2,
    title: "users and groups of files that go by other numbers on the other side, every one consistently",
    justification: "Numbers of users and groups are the system's: the same tree unpacked by root and by a user has different ones. They are set aside only if each user and each group of one side is one of the other side wherever it occurs, root is root where both sides have it, no number from 1 to 100, which mean the same users and groups on every system, stands for a different one, and the entry runs nothing under its owner's name: the owner of a set-user-ID file and the group of a set-group-ID file or folder are compared exactly.",
};
