//! The report of a run on a terminal: a table, then a line for each difference.

use super::groups::{Settled, by_rule};
use crate::untrusted::tame;
use crossproof_model::golden::Outcome;
use crossproof_model::report::{Report, Trial};
use crossproof_model::verdict::{Cause, Control, Failure, Judgement, Verdict};
use crossproof_model::{Difference, Pair, RuleRef, Side};
use crossproof_policy as policy;
use std::fmt::Write;

const HEAD: [&str; 8] = [
    "case",
    "target",
    "level",
    "behaviour",
    "controls",
    "native",
    "cross",
    "golden",
];

/// The whole of it. What does not hold comes last, next to the line that counts it.
pub fn report(report: &Report) -> String {
    let mut rows = vec![HEAD.map(str::to_owned)];
    rows.extend(report.trials.iter().map(row));
    let mut out = columns(&rows);
    let all = report.trials.iter();
    let (holding, others): (Vec<_>, Vec<_>) = all.partition(|t| t.outcome == Outcome::Holds);
    for trial in holding.into_iter().chain(others) {
        let mut lines = Vec::new();
        describe(trial, &mut lines);
        if !lines.is_empty() {
            let _ = write!(out, "\n{}::{}\n", trial.case, trial.target);
            for line in &lines {
                let _ = writeln!(out, "  {line}");
            }
        }
    }
    out.push('\n');
    out.push_str(&summary(report));
    out
}

fn row(trial: &Trial) -> [String; 8] {
    let (behaviour, controls) = match &trial.judgement {
        Judgement::Decided(verdict) => (verdict.behaviour.to_string(), controls(verdict.controls)),
        Judgement::Undecided(_)
        | Judgement::Failed(_)
        | Judgement::Skipped(_)
        | Judgement::Errored(_) => ("-".into(), "-".into()),
    };
    let seconds = |side| match trial.times.build.get(&side) {
        Some(time) => format!("{:.1} s", time.as_secs_f64()),
        None => "-".to_owned(),
    };
    [
        trial.case.to_string(),
        trial.target.to_string(),
        trial.judgement.word().to_owned(),
        behaviour,
        controls,
        seconds(Side::Native),
        seconds(Side::Cross),
        trial.outcome.word().to_owned(),
    ]
}

fn controls(controls: Pair<Control>) -> String {
    if controls.left == controls.right {
        return controls.left.to_string();
    }
    format!("N {}, C {}", controls.left, controls.right)
}

fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = String::new();
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        let _ = writeln!(out, "{}", cells.join("  ").trim_end());
    }
    out
}

fn describe(trial: &Trial, lines: &mut Vec<String>) {
    match &trial.judgement {
        Judgement::Decided(verdict) => describe_verdict(verdict, lines),
        Judgement::Undecided(all) => {
            lines.extend(
                all.iter()
                    .map(|one| format!("undecided: {}: {}", one.place, one.reason)),
            );
        }
        Judgement::Failed(failure) if trial.outcome == Outcome::Holds => {
            lines.push(format!("{}, as accepted", failed(failure)));
        }
        Judgement::Failed(failure) => describe_failure(failure, lines),
        Judgement::Skipped(reason) => lines.push(format!("skipped: {reason}")),
        Judgement::Errored(reason) => lines.push(format!("error: {reason}")),
    }
    match &trial.outcome {
        Outcome::Broken(breaches) => {
            lines.extend(breaches.iter().map(|breach| format!("golden: {breach}")))
        }
        Outcome::NoGolden => lines.push(format!(
            "golden: none yet; accept with `crossproof bless {}`",
            trial.case
        )),
        Outcome::Holds | Outcome::NoVerdict => {}
    }
}

fn describe_verdict(verdict: &Verdict, lines: &mut Vec<String>) {
    lines.extend(verdict.comparison.unsettled().map(difference));
    lines.extend(settled(verdict));
    lines.extend(verdict.behaviour_differences.iter().map(difference));
    lines.extend(verdict.checks.iter().map(check));
    if verdict.comparison.unsettled().next().is_some() {
        let causes = policy::causes(&verdict.comparison, Pair::new("native", "cross"));
        let causes = causes.iter().take(2);
        lines.extend(causes.map(|cause| format!("likely cause: {}", tame(&cause.sentence))));
    }
    if verdict.unsettled().next().is_some() {
        lines.push(
            match verdict.cause() {
                Cause::Cross => "cause: cross-compiling; both controls are equal",
                Cause::Nondeterminism => {
                    "cause: a side is not equal to itself; cross-compiling cannot be blamed"
                }
                Cause::Unknown => "cause: not known; run with --controls to tell",
            }
            .to_owned(),
        );
    }
    let coverage = &verdict.comparison.coverage;
    if coverage.uncovered > 0 {
        lines.push(format!(
            "not compared: {} of {} bytes",
            coverage.uncovered,
            coverage.total()
        ));
    }
    lines.extend(
        verdict
            .notes
            .iter()
            .map(|note| format!("note: {}", note.sentence())),
    );
}

