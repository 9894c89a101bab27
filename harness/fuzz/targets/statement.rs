//! Statements, and the envelopes they are in: what is read is written, and read again, as the same.
#![no_main]

use crossproof_attest::Envelope;
use crossproof_record::{read_statement, statement_json};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = Envelope::read(text);
    if let Ok(Some(statement)) = read_statement(text, "f") {
        let written = statement_json(&statement);
        let again = read_statement(&written, "f").expect("what was written is read");
        assert_eq!(again.as_ref(), Some(&statement));
    }
});
