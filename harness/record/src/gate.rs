//! A gate's policy: what is demanded before a cross-built artifact may stand in for the native one.

use crate::error::{Error, Fault, Under};
use crate::forbid::{ForbidWire, forbidden};
use crate::text::Text;
use crate::yaml;
use crossproof_model::gate::{Demands, GatePolicy, Row, Toleration, Wanted};
use crossproof_model::verdict::Note;
use crossproof_model::{Digest, Level};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

/// Reads the text of a policy; `file` is what errors call it.
pub fn gate_policy(text: &str, file: &str) -> Result<GatePolicy, Error> {
    // Nothing where something is said to be demanded would demand nothing.
    yaml::read(text, file, |whole: serde_yaml::Value| something(&whole))?;
    yaml::read(text, file, |wire: GateFile| wire.policy(Digest::of(text)))
}

/// A fault where a value is missing.
fn something(value: &serde_yaml::Value) -> Result<(), Fault> {
    use serde_yaml::Value;
    match value {
        Value::Null => Err(Fault::new(
            "nothing stands here: say what is demanded, or leave the key out",
        )),
        Value::Sequence(values) => {
            let mut each = values.iter().enumerate();
            each.try_for_each(|(index, value)| something(value).under(index))
        }
        Value::Mapping(values) => {
            let mut each = values.iter();
            each.try_for_each(|(key, value)| {
                something(value).under(key.as_str().unwrap_or_default())
            })
        }
        _ => Ok(()),
    }
}