/// A line for each rule that settled something: how often, in how many files, what.
fn settled(verdict: &Verdict) -> Vec<String> {
    let line = |(rule, settled): (&RuleRef, Settled<'_>)| {
        let keys: Vec<&str> = settled.keys.into_iter().collect();
        let (count, files) = (settled.count, settled.files.len());
        format!(
            "settled by {rule}: {count} in {files} files: {}",
            keys.join(", ")
        )
    };
    by_rule(&verdict.comparison).into_iter().map(line).collect()
}

/// What a check found, on one line: the key says whose it is.
fn check(found: &Difference) -> String {
    let text = found.right.as_ref().or(found.left.as_ref());
    let text = tame(text.map_or("", String::as_str));
    let text: String = text.chars().take(90).collect();
    let more = match found.detail.len() {
        0 | 1 => String::new(),
        lines => format!(" (and {} more)", lines - 1),
    };
    let place = found.place.to_string();
    format!("{}  {}  {text}{more}", found.key, tame(&place))
}

/// One difference on one line.
pub fn difference(difference: &Difference) -> String {
    let shorten = |text: &Option<String>| match text {
        Some(text) => {
            let line = tame(text.lines().next().unwrap_or_default());
            let short: String = line.chars().take(60).collect();
            if short.len() < text.len() {
                format!("{short}…")
            } else {
                short
            }
        }
        None => "nothing".to_owned(),
    };
    let verdict = match &difference.settled_by {
        Some(rule) => format!("settled by {rule}"),
        None => format!("allows {}", difference.allows),
    };
    format!(
        "{}  {}  {} | {}  ({verdict})",
        difference.key,
        tame(&difference.place.to_string()),
        shorten(&difference.left),
        shorten(&difference.right)
    )
}

/// Which leg failed, in which phase, how.
fn failed(failure: &Failure) -> String {
    let phase = failure
        .phase
        .map(|phase| format!(", {phase} phase"))
        .unwrap_or_default();
    format!("failed: leg {}{phase}: {}", failure.leg, failure.reason)
}

fn describe_failure(failure: &Failure, lines: &mut Vec<String>) {
    lines.push(failed(failure));
    // Compilers indent by tabs, which are no secret.
    let tabs = |line: &String| line.replace('\t', "    ");
    lines.extend(
        failure
            .log_end
            .iter()
            .map(|line| format!("| {}", tame(&tabs(line)))),
    );
    if let Some(log) = &failure.log {
        lines.push(format!("the whole log: {log} in the store"));
    }
}

fn summary(report: &Report) -> String {
    let trials = || report.trials.iter();
    let count = |word: &str| trials().filter(|t| t.outcome.word() == word).count();
    // What failed as it must is among those that hold.
    let ended = |word: &str| {
        let other = trials().filter(|t| t.outcome != Outcome::Holds);
        other.filter(|t| t.judgement.word() == word).count()
    };
    let unlike = |t: &&Trial| {
        matches!(t.judgement, Judgement::Decided(_)) && matches!(t.outcome, Outcome::Broken(_))
    };
    let mut parts = vec![format!(
        "{} verdicts: {} hold",
        report.trials.len(),
        count("holds")
    )];
    for (number, what) in [
        (trials().filter(unlike).count(), "do not"),
        (count("no-golden"), "without golden"),
        (ended("undecided"), "undecided"),
        (ended("failed"), "failed"),
        (ended("errored"), "with an error"),
        (ended("skipped"), "SKIPPED"),
    ] {
        if number > 0 {
            parts.push(format!("{number} {what}"));
        }
    }
    parts.join(", ") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::specimen;

    #[test]
    fn what_does_not_hold_comes_last_and_each_is_counted_once() {
        let mut all = specimen::report();
        // An accepted failure that is another now.
        let failed = all
            .trials
            .iter_mut()
            .find(|t| &*t.case.to_string() == "fails");
        failed.unwrap().outcome = Outcome::Broken(vec![]);
        let erring = all
            .trials
            .iter_mut()
            .find(|t| t.judgement.word() == "skipped");
        let mut erring = erring.unwrap().clone();
        erring.judgement = Judgement::Errored("a NUL byte".into());
        all.trials.push(erring);
        let text = report(&all);
        let at = |name: &str| text.find(&format!("\n\n{name}\n")).expect(name);
        assert!(at("alpha::armv7") < at("alpha::aarch64"), "{text}");
        assert!(at("alpha::aarch64") < at("beta::aarch64"), "{text}");
        let counts = "7 verdicts: 1 hold, 1 do not, 1 without golden, 1 undecided, 1 failed, 1 with an error, 1 SKIPPED\n";
        assert!(text.ends_with(counts), "{text}");
    }
}
