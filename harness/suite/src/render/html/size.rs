//! How much of each file the page shows, so that it stays a page: a browser that is handed hundreds of
//! megabytes shows nothing.

use super::super::groups::FileGroup;
use crossproof_model::Difference;

/// Bytes within which files are shown whole.
const WHOLE: usize = 6 << 20;
/// Bytes within which further files still show the kinds of their differences.
const KEYS: usize = 8 << 20;
/// What stands round a difference and round a file, in bytes, at most.
const AROUND: usize = 450;
/// What stands round a line of detail.
const AROUND_LINE: usize = 60;

/// What a file shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Every difference with its detail.
    Whole,
    /// Its level, and which kinds of difference there are how often.
    Keys,
    /// It is counted.
    Nothing,
}

/// What each file shows, in the order of the files: the first have the room.
pub fn share_out(groups: &[FileGroup<'_>]) -> Vec<Shown> {
    let mut taken = 0_usize;
    let share = |group: &FileGroup<'_>| {
        let name = AROUND + 2 * written(group.path.as_str());
        let all = group.open.iter().chain(&group.settled);
        let whole = all.map(|d| difference(d)).sum::<usize>() + name;
        let reasons = group.undecided.iter().map(|u| written(&u.reason) + AROUND);
        let whole = whole + reasons.sum::<usize>();
        let keys = name + group.open.len().min(20) * 100;
        let (shown, cost) = match (taken + whole <= WHOLE, taken + keys <= KEYS) {
            (true, _) => (Shown::Whole, whole),
            (false, true) => (Shown::Keys, keys),
            (false, false) => (Shown::Nothing, 0),
        };
        taken += cost;
        shown
    };
    groups.iter().map(share).collect()
}

fn difference(difference: &Difference) -> usize {
    let text = |text: &Option<String>| text.as_deref().map_or(0, written);
    let inside = difference
        .place
        .inside
        .iter()
        .map(|step| written(step) + AROUND);
    let detail = difference
        .detail
        .iter()
        .map(|line| written(line) + AROUND_LINE);
    AROUND
        + difference.key.as_str().len()
        + text(&difference.left)
        + text(&difference.right)
        + inside.sum::<usize>()
        + detail.sum::<usize>()
}

/// How long the text is once it is escaped, at most.
pub fn written(text: &str) -> usize {
    text.chars()
        .map(|c| match c {
            '<' | '>' | '&' | '"' => 6,
            // Spelled out as `\u{10ffff}`.
            c if c.is_control() || !c.is_ascii() => 10,
            _ => 1,
        })
        .sum()
}
