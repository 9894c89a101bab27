//! JUnit XML, for machines that show tests: one test case per trial, named `case::target`.

use crossproof_model::golden::Outcome;
use crossproof_model::measure::{Ending, PackageRow};
use crossproof_model::report::{Report, Trial};
use crossproof_model::verdict::Judgement;
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};
use std::time::Duration;

/// The report as JUnit XML. What is broken or not accepted yet is a failure, what has no verdict an
/// error unless that failure is what is accepted; a skip is a skip, with its reason.
pub fn junit(report: &Report) -> String {
    let mut suite = TestSuite::new("crossproof");
    for trial in &report.trials {
        let name = format!("{}::{}", trial.case, trial.target);
        let mut case = TestCase::new(name, status(trial));
        case.set_classname(trial.case.as_str());
        let time: Duration = trial.times.build.values().sum();
        case.set_time(time);
        suite.add_test_case(case);
    }
    written(suite)
}

/// A measurement as JUnit XML: a test case per source package, named `package::target`. What was compared is a
/// success whatever its level, since nothing was accepted that it could fall short of; what could not be built or
/// compared is an error, what could not be tried a skip.
pub fn junit_of_packages(rows: &[PackageRow]) -> String {
    let mut suite = TestSuite::new("crossproof measure");
    for row in rows {
        let why = row.why.as_deref().unwrap_or_default();
        let status = match row.ending {
            Ending::Compared => TestCaseStatus::success(),
            Ending::NoSource | Ending::Unsatisfiable | Ending::NoReference => {
                let mut status = TestCaseStatus::skipped();
                status.set_message(format!("{}: {why}", row.ending.name()));
                status
            }
            Ending::CrossFailed | Ending::NativeFailed | Ending::Undecided => ended(
                NonSuccessKind::Error,
                row.ending.name(),
                why.to_owned(),
                String::new(),
            ),
        };
        let mut case = TestCase::new(format!("{}::{}", row.package, row.target), status);
        case.set_classname(row.reference.name());
        let seconds = row.cross_seconds.unwrap_or(0.0) + row.native_seconds.unwrap_or(0.0);
        case.set_time(Duration::try_from_secs_f64(seconds).unwrap_or_default());
        if let Some(level) = row.level {
            case.set_system_out(level.name());
        }
        suite.add_test_case(case);
    }
    written(suite)
}

fn written(suite: TestSuite) -> String {
    let mut document = quick_junit::Report::new("crossproof");
    document.add_test_suite(suite);
    // Writing to a string fails only on names XML cannot hold, and the library replaces those.
    let text = document.to_string().unwrap_or_default();
    // It lets these two through, which are no characters of XML (1.0, section 2.2): one in a log would end the reading.
    text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

fn status(trial: &Trial) -> TestCaseStatus {
    match (&trial.judgement, &trial.outcome) {
        (Judgement::Skipped(reason), _) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(reason.as_str());
            status
        }
        (Judgement::Errored(reason), _) => ended(
            NonSuccessKind::Error,
            "errored",
            reason.clone(),
            String::new(),
        ),
        (Judgement::Failed(_), Outcome::Holds) => TestCaseStatus::success(),
        (Judgement::Failed(failure), _) => {
            let phase = failure.phase.map(|p| format!(", phase {p}"));
            let message = format!(
                "leg {}{}: {}",
                failure.leg,
                phase.unwrap_or_default(),
                failure.reason
            );
            ended(
                NonSuccessKind::Error,
                "failed",
                message,
                failure.log_end.join("\n"),
            )
        }
        (Judgement::Undecided(places), _) => {
            let lines: Vec<String> = places
                .iter()
                .map(|undecided| format!("{}: {}", undecided.place, undecided.reason))
                .collect();
            let message = format!("{} not compared", places.len());
            ended(
                NonSuccessKind::Error,
                "undecided",
                message,
                lines.join("\n"),
            )
        }
        (Judgement::Decided(_), Outcome::Holds) => TestCaseStatus::success(),
        (Judgement::Decided(verdict), Outcome::Broken(breaches)) => {
            let lines: Vec<String> = breaches.iter().map(ToString::to_string).collect();
            let message = format!("{}, {}: not as accepted", verdict.level, verdict.behaviour);
            ended(NonSuccessKind::Failure, "broken", message, lines.join("\n"))
        }
        (Judgement::Decided(verdict), Outcome::NoGolden | Outcome::NoVerdict) => {
            let message = format!(
                "{}, {}: nothing accepted yet (crossproof bless {})",
                verdict.level, verdict.behaviour, trial.case
            );
            ended(NonSuccessKind::Failure, "no-golden", message, String::new())
        }
    }
}

fn ended(kind: NonSuccessKind, word: &str, message: String, description: String) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(word).set_message(message);
    if !description.is_empty() {
        status.set_description(description);
    }
    status
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_character_of_xml_is_replaced() {
        let mut suite = TestSuite::new("a\u{fffe}b\u{ffff}");
        suite.add_test_case(TestCase::new("c", TestCaseStatus::success()));
        let text = written(suite);
        assert!(text.contains("a\u{fffd}b\u{fffd}"), "{text}");
    }
}
