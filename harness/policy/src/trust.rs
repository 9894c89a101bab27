//! Whether an artifact is what trusted keys say it is: enough of them, for exactly these bytes, not too long ago,
//! and none of them has taken it back.

use crossproof_model::Digest;
use crossproof_model::digest::Sha256;
use crossproof_model::gate::Answer;
use crossproof_model::statement::{Statement, Subject};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A statement, and the trusted keys that signed it.
#[derive(Clone, Debug)]
pub struct Heard {
    /// What was said.
    pub statement: Statement,
    /// Who said it: key ids.
    pub keys: BTreeSet<String>,
}

/// A file that is to be verified.
#[derive(Clone, Debug)]
pub struct Offered {
    /// What it is called and what it holds. The name is a path in a tree, or a file's own name.
    pub file: Subject,
    /// Digest of the whole tree's manifest, where it came with one: then names are whole paths, and a statement
    /// has to be about this very tree.
    pub tree: Option<Digest>,
}

impl Offered {
    /// Whether a subject of this name is this file: by its whole path in a tree, else by the file's own name.
    fn is_called(&self, name: &str) -> bool {
        match self.tree {
            Some(_) => name == self.file.name,
            None => file_name(name) == self.file.name,
        }
    }
}

/// What is demanded of statements.
#[derive(Clone, Debug)]
pub struct Demand {
    /// How many distinct keys must vouch for a file.
    pub quorum: usize,
    /// The policy by which the gate must have decided; any if none.
    pub policy: Option<Digest>,
    /// The time.
    pub now: Timestamp,
}

/// Why a file is accepted: who vouches for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouched {
    /// The keys, distinct.
    pub keys: BTreeSet<String>,
    /// The earliest time at which one of the statements expires.
    pub until: Timestamp,
}

/// Why a file is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Distrust {
    /// No statement is about it.
    Unknown,
    /// A statement is about something of this name, with other bytes.
    OtherBytes,
    /// A statement is about these bytes by another name.
    OtherName(String),
    /// Statements are about this file in another tree: something else of the tree differs.
    OtherTree,
    /// A trusted key says that it may not be substituted, and nobody has said otherwise since.
    Refused(Timestamp, String),
    /// Statements have expired, the last of them then.
    Expired(Timestamp),
    /// A statement is from the future.
    Future(Timestamp),
    /// The gate decided by another policy: its digest.
    OtherPolicy(Digest),
    /// Too few keys: how many vouch, how many are wanted.
    TooFew(usize, usize),
}

impl fmt::Display for Distrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Distrust::Unknown => f.write_str("no trusted statement is about it"),
            Distrust::OtherBytes => f.write_str("its bytes are not those that were attested under its name"),
            Distrust::OtherName(name) => write!(f, "its bytes were attested as {name}, not under its name"),
            Distrust::OtherTree => f.write_str(
                "it was attested in another tree: a path, a mode or a link beside it is not what was attested",
            ),
            Distrust::Refused(when, why) => write!(f, "refused by a trusted statement of {when}: {why}"),
            Distrust::Expired(when) => write!(f, "what was said of it expired on {when}"),
            Distrust::Future(when) => write!(f, "what was said of it is of {when}, which is to come"),
            Distrust::OtherPolicy(digest) => {
                write!(f, "decided by another policy ({})", digest.short())
            }
            Distrust::TooFew(found, wanted) => {
                write!(f, "{found} of {wanted} keys vouch for it")
            }
        }
    }
}

/// Everything that was heard, by the files it is about.
pub struct Witnesses<'h> {
    by_digest: BTreeMap<&'h Digest, Vec<(&'h Subject, &'h Heard)>>,
    by_name: BTreeSet<&'h str>,
    refusals: Refusals<'h>,
}

/// Every refusal, by each of the digests that it names and by the whole tree: a file that was refused is refused in
/// whichever tree it turns up at that path. Elsewhere it is a different file, as the empty ones of many packages are.
#[derive(Default)]
struct Refusals<'h> {
    by_blake3: BTreeMap<&'h Digest, Vec<(&'h Subject, &'h Heard)>>,
    by_sha256: BTreeMap<&'h Sha256, Vec<(&'h Subject, &'h Heard)>>,
    by_tree: BTreeMap<&'h Digest, Vec<&'h Heard>>,
}

impl<'h> Refusals<'h> {
    fn add(&mut self, one: &'h Heard) {
        let tree = &one.statement.artifacts.right;
        self.by_tree.entry(tree).or_default().push(one);
        for subject in &one.statement.subjects {
            let said = (subject, one);
            self.by_blake3
                .entry(&subject.blake3)
                .or_default()
                .push(said);
            self.by_sha256
                .entry(&subject.sha256)
                .or_default()
                .push(said);
        }
    }

