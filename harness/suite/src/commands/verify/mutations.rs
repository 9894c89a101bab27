//! Whatever is done to statements that refuse, short of taking a whole file away, they do not turn into acceptance.

use super::verified;
use crate::args::gate::VerifyArguments;
use crate::commands::attest::subject;
use crate::commands::compare::read;
use crate::exit::Status;
use crossproof_attest::{Envelope, SecretKey};
use crossproof_model::gate::Answer;
use crossproof_model::level::Behaviour;
use crossproof_model::statement::{Statement, Subject};
use crossproof_model::verdict::{Control, Provenance};
use crossproof_model::{Digest, Entry, Level, Pair, Platform};
use crossproof_record::{PAYLOAD_TYPE, statement_json};
use jiff::{SignedDuration, Timestamp};
use std::fs;
use std::path::PathBuf;

/// A folder of statements by two trusted keys, about one tree and its files in other trees.
pub(super) struct Folder {
    place: tempfile::TempDir,
    pub(super) keys: Vec<SecretKey>,
    tree: PathBuf,
    subjects: Vec<Subject>,
    manifest: Digest,
}

impl Folder {
    fn new() -> Folder {
        let place = tempfile::tempdir().unwrap();
        let tree = place.path().join("tree");
        fs::create_dir(&tree).unwrap();
        for name in ["one", "two"] {
            fs::write(tree.join(name), name).unwrap();
        }
        let keys: Vec<_> = (0..2).map(|_| SecretKey::generate().unwrap()).collect();
        for (at, key) in keys.iter().enumerate() {
            fs::write(place.path().join(format!("{at}.pub")), key.public().pem()).unwrap();
        }
        fs::create_dir(place.path().join("said")).unwrap();
        let whole = read(&tree, "tree").unwrap();
        let files = whole.entries.iter().map(|(path, entry)| match entry {
            Entry::File { content, .. } => subject(path.as_str(), content),
            other => panic!("{other:?}"),
        });
        Folder {
            subjects: files.collect(),
            manifest: whole.manifest().digest(),
            keys,
            tree,
            place,
        }
    }

    /// Folders in which several statements accept a tree and the last word is a refusal: of the same tree, or of a
    /// different one that has the files; by the key that vouched, or not.
    pub(super) fn refused() -> impl Iterator<Item = Folder> {
        let ways = [(0, true), (1, true), (0, false), (1, false)];
        ways.into_iter().map(|(key, same_tree)| {
            let folder = Folder::new();
            let (here, elsewhere) = (folder.manifest, Digest::of("elsewhere"));
            for (file, key, ago, answer, manifest) in [
                ("accepted", 0, 100, Answer::Substitute, here),
                ("accepted-before", 1, 300, Answer::Substitute, here),
                ("refused-before", 1, 200, Answer::Refuse, here),
                (
                    "refused-before-elsewhere",
                    0,
                    250,
                    Answer::Refuse,
                    elsewhere,
                ),
                ("accepted-elsewhere", 1, 50, Answer::Substitute, elsewhere),
            ] {
                folder.say(file, key, ago, answer, manifest);
            }
            assert!(folder.accepts(), "nothing newer refuses it");
            let tree = if same_tree { here } else { elsewhere };
            folder.say("refused", key, 90, Answer::Refuse, tree);
            assert!(!folder.accepts());
            folder
        })
    }

    /// Said by a key some seconds ago.
    fn say(&self, file: &str, key: usize, ago: i64, answer: Answer, manifest: Digest) {
        let issued = Timestamp::from_second(Timestamp::now().as_second() - ago).unwrap();
        let digest = Digest::of("x");
        let refused = answer == Answer::Refuse;
        let statement = Statement {
            subjects: self.subjects.clone(),
            native: Vec::new(),
            artifacts: Pair::new(digest, manifest),
            name: "hello".to_owned(),
            target: Platform::Aarch64,
            answer,
            objections: refused
                .then(|| "it is worse".to_owned())
                .into_iter()
                .collect(),
            known: Vec::new(),
            policy: digest,
            level: Level::Metadata,
            behaviour: Behaviour::NotRun,
            models: [].into(),
            controls: Pair::new(Control::Same, Control::Same),
            rules: ["elf.build-id@3".parse().unwrap()].into(),
            differences: [].into(),
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
            issued,
            expires: issued + SignedDuration::from_hours(24),
        };
        let mut envelope = Envelope::new(PAYLOAD_TYPE, statement_json(&statement).into_bytes());
        envelope.sign(&self.keys[key]);
        fs::write(self.file(file), envelope.json()).unwrap();
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.place
            .path()
            .join("said")
            .join(format!("{name}.intoto.jsonl"))
    }

