//! Facts: what a part says, thing by thing, by name.

use crate::rules::Rule;
use crossproof_model::{DiffKey, Level};
use std::cell::RefCell;
use std::sync::Arc;

/// The words of a difference's key. There may be a million facts, and hardly any differs: what a key costs to make, the
/// differences pay.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key(Arc<str>);

/// Stands between words, and in none.
const BETWEEN: &str = "\u{1f}";

thread_local! {
    /// The key made last: hundreds of thousands of facts in a row have one.
    static LAST: RefCell<Option<Key>> = const { RefCell::new(None) };
}

impl Key {
    fn of(words: &[&str]) -> Self {
        LAST.with_borrow_mut(|last| match last {
            Some(key) if key.is(words) => key.clone(),
            _ => last.insert(Key(words.join(BETWEEN).into())).clone(),
        })
    }

    /// The key of a difference.
    pub(crate) fn spelled(&self) -> DiffKey {
        DiffKey::of(self.0.split(BETWEEN))
    }

    /// Whether it has these words.
    pub(crate) fn is(&self, words: &[&str]) -> bool {
        self.0.split(BETWEEN).eq(words.iter().copied())
    }

    /// Whether it is of a fact that others stand in an order.
    pub(crate) fn is_order(&self) -> bool {
        self.0.ends_with(".order") || self.0.ends_with("\u{1f}order")
    }
}

/// A named fact in a part: a symbol, a header field, a dynamic entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Item {
    /// What it is paired by.
    pub name: String,
    /// What is compared.
    pub value: String,
    /// The key of a difference in it.
    pub key: Key,
    /// The best level such a difference allows.
    pub allows: Level,
    /// The rule that settles such a difference, if one does.
    pub settled_by: Option<&'static Rule>,
}

impl Item {
    pub(crate) fn new(
        key: &[&str],
        name: impl Into<String>,
        value: impl Into<String>,
        allows: Level,
    ) -> Self {
        // There may be hundreds of thousands, each made by adding to a text that has room for as much again.
        let (mut name, mut value): (String, String) = (name.into(), value.into());
        name.shrink_to_fit();
        value.shrink_to_fit();
        Item {
            name,
            value,
            key: Key::of(key),
            allows,
            settled_by: None,
        }
    }

    /// The same fact, a difference in which `rule` settles.
    pub(crate) fn under(mut self, rule: Option<&'static Rule>) -> Self {
        self.settled_by = rule;
        self
    }
}
