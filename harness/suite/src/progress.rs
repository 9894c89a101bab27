//! What is shown while working: one line per step on any output, and below it a live line on a terminal.
//!
//! Everything goes to standard error. On a pipe each line carries the elapsed time, and a step that
//! takes long says so again, so that no minute is silent.

use crate::untrusted::settled;
use crossproof_exec::progress::Progress;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// How often a long step is mentioned again where there is no live line.
const REMIND: Duration = Duration::from_secs(30);

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verbosity {
    /// Steps, warnings.
    Steps,
    /// Warnings only.
    Warnings,
}

/// The steps under way, and where to show them.
pub struct Board {
    verbosity: Verbosity,
    started: Instant,
    live: Option<MultiProgress>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    next: u64,
    /// Steps under way, in the order they began: what, since when, the live line, when last mentioned.
    steps: BTreeMap<u64, Step>,
    /// Bars of steps that know how much there is to do.
    amounts: BTreeMap<String, ProgressBar>,
}

struct Step {
    what: String,
    began: Instant,
    mentioned: Instant,
    bar: Option<ProgressBar>,
}

/// A step under way. Dropped before it is said to have ended, it was stopped: by an interruption, or by an
/// error on the way.
pub struct Under {
    board: Arc<Board>,
    id: u64,
    outcome: &'static str,
}

/// A step that may begin: what it would make may be there already.
pub struct Expected {
    board: Arc<Board>,
    what: String,
    under: OnceLock<Under>,
}

impl Expected {
    /// It begins, if it has not.
    pub fn begin(&self) {
        self.under
            .get_or_init(|| self.board.begin(self.what.as_str()));
    }

    /// It came to its end, if it began.
    pub fn ended<T, E>(self, result: &Result<T, E>) {
        if let Some(under) = self.under.into_inner() {
            under.ended(result);
        }
    }
}

impl Board {
    /// A step that is shown only once it is said to begin.
    pub fn expected(self: &Arc<Self>, what: String) -> Expected {
        Expected {
            board: Arc::clone(self),
            what,
            under: OnceLock::new(),
        }
    }

    /// A board on standard error; live lines only if that is a terminal.
    pub fn new(verbosity: Verbosity) -> Arc<Board> {
        let live = (verbosity == Verbosity::Steps && std::io::stderr().is_terminal())
            .then(MultiProgress::new);
        let board = Arc::new(Board {
            verbosity,
            started: Instant::now(),
            live,
            state: Mutex::new(State::default()),
        });
        if board.live.is_none() && verbosity == Verbosity::Steps {
            let weak = Arc::downgrade(&board);
            std::thread::spawn(move || {
                while let Some(board) = weak.upgrade() {
                    board.remind();
                    drop(board);
                    std::thread::sleep(Duration::from_secs(1));
                }
            });
        }
        board
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn line(&self, text: &str) {
        // It may name what a case or an archive named.
        let text = settled(text, &[]);
        let line = format!("[{:>6.1}s] {text}", self.started.elapsed().as_secs_f64());
        match &self.live {
            // A terminal that went away is no reason to stop working.
            Some(live) => drop(live.println(line)),
            None => drop(writeln!(std::io::stderr(), "{line}")),
        }
    }

    /// Begins a step.
    pub fn begin(self: &Arc<Self>, what: impl Into<String>) -> Under {
        let what = settled(&what.into(), &[]).into_owned();
        let bar = self.live.as_ref().map(|live| {
            let style = ProgressStyle::with_template("  {spinner} {elapsed:>4} {msg}")
                .unwrap_or_else(|_| ProgressStyle::default_spinner());
            let bar = live.add(
                ProgressBar::new_spinner()
                    .with_style(style)
                    .with_message(what.clone()),
            );
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        let mut state = self.state();
        let id = state.next;
        state.next += 1;
        let now = Instant::now();
        state.steps.insert(
            id,
            Step {
                what,
                began: now,
                mentioned: now,
                bar,
            },
        );
        Under {
            board: Arc::clone(self),
            id,
            outcome: "stopped",
        }
    }

    fn remind(&self) {
        let mut due = Vec::new();
        for step in self.state().steps.values_mut() {
            if step.mentioned.elapsed() >= REMIND {
                step.mentioned = Instant::now();
                due.push(format!(
                    "{} … {:.0} s so far",
                    step.what,
                    step.began.elapsed().as_secs_f64()
                ));
            }
        }
        for text in due {
            self.line(&text);
        }
    }

    /// Something the user should know even when quiet.
    pub fn warn(&self, text: &str) {
        self.line(&format!("warning: {text}"));
    }

    /// A word on what is being done.
    pub fn say(&self, text: &str) {
        if self.verbosity == Verbosity::Steps {
            self.line(text);
        }
    }
}

impl Under {
    /// The step came to its end, well or with a failure.
    pub fn ended<T, E>(mut self, result: &Result<T, E>) {
        self.outcome = if result.is_ok() { "done" } else { "FAILED" };
    }
}

impl Drop for Under {
    fn drop(&mut self) {
        let Some(step) = self.board.state().steps.remove(&self.id) else {
            return;
        };
        if let Some(bar) = step.bar {
            bar.finish_and_clear();
        }
        let took = step.began.elapsed();
        self.board.say(&format!(
            "{} {} in {:.1} s",
            step.what,
            self.outcome,
            took.as_secs_f64()
        ));
    }
}

impl Progress for Board {
    fn step(&self, text: &str) {
        self.say(text);
    }

    fn warn(&self, text: &str) {
        Board::warn(self, text);
    }

    fn amount(&self, what: &str, done: u64, total: u64) {
        let mut state = self.state();
        let amounts = &mut state.amounts;
        if done >= total {
            if let Some(bar) = amounts.remove(what) {
                bar.finish_and_clear();
            }
            return;
        }
        if let Some(live) = &self.live {
            let bar = amounts.entry(what.to_owned()).or_insert_with(|| {
                let style = ProgressStyle::with_template("  {bar:30} {percent:>3}% {msg}")
                    .unwrap_or_else(|_| ProgressStyle::default_bar());
                live.add(
                    ProgressBar::new(total)
                        .with_style(style)
                        .with_message(settled(what, &[]).into_owned()),
                )
            });
            bar.set_length(total);
            bar.set_position(done);
        }
    }
}
