//! How much room a text for people has.

use std::io::IsTerminal;

/// The room a text has: how wide, and whether all is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Columns; `None` where nobody says (a log, a file): lines are then as long as they are.
    width: Option<usize>,
    /// Every difference with its detail, as far as that was kept.
    pub full: bool,
}

/// A width below which cutting lines would leave nothing of them.
const NARROWEST: usize = 40;

impl Look {
    /// The look of text on standard output, or of one that goes into a file: `COLUMNS` says the width, else the
    /// terminal does.
    pub fn of(full: bool, into_file: bool) -> Self {
        let asked = std::env::var("COLUMNS").ok();
        let asked = asked.and_then(|text| text.parse().ok());
        let terminal = std::io::stdout().is_terminal() && !into_file;
        let seen = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        let width = asked.or_else(|| seen().filter(|_| terminal));
        Look::wide(width, full)
    }

    /// A look of this width.
    pub fn wide(width: Option<usize>, full: bool) -> Self {
        let width = width.map(|columns| columns.max(NARROWEST));
        Look { width, full }
    }

    /// The line, its end replaced by `…` where it is wider than the room beside `indent` columns. All of
    /// it if all is wanted.
    pub fn cut(&self, line: &str, indent: usize) -> String {
        let Some(room) = self.width.map(|width| width - indent.min(NARROWEST / 2)) else {
            return line.to_owned();
        };
        match line.char_indices().nth(room) {
            Some(_) if !self.full => {
                let short: String = line.chars().take(room - 1).collect();
                format!("{short}…")
            }
            _ => line.to_owned(),
        }
    }

    /// The words in lines that fit beside `indent` columns; in one line where no width is known.
    pub fn wrapped(&self, text: &str, indent: usize) -> Vec<String> {
        let room = self
            .width
            .map_or(usize::MAX, |width| width - indent.min(NARROWEST / 2));
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            match lines.last_mut() {
                Some(line) if line.chars().count() + 1 + word.chars().count() <= room => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_and_wrapped_to_the_room() {
        let look = Look::wide(Some(50), false);
        let line = look.cut(&"x".repeat(60), 4);
        assert_eq!(line.chars().count(), 46);
        assert!(line.ends_with('…'));
        assert_eq!(look.cut("short", 4), "short");
        let lines = look.wrapped(&"word ".repeat(30), 4);
        assert!(
            lines.iter().all(|line| line.len() <= 46) && lines.len() == 4,
            "{lines:?}"
        );
    }

    #[test]
    fn without_a_width_nothing_is_cut() {
        let look = Look::wide(None, false);
        assert_eq!(look.cut(&"x".repeat(600), 4).len(), 600);
        assert_eq!(look.wrapped("a b  c", 9), ["a b c"]);
        assert_eq!(Look::wide(Some(50), true).cut(&"x".repeat(60), 0).len(), 60);
    }
}
