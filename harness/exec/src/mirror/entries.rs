//! The machine's apt sources, in both of their spellings (sources.list(5)).

use std::fs;
use std::path::{Path, PathBuf};

/// One enabled `deb` entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SourceEntry {
    pub uri: String,
    pub suites: Vec<String>,
    pub components: Vec<String>,
    /// A file, or keys spelled out.
    pub signed_by: Option<String>,
}

/// All entries, in the order apt reads them.
pub(super) fn of_machine(machine: &Path) -> Vec<SourceEntry> {
    let mut parts: Vec<PathBuf> = fs::read_dir(machine.join("etc/apt/sources.list.d"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    parts.sort();
    let mut entries = Vec::new();
    for path in std::iter::once(machine.join("etc/apt/sources.list")).chain(parts) {
        // A file this user may not read is one apt could not use for them either.
        let text = fs::read_to_string(&path).unwrap_or_default();
        match path.extension().and_then(|end| end.to_str()) {
            Some("list") => entries.extend(text.lines().filter_map(one_line)),
            Some("sources") => entries.extend(stanzas(&text)),
            _ => {}
        }
    }
    entries
}

fn one_line(line: &str) -> Option<SourceEntry> {
    let line = line.split('#').next()?.trim();
    let rest = line.strip_prefix("deb")?;
    let rest = rest.strip_prefix([' ', '\t'])?.trim_start();
    let (options, rest) = match rest.strip_prefix('[') {
        Some(inner) => inner.split_once(']')?,
        None => ("", rest),
    };
    let mut words = rest.split_whitespace().map(str::to_owned);
    Some(SourceEntry {
        uri: words.next()?,
        suites: vec![words.next()?],
        components: words.collect(),
        signed_by: options
            .split_whitespace()
            .find_map(|word| word.strip_prefix("signed-by="))
            .map(str::to_owned),
    })
}

fn stanzas(text: &str) -> Vec<SourceEntry> {
    let kept: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    kept.split(|line| line.trim().is_empty())
        .flat_map(stanza)
        .collect()
}

/// One stanza: an entry for each of its addresses.
fn stanza(lines: &[&str]) -> Vec<SourceEntry> {
    let field = |name: &str| -> Option<Vec<String>> {
        let mut words = None;
        for line in lines {
            if line.starts_with([' ', '\t']) {
                if let Some(words) = &mut words {
                    extend(words, line);
                }
                continue;
            }
            if words.is_some() {
                break;
            }
            let (key, value) = line.split_once(':')?;
            if key.eq_ignore_ascii_case(name) {
                let mut first = Vec::new();
                extend(&mut first, value);
                words = Some(first);
            }
        }
        words
    };
    let is =
        |name: &str, word: &str| field(name).is_some_and(|words| words.iter().any(|w| w == word));
    if !is("Types", "deb") || is("Enabled", "no") || is("Enabled", "false") {
        return Vec::new();
    }
    let suites = field("Suites").unwrap_or_default();
    let components = field("Components").unwrap_or_default();
    let signed_by = field("Signed-By").and_then(|words| words.into_iter().next());
    let uris = field("URIs").unwrap_or_default();
    uris.into_iter()
        .map(|uri| SourceEntry {
            uri,
            suites: suites.clone(),
            components: components.clone(),
            signed_by: signed_by.clone(),
        })
        .collect()
}

fn extend(words: &mut Vec<String>, text: &str) {
    words.extend(text.split_whitespace().map(str::to_owned));
}
