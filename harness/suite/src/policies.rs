//! Policies of gates: read, and checked against what there is. Whatever a policy names and no one has is an error with its
//! place: a rule here, a case, a target or a path in what is decided about.

use crate::keys;
use anyhow::Result;
use crossproof_inspect::rules;
use crossproof_model::RuleRef;
use crossproof_model::gate::GatePolicy;
use crossproof_policy::gate::{Nowhere, Scope, everything_is_there};
use crossproof_policy::nearest;
use crossproof_record as record;
use std::path::Path;

/// A policy with the text it was read from.
pub struct Policy {
    /// What it says.
    pub says: GatePolicy,
    file: String,
    text: String,
}

impl Policy {
    /// Reads a policy. A rule that is not one of this program's is an error: it would allow nothing, or what it is
    /// taken for.
    pub fn read(path: &Path) -> Result<Policy> {
        let (text, file) = (keys::read(path)?, path.display().to_string());
        let policy = Policy {
            says: record::gate_policy(&text, &file)?,
            file,
            text,
        };
        for (index, row) in policy.says.rows.iter().enumerate() {
            // The first row is the one for all.
            let at: Vec<String> = match index.checked_sub(1) {
                None => vec!["default".to_owned()],
                Some(index) => vec!["rows".to_owned(), index.to_string(), "demand".to_owned()],
            };
            for rule in row.demands.rules.iter().flatten() {
                if let Some(what) = unknown(rule) {
                    let mut at = at.clone();
                    at.push("rules".to_owned());
                    return Err(policy.nowhere(policy.listed(at, &rule.to_string()), &what));
                }
            }
        }
        Ok(policy)
    }

    /// Refuses it where it names something that is not in `scope`.
    pub fn is_about(&self, scope: &Scope) -> Result<()> {
        everything_is_there(&self.says, scope)
            .map_err(|Nowhere { at, what }| self.nowhere(at, &what))
    }

    /// The place of an item in the list at `at`, by how it is written there; of the list, where it is not found.
    fn listed(&self, at: Vec<String>, item: &str) -> Vec<String> {
        for index in 0_usize.. {
            let mut here = at.clone();
            here.push(index.to_string());
            let (Some(list), Some(found)) = (self.place(&at), self.place(&here)) else {
                break;
            };
            let line = self.text.lines().nth(found.0 - 1).unwrap_or_default();
            let written: String = line.chars().skip(found.1 - 1).collect();
            if written.trim_start_matches(['"', '\'']).starts_with(item) {
                return here;
            }
            // Behind the last item the place is the list's own.
            if index > 0 && found == list {
                break;
            }
        }
        at
    }

    fn place(&self, at: &[String]) -> Option<(usize, usize)> {
        let at: Vec<&str> = at.iter().map(String::as_str).collect();
        record::locate(&self.text, &at)
    }

    fn nowhere(&self, at: Vec<String>, what: &str) -> anyhow::Error {
        let (line, column) = self.place(&at).unwrap_or((1, 1));
        let mut named = String::new();
        for step in &at {
            named += &match step.parse::<usize>() {
                Ok(index) => format!("[{index}]"),
                Err(_) if named.is_empty() => step.clone(),
                Err(_) => format!(".{step}"),
            };
        }
        let error = record::Error {
            file: self.file.clone(),
            line,
            column,
            message: format!("{named}: {what}"),
        };
        error.into()
    }
}

