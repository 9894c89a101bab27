//! What became of the mutants, counted by class of byte.

use std::collections::BTreeMap;

/// Examples kept of what a rule accepted in a class.
const EXAMPLES: usize = 3;

/// Of one class.
#[derive(Default)]
pub struct Row {
    /// How many mutants came out at each level, or `undecided`.
    pub levels: BTreeMap<String, u64>,
    /// What rules accepted: how often, with examples.
    pub accepted: BTreeMap<String, (u64, Vec<String>)>,
}

/// Of all classes, by name and whether a program sees the bytes.
#[derive(Default)]
pub struct Ledger {
    /// By class.
    pub rows: BTreeMap<(String, bool), Row>,
    /// What must not be, each said in a line.
    pub broken: Vec<String>,
    /// How many mutants of each target machine.
    pub machines: BTreeMap<String, u64>,
    /// How many times each law was checked beside the level.
    pub laws: BTreeMap<&'static str, u64>,
}

impl Ledger {
    /// Takes in another's counts.
    pub fn absorb(mut self, other: Ledger) -> Ledger {
        for (class, row) in other.rows {
            let mine = self.rows.entry(class).or_default();
            for (level, count) in row.levels {
                *mine.levels.entry(level).or_default() += count;
            }
            for (rule, (count, examples)) in row.accepted {
                let entry = mine.accepted.entry(rule).or_default();
                entry.0 += count;
                let room = EXAMPLES.saturating_sub(entry.1.len());
                entry.1.extend(examples.into_iter().take(room));
            }
        }
        self.broken.extend(other.broken);
        for (machine, count) in other.machines {
            *self.machines.entry(machine).or_default() += count;
        }
        for (law, count) in other.laws {
            *self.laws.entry(law).or_default() += count;
        }
        self
    }

    /// Tables for people.
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        let total: u64 = self.machines.values().sum();
        let mut line = |text: String| {
            out.push_str(&text);
            out.push('\n');
        };
        line(format!("{total} mutants: {:?}", self.machines));
        line(format!("laws held beside: {:?}", self.laws));
        line(format!("broken: {}", self.broken.len()));
        line(String::new());
        line("| bytes | seen by a program | mutants | accepted | came out as |".to_owned());
        line("| --- | --- | --- | --- | --- |".to_owned());
        for ((name, loaded), row) in &self.rows {
            let count: u64 = row.levels.values().sum();
            let accepted: u64 = row.accepted.values().map(|(count, _)| count).sum();
            let levels: Vec<String> = row.levels.iter().map(|(l, n)| format!("{l} {n}")).collect();
            let seen = if *loaded { "yes" } else { "no" };
            line(format!(
                "| {name} | {seen} | {count} | {accepted} | {} |",
                levels.join(", ")
            ));
        }
        line(String::new());
        line("| accepted by | in | times | for example |".to_owned());
        line("| --- | --- | --- | --- |".to_owned());
        let mut accepted: Vec<_> = self
            .rows
            .iter()
            .flat_map(|((name, _), row)| {
                row.accepted
                    .iter()
                    .map(move |(rule, found)| (rule, name, found))
            })
            .collect();
        accepted.sort();
        for (rule, name, (count, examples)) in accepted {
            line(format!(
                "| {rule} | {name} | {count} | {} |",
                examples.join("; ")
            ));
        }
        out
    }
}
