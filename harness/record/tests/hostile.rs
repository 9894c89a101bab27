//! Texts that would take a reader very long, or deep: each is refused, with its place, and none is waited for.

use crossproof_model::Platform;
use crossproof_record as record;
use std::time::{Duration, Instant};

/// Far more than any of them takes, and far less than they took.
const PATIENCE: Duration = Duration::from_secs(20);

fn refused(what: &str, text: &str) {
    let start = Instant::now();
    let said = [
        record::case(text, "x", "a".parse().unwrap()).map(drop),
        record::gate_policy(text, "x").map(drop),
        record::golden(text, "x", "a".parse().unwrap(), Platform::Aarch64).map(drop),
        record::lock(text, "x").map(drop),
        record::read_report(text, "x").map(drop),
        record::read_statement(text, "x").map(drop),
    ];
    for error in said {
        assert!(error.unwrap_err().line >= 1, "{what}");
    }
    assert!(start.elapsed() < PATIENCE, "{what}: {:?}", start.elapsed());
}

#[test]
fn texts_that_nest_without_end() {
    for size in [1_000, 16_000, 100_000, 1_000_000, 8_000_000] {
        for (open, close) in [
            ("[", "]"),
            ("{a: ", "}"),
            ("{\"a\":", "}"),
            ("- ", ""),
            ("? ", ""),
            ("a:\n ", ""),
        ] {
            let count = size / open.len();
            refused(open, &open.repeat(count));
            refused(
                open,
                &format!("{}1{}", open.repeat(count), close.repeat(count)),
            );
        }
    }
}

#[test]
fn texts_that_repeat_themselves() {
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..100 {
        let alias = format!("*a{}", n - 1);
        laughs.push_str(&format!("a{n}: &a{n} [{}]\n", vec![alias; 9].join(", ")));
    }
    refused("aliases of aliases", &laughs);
    let long = format!(
        "a: &a [{}]\nb: [{}]\n",
        "x,".repeat(100_000),
        "*a,".repeat(100_000)
    );
    refused("aliases of a long list", &long);
    for text in [
        "a,", "[],", "{},", "\"\",", "a: b\n", "- \n", "'", "\"", "|\n", "&a ", "!!x ", "%a\n",
        "---\n", "#\n",
    ] {
        for size in [100_000, 1_000_000, 8_000_000] {
            refused(text, &text.repeat(size / text.len()));
            refused(text, &format!("[{}", text.repeat(size / text.len())));
            refused(
                text,
                &format!("version: 1\nx: [{}]", text.repeat(size / text.len())),
            );
        }
    }
}
