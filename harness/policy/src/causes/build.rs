//! Causes in what a build asks of the machine it runs on: configure's answers, its name, the time.

use super::text::{lines, marked};
use super::times;
use super::{Clues, Found, some_of, subject};
use crossproof_model::{Difference, Pair};
use std::collections::BTreeMap;

/// What a line of a header says of a macro: its name, and its value if it has one.
fn define(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let bare = line.trim_start_matches("/*").trim_end_matches("*/").trim();
    let (word, rest) = first_word(bare.strip_prefix('#')?.trim_start());
    let (name, value) = first_word(rest);
    let value = value.split("/*").next().unwrap_or_default();
    let value = value.split("//").next().unwrap_or_default().trim();
    let value = if value.is_empty() { "defined" } else { value };
    match word {
        "define" => Some((name, value)),
        "undef" => Some((name, "undefined")),
        _ => None,
    }
}

fn first_word(text: &str) -> (&str, &str) {
    match text.split_once(char::is_whitespace) {
        Some((word, rest)) => (word, rest.trim_start()),
        None => (text, ""),
    }
}

/// The key of a macro that a header defines otherwise.
const DEFINED: &str = "config-h.define";

/// Macros that a header defines otherwise on each side: answers of a configure step.
pub(super) fn configure_answers<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    let mut answers: BTreeMap<&str, Pair<&str>> = BTreeMap::new();
    let mut evidence = Vec::new();
    let asked =
        |d: &Difference, name: &str| is_answer(d.place.path.as_str(), name) && is_made(d, name);
    for difference in clues.with(|key| key.starts_with("text.") || key == DEFINED) {
        let before = answers.len();
        if difference.key.as_str() == DEFINED {
            let value = |side: &'a Option<String>| {
                let text = side.as_deref().unwrap_or("undefined");
                text.strip_prefix("defined as ").unwrap_or(text)
            };
            let values = Pair::new(value(&difference.left), value(&difference.right));
            answers.insert(subject(difference), values);
        }
        for sides in marked(difference) {
            let of = |line: Option<&'a str>| {
                line.and_then(define)
                    .filter(|(name, _)| asked(difference, name))
            };
            if let Some((name, value)) = of(sides.left).filter(|_| whole(difference)) {
                answers.entry(name).or_insert(UNKNOWN).left = value;
            }
            if let Some((name, value)) = of(sides.right).filter(|_| whole(difference)) {
                answers.entry(name).or_insert(UNKNOWN).right = value;
            }
        }
        if answers.len() > before {
            evidence.push(difference);
        }
    }
    // What a side does not say is not defined there, as far as it shows.
    let nothing = |value: &str| matches!(value, "undefined" | "unsaid");
    answers.retain(|_, values| !(values.same() || nothing(values.left) && nothing(values.right)));
    if answers.is_empty() {
        return None;
    }
    let spelled = answers.iter().map(|(name, values)| {
        let Pair { left, right } = clues.names;
        format!("{name} ({left} {}, {right} {})", values.left, values.right)
    });
    Some(Found {
        sentence: format!("configure was answered otherwise: {}", some_of(spelled)),
        remedy: "give the cross build the answer (a cache variable, a site file, a cross file), or make the \
                 check one that need not run a program"
            .to_owned(),
        evidence,
    })
}

/// Whether all lines that differ are shown: what one side says of a macro may stand among those that were left out.
fn whole(difference: &Difference) -> bool {
    difference.detail.len() < Difference::DETAIL_LINES
}

/// Whether the header is one that a configure step makes: by its name, or by what such steps leave in place of a macro
/// that is not defined (Autoconf manual, 4.9: "Configuration Header Files"). People write `#define HAVE_…`, too.
fn is_made(difference: &Difference, name: &str) -> bool {
    let left_out = format!("/* #undef {name} */");
    let header = difference.place.path.as_str();
    let header = header.rsplit('/').next().unwrap_or(header);
    header.contains("conf") || (difference.detail.iter()).any(|line| line.contains(&left_out))
}

