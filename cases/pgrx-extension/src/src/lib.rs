//! A PostgreSQL extension that counts words: by value, by row, through the server's own query interface, and failing.

use pgrx::prelude::*;
use std::collections::BTreeMap;

pg_module_magic!();

/// How many words a text has.
#[pg_extern(immutable, parallel_safe)]
fn words(text: &str) -> i64 {
    i64::try_from(text.split_whitespace().count()).expect("a text shorter than 2^63 bytes")
}

/// Each word with how often it is there, by the alphabet.
#[pg_extern(immutable, parallel_safe)]
fn word_counts(text: &str) -> TableIterator<'static, (name!(word, String), name!(count, i64))> {
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for word in text.split_whitespace() {
        *counts.entry(word.to_lowercase()).or_default() += 1;
    }
    TableIterator::new(counts)
}

/// The mean length of the words that a query gives: the query is run by the server.
#[pg_extern]
fn mean_length(query: &str) -> Result<Option<f64>, spi::Error> {
    Spi::connect(|client| {
        let mut lengths = Vec::new();
        for row in client.select(query, None, &[])? {
            lengths.extend(row.get::<String>(1)?.map(|word| word.chars().count()));
        }
        let sum: usize = lengths.iter().sum();
        Ok((!lengths.is_empty()).then(|| sum as f64 / lengths.len() as f64))
    })
}

/// The word at a place, counted from 1. A place that there is none at panics, which the server must tell as an error.
#[pg_extern(immutable, parallel_safe)]
fn nth_word(text: &str, place: i32) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words[usize::try_from(place - 1).expect("places are counted from 1")].to_owned()
}
