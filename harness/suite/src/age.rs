//! Spans of time as they are typed: `12h`, `30d`.

use crate::exit::BadInput;
use anyhow::Result;
use std::time::Duration;

/// A number of hours or days.
pub fn age(text: &str) -> Result<Duration> {
    let bad = || {
        BadInput(format!(
            "`{text}` is not an age: expected a number and h or d, such as 12h or 30d"
        ))
    };
    let split = text.len().saturating_sub(1);
    let (number, unit) = text.split_at_checked(split).ok_or_else(bad)?;
    let number: u64 = number.parse().map_err(|_| bad())?;
    let hours = match unit {
        "h" => Some(number),
        "d" => number.checked_mul(24),
        _ => None,
    };
    let seconds = hours
        .and_then(|hours| hours.checked_mul(3600))
        .ok_or_else(bad)?;
    Ok(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_numbers_with_a_unit() {
        assert_eq!(age("2d").unwrap(), Duration::from_secs(2 * 86400));
        assert_eq!(age("12h").unwrap(), Duration::from_secs(12 * 3600));
        for bad in ["", "d", "3", "3w", "-1d", "é"] {
            assert!(age(bad).is_err(), "{bad}");
        }
    }
}
