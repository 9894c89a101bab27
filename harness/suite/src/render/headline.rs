//! The one line that says what a comparison came to.

use crate::untrusted::tame;
use crossproof_model::LikelyCause;
use crossproof_model::comparison::Functions;
use crossproof_model::report::ComparisonReport;

/// Level, files, code, and the likely cause: `interface: 2 of 31 files differ; likely cause: …`.
pub fn headline(report: &ComparisonReport) -> String {
    let mut parts = vec![format!("{}: {}", level(report), files(report))];
    parts.extend(code(report));
    if let Some(cause) = report.causes.first() {
        parts.push(format!("likely cause: {}", tame(&cause.sentence)));
    }
    parts.join("; ")
}

/// The level's name, or `undecided`.
pub fn level(report: &ComparisonReport) -> &'static str {
    report.level().map_or("undecided", |level| level.name())
}

/// How many files differ.
pub fn files(report: &ComparisonReport) -> String {
    let none = report.comparison.differences.is_empty();
    match report.files() {
        (1, 0) if none => "the files are the same".to_owned(),
        (0, 0) if none => "nothing differs, and there is no file".to_owned(),
        (all, 0) if none => format!("all {} are the same", count(all, "file")),
        (0, 0) => "something differs that is no file".to_owned(),
        (all, 0) => format!(
            "of {} the content is the same, and something else differs",
            count(all, "file")
        ),
        (1, _) => "the files differ".to_owned(),
        (all, differ) => format!(
            "{} of {} differ",
            grouped(differ as u64),
            count(all, "file")
        ),
    }
}

/// How much of the code differs, where functions were told apart: `functions: 3 of 412 changed, 1 only left`.
pub fn code(report: &ComparisonReport) -> Option<String> {
    let mut all = Functions::default();
    let files = report.comparison.files.values();
    files
        .filter_map(|file| file.functions.as_ref())
        .for_each(|functions| all.add(functions));
    let both = all.same + all.changed;
    let mut parts = Vec::new();
    if all.changed > 0 {
        parts.push(format!(
            "{} of {} changed",
            grouped(all.changed),
            grouped(both)
        ));
    }
    for (count, word) in [(all.only.left, "only left"), (all.only.right, "only right")] {
        if count > 0 {
            parts.push(format!("{} {word}", grouped(count)));
        }
    }
    (!parts.is_empty()).then(|| format!("functions: {}", parts.join(", ")))
}

/// What is below what was asked, or at it.
pub fn asked(report: &ComparisonReport) -> String {
    let level = report.asked.at_least;
    match (report.level(), report.holds()) {
        (None, _) => {
            format!("something could not be compared, so there is no level; {level} was asked for")
        }
        (Some(_), true) => format!("at least {level}, as asked for"),
        (Some(_), false) => format!("below {level}, the level asked for (--at-least)"),
    }
}

/// A cause in one text: what, and what to do.
pub fn cause(cause: &LikelyCause) -> (String, String) {
    (
        tame(&cause.sentence).into_owned(),
        tame(&cause.remedy).into_owned(),
    )
}

/// `1 difference`, `2,000 differences`.
pub fn count(number: usize, one: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        many => format!("{} {one}s", grouped(many as u64)),
    }
}

/// `1,970,556`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
