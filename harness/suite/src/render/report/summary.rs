//! The summary in Markdown, for the page of a CI job: short, and nothing in it acts.

use super::{bytes, headline, time};
use crate::render::headline::{count, grouped};
use crate::survey::figures::{Share, growth, percent, share, share_by, totals_by_target};
use crate::survey::ranking::causes;
use crate::survey::{Ended, Row, Survey};
use crate::untrusted::clip;
use crossproof_model::golden::Outcome;
use std::fmt::Write;

/// How many results that do not hold are listed, and how many causes.
const RESULTS: usize = 100;
const CAUSES: usize = 10;
/// Most characters of a reason.
const REASON: usize = 200;

/// The summary: at most some tens of kilobytes, whatever the survey.
pub fn markdown(survey: &Survey<'_>) -> String {
    let all = share(&survey.rows);
    let mut out = format!("## crossproof: {}\n\n", plain(&headline(survey, &all)));
    shares(
        &mut out,
        "target",
        &share_by(&survey.rows, |row| Some(row.target.to_string())),
        &all,
    );
    type Known = (&'static str, fn(&Row<'_>) -> Option<String>);
    let known: [Known; 3] = [
        ("held against", |row| row.reference.map(str::to_owned)),
        ("build system", |row| row.system.clone()),
        ("language", |row| row.language.clone()),
    ];
    for (what, of) in known {
        let by = share_by(&survey.rows, of);
        if by.iter().any(|(name, _)| name.is_some()) {
            shares(&mut out, what, &by, &all);
        }
    }
    unaccepted(&mut out, survey);
    ranked(&mut out, survey);
    costs(&mut out, survey);
    let _ = writeln!(
        out,
        "crossproof {}; everything is in `{}`.",
        plain(survey.tool),
        survey.whole
    );
    out
}

/// A table of shares: a line each, a column for each way that any ended in.
fn shares(out: &mut String, what: &str, shares: &[(Option<String>, Share)], all: &Share) {
    let ways = all.ways();
    let names: Vec<&str> = ways.iter().map(|way| way.name()).collect();
    let _ = writeln!(out, "| {what} | all | {} |", names.join(" | "));
    let _ = writeln!(out, "| --- | ---: |{}", " ---: |".repeat(ways.len()));
    for (name, share) in shares.iter().take(40) {
        let cells: Vec<String> = ways
            .iter()
            .map(|way| match share.of(*way) {
                0 => "–".to_owned(),
                of => format!("{} ({})", grouped(of as u64), percent(of, share.all())),
            })
            .collect();
        let name = plain(name.as_deref().unwrap_or("not known"));
        let _ = writeln!(
            out,
            "| {name} | {} | {} |",
            grouped(share.all() as u64),
            cells.join(" | ")
        );
    }
    out.push('\n');
}

fn unaccepted(out: &mut String, survey: &Survey<'_>) {
    let rows = survey.worst_first();
    let bad: Vec<&&Row<'_>> = rows.iter().filter(|row| !row.holds()).collect();
    if bad.is_empty() {
        return;
    }
    out.push_str("### Not as accepted\n\n| result | level | why |\n| --- | --- | --- |\n");
    for row in bad.iter().take(RESULTS) {
        let name = plain(&format!("{}::{}", row.name, row.target));
        let _ = writeln!(
            out,
            "| {name} | {} | {} |",
            row.way().name(),
            plain(&why(row))
        );
    }
    if bad.len() > RESULTS {
        let _ = writeln!(out, "\nand {} more", grouped((bad.len() - RESULTS) as u64));
    }
    out.push('\n');
}

/// The first reason that something does not hold.
fn why(row: &Row<'_>) -> String {
    match (&row.ended, row.outcome) {
        (Ended::Skipped(reason) | Ended::Errored(reason), _) => (*reason).to_owned(),
        (Ended::Failed(failure), _) => {
            let phase = failure
                .phase
                .map_or(String::new(), |phase| format!(", {phase} phase"));
            format!("leg {}{phase}: {}", failure.leg, failure.reason)
        }
        (Ended::Undecided(places), _) => match places.first() {
            Some(first) => format!("{}: {}", first.place, first.reason),
            None => String::new(),
        },
        (Ended::Decided(_), Some(Outcome::Broken(breaches))) => match breaches.split_first() {
            Some((first, [])) => first.to_string(),
            Some((first, rest)) => format!("{first} (and {} more)", rest.len()),
            None => String::new(),
        },
        (Ended::Decided(_), Some(Outcome::NoGolden)) => "nothing accepted yet".to_owned(),
        (Ended::Decided(_), Some(Outcome::Holds | Outcome::NoVerdict) | None) => String::new(),
    }
}

fn ranked(out: &mut String, survey: &Survey<'_>) {
    let ranked = causes(&survey.rows);
    let open: Vec<_> = ranked.iter().filter(|one| !one.open.is_empty()).collect();
    if open.is_empty() {
        return;
    }
    out.push_str("### Likely causes of what no rule settles\n\n| cause | results | such as |\n| --- | ---: | --- |\n");
    for one in open.iter().take(CAUSES) {
        let example = one.open.first().map_or(String::new(), |(row, cause)| {
            format!("{}::{}: {}", row.name, row.target, cause.sentence)
        });
        let _ = writeln!(
            out,
            "| {} | {} | {} |",
            one.name,
            one.open.len(),
            plain(&example)
        );
    }
    out.push('\n');
}

fn costs(out: &mut String, survey: &Survey<'_>) {
    for (target, one) in totals_by_target(&survey.rows) {
        let mut parts = Vec::new();
        if one.sized > 0 {
            let change =
                growth(one.bytes).map_or(String::new(), |change| format!(" ({change:+.1} %)"));
            let (native, cross) = (bytes(one.bytes.left), bytes(one.bytes.right));
            parts.push(format!(
                "{native} native, {cross} cross{change} in {}",
                count(one.sized, "result")
            ));
        }
        if one.timed > 0 {
            let (native, cross) = (time(one.times.left), time(one.times.right));
            parts.push(format!("built in {native} native, {cross} cross"));
        }
        if !parts.is_empty() {
            let _ = writeln!(out, "- {target}: {}", parts.join("; "));
        }
    }
    out.push('\n');
}

/// Text that means itself: what Markdown or HTML would act on is escaped, and no line ends in it.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for c in clip(text, REASON).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // Neither a mention nor an address of anybody.
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '$' | '!' => {
                out.extend(['\\', c])
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::{run, specimen};

    #[test]
    fn what_does_not_hold_is_listed_with_its_reason() {
        let report = specimen::report();
        let text = markdown(&run::survey(&report, None));
        for line in [
            "## crossproof: 6 results: 1 at metadata or better (16.7 %), 5 not as accepted",
            "| aarch64 | 4 | – | 2 (50.0 %) | 1 (25.0 %) | 1 (25.0 %) | – |",
            "| fails::aarch64 | failed | leg C1: exit 2 \\| &lt;i&gt; |",
            "| skips::armv7 | skipped | no such root |",
            "| cut::aarch64 | undecided | usr/bin/cut: cut short |",
            "| beta::aarch64 | interface | nothing accepted yet |",
        ] {
            assert!(text.lines().any(|one| one == line), "{line}\n{text}");
        }
        assert!(!text.contains("alpha::armv7 |"), "it holds");
        assert!(!text.contains("<script>"));
    }

    #[test]
    fn text_means_itself() {
        assert_eq!(
            plain("a|b <i> [x](y) @z\n`"),
            "a\\|b &lt;i&gt; \\[x\\](y) &#64;z\\n\\`".replace("z\\n", "z\\\\n")
        );
    }
}