/// Whether a macro is one that configure steps define: by its name, or by the header's.
fn is_answer(file: &str, name: &str) -> bool {
    const BEGIN: [&str; 6] = ["HAVE_", "SIZEOF_", "ALIGNOF_", "USE_", "ENABLE_", "WITH_"];
    const NAMES: [&str; 5] = [
        "WORDS_BIGENDIAN",
        "STDC_HEADERS",
        "_FILE_OFFSET_BITS",
        "_TIME_BITS",
        "_GNU_SOURCE",
    ];
    let header = file.rsplit('/').next().unwrap_or(file);
    let stem = header.split('.').next().unwrap_or(header);
    let made = stem.starts_with("config") || stem.ends_with("_config") || stem.ends_with("-config");
    // What keeps a header from being read twice is no answer.
    let guard = ["_H", "_H_", "_H__", "_HPP", "_INCLUDED"];
    let guard = guard.iter().any(|end| name.ends_with(end)) && !name.starts_with("HAVE_");
    if guard {
        return false;
    }
    made && !name.contains("VERSION")
        || BEGIN.iter().any(|begin| name.starts_with(begin))
        || NAMES.contains(&name)
}

/// What is not said on a side.
const UNKNOWN: Pair<&str> = Pair {
    left: "unsaid",
    right: "unsaid",
};

/// Names of the platforms that builds usually run on.
const BUILD_PLATFORMS: [&str; 5] = ["x86_64", "x86-64", "amd64", "i686-", "i386-linux"];

/// A platform that builds usually run on is named in what one side installs, and not in the other's. Whether it is the
/// platform of this build, or what the build is for, the files do not say.
pub(super) fn platform_named<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    let names = |text: &str| BUILD_PLATFORMS.iter().any(|name| text.contains(name));
    let one = |pair: Pair<&'a str>| match (names(pair.left), names(pair.right)) {
        (true, false) => Some((clues.names.left, pair.left)),
        (false, true) => Some((clues.names.right, pair.right)),
        _ => None,
    };
    // Where both sides name one, in whatever lines, it is no side's alone.
    let both = |d: &Difference| {
        let plain = |line: &String| !line.starts_with(['-', '+']) && names(line);
        let marked = |mark| d.detail.iter().any(|l| l.starts_with(mark) && names(l));
        d.detail.iter().any(plain) || marked('-') && marked('+')
    };
    let found = |difference: &&'a Difference| {
        let lines = lines(difference).into_iter();
        lines.filter(|_| !both(difference)).find_map(one)
    };
    let evidence: Vec<_> = clues
        .with(|key| key.starts_with("text.") || key.ends_with("bytes"))
        .into_iter()
        .filter(|difference| found(difference).is_some())
        .collect();
    let (side, line) = evidence.first().and_then(found)?;
    Some(Found {
        sentence: format!(
            "what differs names an x86 platform on the {side} alone: `{}`",
            line.trim()
        ),
        remedy: "if that is the build machine, find what asked it (`uname -m`, the compiler's own defaults), and ask \
                 for the host platform instead"
            .to_owned(),
        evidence,
    })
}

/// A date or a time stands in what is installed.
pub(super) fn build_time<'a>(clues: &Clues<'a>) -> Option<Found<'a>> {
    const RULES: [&str; 5] = [
        "tar.mtime",
        "zip.times",
        "png.times",
        "gzip.header",
        "ar.time",
    ];
    const FIELDS: [&str; 6] = ["mtime", "atime", "ctime", "time", "times", "source-mtime"];
    let timed =
        |rule: &str| RULES.contains(&rule) || rule.ends_with("mtime") || rule.ends_with("times");
    let shown = |d: &'a Difference| {
        let values = Pair::new(d.left.as_deref()?, d.right.as_deref()?);
        let field = d.key.as_str().rsplit('.').next()?;
        FIELDS.contains(&field).then_some(values)
    };
    let ruled = |d: &Difference| {
        let rule = d.settled_by.as_ref();
        // A header has names, systems and levels as well.
        let header = d.key.as_str().starts_with("gzip.header") && !d.key.as_str().ends_with("time");
        rule.is_some_and(|rule| timed(&rule.id)) && !header
    };
    let evidence: Vec<_> = clues
        .with(|_| true)
        .into_iter()
        .filter(|d| {
            // A time of day by itself may be how long something takes.
            let dated = |pair: &Pair<&str>| {
                let one = |text: &str| times::dated(text) || moment(text);
                one(pair.left) && one(pair.right)
            };
            let timed = |pair: Pair<&str>| dated(&pair) && only_the_time(pair);
            ruled(d) || shown(d).is_some() || lines(d).into_iter().any(timed)
        })
        .collect();
    if evidence.is_empty() {
        return None;
    }
    Some(Found {
        sentence: "dates or times in the files differ".to_owned(),
        remedy: "set SOURCE_DATE_EPOCH, and leave __DATE__, __TIME__ and archive times out"
            .to_owned(),
        evidence,
    })
}

