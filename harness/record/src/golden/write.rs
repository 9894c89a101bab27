//! The text of a golden: the same golden gives the same bytes, and reads back as itself.

use super::control_name;
use crate::emit::{scalar, sequence, value};
use crate::{fact, yaml};
use crossproof_model::golden::{ExpectedOutput, Golden};
use std::fmt::Write;

/// Lets editors complete and check the file as it stands in `golden/<case>/`.
pub(super) const SCHEMA_COMMENT: &str =
    "# yaml-language-server: $schema=../../harness/record/schema/golden.json\n";

/// The text of a golden.
pub fn write_golden(golden: &Golden) -> String {
    let mut out = String::from(SCHEMA_COMMENT);
    let _ = write!(
        out,
        "version: {}\nlevel: {}\nbehaviour: {}\ncontrols: {{native: {}, cross: {}}}\n",
        yaml::VERSION,
        golden.level,
        golden.behaviour,
        control_name(golden.controls.left),
        control_name(golden.controls.right),
    );
    out.push_str("rules:");
    for rule in &golden.rules {
        let _ = write!(out, "\n  - {}", scalar(&rule.to_string()));
    }
    end(&mut out, golden.rules.is_empty(), " []");
    out.push_str("differences:");
    for exemption in &golden.differences {
        let path = exemption.place.path.as_str();
        let inside = exemption.place.inside.iter().map(String::as_str);
        let at = sequence(std::iter::once(path).chain(inside));
        let _ = write!(out, "\n  - key: {}\n    at: {at}", exemption.key);
        if let Some(reason) = &exemption.reason {
            let _ = write!(out, "\n    reason:{}", value(reason, 4));
        }
    }
    end(&mut out, golden.differences.is_empty(), " []");
    runs(&mut out, golden);
    out.push_str("native:");
    for (path, expected) in &golden.native {
        let line = fact::line(expected);
        let _ = write!(out, "\n  {}: {line}", scalar(path.as_str()));
    }
    end(&mut out, golden.native.is_empty(), " {}");
    out
}

fn runs(out: &mut String, golden: &Golden) {
    out.push_str("runs:");
    for (name, run) in &golden.runs {
        let _ = write!(
            out,
            "\n  {}:\n    exit: {}\n    stdout:{}\n    stderr:{}",
            scalar(name),
            scalar(&run.exit),
            output(&run.stdout, 4),
            output(&run.stderr, 4)
        );
        if !run.files.is_empty() {
            out.push_str("\n    files:");
        }
        for (path, content) in &run.files {
            let _ = write!(
                out,
                "\n      {}:{}",
                scalar(path.as_str()),
                output(content, 6)
            );
        }
    }
    end(out, golden.runs.is_empty(), " {}");
}

fn output(expected: &ExpectedOutput, indent: usize) -> String {
    match expected {
        ExpectedOutput::Text(text) => value(text, indent),
        ExpectedOutput::Digest(digest) => format!(" {{blake3: {}}}", scalar(&digest.to_string())),
    }
}

fn end(out: &mut String, empty: bool, nothing: &str) {
    if empty {
        out.push_str(nothing);
    }
    out.push('\n');
}