/// What a gate demands: for all, then for some cases, targets or paths, where a later row replaces what it says
/// itself. What is said nowhere has a default, the strictest that any project can meet.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GateFile {
    /// Version of this format: 1.
    #[expect(dead_code, reason = "checked before the rest is read")]
    version: u32,
    /// For all.
    #[serde(default)]
    default: DemandsWire,
    /// For some, in order.
    #[serde(default)]
    rows: Vec<RowWire>,
    /// Differences that are let through for a while.
    #[serde(default)]
    tolerate: Vec<TolerationWire>,
    /// Whether only what is worse than in the report of `--accepted` refuses.
    #[serde(default, rename = "regressions-only")]
    regressions_only: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RowWire {
    /// What it is for: at least one of the three.
    #[serde(rename = "for")]
    scope: ScopeWire,
    /// What is demanded of it.
    demand: DemandsWire,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ScopeWire {
    /// Glob of cases.
    case: Option<Text>,
    /// Target, in any spelling.
    target: Option<Text>,
    /// Glob of installed paths. What is said of paths can be `at-least`, `rules`, `growth`, `glibc` and `forbid`.
    path: Option<Text>,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct DemandsWire {
    /// The least equivalence level of each path; `metadata` by default.
    #[schemars(extend("enum" = ["bits", "metadata", "loaded", "layout", "interface", "divergent", null]))]
    at_least: Option<Text>,
    /// `same` (the default): every run shows the same on both sides under each CPU model. `any`: runs are not asked.
    #[schemars(extend("enum" = ["same", "any", null]))]
    behaviour: Option<Text>,
    /// The CPU models that the runs must have been made under; by default those that were, at least one.
    models: Option<Vec<Text>>,
    /// `same` (the default): both sides were built twice and are equal to themselves. `any`: controls are not asked.
    #[schemars(extend("enum" = ["same", "any", null]))]
    controls: Option<Text>,
    /// `holds`: the verdict is the accepted one. `any` (the default): goldens are not asked.
    #[schemars(extend("enum" = ["holds", "any", null]))]
    golden: Option<Text>,
    /// `none` (the default): the checks of the case found nothing. `any`: they are not asked.
    #[schemars(extend("enum" = ["none", "any", null]))]
    findings: Option<Text>,
    /// The rules that may settle differences, such as `elf.build-id@3`; any by default.
    rules: Option<Vec<Text>>,
    /// The notes that a verdict may carry, such as `emulated-build`; any by default.
    notes: Option<Vec<Text>>,
    /// Percent that a cross file may be larger than the native one; any by default.
    growth: Option<u32>,
    /// The newest release of the GNU C library that a file may need a symbol of, such as `"2.34"`; any by default.
    glibc: Option<Text>,
    /// What no file of the cross artifact may refer to, by a name for it.
    forbid: Option<BTreeMap<Text, ForbidWire>>,
    /// Whether a refusal fails the gate (the default). Where not, it is listed, and nothing is substituted.
    required: Option<bool>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TolerationWire {
    /// The difference's key, exactly.
    key: Text,
    /// The case, exactly; any by default.
    case: Option<Text>,
    /// The target, in any spelling; any by default.
    target: Option<Text>,
    /// Glob of the paths it may be in; any by default.
    path: Option<Text>,
    /// The last day it is let through, in UTC: `2027-03-01`.
    until: Text,
    /// Why it is let through.
    reason: Text,
}

impl GateFile {
    fn policy(self, digest: Digest) -> Result<GatePolicy, Fault> {
        let mut rows = vec![Row {
            demands: self.default.demands().under("default")?,
            ..Row::default()
        }];
        for (index, wire) in self.rows.into_iter().enumerate() {
            rows.push(wire.row().under(index).under("rows")?);
        }
        let tolerated = self.tolerate.into_iter().enumerate();
        let tolerated = tolerated.map(|(index, wire)| wire.toleration().under(index));
        Ok(GatePolicy {
            digest,
            rows,
            tolerated: tolerated.collect::<Result<_, _>>().under("tolerate")?,
            regressions_only: self.regressions_only,
        })
    }
}

impl RowWire {
    fn row(self) -> Result<Row, Fault> {
        let ScopeWire { case, target, path } = self.scope;
        if case.is_none() && target.is_none() && path.is_none() {
            let fault =
                Fault::new("expected a case, a target or a path; what is for all is the `default`");
            return Err(fault.under("for"));
        }
        let row = Row {
            case: glob(case).under("case").under("for")?,
            target: read(target).under("target").under("for")?,
            path: glob(path).under("path").under("for")?,
            demands: self.demand.demands().under("demand")?,
        };
        let Demands {
            behaviour,
            models,
            controls,
            golden,
            findings,
            notes,
            required,
            at_least: _,
            rules: _,
            growth: _,
            glibc: _,
            forbid: _,
        } = &row.demands;
        let of_cases = [
            ("behaviour", behaviour.is_some()),
            ("models", models.is_some()),
            ("controls", controls.is_some()),
            ("golden", golden.is_some()),
            ("findings", findings.is_some()),
            ("notes", notes.is_some()),
            ("required", required.is_some()),
        ];
        let said = of_cases.iter().find(|(_, said)| *said);
        match (&row.path, said) {
            (Some(_), Some((name, _))) => {
                let fault = Fault::new("a case as a whole has it, and this row is for paths");
                Err(fault.under(name).under("demand"))
            }
            _ => Ok(row),
        }
    }
}

impl DemandsWire {
    fn demands(self) -> Result<Demands, Fault> {
        let words = |words: Option<Vec<Text>>| words.map(|w| w.into_iter().map(|t| t.0).collect());
        let note = |text: &Text| text.one_of("note", &Note::ALL, Note::name);
        Ok(Demands {
            at_least: read::<Level>(self.at_least).under("at-least")?,
            behaviour: wanted(self.behaviour, "same").under("behaviour")?,
            models: words(self.models),
            controls: wanted(self.controls, "same").under("controls")?,
            golden: wanted(self.golden, "holds").under("golden")?,
            findings: wanted(self.findings, "none").under("findings")?,
            rules: set(self.rules, Text::read).under("rules")?,
            notes: set(self.notes, note).under("notes")?,
            growth: self.growth,
            glibc: read(self.glibc).under("glibc")?,
            forbid: self.forbid.map(forbidden).transpose().under("forbid")?,
            required: self.required,
        })
    }
}

impl TolerationWire {
    fn toleration(self) -> Result<Toleration, Fault> {
        if self.reason.as_str().trim().is_empty() {
            return Err(Fault::new("expected a reason").under("reason"));
        }
        Ok(Toleration {
            key: self.key.read().under("key")?,
            case: self.case.map(|case| case.0),
            target: read(self.target).under("target")?,
            path: glob(self.path).under("path")?,
            until: self.until.read().under("until")?,
            reason: self.reason.0,
        })
    }
}

fn read<T: FromStr<Err: fmt::Display>>(written: Option<Text>) -> Result<Option<T>, Fault> {
    written.map(|text| text.read()).transpose()
}

fn set<T: Ord>(
    written: Option<Vec<Text>>,
    read: impl Fn(&Text) -> Result<T, Fault>,
) -> Result<Option<BTreeSet<T>>, Fault> {
    let Some(written) = written else {
        return Ok(None);
    };
    let items = written.iter().enumerate();
    let items = items.map(|(index, text)| read(text).under(index));
    items.collect::<Result<_, _>>().map(Some)
}

/// `any`, or the one word that demands it.
fn wanted(written: Option<Text>, must: &'static str) -> Result<Option<Wanted>, Fault> {
    let name = |wanted| match wanted {
        Wanted::Must => must,
        Wanted::Any => "any",
    };
    let word = |text: Text| text.one_of("demand", &[Wanted::Must, Wanted::Any], name);
    written.map(word).transpose()
}

fn glob(written: Option<Text>) -> Result<Option<String>, Fault> {
    if let Some(text) = &written {
        globset::GlobBuilder::new(text.as_str())
            .literal_separator(true)
            .build()
            .map_err(|error| Fault::new(format!("bad glob: {error}")))?;
    }
    Ok(written.map(|text| text.0))
}
