//! Signs bytes it does not understand: ed25519 keys, and DSSE envelopes that carry a payload with signatures.
//!
//! What a payload says is nobody's business here; what is signed with it is its type, so that a payload
//! cannot be passed off as one of another kind.

mod key;

mod envelope;

mod nix;

pub use envelope::{BadEnvelope, Envelope, Signed};
pub use key::{BadKey, KeyId, PublicKey, SecretKey};
pub use nix::NixKey;
