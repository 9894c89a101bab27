//! Keys as Nix has them (`nix key generate-secret`): a name, a colon, and in base64 the ed25519 seed with its
//! public key.

use crate::key::BadKey;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey};
use zeroize::Zeroizing;

/// A key that signs paths of a Nix store.
pub struct NixKey {
    name: String,
    key: SigningKey,
}

impl NixKey {
    /// Reads a secret key.
    pub fn read(text: &str) -> Result<Self, BadKey> {
        let (name, key) = text.trim().split_once(':').ok_or(BadKey::NotNix)?;
        let bytes = Zeroizing::new(STANDARD.decode(key).map_err(|_| BadKey::NotNix)?);
        let pair = <&[u8; 64]>::try_from(bytes.as_slice()).map_err(|_| BadKey::NotNix)?;
        let key = SigningKey::from_keypair_bytes(pair).map_err(|_| BadKey::NotNix)?;
        match name.is_empty() {
            true => Err(BadKey::NotNix),
            false => Ok(NixKey {
                name: name.to_owned(),
                key,
            }),
        }
    }

    /// The signature as a `.narinfo` has it: the key's name, a colon, the signature in base64.
    pub fn sign(&self, message: &str) -> String {
        let signature = self.key.sign(message.as_bytes()).to_bytes();
        format!("{}:{}", self.name, STANDARD.encode(signature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by `nix key generate-secret --key-name test-1`, for this test alone; the signature by `nix store sign`.
    const SECRET: &str = "test-1:dVH+AWjs9SCslnlGlWP6o/ZmTOEs8k7sGUU2ri1YIBYJqWlkGo1fqbPpatyKbdE2o9MTlwzS/SO5yndbsvupFA==";

    #[test]
    fn a_key_of_nix_signs_as_nix_does() {
        let key = NixKey::read(SECRET).unwrap();
        assert_eq!(key.sign("1;/nix/store/ab3li50xq0nl4q5lxdyinb8w8y13my9s-f;sha256:1xmr8jicvzszfzpz46g37mlpvbzjl2wpwvl2b05psipssyp1sm8h;120;"), "test-1:6m/gwxCuni+6LJy6t1ZFD2mrDpmBQH82/JQupcBjPbYMLLS89mU8XG69GvmDcdUAcxpeWprkd4D6C7ygPSFYCQ==");
        for bad in [
            "",
            "test-1",
            "test-1:",
            "test-1:AAAA",
            &SECRET[6..],
            &SECRET[..60],
        ] {
            assert!(NixKey::read(bad).is_err(), "{bad}");
        }
    }
}
