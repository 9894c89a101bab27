//! Bytes in, facts out: formats, rules, comparers.
