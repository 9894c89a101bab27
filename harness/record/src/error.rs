//! What reading a file can refuse, with its place.

use std::fmt;

/// A file that does not say what its format wants: where, what was found, what was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct Error {
    /// The file's name, as the caller gave it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What is wrong, and what was expected.
    pub message: String,
}

impl Error {
    /// What reading JSON refused.
    pub(crate) fn json(file: &str, error: &serde_json::Error) -> Error {
        Error {
            file: file.to_owned(),
            line: error.line(),
            column: error.column(),
            message: error.to_string(),
        }
    }
}

/// A value that has the right shape and says something impossible: where in the document, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Keys and indices from the top of the document.
    pub(crate) path: Vec<String>,
    /// What is wrong, and what was expected.
    pub(crate) message: String,
}

impl Fault {
    /// A fault of the value at hand.
    pub(crate) fn new(message: impl fmt::Display) -> Self {
        Fault {
            path: Vec::new(),
            message: message.to_string(),
        }
    }

    /// The same fault, seen from the value that holds `step`.
    pub(crate) fn under(mut self, step: impl fmt::Display) -> Self {
        self.path.insert(0, step.to_string());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.path.iter().enumerate() {
            match step.parse::<usize>() {
                Ok(index) => write!(f, "[{index}]")?,
                Err(_) if at == 0 => f.write_str(step)?,
                Err(_) => write!(f, ".{step}")?,
            }
        }
        let gap = if self.path.is_empty() { "" } else { ": " };
        write!(f, "{gap}{}", self.message)
    }
}

/// Lets a conversion name its place step by step as a fault travels outwards.
pub(crate) trait Under<T> {
    /// The result, its fault placed under `step`.
    fn under(self, step: impl fmt::Display) -> Result<T, Fault>;
}

impl<T> Under<T> for Result<T, Fault> {
    fn under(self, step: impl fmt::Display) -> Result<T, Fault> {
        self.map_err(|fault| fault.under(step))
    }
}
