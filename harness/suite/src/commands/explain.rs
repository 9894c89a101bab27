//! `crossproof explain`: what a difference key means, and what to do about it.

use crate::exit::{BadInput, Status};
use crate::palette::{BOLD, DIM};
use crate::render::look::Look;
use crate::screen::print_styled;
use anyhow::Result;
use crossproof_inspect::{Rule, rules};
use crossproof_model::DiffKey;
use crossproof_policy::{Explanation, explanation, explanations};
use std::fmt::Write;

/// Explains one key, or every family of keys.
pub fn explain(key: Option<&DiffKey>) -> Result<Status> {
    let mut out = String::new();
    match key {
        None => explanations().try_for_each(|family| tell(family.family, family, &mut out))?,
        Some(key) => {
            // A rule is no key, and what begins alike explains something else.
            if let Some(rule) = rules::ALL.into_iter().find(|rule| rule.id == key.as_str()) {
                tell_rule(rule, &mut out)?;
                print_styled(&out)?;
                return Ok(Status::Holds);
            }
            let found = explanation(key).ok_or_else(|| {
                BadInput(format!(
                    "nothing is known of `{key}`: `crossproof explain` lists the families of keys"
                ))
            })?;
            tell(key.as_str(), found, &mut out)?;
        }
    }
    print_styled(&out)?;
    Ok(Status::Holds)
}

/// What a rule sets aside, and why it may.
fn tell_rule(rule: &Rule, out: &mut String) -> std::fmt::Result {
    let look = Look::of(true, false);
    writeln!(
        out,
        "{BOLD}{}{BOLD:#}  a rule: {}",
        rule.reference(),
        rule.title
    )?;
    for line in look.wrapped(rule.justification, 4) {
        writeln!(out, "    {line}")?;
    }
    let without = format!(
        "→ crossproof compare --without {} shows what it settles",
        rule.id
    );
    for line in look.wrapped(&without, 4) {
        writeln!(out, "    {DIM}{line}{DIM:#}")?;
    }
    Ok(())
}

fn tell(title: &str, found: &Explanation, out: &mut String) -> std::fmt::Result {
    let look = Look::of(true, false);
    writeln!(out, "{BOLD}{title}{BOLD:#}")?;
    for line in look.wrapped(found.means, 4) {
        writeln!(out, "    {line}")?;
    }
    for line in look.wrapped(&format!("→ {}", found.remedy), 4) {
        writeln!(out, "    {DIM}{line}{DIM:#}")?;
    }
    Ok(())
}
