//! Reports of runs: what is read is written, and read again, as the same.
#![no_main]

use crossproof_record::{read_report, report_json};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(report) = read_report(text, "f") {
        let written = report_json(&report);
        let again = read_report(&written, "f").expect("what was written is read");
        assert_eq!(report_json(&again), written);
    }
});
