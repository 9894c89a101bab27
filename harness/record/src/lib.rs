//! Wire formats: strict YAML in, versioned YAML and JSON out, and their schemas.