/// Whether a text says of a time of day that it is one.
fn moment(text: &str) -> bool {
    const WORDS: [&str; 6] = ["UTC", "GMT", "CET", "built", "Built", "ompiled"];
    times::names_month(text) || WORDS.iter().any(|word| text.contains(word))
}

/// Whether the two are the same but for dates and times of day in them.
fn only_the_time(lines: Pair<&str>) -> bool {
    let masked = lines.map(times::masked);
    !lines.same() && masked.same()
}

#[cfg(test)]
mod tests {
    use super::super::specimen::{difference, said};
    use super::*;

    #[test]
    fn macros_that_differ_are_named_with_both_values() {
        let header = difference("text.lines").file("config.h").detail(&[
            "@@ line 3 @@",
            "-#define HAVE_MMAP_ZERO 1",
            "+/* #undef HAVE_MMAP_ZERO */",
            "-#define SIZE 4",
            "+#define SIZE 8",
            "-#define SAME 1",
            " int x;",
            "+#define SAME 1",
        ]);
        let (sentence, _) = said(configure_answers, [header]).unwrap();
        assert_eq!(
            sentence,
            "configure was answered otherwise: HAVE_MMAP_ZERO (native 1, cross undefined), SIZE (native 4, cross 8)"
        );
        let by_name = difference("config-h.define").at("HAVE_MMAP");
        let by_name = by_name.left("defined as 1").right("undefined");
        let (sentence, _) = said(configure_answers, [by_name]).unwrap();
        assert!(
            sentence.ends_with("HAVE_MMAP (native 1, cross undefined)"),
            "{sentence}"
        );
        let undefined = difference("elf.symbol.undefined").at("memcpy").left("FUNC");
        assert!(said(configure_answers, [undefined]).is_none(), "no macro");
        let by_hand = difference("text.lines").file("api.h");
        let by_hand = by_hand.detail(&["-#define HAVE_TURBO 1", "+#define HAVE_TURBO 0"]);
        assert_eq!(said(configure_answers, [by_hand]), None);
        let prose = difference("text.lines").detail(&["-a #define", "+b #define"]);
        assert_eq!(said(configure_answers, [prose]), None);
    }

    #[test]
    fn the_platform_is_told_by_the_side_that_names_it() {
        let text = difference("text.lines").detail(&["-cpu=aarch64", "+cpu=x86_64"]);
        let (sentence, _) = said(platform_named, [text]).unwrap();
        assert_eq!(
            sentence,
            "what differs names an x86 platform on the cross alone: `cpu=x86_64`"
        );
        let both = difference("text.lines").detail(&["-a x86_64", "+b x86_64"]);
        assert_eq!(said(platform_named, [both]), None);
    }

    #[test]
    fn a_time_is_seen_in_text_and_in_bytes() {
        let text = || difference("text.lines");
        assert!(
            said(
                build_time,
                [text().detail(&["-at 10:31:02 UTC", "+at 10:31:59 UTC"])]
            )
            .is_some()
        );
        assert!(
            said(
                build_time,
                [text().detail(&["-on Nov 21 2026", "+on Jan 02 2024"])]
            )
            .is_some()
        );
        assert_eq!(
            said(build_time, [text().detail(&["-size 10", "+size 20"])]),
            None
        );
        assert_eq!(
            said(build_time, [text().detail(&["-a 10:31:02", "+b 10:31:59"])]),
            None
        );
        let bytes = difference("elf.section.rodata.bytes").detail(&[
            "-00000010 31 30 |10:31:02.Nov 21 |",
            "+00000010 31 30 |10:31:59.Nov 21 |",
        ]);
        assert!(said(build_time, [bytes]).is_some());
        for number in [
            ["-gcc 4:12.2.0", "+gcc 4:12.3.0"],
            ["-port 0:8080", "+port 0:8081"],
            ["-1.2.3.4:5060", "+1.2.3.4:5061"],
        ] {
            assert_eq!(
                said(build_time, [text().detail(&number)]),
                None,
                "{number:?}"
            );
        }
        let section = difference("elf.section.__timer_of_table.bytes")
            .left("8 bytes")
            .right("9 bytes");
        assert_eq!(said(build_time, [section]), None);
        let long = text().detail(&["-timeout 00:10:00", "+timeout 00:20:00"]);
        assert_eq!(said(build_time, [long]), None);
        let level = difference("gzip.header.level").settled_by("gzip.header@2");
        assert_eq!(said(build_time, [level]), None);
        let ruled = difference("tar.header").settled_by("tar.mtime@5");
        assert!(said(build_time, [ruled]).is_some());
    }
}
