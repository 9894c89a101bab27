//! `crossproof rules`: what may settle a difference, and why; and which rules a command line chose.

use crate::args::RuleArguments;
use crate::exit::{BadInput, Status};
use crate::palette::{BOLD, DIM};
use crate::render::look::Look;
use crate::screen::print_styled;
use anyhow::Result;
use crossproof_inspect::{Rule, RuleSet, rules as table};
use crossproof_model::RuleRef;
use std::fmt::Write;

/// Every rule with its justification.
pub fn rules() -> Result<Status> {
    let look = Look::of(true, false);
    let mut out = String::new();
    for rule in table::ALL {
        writeln!(out, "{BOLD}{}{BOLD:#}  {}", rule.reference(), rule.title)?;
        for line in look.wrapped(rule.justification, 4) {
            writeln!(out, "    {line}")?;
        }
        out.push('\n');
    }
    let hint = "crossproof compare --without RULE shows what a rule settles; --only-rules RULE,… uses no other.";
    for line in look.wrapped(hint, 0) {
        writeln!(out, "{DIM}{line}{DIM:#}")?;
    }
    print_styled(&out)?;
    Ok(Status::Holds)
}

/// The rules that a command line leaves in use.
pub fn chosen(arguments: &RuleArguments) -> Result<RuleSet> {
    let mut set = match &arguments.only_rules {
        None => RuleSet::default(),
        Some(ids) => {
            let ids = ids.iter().map(String::as_str).filter(|id| !id.is_empty());
            let ids = ids.map(id).collect::<Result<Vec<_>, _>>()?;
            RuleSet::only(ids).map_err(|e| BadInput(format!("--only-rules: {e}")))?
        }
    };
    for name in &arguments.without {
        let without = set.without(id(name)?);
        set = without.map_err(|e| BadInput(format!("--without: {e}")))?;
    }
    Ok(set)
}

/// A rule's id, of an id or of an id and the version that reports name with it.
fn id(text: &str) -> Result<&str, BadInput> {
    let Ok(RuleRef { version, .. }) = text.parse() else {
        return Ok(text);
    };
    let (id, _) = text.split_once('@').unwrap_or((text, ""));
    let known: Option<&Rule> = table::ALL.into_iter().find(|rule| rule.id == id);
    match known {
        Some(rule) if rule.version != version => Err(BadInput(format!(
            "rule {id} has version {} here, not {version}: `crossproof rules` lists them",
            rule.version
        ))),
        _ => Ok(id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(only: Option<&[&str]>, without: &[&str]) -> RuleArguments {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        RuleArguments {
            only_rules: only.map(owned),
            without: owned(without),
        }
    }

    fn ids(only: Option<&[&str]>, without: &[&str]) -> Vec<&'static str> {
        let set = chosen(&arguments(only, without)).unwrap();
        set.iter().map(|rule| rule.id).collect()
    }

    #[test]
    fn rules_are_chosen_by_id_with_or_without_version() {
        assert_eq!(ids(None, &[]).len(), table::ALL.len());
        assert_eq!(ids(None, &["elf.comment"]).len(), table::ALL.len() - 1);
        let two: &[&str] = &["elf.comment@1", "elf.build-id"];
        assert_eq!(ids(Some(two), &[]), ["elf.build-id", "elf.comment"]);
        assert_eq!(ids(Some(two), &["elf.comment"]), ["elf.build-id"]);
        assert!(ids(Some(&[""]), &[]).is_empty());
    }

    #[test]
    fn an_unknown_rule_is_an_error_that_says_where_to_look() {
        for bad in ["elf.comments", "elf.comment@99", "elf.*"] {
            for arguments in [arguments(Some(&[bad]), &[]), arguments(None, &[bad])] {
                let message = chosen(&arguments).unwrap_err().to_string();
                assert!(message.contains("crossproof rules"), "{message}");
            }
        }
    }
}
