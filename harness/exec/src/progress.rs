//! How effects say what they are doing: the suite renders it, nothing here prints.

/// Hears of progress. Called from several threads; must be cheap.
pub trait Progress: Send + Sync {
    /// A step began: one line for a reader.
    fn step(&self, text: &str);

    /// Something that is not as it should be, and was mended: shown also where steps are not.
    fn warn(&self, text: &str) {
        self.step(&format!("warning: {text}"));
    }
    /// `done` of `total` units of the step called `what` are done (bytes or items; same unit both).
    fn amount(&self, what: &str, done: u64, total: u64);
}

/// Hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn step(&self, _text: &str) {}
    fn amount(&self, _what: &str, _done: u64, _total: u64) {}
}
