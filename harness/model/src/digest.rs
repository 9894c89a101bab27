//! Digests: BLAKE3 for everything of ours, SHA-256 only where others pin by it.

use std::fmt;
use std::str::FromStr;

/// Bytes from which on sharing them out costs less than it saves.
const IN_PARALLEL: usize = 1 << 20;

/// Bytes of fields that are hashed together.
const GATHERED: usize = 1 << 12;

/// The BLAKE3 digest of some bytes, 256 bits, written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of `bytes`; large ones are hashed in parallel.
    pub fn of(bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        match bytes.len() < IN_PARALLEL {
            true => Digest(blake3::hash(bytes).into()),
            false => Digest(blake3::Hasher::new().update_rayon(bytes).finalize().into()),
        }
    }
    /// The first twelve digits: enough to tell store entries apart by eye.
    pub fn short(&self) -> String {
        self.to_string()[..12].to_owned()
    }
    /// The digest of a sequence of fields, each preceded by its length (64 bits, little endian), so
    /// that no two different sequences hash the same text.
    pub fn of_fields<B: AsRef<[u8]>>(fields: impl IntoIterator<Item = B>) -> Self {
        let mut hasher = blake3::Hasher::new();
        // Small fields are hashed together: a call for each costs more than copying it.
        let mut gathered: Vec<u8> = Vec::new();
        for field in fields {
            let bytes = field.as_ref();
            gathered.extend((bytes.len() as u64).to_le_bytes());
            if gathered.len() + bytes.len() > GATHERED {
                hasher.update(&gathered);
                gathered.clear();
            }
            match bytes.len() > GATHERED {
                true => _ = hasher.update(bytes),
                false => gathered.extend(bytes),
            }
        }
        hasher.update(&gathered);
        Digest(hasher.finalize().into())
    }
}

impl From<blake3::Hash> for Digest {
    fn from(hash: blake3::Hash) -> Self {
        Digest(hash.into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&blake3::Hash::from(self.0).to_hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({})", self.short())
    }
}

/// Text that is not a 256-bit digest.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a digest: expected 64 lower-case hexadecimal digits")]
pub struct BadDigest(pub String);

fn parse_hex(text: &str) -> Result<[u8; 32], BadDigest> {
    let bad = || BadDigest(text.to_owned());
    let lower = text
        .bytes()
        .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if text.len() != 64 || !lower {
        return Err(bad());
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        let pair = std::str::from_utf8(pair).map_err(|_| bad())?;
        *byte = u8::from_str_radix(pair, 16).map_err(|_| bad())?;
    }
    Ok(bytes)
}

impl FromStr for Digest {
    type Err = BadDigest;
    fn from_str(text: &str) -> Result<Self, BadDigest> {
        parse_hex(text).map(Digest)
    }
}

/// A SHA-256 digest as package archives and registries publish it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Sha256(String);

impl Sha256 {
    /// The 64 lower-case hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<[u8; 32]> for Sha256 {
    fn from(bytes: [u8; 32]) -> Self {
        Sha256(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl FromStr for Sha256 {
    type Err = BadDigest;
    fn from_str(text: &str) -> Result<Self, BadDigest> {
        parse_hex(text).map(|_| Sha256(text.to_owned()))
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_reads_back_what_it_prints() {
        let digest = Digest::of(b"crossproof");
        assert_eq!(digest.to_string().parse(), Ok(digest));
        assert!("AB".repeat(32).parse::<Digest>().is_err());
        assert!("ab".repeat(31).parse::<Digest>().is_err());
    }

    #[test]
    fn fields_are_kept_apart() {
        assert_ne!(
            Digest::of_fields(["ab", "c"]),
            Digest::of_fields(["a", "bc"])
        );
    }

    #[test]
    fn fields_hash_as_if_written_one_behind_the_other() {
        let fields = [
            vec![1; 3],
            vec![2; 5000],
            Vec::new(),
            vec![3; 4090],
            vec![4; 20],
        ];
        let written = |field: &Vec<u8>| [&(field.len() as u64).to_le_bytes(), &field[..]].concat();
        let all: Vec<u8> = fields.iter().flat_map(written).collect();
        assert_eq!(Digest::of_fields(&fields), Digest::of(all));
    }
}
