//! Dates and times of day in a text.

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The text with every date and time of day that is one beyond doubt replaced by a sign.
pub(super) fn masked(text: &str) -> String {
    let mut out = String::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        // ISO 8601 puts a `T` between the two.
        let joined = out.ends_with("\u{231a}T");
        let apart =
            joined || !before.is_some_and(|c| c.is_ascii_alphanumeric() || ".:-/".contains(c));
        match [clock(rest), day(rest), month(rest)]
            .into_iter()
            .flatten()
            .max()
            .filter(|_| apart)
        {
            Some(length) => {
                out.push('\u{231a}');
                at += length;
            }
            None => {
                let next = rest.chars().next().map_or(1, char::len_utf8);
                out.push_str(rest.get(..next).unwrap_or_default());
                at += next;
            }
        }
    }
    out
}

/// Whether a date stands in the text.
pub(super) fn dated(text: &str) -> bool {
    let starts = text.char_indices().map(|(at, _)| at);
    let mut apart = starts.filter(|at| {
        let before = text
            .get(..*at)
            .and_then(|before| before.chars().next_back());
        !before.is_some_and(|c| c.is_ascii_alphanumeric() || ".:-/".contains(c))
    });
    apart.any(|at| {
        text.get(at..)
            .is_some_and(|rest| day(rest).or(month(rest)).is_some())
    })
}

/// Whether the name of a month stands in the text, and behind it the beginning of a number: a date, cut short perhaps.
pub(super) fn names_month(text: &str) -> bool {
    MONTHS.iter().filter_map(|name| name.get(..3)).any(|name| {
        let mut found = text.match_indices(name);
        found.any(|(at, _)| {
            let rest = text.get(at + 3..).unwrap_or_default();
            rest.starts_with(' ') && rest.trim_start().starts_with(|c: char| c.is_ascii_digit())
        })
    })
}

/// A number of so many digits at the start, and what follows it.
fn number(text: &str, digits: usize) -> Option<(u32, &str)> {
    let (number, rest) = text.split_at_checked(digits)?;
    let all = number.bytes().all(|b| b.is_ascii_digit());
    let ends = !rest.starts_with(|c: char| c.is_ascii_digit());
    Some((number.parse().ok().filter(|_| all && ends)?, rest))
}

/// `10:31:02`: two digits each, with seconds.
fn clock(text: &str) -> Option<usize> {
    let (hours, rest) = number(text, 2)?;
    let (minutes, rest) = number(rest.strip_prefix(':')?, 2)?;
    let (seconds, rest) = number(rest.strip_prefix(':')?, 2)?;
    let ends = !rest.starts_with(|c: char| ":.".contains(c) || c.is_ascii_alphanumeric())
        || rest.starts_with(['Z', '.']);
    (hours < 24 && minutes < 60 && seconds < 61 && ends).then_some(8)
}

fn year(number: u32) -> bool {
    (1970..2100).contains(&number)
}

/// `2026-11-21` and `2026/11/21`.
fn day(text: &str) -> Option<usize> {
    let (number_of_year, rest) = number(text, 4)?;
    let mark = rest.chars().next().filter(|c| "-/".contains(*c))?;
    let (month, rest) = number(rest.strip_prefix(mark)?, 2)?;
    let (day, rest) = number(rest.strip_prefix(mark)?, 2)?;
    let ends = !rest.starts_with(|c: char| c.is_ascii_digit() || "-/.".contains(c));
    let real = year(number_of_year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    (real && ends).then_some(10)
}

/// `Nov 21 2026`, `21 Nov 2026`, `November 2026`.
fn month(text: &str) -> Option<usize> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let named = match digits {
        0 => text,
        1 | 2 => text.get(digits..)?.strip_prefix(' ')?,
        _ => return None,
    };
    let name = MONTHS.iter().find_map(|name| {
        let short = name.get(..3)?;
        named
            .strip_prefix(name)
            .or_else(|| named.strip_prefix(short))
    })?;
    let mut rest = name
        .strip_prefix([' ', ','])
        .unwrap_or(name)
        .trim_start_matches(' ');
    if digits == 0 {
        let day = rest.bytes().take_while(u8::is_ascii_digit).count();
        if day == 1 || day == 2 {
            rest = rest
                .get(day..)?
                .trim_start_matches(',')
                .trim_start_matches(' ');
        }
    }
    let (number_of_year, rest) = number(rest, 4)?;
    year(number_of_year).then(|| text.len() - rest.len())
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn dates_and_times_are_told_from_other_numbers() {
        for (one, other) in [
            ("at 10:31:02 UTC", "at 23:59:59 UTC"),
            ("on Nov 21 2026", "on Jan  2 2024"),
            ("21 Nov 2026", "1 May 2025"),
            ("2026-11-21T10:00:00Z", "2026-11-22T11:00:00Z"),
            ("(November 2026)", "(May 2025)"),
        ] {
            assert_eq!(masked(one), masked(other));
            assert_ne!(masked(one), one);
        }
        for number in [
            "4:12.2.0",
            "127.0.0.1:8080",
            "1:10:31:02",
            "size 10",
            "0x2026-11-21",
            "99:99:99",
            "2026-13-01",
        ] {
            assert_eq!(masked(number), number);
        }
    }
}