/// What is wrong with a rule's name, if it is none of this program's rules.
fn unknown(rule: &RuleRef) -> Option<String> {
    let known = rules::ALL.iter().find(|known| known.id == rule.id);
    match known {
        Some(known) if known.version == rule.version => None,
        Some(known) => Some(format!(
            "no rule `{rule}`: {} has version {} here (crossproof rules)",
            known.id, known.version
        )),
        None => {
            let near = nearest(&rule.id, rules::ALL.iter().map(|known| known.id));
            let near = near.and_then(|id| rules::ALL.iter().find(|known| known.id == id));
            let near = near.map(|known| format!(": did you mean `{}`?", known.reference()));
            Some(format!("no rule `{rule}`{}", near.unwrap_or_default()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossproof_model::Platform;
    use std::fs;

    fn read(text: &str) -> Result<Policy> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        let mut policy = Policy::read(file.path())?;
        policy.file = "p".to_owned();
        Ok(policy)
    }

    #[test]
    fn a_rule_that_is_not_there_is_an_error_with_its_place() {
        let current = rules::ALL
            .iter()
            .find(|rule| rule.id == "elf.build-id")
            .unwrap()
            .reference();
        for (rules, place, words) in [
            (
                format!("[{current}, elf.bild-id@1]"),
                "3:11",
                format!("no rule `elf.bild-id@1`: did you mean `{current}`?"),
            ),
            (
                format!("[\"elf.build-id@99\", {current}]"),
                "3:11",
                "elf.build-id has version".to_owned(),
            ),
            (
                "[nothing.like-it@1]".to_owned(),
                "3:11",
                "no rule `nothing.like-it@1`".to_owned(),
            ),
        ] {
            let text = format!("version: 1\ndefault:\n  rules: {rules}\n");
            let said = read(&text).err().unwrap().to_string();
            assert!(said.contains(&words), "{said}");
            let column = rules
                .find(if rules.contains("bild") {
                    "elf.bild"
                } else {
                    "["
                })
                .unwrap();
            let at = if rules.contains("bild") {
                format!("3:{}", 10 + column)
            } else {
                place.to_owned()
            };
            assert!(said.contains(&format!(":{at}: default.rules[")), "{said}");
        }
        let row =
            "version: 1\nrows:\n- for: {case: x}\n  demand:\n    rules:\n    - elf.build-id@1\n";
        let said = read(row).err().unwrap().to_string();
        assert!(
            said.contains(":6:7: rows[0].demand.rules[0]: no rule `elf.build-id@1`"),
            "{said}"
        );
        assert!(read(&format!("version: 1\ndefault: {{rules: [{current}]}}\n")).is_ok());
    }

    #[test]
    fn what_a_policy_names_and_nobody_has_is_an_error_with_its_place() {
        let case = |name: &str, target| (name.to_owned(), target);
        let (arm64, armv7) = (Platform::Aarch64, Platform::Armv7);
        let scope = Scope {
            cases: [
                case("hello-c", arm64),
                case("hello-c", armv7),
                case("zlib", arm64),
            ]
            .into(),
            paths: [
                (case("hello-c", arm64), ["usr/bin/hello".to_owned()].into()),
                (case("zlib", arm64), ["usr/lib/libz.so.1".to_owned()].into()),
            ]
            .into(),
        };
        let row = |of: &str| {
            format!("version: 1\nrows:\n- for: {{{of}}}\n  demand: {{at-least: bits}}\n")
        };
        let tolerate = |key: &str, of: &str| {
            format!("version: 1\ntolerate:\n- {{key: {key}, {of}, until: 2027-03-01, reason: x}}\n")
        };
        let said = |text: &str| {
            read(text)
                .unwrap()
                .is_about(&scope)
                .map_err(|error| error.to_string())
        };
        for good in [
            row("case: \"hello-*\""),
            row("target: armv7"),
            row("case: zlib, path: usr/lib/*"),
            // Of hello-c for armv7 nothing is known, so nothing can be said.
            row("path: usr/share/**"),
            row("case: hello-c, path: usr/share/**"),
            tolerate("text.lines", "case: zlib"),
        ] {
            assert_eq!(said(&good), Ok(()), "{good}");
        }
        for (bad, words) in [
            (
                row("case: \"helo-*\""),
                "p:3:15: rows[0].for.case: no case is called `helo-*`: did you mean `hello-c`?",
            ),
            (
                row("case: \"apr-*\""),
                "p:3:15: rows[0].for.case: no case is called `apr-*`",
            ),
            (
                row("case: zlib, target: armv7"),
                "p:3:29: rows[0].for.target: no case that is called `zlib` is for armv7",
            ),
            (
                row("target: x86_64"),
                "p:3:17: rows[0].for.target: no case is for x86_64",
            ),
            (
                row("case: zlib, path: usr/lib/libz.so.2"),
                "p:3:27: rows[0].for.path: no path of what it is for is `usr/lib/libz.so.2`: did you mean `usr/lib/libz.so.1`?",
            ),
            (
                row("target: aarch64, path: usr/lbi/**"),
                "rows[0].for.path: no path of what it is for is `usr/lbi/**`",
            ),
            (
                tolerate("text.lines", "case: zlip"),
                "tolerate[0].case: no case is called `zlip`: did you mean `zlib`?",
            ),
            (
                tolerate("text.lines", "case: \"zli*\""),
                "tolerate[0].case: no case is called `zli*`",
            ),
            (
                tolerate("no.such", "case: zlib"),
                "tolerate[0].key: no difference has the key `no.such`",
            ),
        ] {
            let error = said(&bad).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }
}
