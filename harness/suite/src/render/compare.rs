//! A comparison on a terminal or in a log: what and why on the first screen, then the worst of the rest.

use super::groups::{FileGroup, KeyGroup, by_file, by_key, by_rule};
use super::headline::{self, count, grouped};
use super::look::Look;
use super::names;
use crate::palette::{ALARM, BOLD, DIM, HUNK, LEFT, RIGHT, of_level};
use crate::untrusted::tame;
use crossproof_model::report::ComparisonReport;
use crossproof_model::{Difference, Place};
use std::fmt::Write;

/// Lines about files after which no further file is begun.
const LINES: usize = 100;
/// Kinds of difference shown of a file.
const KEYS: usize = 8;
/// Places shown of a kind of difference in a file.
const PLACES: usize = 3;
/// Lines of detail shown of a difference.
const DETAIL: usize = 8;
/// Of one that only shows bytes.
const BYTES: usize = 4;
/// Paths named of those that only one side has.
const ALONE: usize = 8;
/// Where the text of a cause begins.
const INDENT: usize = 14;
/// Causes named beside the first.
const CAUSES: usize = 3;

/// The whole of it; only the worst unless all is wanted, and then what was left out is said.
pub fn comparison(report: &ComparisonReport, look: Look) -> String {
    let mut out = Text {
        lines: Vec::new(),
        look,
    };
    out.top(report);
    let groups = by_file(&report.comparison);
    let open = groups
        .iter()
        .filter(|g| !g.open.is_empty() || !g.undecided.is_empty());
    let (alone, both): (Vec<_>, Vec<_>) = open.partition(|group| group.is_alone());
    for (key, title) in [
        ("tree.only-left", "only on the left"),
        ("tree.only-right", "only on the right"),
    ] {
        out.alone(&alone, key, title);
    }
    let start = out.lines.len();
    let mut left_out = Pruned::default();
    for group in both {
        match look.full || out.lines.len() - start < LINES {
            true => out.file(group, &mut left_out),
            false => {
                left_out.files += 1;
                left_out.differences += group.open.len();
            }
        }
    }
    out.push("");
    out.settled(report);
    out.ignored(report);
    out.coverage(report);
    out.left_out(&left_out);
    if report.comparison.unsettled().next().is_some() {
        out.push(format!(
            "{DIM}crossproof explain KEY says what a key means{DIM:#}"
        ));
    }
    out.lines.join("\n") + "\n"
}

/// What was not shown.
#[derive(Default)]
struct Pruned {
    files: usize,
    differences: usize,
}

struct Text {
    lines: Vec<String>,
    look: Look,
}

