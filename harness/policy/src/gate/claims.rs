//! Whether what a statement claims can have been decided by the policy that it names: a signature says who speaks, and
//! not that a gate was asked.

use super::demands::Asked;
use crossproof_model::gate::{Answer, GatePolicy, Wanted};
use crossproof_model::level::Behaviour;
use crossproof_model::statement::Statement;
use crossproof_model::verdict::Control;
use crossproof_model::{DiffKey, Level};

/// Why this policy cannot have let through what the statement says may be substituted; `None` if it can, or if the
/// statement is of a different policy. What is asked of single paths a statement does not say: there the least that is
/// asked of any counts.
pub fn contradicted(policy: &GatePolicy, said: &Statement) -> Option<String> {
    // What was no worse in the report accepted last is let through whatever it is.
    let excused = policy.regressions_only && !said.known.is_empty();
    if said.policy != policy.digest || said.answer == Answer::Refuse || excused {
        return None;
    }
    if !policy.regressions_only && !said.known.is_empty() {
        return Some(
            "something is let through for being known, and every objection refuses".to_owned(),
        );
    }
    let asked = Asked::of(policy, &said.name, said.target);
    level(&asked, said)
        .or_else(|| rules(&asked, said))
        .or_else(|| whole(&asked, said))
}

fn level(asked: &Asked<'_>, said: &Statement) -> Option<String> {
    let of_paths = asked.of_some_paths().filter_map(|demands| demands.at_least);
    let whole = asked.of_any_path().at_least.unwrap_or(Level::Metadata);
    let least = of_paths.fold(whole, Level::min);
    let below = said.level < least && said.waived.is_empty();
    below.then(|| format!("it is {}, wanted {least}", said.level))
}

fn rules(asked: &Asked<'_>, said: &Statement) -> Option<String> {
    let whole = asked.of_any_path().rules?;
    let of_paths = || {
        asked
            .of_some_paths()
            .filter_map(|demands| demands.rules.as_ref())
    };
    let allowed = |rule| whole.contains(rule) || of_paths().any(|rules| rules.contains(rule));
    let strange = said.rules.iter().find(|rule| !allowed(rule));
    strange.map(|rule| format!("rule {rule} is not allowed"))
}

fn whole(asked: &Asked<'_>, said: &Statement) -> Option<String> {
    let demands = asked.whole();
    if demands.behaviour == Wanted::Must {
        let models = demands.models.into_iter().flatten();
        if let Some(model) = models
            .into_iter()
            .find(|model| !said.models.contains(*model))
        {
            return Some(format!("nothing was run under {model}"));
        }
        // Where some models are named, only they are asked.
        let all = demands.models.is_none_or(|models| models.is_empty());
        if said.behaviour == Behaviour::NotRun || (all && said.behaviour == Behaviour::Different) {
            return Some(format!("its behaviour is {}", said.behaviour.name()));
        }
    }
    if demands.findings == Wanted::Must {
        let let_through =
            |key: &DiffKey| said.waived.iter().filter(|one| one.key == *key).count() as u64;
        let mut found = said.differences.iter();
        let found = found.find(|(key, count)| {
            key.to_string().starts_with("check.") && **count > let_through(key)
        });
        if let Some((key, _)) = found {
            return Some(format!("{key} was found"));
        }
    }
    let same = Control::Same;
    if demands.controls == Wanted::Must && (said.controls.left, said.controls.right) != (same, same)
    {
        return Some("its controls are not the same".to_owned());
    }
    let allowed = demands.notes?;
    let strange = said.notes.iter().find(|note| !allowed.contains(*note));
    strange.map(|note| format!("{} is not allowed", note.name()))
}
