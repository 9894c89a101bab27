//! What the runs showed, held against each other: the two legs under each CPU model, and each leg
//! under one model against itself under another.

use crossproof_model::level::Behaviour;
use crossproof_model::observation::{Observation, Observed};
use crossproof_model::{DiffKey, Difference, Level, Pair, Place, RelPath, Side};
use std::collections::BTreeSet;

/// One thing an observation shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Aspect {
    /// How it ended.
    Exit,
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// A file it wrote.
    File(RelPath),
}

impl Aspect {
    /// The word of it in a key.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Aspect::Exit => "exit",
            Aspect::Stdout => "stdout",
            Aspect::Stderr => "stderr",
            Aspect::File(_) => "file",
        }
    }
}

/// The behaviour, and every difference in it in order of run and model.
pub(crate) fn behaviour(observed: &[Observed]) -> (Behaviour, Vec<Difference>) {
    if observed.is_empty() {
        return (Behaviour::NotRun, Vec::new());
    }
    let mut differences = Vec::new();
    for (at, one) in observed.iter().enumerate() {
        let Some(place) = place(&one.run) else {
            continue;
        };
        let here = place.within(&one.model);
        compare(&["run"], &here, one.pair.as_ref(), &mut differences);
        // The first model a run was done under is what its other models are held against.
        let first = observed[..at].iter().find(|other| other.run == one.run);
        let Some(first) = first else { continue };
        for side in Side::BOTH {
            let here = place.within(side.name()).within(&one.model);
            let pair = Pair::new(first.pair.of(side), one.pair.of(side));
            compare(&["run", "model"], &here, pair, &mut differences);
        }
    }
    let behaviour = if differences.is_empty() {
        Behaviour::Same
    } else {
        Behaviour::Different
    };
    (behaviour, differences)
}

/// Where differences of a run are. Reading a case refuses names that could not be a path.
fn place(run: &str) -> Option<Place> {
    run.parse().ok().map(Place::file)
}

fn compare(key: &[&str], place: &Place, pair: Pair<&Observation>, out: &mut Vec<Difference>) {
    if pair.left == pair.right {
        return;
    }
    let mut found = |aspect: Aspect, left: Option<String>, right: Option<String>| {
        let words = key.iter().copied().chain([aspect.word()]);
        let place = match &aspect {
            Aspect::File(path) => place.within(path.as_str()),
            Aspect::Exit | Aspect::Stdout | Aspect::Stderr => place.clone(),
        };
        out.push(Difference {
            key: DiffKey::of(words),
            place,
            left,
            right,
            detail: Vec::new(),
            // Behaviour is an axis of its own: it does not lower the level.
            allows: Level::Bits,
            settled_by: None,
        });
    };
    let (left, right) = (pair.left, pair.right);
    if left.exit != right.exit {
        let exits = pair.map(|observation| Some(observation.exit.to_string()));
        found(Aspect::Exit, exits.left, exits.right);
    }
    let streams = [
        (Aspect::Stdout, &left.stdout, &right.stdout),
        (Aspect::Stderr, &left.stderr, &right.stderr),
    ];
    for (aspect, left, right) in streams {
        if left != right {
            let shown = glimpse(left, right);
            found(aspect, Some(shown.left), Some(shown.right));
        }
    }
    let paths: BTreeSet<&RelPath> = left.files.keys().chain(right.files.keys()).collect();
    for path in paths {
        let (left, right) = (left.files.get(path), right.files.get(path));
        if left == right {
            continue;
        }
        let aspect = Aspect::File(path.clone());
        match (left, right) {
            (Some(left), Some(right)) => {
                let shown = glimpse(left, right);
                found(aspect, Some(shown.left), Some(shown.right));
            }
            _ => {
                let size = |bytes: &Vec<u8>| format!("{} bytes", bytes.len());
                found(aspect, left.map(size), right.map(size));
            }
        }
    }
}

/// How much of a line is shown.
const GLIMPSE: usize = 80;

/// The first line that differs, of each, with its number.
fn glimpse(left: &[u8], right: &[u8]) -> Pair<String> {
    let lines = |bytes: &[u8]| -> Vec<Vec<u8>> {
        bytes
            .split_inclusive(|b| *b == b'\n')
            .map(<[u8]>::to_vec)
            .collect()
    };
    let (left, right) = (lines(left), lines(right));
    let at = left.iter().zip(&right).take_while(|(l, r)| l == r).count();
    Pair::new(&left, &right).map(|lines| match lines.get(at) {
        Some(line) => {
            let text = RelPath::spell(line);
            let text: String = text.trim_end().chars().take(GLIMPSE).collect();
            format!("line {}: {text}", at + 1)
        }
        None => format!("ends after line {at}"),
    })
}