    /// The latest refusal of this file, in whichever tree it was, or of the tree it came with.
    fn latest(&self, offered: &Offered) -> Option<&'h Heard> {
        let Offered { file, tree } = offered;
        let by_blake3 = self.by_blake3.get(&file.blake3);
        let by_sha256 = self.by_sha256.get(&file.sha256);
        let same = by_blake3.into_iter().chain(by_sha256).flatten();
        let same = same.filter(|(subject, _)| offered.is_called(&subject.name));
        let whole = tree.iter().filter_map(|tree| self.by_tree.get(tree));
        let all = same.map(|(_, one)| *one).chain(whole.flatten().copied());
        all.max_by_key(|one| one.statement.issued)
    }
}

impl<'h> Witnesses<'h> {
    /// Sorts what was heard.
    pub fn of(heard: &'h [Heard]) -> Self {
        let mut by_digest: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut by_name = BTreeSet::new();
        let mut refusals = Refusals::default();
        for one in heard {
            if one.statement.answer == Answer::Refuse {
                refusals.add(one);
            }
            for subject in &one.statement.subjects {
                by_digest
                    .entry(&subject.blake3)
                    .or_default()
                    .push((subject, one));
                by_name.insert(subject.name.as_str());
                by_name.insert(file_name(&subject.name));
            }
        }
        Witnesses {
            by_digest,
            by_name,
            refusals,
        }
    }

    /// Who vouches for `offered`, or why nobody may be believed.
    pub fn verify(&self, offered: &Offered, demand: &Demand) -> Result<Vouched, Distrust> {
        let refused = self.refusals.latest(offered);
        let about = match (self.about(offered), refused) {
            (Err(_), Some(refused)) => return Err(refusal(&refused.statement)),
            (about, _) => about?,
        };
        let mut vouched = Vouched {
            keys: BTreeSet::new(),
            until: Timestamp::MAX,
        };
        let mut why = Distrust::TooFew(0, demand.quorum);
        for one in &about {
            let said = &one.statement;
            if said.answer == Answer::Refuse {
                continue;
            }
            let taken_back = refused.filter(|refused| refused.statement.issued >= said.issued);
            if let Some(refused) = taken_back {
                why = refusal(&refused.statement);
            } else if said.issued > demand.now {
                why = Distrust::Future(said.issued);
            } else if said.holds_until() <= demand.now {
                why = Distrust::Expired(said.holds_until());
            } else if demand.policy.is_some_and(|policy| policy != said.policy) {
                why = Distrust::OtherPolicy(said.policy);
            } else {
                vouched.keys.extend(one.keys.iter().cloned());
                vouched.until = vouched.until.min(said.holds_until());
            }
        }
        match (vouched.keys.len(), refused) {
            (0, Some(refused)) => Err(refusal(&refused.statement)),
            (0, None) => Err(why),
            (found, _) if found < demand.quorum => Err(Distrust::TooFew(found, demand.quorum)),
            _ => Ok(vouched),
        }
    }

    /// The statements about exactly this file.
    fn about(&self, offered: &Offered) -> Result<Vec<&'h Heard>, Distrust> {
        let file = &offered.file;
        let known = self
            .by_digest
            .get(&file.blake3)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let same: Vec<_> = known
            .iter()
            .filter(|(subject, _)| subject.sha256 == file.sha256)
            .collect();
        let named: Vec<_> = same
            .iter()
            .filter(|(subject, _)| offered.is_called(&subject.name))
            .collect();
        let here = |one: &Heard| {
            offered
                .tree
                .is_none_or(|tree| tree == one.statement.artifacts.right)
        };
        let about: Vec<_> = named
            .iter()
            .map(|(_, one)| *one)
            .filter(|one| here(one))
            .collect();
        match (same.first(), named.is_empty(), about.is_empty()) {
            (Some(_), false, false) => Ok(about),
            (Some(_), false, true) => Err(Distrust::OtherTree),
            (Some((subject, _)), true, _) => Err(Distrust::OtherName(subject.name.clone())),
            (None, ..) if self.by_name.contains(file.name.as_str()) => Err(Distrust::OtherBytes),
            (None, ..) => Err(Distrust::Unknown),
        }
    }
}

fn refusal(statement: &Statement) -> Distrust {
    let first = statement.objections.first().cloned();
    let why = first.unwrap_or_else(|| "without a reason".to_owned());
    Distrust::Refused(statement.issued, why)
}

fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}
