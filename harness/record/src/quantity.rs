//! Times and sizes as people write them: `10min`, `2GiB`.

use crate::error::Fault;
use crate::text::Text;
use std::time::Duration;

const TIMES: [(&str, u64); 4] = [("min", 60), ("ms", 0), ("s", 1), ("h", 3600)];
const SIZES: [(&str, u64); 3] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];

/// A span of time: a whole number and `ms`, `s`, `min` or `h`, above zero.
pub(crate) fn time(text: &Text) -> Result<Duration, Fault> {
    let bad = || {
        Fault::new(format!(
            "`{text}` is not a time: expected a whole number above zero and a unit (ms, s, min, h), such as `30s`"
        ))
    };
    let (count, unit) = split(text.as_str(), &TIMES).ok_or_else(bad)?;
    let time = match unit {
        0 => Duration::from_millis(count),
        seconds => Duration::from_secs(count.checked_mul(seconds).ok_or_else(bad)?),
    };
    Ok(time)
}

/// A size in bytes: a whole number and `KiB`, `MiB` or `GiB`, above zero.
pub(crate) fn size(text: &Text) -> Result<u64, Fault> {
    let bad = || {
        Fault::new(format!(
            "`{text}` is not a size: expected a whole number above zero and a unit (KiB, MiB, GiB), such as `2GiB`"
        ))
    };
    let (count, unit) = split(text.as_str(), &SIZES).ok_or_else(bad)?;
    count.checked_mul(unit).ok_or_else(bad)
}

/// A size in bytes as it is typed: `2GiB`. The error says what was expected.
pub fn typed_size(text: &str) -> Result<u64, String> {
    size(&text.into()).map_err(|fault| fault.message)
}

fn split(text: &str, units: &[(&str, u64)]) -> Option<(u64, u64)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (count, unit) = text.split_at(digits);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    let count = count.parse().ok().filter(|count| *count > 0)?;
    Some((count, *factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_have_units() {
        assert_eq!(time(&"10min".into()), Ok(Duration::from_secs(600)));
        assert_eq!(time(&"250ms".into()), Ok(Duration::from_millis(250)));
        assert_eq!(size(&"2GiB".into()), Ok(2 << 30));
        for bad in [
            "10",
            "min",
            "-1s",
            "0s",
            "1.5h",
            "10 s",
            "99999999999999999999s",
            "18446744073709551615h",
        ] {
            assert!(time(&bad.into()).is_err(), "{bad}");
        }
        for bad in ["10", "10GB", "0KiB", "18446744073709551615GiB"] {
            assert!(size(&bad.into()).is_err(), "{bad}");
        }
    }
}
