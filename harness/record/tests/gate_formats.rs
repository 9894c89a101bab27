//! What a gate reads and what is signed: policies, strictly, and statements, there and back.

use crossproof_model::check::Search;
use crossproof_model::gate::{Answer, Tolerated, Wanted};
use crossproof_model::level::Behaviour;
use crossproof_model::statement::{Statement, Subject};
use crossproof_model::verdict::{Control, Note, Provenance};
use crossproof_model::{Digest, Level, Pair, Place, Platform};
use crossproof_record::{gate_policy, read_statement, statement_json, summary_json};
use serde_json::Value;

const POLICY: &str = "version: 1
default:
  at-least: metadata
  behaviour: same
  models: [max]
  controls: same
  golden: holds
  findings: none
  rules: [elf.build-id@3]
  notes: [emulated-build]
  growth: 5
  glibc: \"2.36\"
  forbid:
    store: {text: /nix/store}
rows:
  - for: {case: \"apr-*\", target: armv7}
    demand: {controls: any, required: false}
  - for: {path: usr/share/**}
    demand: {at-least: loaded}
tolerate:
  - key: text.lines
    case: apr
    path: usr/bin/apr-1-config
    until: 2027-03-01
    reason: it tells of the build
regressions-only: true
";

#[test]
fn a_policy_reads_as_written() {
    let policy = gate_policy(POLICY, "p").unwrap();
    assert_eq!(policy.digest, Digest::of(POLICY));
    let [all, apr, share] = policy.rows.as_slice() else {
        panic!("{:?}", policy.rows)
    };
    assert_eq!(all.demands.at_least, Some(Level::Metadata));
    assert_eq!(all.demands.golden, Some(Wanted::Must));
    assert_eq!(all.demands.notes, Some([Note::EmulatedBuild].into()));
    let store = Search::Texts(vec!["/nix/store".to_owned()]);
    assert_eq!(
        all.demands.forbid,
        Some([("store".to_owned(), store)].into())
    );
    assert_eq!(apr.target, Some(Platform::Armv7));
    assert_eq!(apr.demands.controls, Some(Wanted::Any));
    assert_eq!(apr.demands.at_least, None, "what is not said is not said");
    assert_eq!(share.path.as_deref(), Some("usr/share/**"));
    assert_eq!(policy.tolerated[0].until.to_string(), "2027-03-01");
    assert!(policy.regressions_only);
    assert_eq!(gate_policy("version: 1\n", "p").unwrap().rows.len(), 1);
}

#[test]
fn a_policy_is_read_strictly() {
    for (old, new, expected) in [
        (
            "at-least: metadata",
            "at-least: good",
            "p:3:13: default.at-least: unknown level `good`: expected bits, metadata, loaded, layout, interface or divergent",
        ),
        (
            "behaviour: same",
            "behaviour: maybe",
            "p:4:14: default.behaviour: unknown demand `maybe`: expected one of same, any",
        ),
        (
            "elf.build-id@3",
            "elf.*@1",
            "p:9:11: default.rules[0]: `elf.*@1` does not name a rule: expected an id and a version, such as `elf.build-id@3`",
        ),
        (
            "demand: {at-least: loaded}",
            "demand: {controls: any}",
            "p:19:24: rows[1].demand.controls: a case as a whole has it, and this row is for paths",
        ),
        (
            "{path: usr/share/**}",
            "{}",
            "p:18:10: rows[1].for: expected a case, a target or a path; what is for all is the `default`",
        ),
        (
            "usr/share/**",
            "\"usr/[\"",
            "p:18:17: rows[1].for.path: bad glob: error parsing glob 'usr/[': unclosed character class; missing ']'",
        ),
        (
            "2027-03-01",
            "soon",
            "p:24:12: tolerate[0].until: `soon` is not a day: expected year, month and day, such as `2027-03-01`",
        ),
        (
            "it tells of the build",
            "\" \"",
            "p:25:13: tolerate[0].reason: expected a reason",
        ),
        (
            "{text: /nix/store}",
            "{pattern: \"(\"}",
            "p:14:22: default.forbid.store.pattern: bad pattern: regex parse error:\n    (\n    ^\nerror: unclosed group",
        ),
    ] {
        let text = POLICY.replace(old, new);
        assert_ne!(text, POLICY, "{old}");
        assert_eq!(gate_policy(&text, "p").unwrap_err().to_string(), expected);
    }
    for (old, new, words) in [
        ("growth: 5", "grow: 5", "unknown field `grow`"),
        ("growth: 5", "growth: -1", "expected u32"),
        ("version: 1", "version: 2", "unknown version 2"),
        (
            "golden: holds",
            "golden: holds\n  golden: any",
            "duplicate key",
        ),
    ] {
        let error = gate_policy(&POLICY.replace(old, new), "p").unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}

fn statement() -> Statement {
    let digest = |text: &str| Digest::of(text);
    let subject = |name: &str| Subject {
        name: name.to_owned(),
        // Each file has its own.
        sha256: format!(
            "{}{:02x}",
            "ab".repeat(31),
            name.bytes().last().unwrap_or_default()
        )
        .parse()
        .unwrap(),
        blake3: digest(name),
    };
    Statement {
        subjects: vec![subject("usr/bin/a"), subject("usr/bin/b")],
        native: vec![subject("usr/bin/a")],
        artifacts: Pair::new(digest("n"), digest("c")),
        name: "hello".to_owned(),
        target: Platform::Armv7,
        answer: Answer::Refuse,
        objections: vec!["too large".to_owned()],
        known: vec!["built once".to_owned()],
        policy: digest("policy"),
        level: Level::Interface,
        behaviour: Behaviour::Different,
        models: ["max".to_owned()].into(),
        controls: Pair::new(Control::Same, Control::Differs(Level::Loaded)),
        rules: ["elf.build-id@3".parse().unwrap()].into(),
        differences: [
            ("elf.section.text.bytes".parse().unwrap(), 3),
            ("run.stdout".parse().unwrap(), 1),
            ("text.lines".parse().unwrap(), 1),
        ]
        .into(),
        waived: vec![Tolerated {
            key: "text.lines".parse().unwrap(),
            place: Place::file("usr/bin/a".parse().unwrap()).within("text"),
            until: "2027-03-01".parse().unwrap(),
            reason: "known".to_owned(),
        }],
        notes: vec![Note::EmulatedBuild],
        provenance: Provenance {
            roots: Pair::new(digest("1"), digest("2")),
            source: digest("3"),
            recipes: Pair::new(digest("4"), digest("5")),
            legs: Pair::new(digest("6"), digest("7")),
            executors: Pair::new("local x86_64".to_owned(), "ssh arm64.example".to_owned()),
            emulator: "qemu".to_owned(),
        },
        tool: "0.1.0".to_owned(),
        issued: "2026-06-15T12:00:00Z".parse().unwrap(),
        expires: "2026-09-13T12:00:00Z".parse().unwrap(),
    }
}

#[test]
fn a_statement_reads_back_and_is_read_strictly() {
    let text = statement_json(&statement());
    assert_eq!(read_statement(&text, "s").unwrap(), Some(statement()));
    for (old, new, words) in [
        (
            "in-toto.io/Statement/v1",
            "in-toto.io/Statement/v0.1",
            "_type: expected",
        ),
        ("\"refuse\"", "\"maybe\"", "unknown answer"),
        ("\"issued\"", "\"issue\"", "unknown field `issue`"),
        ("2026-06-15T12:00:00Z", "yesterday", "issued"),
        ("\"sha256\": \"ab", "\"sha256\": \"AB", "is not a digest"),
        ("\"interface\"", "\"fine\"", "unknown level"),
    ] {
        assert!(text.contains(old), "{old}");
        let error = read_statement(&text.replace(old, new), "s").unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
    let nothing = Statement {
        subjects: Vec::new(),
        ..statement()
    };
    assert!(read_statement(&statement_json(&nothing), "s").is_err());
}

/// What is complained of, and what is done for that.
type Change<'a> = (&'a str, &'a dyn Fn(&mut Statement));

/// A statement that says so may be read; each change by itself contradicts what is said beside it.
#[test]
fn a_statement_that_contradicts_itself_is_refused() {
    let substitute = |said: &mut Statement| {
        said.answer = Answer::Substitute;
        said.objections.clear();
    };
    let same_bits = |said: &mut Statement| {
        said.artifacts.left = said.artifacts.right;
        said.native = said.subjects.clone();
        said.level = Level::Bits;
        said.rules.clear();
        said.waived.clear();
        said.differences = [("run.stdout".parse().unwrap(), 1)].into();
        said.notes = vec![Note::NondeterministicProgram];
    };
    let sound: [fn(&mut Statement); 2] = [|_| {}, |said| said.expires = said.issued];
    let holds = |change: &dyn Fn(&mut Statement)| {
        let mut said = statement();
        change(&mut said);
        read_statement(&statement_json(&said), "s")
    };
    for change in sound {
        assert!(holds(&change).is_ok());
    }
    holds(&substitute).unwrap();
    holds(&same_bits).unwrap();
    let bad: [Change; 23] = [
        ("there are objections", &|s| s.answer = Answer::Substitute),
        ("nothing is held against it", &|s| s.objections.clear()),
        ("ends before", &|s| {
            s.expires = "2026-06-15T11:59:59Z".parse().unwrap()
        }),
        ("after its last day", &|s| {
            substitute(s);
            s.waived[0].until = "2026-06-14".parse().unwrap();
        }),
        ("let through than there are", &|s| {
            s.waived.push(s.waived[0].clone())
        }),
        ("is there twice", &|s| {
            s.subjects.push(s.subjects[0].clone())
        }),
        ("is there twice", &|s| s.native.push(s.native[0].clone())),
        ("has none below it", &|s| {
            s.subjects[1].name = format!("{}/x", s.subjects[0].name)
        }),
        ("and not the other", &|s| {
            s.subjects[1].sha256 = s.subjects[0].sha256.clone();
            s.subjects[1].blake3 = "cd".repeat(32).parse().unwrap();
        }),
        ("is not a path inside", &|s| {
            s.subjects[0].name = "../a".to_owned()
        }),
        ("is not a path inside", &|s| s.subjects[0].name.clear()),
        ("artifact.name", &|s| s.name = "A case".to_owned()),
        ("their files are not the same", &|s| {
            s.artifacts.left = s.artifacts.right
        }),
        ("which is `bits`", &|s| {
            same_bits(s);
            s.level = Level::Divergent;
        }),
        ("which `bits` would be", &|s| s.level = Level::Bits),
        ("with `bits` there are none", &|s| {
            same_bits(s);
            s.rules = statement().rules;
        }),
        ("speaks for anything but `bits`", &|s| {
            s.rules.clear();
            s.waived.clear();
            s.differences
                .retain(|key, _| key.to_string() == "run.stdout");
        }),
        ("a difference that is nowhere", &|s| {
            s.differences.insert("a.b".parse().unwrap(), 0);
        }),
        ("no CPU model is named", &|s| s.models.clear()),
        ("CPU models are named", &|s| s.behaviour = Behaviour::NotRun),
        ("it is not `different`", &|s| s.behaviour = Behaviour::Same),
        ("no run differs", &|s| {
            s.differences
                .retain(|key, _| key.to_string() != "run.stdout");
        }),
        ("and nowhere else", &|s| {
            s.notes.push(Note::NondeterministicProgram)
        }),
    ];
    for (words, change) in bad {
        let error = holds(change).expect_err(words).to_string();
        assert!(error.contains(words), "{words}: {error}");
    }
    let twice =
        statement_json(&statement()).replace("\"answer\"", "\"answer\": \"refuse\", \"answer\"");
    assert!(read_statement(&twice, "s").is_err());
    let twice = statement_json(&statement())
        .replace("\"text.lines\": 1", "\"text.lines\": 1, \"text.lines\": 2");
    let error = read_statement(&twice, "s").unwrap_err().to_string();
    assert!(error.contains("duplicate key"), "{error}");
    let (whole, short) = ("ab".repeat(31), "ab".repeat(30));
    let cut = statement_json(&statement()).replace(&whole, &short);
    assert!(
        read_statement(&cut, "s").is_err(),
        "a digest that is cut short"
    );
}

#[test]
fn a_summary_is_of_the_same_files_and_says_nothing_of_equivalence() {
    let text = summary_json(&statement(), "file:policy.yaml");
    assert_eq!(read_statement(&text, "s").unwrap(), None);
    // What a later version, or somebody else, says may be a refusal.
    for (old, new, words) in [
        ("PASSED", "FAILED", "may refuse"),
        (
            "https://slsa.dev/verification_summary/v1",
            "urn:crossproof:equivalence:v2",
            "not known",
        ),
        (
            "https://slsa.dev/verification_summary/v1",
            "urn:crossproof:equivalence:v1 ",
            "not known",
        ),
        ("https://slsa.dev/verification_summary/v1", "", "not known"),
    ] {
        let said = read_statement(&text.replace(old, new), "s").unwrap_err();
        assert!(said.to_string().contains(words), "{said}");
    }
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        json["predicateType"],
        "https://slsa.dev/verification_summary/v1"
    );
    assert_eq!(json["subject"][1]["name"], "usr/bin/b");
    assert_eq!(json["predicate"]["verificationResult"], "PASSED");
    assert_eq!(
        json["predicate"]["verifiedLevels"][0],
        "CROSSPROOF_INTERFACE"
    );
    assert_eq!(json["predicate"]["timeVerified"], "2026-06-15T12:00:00Z");
}

#[test]
fn the_policy_in_the_manual_is_one() {
    let manual = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/gate.md");
    let manual = std::fs::read_to_string(manual).unwrap();
    let block = manual
        .split("```yaml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    let policy = gate_policy(block.unwrap(), "docs/gate.md").unwrap();
    assert_eq!((policy.rows.len(), policy.tolerated.len()), (4, 2));
}

#[test]
fn nothing_is_no_demand() {
    for (text, place) in [
        ("version: 1\ndefault: {rules: }\n", "default.rules"),
        ("version: 1\ndefault:\n", "default"),
        ("version: 1\nrows:\n", "rows"),
        (
            "version: 1\ndefault:\n  forbid:\n  # paths: all\n",
            "forbid",
        ),
    ] {
        let error = gate_policy(text, "p").unwrap_err().to_string();
        assert!(
            error.contains("nothing stands here") && error.contains(place),
            "{error}"
        );
    }
}