impl Text {
    fn push(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    /// A text of words under a first column as wide as `label`.
    fn words(&mut self, label: &str, text: &str) {
        for (at, line) in self.look.wrapped(text, INDENT).into_iter().enumerate() {
            let label = if at == 0 { label } else { "" };
            self.push(format!("{BOLD}{label:<INDENT$}{BOLD:#}{line}"));
        }
    }

    fn top(&mut self, report: &ComparisonReport) {
        let style = of_level(report.level());
        let mut parts = vec![headline::files(report)];
        parts.extend(headline::code(report));
        let level = headline::level(report);
        self.push(format!("{style}{level}{style:#}: {}", parts.join("; ")));
        let asked = headline::asked(report);
        self.push(match report.holds() {
            true => asked,
            false => format!("{ALARM}{asked}{ALARM:#}"),
        });
        for (at, cause) in report.causes.iter().enumerate().take(1 + CAUSES) {
            let (sentence, remedy) = headline::cause(cause);
            self.words(if at == 0 { "likely cause:" } else { "also:" }, &sentence);
            for (at, line) in self.look.wrapped(&remedy, INDENT + 2).iter().enumerate() {
                let mark = if at == 0 { "→" } else { " " };
                self.push(format!("{:INDENT$}{DIM}{mark} {line}{DIM:#}", ""));
            }
        }
        for undecided in &report.comparison.undecided {
            let place = spelled(&undecided.place, true);
            self.push(format!(
                "{ALARM}undecided{ALARM:#}    {place}: {}",
                tame(&undecided.reason)
            ));
        }
    }

    fn alone(&mut self, alone: &[&FileGroup<'_>], key: &str, title: &str) {
        let has = |group: &&&FileGroup<'_>| group.open.iter().any(|d| d.key.as_str() == key);
        let mut found: Vec<_> = alone.iter().filter(has).collect();
        // Folder by folder: what is in one stands behind it.
        found.sort_by(|a, b| {
            let steps = |group: &FileGroup<'_>| group.path.as_str().replace('/', "\0");
            steps(a).cmp(&steps(b))
        });
        let Some(first) = found.first() else { return };
        let style = of_level(first.level);
        self.push("");
        self.push(format!(
            "{BOLD}{title}{BOLD:#}  {style}{}{style:#}",
            count(found.len(), "path")
        ));
        // What is in a folder that only one side has goes with it.
        let mut tops: Vec<(&str, usize)> = Vec::new();
        for path in found.iter().map(|group| group.path.as_str()) {
            match tops.last_mut() {
                Some((top, below)) if is_below(path, top) => *below += 1,
                _ => tops.push((path, 0)),
            }
        }
        let most = if self.look.full { usize::MAX } else { ALONE };
        for (top, below) in tops.iter().take(most) {
            let path = tame(top);
            self.push(match below {
                0 => format!("  {path}"),
                below => format!("  {path}/  {DIM}and {below} below it{DIM:#}"),
            });
        }
        if tops.len() > most {
            self.push(format!("  {DIM}and {} more{DIM:#}", tops.len() - most));
        }
    }

    fn file(&mut self, group: &FileGroup<'_>, left_out: &mut Pruned) {
        let style = of_level(group.level);
        let level = group.level.map_or("undecided", |level| level.name());
        let mut about = format!(
            "{}, {}",
            group.format,
            count(group.open.len(), "difference")
        );
        if !group.settled.is_empty() {
            let _ = write!(about, ", {} settled", group.settled.len());
        }
        self.push("");
        let path = tame(group.path.as_str());
        self.push(format!(
            "{BOLD}{path}{BOLD:#}  {style}{level}{style:#}  {DIM}{about}{DIM:#}"
        ));
        let (keys, places) = match self.look.full {
            true => (usize::MAX, usize::MAX),
            false => (KEYS, PLACES),
        };
        for (at, key) in by_key(&group.open).iter().enumerate() {
            let shown = if at < keys { places } else { 0 };
            left_out.differences += key.found.len().saturating_sub(shown);
            if at < keys {
                self.key(key, places);
            }
        }
    }

    fn key(&mut self, group: &KeyGroup<'_>, places: usize) {
        if let &[only] = &group.found[..] {
            let place = spelled(&only.place, false);
            let line = format!("{}  {place}", group.key);
            let line = self.look.cut(line.trim_end(), 2);
            let (key, place) = line
                .split_at_checked(group.key.len())
                .unwrap_or((&line, ""));
            self.push(format!("  {BOLD}{key}{BOLD:#}{place}"));
            self.values(only);
            self.detail(only);
            return;
        }
        let count = group.found.len();
        self.push(format!(
            "  {BOLD}{}{BOLD:#}  {DIM}× {count}{DIM:#}",
            group.key
        ));
        for (at, difference) in group.found.iter().take(places).enumerate() {
            let line = format!(
                "{}: {}",
                spelled(&difference.place, false),
                both(difference)
            );
            let line = self.look.cut(&line, 4);
            self.push(format!("    {line}"));
            if at == 0 || self.look.full {
                self.detail(difference);
            }
        }
        if count > places {
            self.push(format!("    {DIM}and {} more{DIM:#}", count - places));
        }
    }

    fn values(&mut self, difference: &Difference) {
        if difference.left == difference.right {
            let value = difference.left.as_deref().unwrap_or_default();
            let value = self.look.cut(&tame(value), 4);
            return self.push(format!("    {value}"));
        }
        for (mark, style, value) in [
            ('-', LEFT, &difference.left),
            ('+', RIGHT, &difference.right),
        ] {
            let value = tame(value.as_deref().unwrap_or("nothing")).into_owned();
            let line = self.look.cut(&format!("{mark} {value}"), 4);
            self.push(format!("    {style}{line}{style:#}"));
        }
    }

    fn detail(&mut self, difference: &Difference) {
        let most = match (self.look.full, difference.key.as_str().ends_with("bytes")) {
            (true, _) => usize::MAX,
            (false, true) => BYTES,
            (false, false) => DETAIL,
        };
        for line in difference.detail.iter().take(most) {
            let shown = self.look.cut(&tame(line), 6);
            self.push(match line.as_bytes().first() {
                Some(b'-') => format!("      {LEFT}{shown}{LEFT:#}"),
                Some(b'+') => format!("      {RIGHT}{shown}{RIGHT:#}"),
                Some(b' ') => format!("      {shown}"),
                _ => format!("      {HUNK}{shown}{HUNK:#}"),
            });
        }
        if difference.detail.len() > most {
            let more = difference.detail.len() - most;
            let lines = if more == 1 { "line" } else { "lines" };
            self.push(format!("      {DIM}and {more} more {lines}{DIM:#}"));
        }
    }

    fn settled(&mut self, report: &ComparisonReport) {
        let rules = by_rule(&report.comparison);
        if rules.is_empty() {
            return;
        }
        for (rule, settled) in rules {
            let keys: Vec<&str> = settled.keys.into_iter().collect();
            let (count, files) = (settled.count, settled.files.len());
            let line = format!(
                "settled by {rule}: {count} in {}: {}",
                self::count(files, "file"),
                keys.join(", ")
            );
            let line = self.look.cut(&line, 0);
            self.push(format!("{DIM}{line}{DIM:#}"));
        }
    }

    fn ignored(&mut self, report: &ComparisonReport) {
        for (key, found) in &report.ignored {
            self.push(match found.len() {
                0 => format!("{ALARM}ignored {key}: NEVER: no difference has this key{ALARM:#}"),
                number => format!("ignored {key}: {}", count(number, "time")),
            });
        }
    }

    fn coverage(&mut self, report: &ComparisonReport) {
        let coverage = &report.comparison.coverage;
        let ruled = grouped(coverage.ruled.values().sum());
        let exact = grouped(coverage.exact);
        let line = format!("compared {exact} bytes exactly, {ruled} through rules");
        self.push(match coverage.uncovered {
            0 => format!("{DIM}{line}{DIM:#}"),
            bytes => format!("{DIM}{line},{DIM:#} {} not", grouped(bytes)),
        });
    }

    fn left_out(&mut self, left_out: &Pruned) {
        if left_out.differences == 0 {
            return;
        }
        let files = match left_out.files {
            0 => String::new(),
            files => format!(" and {} further files", grouped(files as u64)),
        };
        let text = format!(
            "{} further differences{files} are left out here: --full shows them, --format html -o FILE \
             lets you browse them",
            grouped(left_out.differences as u64)
        );
        for line in self.look.wrapped(&text, 0) {
            self.push(line);
        }
    }
}

fn is_below(path: &str, folder: &str) -> bool {
    let rest = path.strip_prefix(folder);
    rest.is_some_and(|rest| rest.starts_with('/'))
}

/// Where inside its file something is; the file too if `whole`.
fn spelled(place: &Place, whole: bool) -> String {
    let inside = names::steps(&place.inside, " > ");
    match (whole, inside.is_empty()) {
        (false, _) => inside,
        (true, true) => tame(place.path.as_str()).into_owned(),
        (true, false) => format!("{} > {inside}", tame(place.path.as_str())),
    }
}

/// Both values on one line.
fn both(difference: &Difference) -> String {
    let value = |side: &Option<String>| tame(side.as_deref().unwrap_or("nothing")).into_owned();
    match difference.left == difference.right {
        true => value(&difference.left),
        false => format!("{} | {}", value(&difference.left), value(&difference.right)),
    }
}
