//! The styles of text for people. Written into every text; where colour is not wanted, printing takes them
//! out again.

use anstyle::{AnsiColor, Color, Style};
use crossproof_model::Level;

const fn color(color: AnsiColor) -> Style {
    Style::new().fg_color(Some(Color::Ansi(color)))
}

pub const BOLD: Style = Style::new().bold();
pub const DIM: Style = Style::new().dimmed();
pub const LEFT: Style = color(AnsiColor::Red);
pub const RIGHT: Style = color(AnsiColor::Green);
pub const HUNK: Style = color(AnsiColor::Cyan);
pub const ALARM: Style = color(AnsiColor::Red).bold();

/// What each style, and its end, is as text: nothing else of its kind belongs on a screen.
pub fn texts() -> Vec<String> {
    let named = [BOLD, DIM, LEFT, RIGHT, HUNK, ALARM];
    let levels = Level::ALL.map(|level| of_level(Some(level)));
    let styles = named.into_iter().chain(levels).chain([of_level(None)]);
    let both = styles.flat_map(|style| [style.to_string(), format!("{style:#}")]);
    let mut texts: Vec<String> = both.collect();
    // The longest first: one may begin with another.
    texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
    texts.dedup();
    texts
}

/// How a level shows how good it is; `None` is undecided.
pub const fn of_level(level: Option<Level>) -> Style {
    match level {
        Some(Level::Bits | Level::Metadata) => color(AnsiColor::Green).bold(),
        Some(Level::Loaded | Level::Layout) => color(AnsiColor::Yellow).bold(),
        Some(Level::Interface) => color(AnsiColor::Magenta).bold(),
        Some(Level::Divergent) | None => color(AnsiColor::Red).bold(),
    }
}
