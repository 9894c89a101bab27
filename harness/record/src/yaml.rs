//! YAML, read strictly: the only module that knows which library does it.

use crate::bound;
use crate::error::{Error, Fault};
use serde::Deserialize;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess,
    Visitor,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The version every format here is at.
pub(crate) const VERSION: u32 = 1;

/// Reads `text` as a `W` and converts that; every refusal says where.
pub(crate) fn read<W: DeserializeOwned, T>(
    text: &str,
    file: &str,
    convert: impl FnOnce(W) -> Result<T, Fault>,
) -> Result<T, Error> {
    bound::check(text, file)?;
    let placed = |error: serde_yaml::Error| place(file, &error);
    serde_yaml::from_str::<NoDuplicates>(text).map_err(placed)?;
    let Versioned { version } = serde_yaml::from_str(text).map_err(placed)?;
    if version != VERSION {
        let fault = Fault::new(format!(
            "unknown version {version}: this program reads version {VERSION}"
        ));
        return Err(find(text, file, &fault.under("version")));
    }
    let wire = serde_yaml::from_str(text).map_err(placed)?;
    convert(wire).map_err(|fault| find(text, file, &fault))
}

/// Refuses a document in JSON in which an object names a key twice: of two readers each may take a different one.
pub(crate) fn no_key_twice(json: &str) -> Result<(), serde_json::Error> {
    serde_json::from_str::<NoDuplicates>(json).map(drop)
}

/// Whether `text` is a mapping that has `key` at its top.
pub(crate) fn names(text: &str, key: &str) -> bool {
    if bound::check(text, "").is_err() {
        return false;
    }
    let top: Result<BTreeMap<String, IgnoredAny>, _> = serde_yaml::from_str(text);
    top.is_ok_and(|top| top.contains_key(key))
}

/// Where in `text` the value at `path` (keys and indices from the top) begins: line and column, both
/// counted from one. Where the path leads to nothing, the nearest value around it; where `text` stops
/// being YAML, that place. `None` if the reader names no place, or the text is too long to look for it. JSON that
/// could be read is YAML that can.
pub fn locate(text: &str, path: &[&str]) -> Option<(usize, usize)> {
    bound::is_short(text).then_some(())?;
    (0..=path.len())
        .rev()
        .find_map(|length| locate_exactly(text, &path[..length]))
}

fn locate_exactly(text: &str, path: &[&str]) -> Option<(usize, usize)> {
    let walk = Walk { path };
    let document = serde_yaml::Deserializer::from_str(text);
    let found = walk.deserialize(document).err()?;
    let location = found.location()?;
    Some((location.line(), location.column()))
}

pub(crate) fn find(text: &str, file: &str, fault: &Fault) -> Error {
    let path: Vec<&str> = fault.path.iter().map(String::as_str).collect();
    let (line, column) = locate(text, &path).unwrap_or((1, 1));
    Error {
        file: file.to_owned(),
        line,
        column,
        message: fault.to_string(),
    }
}

fn place(file: &str, error: &serde_yaml::Error) -> Error {
    let (line, column) = error
        .location()
        .map_or((1, 1), |place| (place.line(), place.column()));
    let message = error.to_string();
    // The library ends its messages with the place, which stands in front here.
    let place = format!(" at line {line} column {column}");
    let message = message.strip_suffix(&place).unwrap_or(&message);
    Error {
        file: file.to_owned(),
        line,
        column,
        message: message.to_owned(),
    }
}

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

/// A document in which no mapping names a key twice. Derived readers refuse that too, but for
/// structures only and with the place of the mapping instead of the key's.
struct NoDuplicates;

impl<'de> Deserialize<'de> for NoDuplicates {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NoDuplicates)
    }
}

impl<'de> Visitor<'de> for NoDuplicates {
    type Value = NoDuplicates;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value without a tag")
    }
    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<NoDuplicates>()?.is_some() {}
        Ok(self)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self, A::Error> {
        let mut seen = BTreeSet::new();
        while entries.next_key_seed(NewKey(&mut seen))?.is_some() {
            entries.next_value::<NoDuplicates>()?;
        }
        Ok(self)
    }
}

/// A key that is not among those seen. The refusal is raised while the key is read, so that it
/// carries the key's own place.
struct NewKey<'s>(&'s mut BTreeSet<String>);

impl<'de> DeserializeSeed<'de> for NewKey<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for NewKey<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string as key (put quotes around it)")
    }
    fn visit_str<E: de::Error>(self, key: &str) -> Result<(), E> {
        if self.0.insert(key.to_owned()) {
            Ok(())
        } else {
            Err(E::custom(format!(
                "duplicate key `{key}`: expected each key once"
            )))
        }
    }
}

/// Walks down a path and fails on arriving: the failure carries the place.
struct Walk<'p> {
    path: &'p [&'p str],
}

impl Walk<'_> {
    fn arrive<E: de::Error>(&self) -> Result<(), E> {
        if self.path.is_empty() {
            Err(E::custom("found"))
        } else {
            Ok(())
        }
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value without a tag")
    }
    fn visit_bool<E: de::Error>(self, _: bool) -> Result<(), E> {
        self.arrive()
    }
    fn visit_i64<E: de::Error>(self, _: i64) -> Result<(), E> {
        self.arrive()
    }
    fn visit_u64<E: de::Error>(self, _: u64) -> Result<(), E> {
        self.arrive()
    }
    fn visit_f64<E: de::Error>(self, _: f64) -> Result<(), E> {
        self.arrive()
    }
    fn visit_str<E: de::Error>(self, _: &str) -> Result<(), E> {
        self.arrive()
    }
    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.arrive()
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Some((step, path)) = self.path.split_first() else {
            return self.arrive();
        };
        let wanted = step.parse::<usize>().ok();
        for index in 0.. {
            let more = if wanted == Some(index) {
                items.next_element_seed(Walk { path })?.is_some()
            } else {
                items.next_element::<IgnoredAny>()?.is_some()
            };
            if !more {
                break;
            }
        }
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let Some((step, path)) = self.path.split_first() else {
            return self.arrive();
        };
        while let Some(key) = entries.next_key::<String>()? {
            if key == *step {
                entries.next_value_seed(Walk { path })?;
            } else {
                entries.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}
