//! Whatever is changed about an envelope, nothing of its payload is to be had any more.

use crossproof_attest::{BadEnvelope, Envelope, KeyId, PublicKey, SecretKey};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const KIND: &str = "application/vnd.in-toto+json";
const PAYLOAD: &[u8] = br#"{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a"}]}"#;

static KEY: LazyLock<SecretKey> = LazyLock::new(|| SecretKey::generate().unwrap());

fn trusted(keys: &[&SecretKey]) -> BTreeMap<KeyId, PublicKey> {
    let keys = keys.iter().map(|key| key.public());
    keys.map(|key| (key.id(), key)).collect()
}

fn signed(keys: &[&SecretKey]) -> String {
    let mut envelope = Envelope::new(KIND, PAYLOAD.to_vec());
    keys.iter().for_each(|key| envelope.sign(key));
    envelope.json()
}

fn open(json: &str, keys: &[&SecretKey]) -> Result<usize, BadEnvelope> {
    let opened = Envelope::read(json.trim_end_matches('\n'))?.open(KIND, &trusted(keys))?;
    assert_eq!(opened.payload, PAYLOAD);
    Ok(opened.keys.len())
}

#[test]
fn what_was_signed_opens_for_those_who_trust_the_key() {
    let other = SecretKey::generate().unwrap();
    assert_eq!(open(&signed(&[&KEY]), &[&KEY]), Ok(1));
    assert_eq!(open(&signed(&[&KEY, &other]), &[&KEY, &other]), Ok(2));
    assert_eq!(
        open(&signed(&[&KEY, &other]), &[&KEY]),
        Ok(1),
        "strangers say nothing"
    );
    assert_eq!(
        open(&signed(&[&KEY, &KEY]), &[&KEY]),
        Ok(1),
        "a key counts once"
    );
    let refused = open(&signed(&[&other]), &[&KEY]);
    assert!(
        matches!(refused, Err(BadEnvelope::Untrusted(_))),
        "{refused:?}"
    );
    assert_eq!(open(&signed(&[]), &[&KEY]), Err(BadEnvelope::Unsigned));
}

#[test]
fn a_signature_is_for_its_payload_and_type_alone() {
    let mut other = Envelope::new(KIND, b"{}".to_vec());
    other.sign(&KEY);
    let field = |json: &str, name: &str| -> String {
        let rest = json.split_once(&format!("\"{name}\":\"")).unwrap().1;
        rest.split_once('"').unwrap().0.to_owned()
    };
    let (one, other) = (signed(&[&KEY]), other.json());
    let forged = Err(BadEnvelope::Forged(KEY.public().id()));
    let swapped = one.replace(&field(&one, "payload"), &field(&other, "payload"));
    assert_eq!(open(&swapped, &[&KEY]), forged);
    let swapped = one.replace(&field(&one, "sig"), &field(&other, "sig"));
    assert_eq!(open(&swapped, &[&KEY]), forged);
    let retyped = one.replace(KIND, "application/json");
    assert!(matches!(
        open(&retyped, &[&KEY]),
        Err(BadEnvelope::Type { .. })
    ));
    // The type is signed, too: what says it is of the right one was never signed as that.
    let mut typed = Envelope::new("application/json", PAYLOAD.to_vec());
    typed.sign(&KEY);
    let retyped = typed.json().replace("application/json", KIND);
    assert_eq!(open(&retyped, &[&KEY]), forged);
}

#[test]
fn another_key_id_or_algorithm_is_refused() {
    let other = SecretKey::generate().unwrap();
    let (mine, yours) = (KEY.public().id(), other.public().id());
    let renamed = signed(&[&KEY]).replace(mine.as_str(), yours.as_str());
    // Whoever trusts the key that signed sees it, whichever id is said.
    for named in [yours.as_str(), "", "0000"] {
        let renamed = signed(&[&KEY]).replace(mine.as_str(), named);
        let misnamed = Err(BadEnvelope::Misnamed {
            signer: mine.clone(),
            named: named.to_owned(),
        });
        assert_eq!(open(&renamed, &[&KEY]), misnamed, "{named}");
        assert_eq!(open(&renamed, &[&KEY, &other]), misnamed, "{named}");
    }
    // Whoever trusts only the key that is named sees that it did not sign.
    assert_eq!(open(&renamed, &[&other]), Err(BadEnvelope::Forged(yours)));
    let nameless = signed(&[&KEY]).replace("\"keyid\"", "\"kid\"");
    assert!(matches!(
        open(&nameless, &[&KEY]),
        Err(BadEnvelope::Shape(_))
    ));
    let more = signed(&[&KEY]).replace("\"sig\"", "\"alg\":\"none\",\"sig\"");
    assert!(matches!(open(&more, &[&KEY]), Err(BadEnvelope::Shape(_))));
    // A signature of another algorithm's length is none.
    let json = signed(&[&KEY]);
    let sig = json
        .split("\"sig\":\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    for other in ["", "AAAA", &"A".repeat(128), "!"] {
        assert!(open(&json.replace(sig, other), &[&KEY]).is_err(), "{other}");
    }
}

#[test]
fn half_an_envelope_is_none() {
    let json = signed(&[&KEY]);
    let json = json.trim_end();
    for end in 0..json.len() {
        let cut = open(&json[..end], &[&KEY]);
        assert!(matches!(cut, Err(BadEnvelope::Shape(_))), "{end}: {cut:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn no_change_of_a_byte_goes_through(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let json = signed(&[&KEY]);
        let mut bytes = json.trim_end().as_bytes().to_vec();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != to);
        bytes[at] = to;
        // What is not UTF-8 is refused where the file is read.
        if let Ok(text) = String::from_utf8(bytes) {
            let opened = open(&text, &[&KEY]);
            prop_assert!(opened.is_err(), "byte {at} as {to}: {text}");
        }
    }
}
