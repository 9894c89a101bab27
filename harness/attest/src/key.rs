//! Keys: an ed25519 pair, the secret one kept encrypted.
//!
//! Files are what other tools read too: PKCS #8 in PEM, encrypted by PBES2 (RFC 5958, RFC 8018), for the
//! secret key, and SubjectPublicKeyInfo in PEM (RFC 8410) for the public one.

use ed25519_dalek::pkcs8::KeypairBytes;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use pkcs8::pkcs5::{pbes2, scrypt};
use pkcs8::{
    DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, LineEnding,
    PrivateKeyInfoRef,
};
use sha2::{Digest, Sha256};
use std::fmt;
use zeroize::Zeroizing;

/// Text that is not a key, or not one that this passphrase opens.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// Not an encrypted PKCS #8 key.
    #[error(
        "not an encrypted private key: expected PEM that begins with `-----BEGIN ENCRYPTED PRIVATE KEY-----`"
    )]
    NotEncrypted,
    /// It does not open, or holds no ed25519 key.
    #[error("it does not open: the passphrase is wrong, or it holds no ed25519 key")]
    Closed,
    /// Not a public key.
    #[error(
        "not an ed25519 public key: expected PEM that begins with `-----BEGIN PUBLIC KEY-----`"
    )]
    NotPublic,
    /// Not a secret key of Nix.
    #[error("not a secret key of Nix: expected what `nix key generate-secret` writes, NAME:BASE64")]
    NotNix,
    /// It cannot be encrypted.
    #[error("it cannot be encrypted")]
    Unsealable,
    /// The system gives no randomness.
    #[error("the system gives no random bytes")]
    NoRandomness,
}

/// What envelopes call a key: SHA-256, in hexadecimal, over the key in canonical JSON, as The Update
/// Framework (specification, 4.2) and in-toto name keys.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId(String);

impl KeyId {
    /// The id as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A key that signs. Wiped from memory when it is dropped.
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// A new key from the system's randomness.
    pub fn generate() -> Result<Self, BadKey> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut()).map_err(|_| BadKey::NoRandomness)?;
        Ok(SecretKey(SigningKey::from_bytes(&seed)))
    }

    /// The key as it may be written to a file: encrypted with `passphrase` (scrypt, AES-256-CBC).
    pub fn seal(&self, passphrase: &str) -> Result<Zeroizing<String>, BadKey> {
        let (mut salt, mut iv) = ([0; 16], [0; 16]);
        getrandom::fill(&mut salt).map_err(|_| BadKey::NoRandomness)?;
        getrandom::fill(&mut iv).map_err(|_| BadKey::NoRandomness)?;
        // Without the public half, which older OpenSSL does not read.
        let pair = KeypairBytes {
            secret_key: self.0.to_bytes(),
            public_key: None,
        };
        let seal = || {
            // N = 2^14, r = 8, p = 5: as dear as the library's own choice, in memory that OpenSSL grants.
            let cost = scrypt::Params::new(14, 8, 5).ok()?;
            let scheme = pbes2::Parameters::generate_scrypt_aes256cbc(cost, &salt, iv).ok()?;
            let plain = pair.to_pkcs8_der().ok()?;
            let info = PrivateKeyInfoRef::try_from(plain.as_bytes()).ok()?;
            let sealed = info.encrypt_with_params(scheme, passphrase).ok()?;
            sealed.to_pem("ENCRYPTED PRIVATE KEY", LineEnding::LF).ok()
        };
        seal().ok_or(BadKey::Unsealable)
    }

    /// Opens what [`SecretKey::seal`] wrote.
    pub fn open(pem: &str, passphrase: &str) -> Result<Self, BadKey> {
        if !pem.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") {
            return Err(BadKey::NotEncrypted);
        }
        SigningKey::from_pkcs8_encrypted_pem(pem, passphrase)
            .map(SecretKey)
            .map_err(|_| BadKey::Closed)
    }

    /// The key that others verify with.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the secret key of {}", self.public().id())
    }
}

/// A key that verifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Reads a public key. A key of small order is refused: it would verify what nobody signed.
    pub fn read(pem: &str) -> Result<Self, BadKey> {
        match VerifyingKey::from_public_key_pem(pem) {
            Ok(key) if !key.is_weak() => Ok(PublicKey(key)),
            _ => Err(BadKey::NotPublic),
        }
    }

    /// The key as it is given to others.
    pub fn pem(&self) -> String {
        // It has one shape and always fits it.
        self.0.to_public_key_pem(LineEnding::LF).unwrap_or_default()
    }

    /// What envelopes call it.
    pub fn id(&self) -> KeyId {
        let public = hex(self.0.as_bytes());
        let canonical = format!(
            r#"{{"keytype":"ed25519","keyval":{{"public":"{public}"}},"scheme":"ed25519"}}"#
        );
        KeyId(hex(&Sha256::digest(canonical)))
    }

    /// Whether `signature` is this key's over `message`; strictly, so that no signature has two spellings
    /// (RFC 8032, 5.1.7, with the checks of `verify_strict`).
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.0.verify_strict(message, &signature).is_ok())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_opens_with_its_passphrase_only() {
        let key = SecretKey::generate().unwrap();
        let sealed = key.seal("correct horse").unwrap();
        let opened = SecretKey::open(&sealed, "correct horse").unwrap();
        assert_eq!(opened.public(), key.public());
        assert_eq!(
            SecretKey::open(&sealed, "wrong").unwrap_err(),
            BadKey::Closed
        );
        assert_eq!(
            SecretKey::open(&key.public().pem(), "").unwrap_err(),
            BadKey::NotEncrypted
        );
    }

    #[test]
    fn a_public_key_reads_back_under_the_same_id() {
        let key = SecretKey::generate().unwrap().public();
        assert_eq!(PublicKey::read(&key.pem()), Ok(key.clone()));
        assert_eq!(key.id().as_str().len(), 64);
        assert_ne!(key.id(), SecretKey::generate().unwrap().public().id());
        assert_eq!(
            PublicKey::read("-----BEGIN PUBLIC KEY-----"),
            Err(BadKey::NotPublic)
        );
    }
}
