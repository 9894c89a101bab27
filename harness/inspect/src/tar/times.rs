//! Which members of a source archive are older than others: `make` makes anew what is older than what it is made from.

use crate::numbering::number_repeats;
use crate::part::Item;
use crate::python::sources_with_bytecode;
use crossproof_model::Level;
use std::collections::BTreeSet;

/// A time of a member: whole seconds since 1970, and the decimals behind them without zeros at their end.
pub(super) type Time = (i64, String);

/// What pax says a time is; `None` if that is no number.
pub(super) fn decimal(value: &[u8]) -> Option<Time> {
    let text = std::str::from_utf8(value).ok()?;
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits = rest.trim_end_matches('0');
    let plain = digits.bytes().all(|b| b.is_ascii_digit());
    Some((whole.parse().ok().filter(|_| plain)?, digits.to_owned()))
}

/// Whether `make` is run in what holds a file of this name.
fn is_made(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let last = name.rsplit('/').next().unwrap_or(&name);
    let begins = ["makefile", "gnumakefile", "bsdmakefile"];
    let ends = [".mk", ".mak", ".make"];
    let whole = ["configure.ac", "configure.in", "kbuild"];
    begins.iter().any(|begin| last.starts_with(begin))
        || ends.iter().any(|end| last.ends_with(end))
        || whole.contains(&last)
        || format!("/{name}").ends_with("/debian/rules")
}

/// The place of each member among the times of a source archive, as facts; nothing of an archive in which nobody runs
/// `make`.
pub(super) fn order(members: &[(String, Option<Time>)]) -> Vec<Item> {
    if !members.iter().any(|(name, _)| is_made(name)) {
        return Vec::new();
    }
    let times: BTreeSet<&Option<Time>> = members.iter().map(|(_, time)| time).collect();
    let times: Vec<&Option<Time>> = times.into_iter().collect();
    let place = |(name, time): &(String, Option<Time>)| {
        let place = times.partition_point(|known| *known < time) + 1;
        let value = format!("{place} of {} times", times.len());
        let name = format!("age of {name}");
        Item::new(&["tar.time-order"], name, value, Level::Interface)
    };
    let mut facts: Vec<Item> = members.iter().map(place).collect();
    // Of a member that is there twice, what comes last is what is unpacked.
    number_repeats(facts.iter_mut().map(|fact| &mut fact.name));
    facts
}

/// The times of Python's sources whose bytecode is in the archive, too, as facts.
pub(super) fn of_sources(members: &[(String, Option<Time>)]) -> Vec<Item> {
    let names = members.iter().map(|(name, _)| name.as_bytes());
    let sources = sources_with_bytecode(names);
    let of_source = |(name, _): &&(String, Option<Time>)| sources.contains(name.as_bytes());
    let fact = |(name, time): &(String, Option<Time>)| {
        let value = time
            .as_ref()
            .map_or_else(|| "none".to_owned(), |(whole, _)| whole.to_string());
        Item::new(
            &["tar.source-time"],
            format!("time of {name}"),
            value,
            Level::Interface,
        )
    };
    let mut facts: Vec<Item> = members.iter().filter(of_source).map(fact).collect();
    number_repeats(facts.iter_mut().map(|fact| &mut fact.name));
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(members: &[(&str, &str)]) -> Vec<String> {
        let members = members
            .iter()
            .map(|(name, time)| ((*name).to_owned(), decimal(time.as_bytes())));
        let facts = order(&members.collect::<Vec<_>>());
        facts.into_iter().map(|fact| fact.value).collect()
    }

    #[test]
    fn only_the_order_of_times_counts_and_only_where_make_is_run() {
        let before = told(&[("p/configure.ac", "10"), ("p/configure", "11.5")]);
        assert_eq!(before, ["1 of 2 times", "2 of 2 times"]);
        let later = told(&[("p/configure.ac", "900"), ("p/configure", "900.25")]);
        assert_eq!(later, before);
        let other = told(&[("p/configure.ac", "12"), ("p/configure", "11.5")]);
        assert_ne!(other, before);
        let same = told(&[("p/configure.ac", "12"), ("p/configure", "12.0")]);
        assert_eq!(same, ["1 of 1 times", "1 of 1 times"]);
        assert_eq!(told(&[("usr/bin/a", "1"), ("usr/bin/b", "2")]).len(), 0);
        for made in [
            "p/debian/rules",
            "p/build.mk",
            "p/Makefile.inc",
            "GNUmakefile",
        ] {
            assert_eq!(told(&[(made, "1"), ("p/b", "2")]).len(), 2, "{made}");
        }
    }

    #[test]
    fn the_time_of_a_source_counts_where_its_bytecode_is_there() {
        let told = |members: &[(&str, &str)]| {
            let members = members
                .iter()
                .map(|(name, time)| ((*name).to_owned(), decimal(time.as_bytes())));
            let facts = of_sources(&members.collect::<Vec<_>>());
            facts.into_iter().map(|fact| fact.value).collect::<Vec<_>>()
        };
        let bytecode = ("a/__pycache__/m.cpython-311.pyc", "7");
        assert_eq!(told(&[("a/m.py", "5.5"), bytecode]), ["5"]);
        assert!(told(&[("m.py", "5"), bytecode]).is_empty());
    }

    #[test]
    fn of_a_member_that_is_there_twice_the_last_counts() {
        let make = ("Makefile", "1");
        let older = told(&[make, ("a.c", "3"), ("a.o", "2"), ("a.c", "1")]);
        let newer = told(&[make, ("a.c", "1"), ("a.o", "2"), ("a.c", "3")]);
        assert_ne!(older, newer);
        let names = |members: &[(&str, &str)]| {
            let members = members
                .iter()
                .map(|(name, time)| ((*name).to_owned(), decimal(time.as_bytes())));
            let facts = order(&members.collect::<Vec<_>>());
            facts
                .into_iter()
                .map(|fact| fact.name)
                .collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(
            names(&[make, ("a.c", "3"), ("a.c", "1")]).len(),
            3,
            "each has a name of its own"
        );
    }
}
