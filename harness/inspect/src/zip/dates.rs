//! Dates and times of MS-DOS (APPNOTE 6.3.10, section 4.4.6).

/// A date and time that is none, which some readers refuse.
pub(super) fn none(time: u16, date: u16) -> Option<String> {
    let (month, day) = (date >> 5 & 15, date & 31);
    let (hour, minute, second) = (time >> 11, time >> 5 & 63, (time & 31) * 2);
    let is_date = (1..=12).contains(&month) && day > 0;
    let is_time = hour < 24 && minute < 60 && second < 60;
    (!is_date || !is_time).then(|| format!("month {month}, day {day}, {hour}:{minute}:{second}"))
}

#[cfg(test)]
mod tests {
    use super::none;

    #[test]
    fn only_what_is_no_date_or_time_is_told() {
        assert_eq!(none(0, 1 << 5 | 1), None);
        assert_eq!(none(23 << 11 | 59 << 5 | 29, 12 << 5 | 31), None);
        assert!(none(0, 0).is_some());
        assert!(none(0, 13 << 5 | 1).is_some());
        assert!(none(24 << 11, 1 << 5 | 1).is_some());
        assert!(none(30, 1 << 5 | 1).is_some());
    }
}
