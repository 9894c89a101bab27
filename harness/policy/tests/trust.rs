//! Whose word is taken for which bytes.

use crossproof_model::digest::Sha256;
use crossproof_model::gate::{Answer, Demands, GatePolicy, Row, Tolerated};
use crossproof_model::level::Behaviour;
use crossproof_model::statement::{Statement, Subject};
use crossproof_model::verdict::{Control, Note, Provenance};
use crossproof_model::{Digest, Level, Pair, Platform};
use crossproof_policy::gate::contradicted;
use crossproof_policy::trust::{Demand, Distrust, Heard, Offered, Witnesses};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

fn time(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn file(name: &str, content: &str) -> Subject {
    // Any digest will do here: nothing is hashed but by BLAKE3.
    let digest = Digest::of(content).to_string();
    Subject {
        name: name.to_owned(),
        sha256: digest.parse::<Sha256>().unwrap(),
        blake3: Digest::of(content),
    }
}

fn heard(key: &str, issued: i64, answer: Answer) -> Heard {
    let digest = Digest::of("x");
    let statement = Statement {
        subjects: vec![file("usr/bin/a", "A"), file("usr/bin/b", "B")],
        native: Vec::new(),
        artifacts: Pair::new(digest, Digest::of("tree")),
        name: "hello".to_owned(),
        target: Platform::Aarch64,
        answer,
        objections: vec!["it is too large".to_owned()],
        known: Vec::new(),
        policy: Digest::of("policy"),
        level: Level::Metadata,
        behaviour: Behaviour::Same,
        models: BTreeSet::new(),
        controls: Pair::new(Control::Same, Control::Same),
        rules: BTreeSet::new(),
        differences: BTreeMap::new(),
        waived: Vec::new(),
        notes: Vec::new(),
        provenance: Provenance {
            roots: Pair::new(digest, digest),
            source: digest,
            recipes: Pair::new(digest, digest),
            legs: Pair::new(digest, digest),
            executors: Pair::new("local x86_64".to_owned(), "ssh arm64.example".to_owned()),
            emulator: "qemu".to_owned(),
        },
        tool: "1".to_owned(),
        issued: time(issued),
        expires: time(issued + 100),
    };
    Heard {
        statement,
        keys: [key.to_owned()].into(),
    }
}

fn demand(quorum: usize, now: i64) -> Demand {
    Demand {
        quorum,
        policy: None,
        now: time(now),
    }
}

fn offered(name: &str, content: &str) -> Offered {
    Offered {
        file: file(name, content),
        tree: None,
    }
}

fn verify(heard: &[Heard], offered: &Offered, demand: &Demand) -> Result<usize, Distrust> {
    let verified = Witnesses::of(heard).verify(offered, demand);
    verified.map(|vouched| vouched.keys.len())
}

const YES: Answer = Answer::Substitute;
const NO: Answer = Answer::Refuse;

#[test]
fn exactly_these_bytes_under_their_name_are_accepted() {
    let one = [heard("k", 1000, YES)];
    let demand = demand(1, 1050);
    assert_eq!(verify(&one, &offered("a", "A"), &demand), Ok(1));
    for (name, content, why) in [
        ("a", "X", Distrust::OtherBytes),
        ("a", "B", Distrust::OtherName("usr/bin/b".to_owned())),
        ("c", "X", Distrust::Unknown),
    ] {
        assert_eq!(verify(&one, &offered(name, content), &demand), Err(why));
    }
    let mut half = offered("a", "A");
    half.file.sha256 = "0".repeat(64).parse().unwrap();
    assert_eq!(
        verify(&one, &half, &demand),
        Err(Distrust::OtherBytes),
        "both digests count"
    );
    assert_eq!(
        verify(&[], &offered("a", "A"), &demand),
        Err(Distrust::Unknown)
    );
}

#[test]
fn a_tree_is_accepted_as_a_whole_with_whole_paths() {
    let one = [heard("k", 1000, YES)];
    let demand = demand(1, 1050);
    let within = |name: &str, tree: &str| Offered {
        file: file(name, "A"),
        tree: Some(Digest::of(tree)),
    };
    assert_eq!(verify(&one, &within("usr/bin/a", "tree"), &demand), Ok(1));
    assert_eq!(
        verify(&one, &within("usr/bin/a", "other"), &demand),
        Err(Distrust::OtherTree)
    );
    let moved = Distrust::OtherName("usr/bin/a".to_owned());
    assert_eq!(verify(&one, &within("bin/a", "tree"), &demand), Err(moved));
}

#[test]
fn a_statement_holds_from_its_issue_to_its_end_only() {
    let one = [heard("k", 1000, YES)];
    let at = |now| verify(&one, &offered("a", "A"), &demand(1, now));
    assert_eq!(at(999), Err(Distrust::Future(time(1000))));
    assert_eq!(at(1000), Ok(1));
    assert_eq!(at(1099), Ok(1));
    assert_eq!(at(1100), Err(Distrust::Expired(time(1100))));
    // No longer than what was let through for a while.
    let mut one = one;
    one[0].statement.expires = time(200_000);
    let waived = |until: &str| Tolerated {
        key: "elf.x".parse().unwrap(),
        place: crossproof_model::Place::file("a".parse().unwrap()),
        until: until.parse().unwrap(),
        reason: "it is known".to_owned(),
    };
    one[0].statement.waived = vec![waived("1970-01-09"), waived("1970-01-01")];
    let at = |now| verify(&one, &offered("a", "A"), &demand(1, now));
    assert_eq!(at(86_399), Ok(1));
    assert_eq!(at(86_400), Err(Distrust::Expired(time(86_400))));
}

#[test]
fn keys_are_counted_once_each() {
    let a = offered("a", "A");
    let twice = [heard("k", 1000, YES), heard("k", 1001, YES)];
    assert_eq!(
        verify(&twice, &a, &demand(2, 1050)),
        Err(Distrust::TooFew(1, 2))
    );
    let both = [heard("k", 1000, YES), heard("l", 1001, YES)];
    assert_eq!(verify(&both, &a, &demand(2, 1050)), Ok(2));
    assert_eq!(
        verify(&both, &a, &demand(2, 1100)),
        Err(Distrust::TooFew(1, 2)),
        "one expired"
    );
}

#[test]
fn a_newer_refusal_takes_back_what_was_said_and_an_older_one_does_not() {
    let a = offered("a", "A");
    let refused = |when| Err(Distrust::Refused(time(when), "it is too large".to_owned()));
    let after = |first, second| verify(&[first, second], &a, &demand(1, 1050));
    assert_eq!(
        after(heard("k", 1000, YES), heard("l", 1001, NO)),
        refused(1001)
    );
    assert_eq!(
        after(heard("k", 1000, YES), heard("k", 1000, NO)),
        refused(1000),
        "at once"
    );
    assert_eq!(after(heard("k", 1000, NO), heard("k", 1001, YES)), Ok(1));
    let both = [
        heard("k", 1000, YES),
        heard("l", 1010, NO),
        heard("m", 1020, YES),
    ];
    assert_eq!(
        verify(&both, &a, &demand(2, 1050)),
        Err(Distrust::TooFew(1, 2))
    );
    // A refusal does not run out: what was refused has to be accepted anew.
    assert_eq!(
        verify(&[heard("k", 1000, NO)], &a, &demand(1, 5000)),
        refused(1000)
    );
}

#[test]
fn a_decision_by_another_policy_does_not_count_where_one_is_named() {
    let one = [heard("k", 1000, YES)];
    let with = |policy: &str| Demand {
        policy: Some(Digest::of(policy)),
        ..demand(1, 1050)
    };
    let a = offered("a", "A");
    assert_eq!(verify(&one, &a, &with("policy")), Ok(1));
    let other = Distrust::OtherPolicy(Digest::of("policy"));
    assert_eq!(verify(&one, &a, &with("another")), Err(other));
}

#[test]
fn a_refusal_of_the_file_in_another_tree_counts() {
    let elsewhere = |key: &str, issued, tree: &str| {
        let mut one = heard(key, issued, NO);
        one.statement.artifacts.right = Digest::of(tree);
        one
    };
    let refused = Err(Distrust::Refused(time(1001), "it is too large".to_owned()));
    let within = Offered {
        file: file("usr/bin/a", "A"),
        tree: Some(Digest::of("tree")),
    };
    let demand = demand(1, 1050);
    for offered in [&within, &offered("a", "A")] {
        let newer = [heard("k", 1000, YES), elsewhere("l", 1001, "other")];
        assert_eq!(verify(&newer, offered, &demand), refused);
        let older = [heard("k", 1000, YES), elsewhere("l", 999, "other")];
        assert_eq!(verify(&older, offered, &demand), Ok(1));
    }
    // One digest of two is enough to be the refused file.
    let mut half = elsewhere("l", 1001, "other");
    half.statement.subjects[0].blake3 = Digest::of("never");
    assert_eq!(
        verify(&[heard("k", 1000, YES), half], &within, &demand),
        refused
    );
    // A refusal of the whole tree is one of each file, those that it does not list as well.
    let mut whole = elsewhere("l", 1001, "tree");
    whole.statement.subjects.remove(0);
    assert_eq!(
        verify(&[heard("k", 1000, YES), whole], &within, &demand),
        refused
    );
    // What was refused is a different file.
    let mut other = elsewhere("l", 1001, "other");
    other.statement.subjects.remove(0);
    assert_eq!(
        verify(&[heard("k", 1000, YES), other], &within, &demand),
        Ok(1)
    );
}

/// What is complained of, and what is done for that.
type Change<'a> = (&'a str, &'a dyn Fn(&mut Statement));

/// A trusted key may sign what no gate decided: by the policy itself that is seen.
#[test]
fn a_statement_is_held_against_the_policy_that_it_names() {
    let row = |path: Option<&str>, demands| Row {
        path: path.map(str::to_owned),
        demands,
        ..Row::default()
    };
    let rule = "elf.build-id@3".parse().unwrap();
    let policy = |demands, rows: &[Row]| GatePolicy {
        digest: Digest::of("policy"),
        rows: [&[row(None, demands)], rows].concat(),
        tolerated: Vec::new(),
        regressions_only: false,
    };
    let strict = policy(
        Demands {
            rules: Some([rule].into()),
            notes: Some([].into()),
            models: Some(["max".to_owned()].into()),
            ..Demands::default()
        },
        &[],
    );
    let why = |policy: &GatePolicy, change: &dyn Fn(&mut Statement)| {
        let mut said = heard("k", 1000, YES).statement;
        said.models = ["max".to_owned()].into();
        change(&mut said);
        contradicted(policy, &said)
    };
    assert_eq!(why(&strict, &|_| {}), None);
    let changes: [Change; 8] = [
        ("it is loaded, wanted metadata", &|s| {
            s.level = Level::Loaded;
        }),
        ("rule elf.other@1 is not allowed", &|s| {
            s.rules = ["elf.other@1".parse().unwrap()].into();
        }),
        ("nothing was run under max", &|s| s.models.clear()),
        ("its behaviour is not-run", &|s| {
            s.behaviour = Behaviour::NotRun;
        }),
        ("its controls are not the same", &|s| {
            s.controls.left = Control::NotRun;
        }),
        ("emulated-build is not allowed", &|s| {
            s.notes = vec![Note::EmulatedBuild];
        }),
        ("check.march-native was found", &|s| {
            s.differences = [("check.march-native".parse().unwrap(), 1)].into();
        }),
        ("something is let through for being known", &|s| {
            s.known = vec!["it was so before".to_owned()];
        }),
    ];
    for (words, change) in changes {
        let said = why(&strict, change).expect(words);
        assert!(said.contains(words), "{words}: {said}");
    }
    // A refusal may be of anything, and of a different policy nothing is known here.
    let loaded = |s: &mut Statement| s.level = Level::Loaded;
    let refused = |s: &mut Statement| {
        loaded(s);
        s.answer = NO;
    };
    assert_eq!(why(&strict, &refused), None);
    let other = |s: &mut Statement| {
        loaded(s);
        s.policy = Digest::of("other");
    };
    assert_eq!(why(&strict, &other), None);
    // What a path may be, or was let through for a while or for being known, a statement may be.
    let of_path = Demands {
        at_least: Some(Level::Interface),
        ..Demands::default()
    };
    let paths = policy(Demands::default(), &[row(Some("usr/share/**"), of_path)]);
    assert_eq!(why(&paths, &loaded), None);
    let known = GatePolicy {
        regressions_only: true,
        ..strict
    };
    let excused = |s: &mut Statement| {
        loaded(s);
        s.known = vec!["it was so before".to_owned()];
    };
    assert_eq!(why(&known, &excused), None);
}
