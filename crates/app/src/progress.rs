//! Shows how far a long piece of work has come: a bar on a terminal, else a line of the log now and then.

use std::io::{IsTerminal, stderr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use kassa_model::Progress;

/// Between two lines of the log about the same piece of work.
const LINE_EVERY: Duration = Duration::from_secs(5);
/// How often the bar turns while nothing is told.
const TURN_EVERY: Duration = Duration::from_millis(200);

/// Shows one piece of work at a time.
#[derive(Debug)]
pub(crate) struct Shown {
    bar: Option<ProgressBar>,
    last: Mutex<Option<(String, Instant)>>,
}

impl Shown {
    /// To standard error.
    pub(crate) fn new() -> Self {
        let bar = stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{msg} {spinner} {bar:40} {pos}/{len}  {elapsed}");
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            style.map_or_else(|_| bar.clone(), |style| bar.clone().with_style(style))
        });
        Self { bar, last: Mutex::new(None) }
    }

    fn draw(bar: &ProgressBar, what: &str, done: u64, of: u64) {
        if bar.message() != what {
            bar.set_message(what.to_owned());
            bar.enable_steady_tick(TURN_EVERY);
        }
        bar.set_length(of);
        bar.set_position(done);
        if done >= of {
            bar.disable_steady_tick();
            bar.finish_and_clear();
        }
    }
}

impl Progress for Shown {
    fn tell(&self, what: &str, done: u64, of: u64) {
        if let Some(bar) = &self.bar {
            return Self::draw(bar, what, done, of);
        }
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.as_ref().is_none_or(|(of_what, at)| of_what != what || at.elapsed() >= LINE_EVERY);
        if due || done >= of {
            tracing::info!(done, of, "{what}");
            *last = Some((what.to_owned(), Instant::now()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_follows_what_is_told() {
        let bar = ProgressBar::hidden();
        Shown::draw(&bar, "upgrading", 0, 4);
        assert_eq!((bar.position(), bar.length(), bar.is_finished()), (0, Some(4), false));
        Shown::draw(&bar, "upgrading", 4, 4);
        assert!(bar.is_finished());
    }
}
