//! The differences of a result: by file, and those beside the files; what rules settle.

use super::super::room::Room;
use super::{SENTENCE, more};
use crate::render::groups::{FileGroup, by_file, by_rule};
use crate::render::headline::count;
use crate::render::html::badge;
use crate::render::html::hunk::{beside, hunk};
use crate::untrusted::clip;
use crossproof_inspect::rules as table;
use crossproof_model::{Comparison, Difference, Level, Pair};
use maud::{Markup, html};

/// Most characters of a line of detail, and of a value.
const LINE: usize = 240;

/// The files with open differences, the worst first.
pub fn files(comparison: &Comparison, room: Room) -> Markup {
    let groups = by_file(comparison);
    let open: Vec<&FileGroup<'_>> = groups.iter().filter(|group| !group.is_settled()).collect();
    html! {
        @if !open.is_empty() {
            h4 { "Differences that no rule settles, in " (count(open.len(), "file")) }
            @for group in open.iter().take(room.files) { (file(group, room)) }
            @if open.len() > room.files { p.note { "and " (count(open.len() - room.files, "more file")) } }
        }
    }
}

fn file(group: &FileGroup<'_>, room: Room) -> Markup {
    html! {
        details.file {
            summary {
                span.name { (clip(group.path.as_str(), SENTENCE)) } " " (badge(group.level)) " "
                span.count {
                    (group.format) ", " (count(group.open.len(), "difference"))
                    @if !group.settled.is_empty() { ", " (group.settled.len()) " settled" }
                }
            }
            @for one in group.open.iter().take(room.differences) { (card(one, &one.place.inside.join(" › "), Some(one.allows), room)) }
            @if group.open.len() > room.differences {
                p.note { "and " (count(group.open.len() - room.differences, "more difference")) }
            }
        }
    }
}

/// Differences that are of no file, or beside its content: of behaviour, of checks.
pub fn list(title: &str, differences: &[Difference], room: Room) -> Markup {
    html! {
        @if !differences.is_empty() {
            h4 { (title) }
            @for one in differences.iter().take(room.names) {
                (card(one, &one.place.to_string().replace(" > ", " › "), None, room))
            }
            @if differences.len() > room.names { p.note { "and " (count(differences.len() - room.names, "more difference")) } }
        }
    }
}

/// A difference at a place as it is to be called. What is no likeness of files allows no level.
fn card(difference: &Difference, place: &str, allows: Option<Level>, room: Room) -> Markup {
    let value = |value: &Option<String>| value.as_deref().map(|text| clip(text, LINE).into_owned());
    let values = Pair::new(&difference.left, &difference.right).map(value);
    let lines = difference.detail.iter().take(room.lines);
    let shown = Difference {
        detail: lines.map(|line| clip(line, LINE).into_owned()).collect(),
        ..difference.clone()
    };
    html! {
        div.d {
            p {
                code.key { (difference.key) } " "
                @if !place.is_empty() { span.place { (clip(place, SENTENCE)) } " " }
                @if allows.is_some() { (badge(allows)) }
            }
            @if values.left == values.right {
                @if let Some(value) = &values.left { div.same { (value) } }
            } @else {
                div.values { (beside(values.as_ref().map(Option::as_deref))) }
            }
            (hunk(&shown))
            @if room.lines > 0 && difference.detail.len() > room.lines {
                p.note { "and " (count(difference.detail.len() - room.lines, "more line")) }
            }
        }
    }
}

/// What rules settled.
pub fn rules(comparison: &Comparison, room: Room) -> Markup {
    let used = by_rule(comparison);
    html! {
        @if !used.is_empty() {
            h4 { "Settled by rules" }
            ul {
                @for (reference, settled) in used.iter().take(room.names) {
                    @let rule = table::ALL.into_iter().find(|rule| rule.id == reference.id);
                    li {
                        code { (reference) } " "
                        span.count { (count(settled.count, "time")) " in " (count(settled.files.len(), "file")) }
                        @if let Some(rule) = rule { ": " (rule.title) }
                        @if room.lines > 0 {
                            span.count { " (" @for key in settled.keys.iter().take(room.names) { code { (key) } " " } ")" }
                        }
                    }
                }
                (more(used.len(), room.names))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::room::{ROOMS, Room};
    use super::*;
    use crate::survey::specimen;

    const SMALLEST: Room = ROOMS[ROOMS.len() - 1];

    #[test]
    fn what_is_left_out_is_counted() {
        let difference = specimen::difference("elf.section.text.bytes", "x", &[".text"], None);
        let comparison = Comparison {
            differences: vec![difference; 5],
            ..Comparison::default()
        };
        let small = files(&comparison, SMALLEST).into_string();
        assert_eq!(small.matches("class=\"d\"").count(), 2);
        assert!(small.contains("and 3 more differences"));
        assert!(!small.contains("mov x0"), "no lines");
        let large = files(&comparison, ROOMS[0]).into_string();
        assert_eq!(large.matches("class=\"d\"").count(), 5);
        assert!(!large.contains("more difference") && large.contains("mov x0"));
    }

    #[test]
    fn what_rules_settle_is_not_a_file_that_differs() {
        let rule = Some("elf.build-id@3");
        let difference = specimen::difference("elf.section.x.bytes", "x", &[".x"], rule);
        let comparison = Comparison {
            differences: vec![difference],
            ..Comparison::default()
        };
        assert_eq!(files(&comparison, ROOMS[0]).into_string(), "");
        let rules = rules(&comparison, ROOMS[0]).into_string();
        assert!(rules.contains("elf.build-id@3") && rules.contains("1 time in 1 file"));
    }
}