    fn files(&self) -> Vec<PathBuf> {
        let listing = fs::read_dir(self.place.path().join("said")).unwrap();
        let mut files: Vec<_> = listing.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }

    /// Whether the tree is accepted.
    pub(super) fn accepts(&self) -> bool {
        let arguments = VerifyArguments {
            key: (0..2)
                .map(|at| self.place.path().join(format!("{at}.pub")))
                .collect(),
            quorum: 1,
            policy: None,
            attestations: vec![self.place.path().join("said")],
            leave_out_strangers: false,
            paths: vec![self.tree.clone()],
        };
        verified(&arguments).is_ok_and(|verified| verified.status == Status::Holds)
    }
}

/// Numbers that look random and are the same each time (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound.max(1) as u64) as usize
    }

    fn one_of<'a>(&mut self, all: &'a [String]) -> &'a str {
        &all[self.below(all.len())]
    }
}

/// The value of a field that is a string.
pub(super) fn field<'t>(text: &'t str, name: &str) -> &'t str {
    let rest = text
        .split(&format!("\"{name}\":\""))
        .nth(1)
        .unwrap_or_default();
    rest.split('"').next().unwrap_or_default()
}

/// Changes one or two files in one way. What it leaves of each file is never a whole envelope of the folder that the
/// file did not hold, unless that envelope is still in the folder: else it would be the same as deleting the file.
fn mutate(numbers: &mut Numbers, texts: &mut [Vec<u8>], ids: &[String]) -> &'static str {
    let at = numbers.below(texts.len());
    let other = (at + 1 + numbers.below(texts.len() - 1)) % texts.len();
    let (mine, yours) = (
        String::from_utf8_lossy(&texts[at]).into_owned(),
        String::from_utf8_lossy(&texts[other]).into_owned(),
    );
    let swapped = |name: &str| {
        let (one, two) = (field(&mine, name), field(&yours, name));
        (
            mine.replace(one, two).into_bytes(),
            yours.replace(two, one).into_bytes(),
        )
    };
    let length = texts[at].len();
    let place = numbers.below(length);
    match numbers.below(14) {
        0 => {
            texts[at][place] ^= 1 << numbers.below(8);
            "a bit"
        }
        1 => {
            texts[at][place] = numbers.below(256) as u8;
            "a byte"
        }
        2 => {
            texts[at].remove(place);
            "a byte less"
        }
        3 => {
            texts[at].insert(place, numbers.below(256) as u8);
            "a byte more"
        }
        4 => {
            texts[at].truncate(place);
            "cut short"
        }
        5 => {
            texts[at].truncate(place);
            texts[at].push(b'\n');
            "cut short, with an end"
        }
        6 | 7 => {
            let id = field(&mine, "keyid").to_owned();
            texts[at] = mine.replace(&id, numbers.one_of(ids)).into_bytes();
            "the key id"
        }
        8 => {
            (texts[at], texts[other]) = swapped("sig");
            "the signatures of two"
        }
        9 => {
            (texts[at], texts[other]) = swapped("payload");
            "the payloads of two"
        }
        10 => {
            let (id, sig) = (
                field(&mine, "keyid").to_owned(),
                field(&mine, "sig").to_owned(),
            );
            let fresh = "A".repeat(86) + "==";
            texts[at] = mine
                .replace(&id, numbers.one_of(ids))
                .replace(&sig, &fresh)
                .into_bytes();
            "the key id and the signature"
        }
        11 => {
            texts[at].clear();
            "its line dropped"
        }
        12 => {
            let line = numbers.one_of(&[mine, yours]).to_owned().into_bytes();
            texts[at].extend(line);
            "a line more"
        }
        _ => {
            texts.swap(at, other);
            "two files, each under the name of the other"
        }
    }
}

#[test]
fn no_mutation_turns_a_refusal_into_an_acceptance() {
    let mut numbers = Numbers(20_260_101);
    let ids: Vec<String> = {
        let stranger = SecretKey::generate().unwrap().public().id();
        [stranger.as_str(), "", "00", "A"].map(str::to_owned).into()
    };
    let mut tried = 0;
    for folder in Folder::refused() {
        let mut ids = ids.clone();
        let keys = folder.keys.iter().map(|key| key.public().id());
        ids.extend(keys.map(|id| id.as_str().to_owned()));
        let files = folder.files();
        let sound: Vec<Vec<u8>> = files.iter().map(|file| fs::read(file).unwrap()).collect();
        for _ in 0..300 {
            let mut texts = sound.clone();
            let what = mutate(&mut numbers, &mut texts, &ids);
            for (file, text) in files.iter().zip(&texts) {
                fs::write(file, text).unwrap();
            }
            assert!(!folder.accepts(), "{what}");
            tried += 1;
        }
    }
    assert!(tried >= 1000);
}
