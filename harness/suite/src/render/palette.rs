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

/// How a level shows how good it is; `None` is undecided.
pub const fn of_level(level: Option<Level>) -> Style {
    match level {
        Some(Level::Bits | Level::Metadata) => color(AnsiColor::Green).bold(),
        Some(Level::Loaded | Level::Layout) => color(AnsiColor::Yellow).bold(),
        Some(Level::Interface) => color(AnsiColor::Magenta).bold(),
        Some(Level::Divergent) | None => color(AnsiColor::Red).bold(),
    }
}
