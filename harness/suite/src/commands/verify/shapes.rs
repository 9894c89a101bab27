//! Shapes that a refusal may be given, each on purpose, where several other statements accept the same files: none of
//! them makes the refusal unheard.

use super::mutations::{Folder, field};
use crossproof_attest::{Envelope, SecretKey};
use crossproof_record::PAYLOAD_TYPE;
use std::fs;

/// What a shape is made from.
struct From<'f> {
    folder: &'f Folder,
    /// The refusal's line.
    refusal: String,
    /// That of a statement that accepts.
    acceptance: String,
}

impl From<'_> {
    /// The refusal with one of its fields changed.
    fn with(&self, name: &str, change: impl FnOnce(&str) -> String) -> String {
        let old = field(&self.refusal, name);
        assert!(!old.is_empty(), "{name}");
        let quoted = |value: &str| format!("\"{name}\":\"{value}\"");
        let changed = self.refusal.replace(&quoted(old), &quoted(&change(old)));
        assert_ne!(changed, self.refusal, "{name}");
        changed
    }

    /// One signed by these, with the refusal's statement changed.
    fn signed(&self, keys: &[&SecretKey], change: impl FnOnce(String) -> String) -> String {
        let trusted = self.folder.keys.iter().map(SecretKey::public);
        let trusted = trusted.map(|key| (key.id(), key)).collect();
        let envelope = Envelope::read(&self.refusal).unwrap();
        let said = envelope.open(PAYLOAD_TYPE, &trusted).unwrap().payload;
        let said = change(String::from_utf8(said).unwrap());
        let mut envelope = Envelope::new(PAYLOAD_TYPE, said.into_bytes());
        for key in keys {
            envelope.sign(key);
        }
        envelope.json()
    }

    /// One that a trusted key signed, with something replaced in its statement.
    fn saying(&self, old: &str, new: &str) -> String {
        self.signed(&[&self.folder.keys[0]], |said| {
            assert!(said.contains(old), "{old}: {said}");
            said.replace(old, new)
        })
    }
}

type Shape = (&'static str, fn(&From<'_>) -> String);

/// What is done to the signature, and to what it is said to be.
const OF_SIGNATURES: [Shape; 13] = [
    ("another key's id", |f| {
        let mine = field(&f.refusal, "keyid").to_owned();
        let ids = f.folder.keys.iter().map(|key| key.public().id());
        let ids: Vec<String> = ids.map(|id| id.as_str().to_owned()).collect();
        let other = ids.into_iter().find(|id| *id != mine).unwrap();
        f.with("keyid", |_| other)
    }),
    ("a stranger's id", |f| f.with("keyid", |_| "ab".repeat(32))),
    ("no id", |f| f.with("keyid", |_| String::new())),
    ("an id in capitals", |f| {
        f.with("keyid", |id| format!("A{}", id.to_uppercase()))
    }),
    ("an id with a blank", |f| {
        f.with("keyid", |id| format!("{id} "))
    }),
    ("the signature of another", |f| {
        f.with("sig", |_| field(&f.acceptance, "sig").to_owned())
    }),
    ("no signature", |f| f.with("sig", |_| String::new())),
    ("a signature of nothing", |f| {
        f.with("sig", |_| "A".repeat(86) + "==")
    }),
    ("a signature without its padding", |f| {
        f.with("sig", |sig| sig.trim_end_matches('=').to_owned())
    }),
    ("half of a signature", |f| {
        f.with("sig", |sig| sig[..44].to_owned())
    }),
    ("no signatures", |f| {
        let (before, _) = f.refusal.split_once("\"signatures\":").unwrap();
        format!("{before}\"signatures\":[]}}\n")
    }),
    ("a stranger's signature", |f| {
        f.signed(&[&SecretKey::generate().unwrap()], |said| said)
    }),
    ("no one's signature", |f| f.signed(&[], |said| said)),
];

/// What is done to the payload and its type.
const OF_PAYLOADS: [Shape; 7] = [
    ("the payload of another", |f| {
        f.with("payload", |_| field(&f.acceptance, "payload").to_owned())
    }),
    ("no payload", |f| f.with("payload", |_| String::new())),
    ("half of a payload", |f| {
        f.with("payload", |said| said[..said.len() / 8 * 4].to_owned())
    }),
    ("another type", |f| {
        f.with("payloadType", |_| "text/plain".to_owned())
    }),
    ("a type in capitals", |f| {
        f.with("payloadType", str::to_uppercase)
    }),
    ("a key of the envelope that stands twice", |f| {
        f.refusal
            .replacen('{', "{\"payloadType\":\"text/plain\",", 1)
    }),
    ("a field that no one knows", |f| {
        f.refusal.replacen('{', "{\"comment\":\"withdrawn\",", 1)
    }),
];

/// What is done to the file.
const OF_FILES: [Shape; 12] = [
    ("empty", |_| String::new()),
    ("an empty line", |_| "\n".to_owned()),
    ("no end of line", |f| f.refusal.trim_end().to_owned()),
    ("two ends of line", |f| format!("{}\n", f.refusal)),
    ("an end of line of a different system", |f| {
        f.refusal.replace('\n', "\r\n")
    }),
    ("an empty line first", |f| format!("\n{}", f.refusal)),
    ("a mark of byte order", |f| format!("\u{feff}{}", f.refusal)),
    ("an acceptance behind it", |f| {
        format!("{}{}", f.refusal, f.acceptance)
    }),
    ("an acceptance before it", |f| {
        format!("{}{}", f.acceptance, f.refusal)
    }),
    ("in a list", |f| format!("[{}]\n", f.refusal.trim_end())),
    ("nothing", |_| "null\n".to_owned()),
    ("a remark", |f| format!("// {}", f.refusal)),
];

/// What a trusted key was made to sign in its place.
const OF_STATEMENTS: [Shape; 6] = [
    ("with objections, and yet `substitute`", |f| {
        f.saying("\"refuse\"", "\"substitute\"")
    }),
    ("refused, and nothing held against it", |f| {
        f.saying("\"it is worse\"", "")
    }),
    ("a key that stands twice", |f| {
        f.saying("\"answer\"", "\"answer\":\"substitute\",\"answer\"")
    }),
    ("an answer that no one knows", |f| {
        f.saying("\"refuse\"", "\"withdrawn\"")
    }),
    ("of a file twice", |f| f.saying("\"two\"", "\"one\"")),
    ("no statement", |f| {
        f.signed(&[&f.folder.keys[0]], |_| "{}".to_owned())
    }),
];

#[test]
fn no_shape_of_a_refusal_is_passed_over() {
    let shapes = [&OF_SIGNATURES[..], &OF_PAYLOADS, &OF_FILES, &OF_STATEMENTS].concat();
    let mut tried = 0;
    for folder in Folder::refused() {
        let file = folder.file("refused");
        let from = From {
            refusal: fs::read_to_string(&file).unwrap(),
            acceptance: fs::read_to_string(folder.file("accepted")).unwrap(),
            folder: &folder,
        };
        for (what, shape) in &shapes {
            fs::write(&file, shape(&from)).unwrap();
            assert!(!folder.accepts(), "{what}");
            tried += 1;
        }
        // As a file of one envelope, which may stand between blanks, it is the same refusal.
        fs::write(&file, &from.refusal).unwrap();
        fs::rename(&file, file.with_extension("json")).unwrap();
        assert!(!folder.accepts());
        // It is the refusal that refuses: without it, as no one can notice, it is accepted.
        fs::remove_file(file.with_extension("json")).unwrap();
        assert!(folder.accepts());
    }
    assert!(tried >= 121);
}
