//! The one place that writes to standard output and standard error, beside the progress shown meanwhile.
//!
//! Names, logs and messages of compared files and of builds are made harmless where they are put into a text, since only
//! there a line end of theirs can be told from one of ours. What was forgotten is caught here.

use crate::palette;
use crate::untrusted::{escaped, settled};
use anstream::ColorChoice;
use anyhow::Result;
use std::io::Write;

/// Prints a text for people on standard output.
pub fn print(text: &str) -> Result<()> {
    through(std::io::stdout().lock(), &settled(text, &[]))
}

/// The same in colours, where they are wanted.
pub fn print_styled(text: &str) -> Result<()> {
    through(anstream::stdout().lock(), &settled(text, &palette::texts()))
}

/// A text in colours as it goes into a file: without them, unless they are always wanted.
pub fn in_a_file(text: &str) -> String {
    let text = settled(text, &palette::texts());
    match ColorChoice::global() {
        ColorChoice::Always | ColorChoice::AlwaysAnsi => text.into_owned(),
        ColorChoice::Auto | ColorChoice::Never => anstream::adapter::strip_str(&text).to_string(),
    }
}

/// Prints a JSON document, for programs: the same values, in characters that are harmless to a terminal.
pub fn print_json(text: &str) -> Result<()> {
    through(std::io::stdout().lock(), &escaped(text))
}

/// Prints a page or another document that is read by a program alone, as it is.
pub fn print_page(text: &str) -> Result<()> {
    through(std::io::stdout().lock(), text)
}

/// Says something on standard error, beside the result.
pub fn say(text: &str) {
    // Where standard error is gone, there is no place to report that.
    let _ = through(
        std::io::stderr().lock(),
        &format!("crossproof: {}\n", settled(text, &[])),
    );
}

/// A reader that has had enough (`| head`) is no error.
fn through(mut out: impl Write, text: &str) -> Result<()> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(()),
    }
}
