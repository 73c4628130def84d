//! An operation on its way: the caller's closure, its outcome and how the caller is told.
//!
//! Waking a task from outside its runtime costs a lock and often a system call; from inside it costs next to nothing. So
//! after a commit the writer wakes one caller, and that one, on its runtime's own thread, tells the others.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use crate::{Error, Tx};

/// How many callers one wakeup from a writer's thread serves.
const CHAIN_MAX: usize = 16;

/// An operation of any type.
pub(crate) type Boxed = Box<dyn Job>;

/// How a run of an operation ended.
#[derive(Debug)]
pub(crate) enum Ran {
    /// `Ok`: its effects are to stay.
    Kept,
    /// `Err`: its effects are to go.
    Refused,
    /// It panicked: its effects are to go.
    Panicked(Error),
}

/// An operation of any type.
pub(crate) trait Job: Send {
    /// Runs it, again if it ran before, and keeps the outcome.
    fn run(&mut self, tx: &mut Tx<'_>) -> Ran;
    /// Replaces the outcome by an error.
    fn fail(&mut self, error: Error);
    /// Tells the caller the outcome, and through them the others.
    fn answer(self: Box<Self>, others: Others);
}

/// Operations whose callers are told when this is dropped.
pub(crate) struct Others(Vec<Boxed>);

impl Others {
    pub(crate) fn none() -> Self {
        Self(Vec::new())
    }
}

impl Drop for Others {
    fn drop(&mut self) {
        for job in self.0.drain(..) {
            job.answer(Self::none());
        }
    }
}

/// What a caller is sent. Dropping it tells the others: so they hear of it even if this caller has gone away.
struct Told<T, E> {
    outcome: Result<T, E>,
    others: Others,
}

struct Call<T, E, F> {
    op: F,
    outcome: Option<Result<T, E>>,
    done: oneshot::Sender<Told<T, E>>,
}

/// Where a caller waits for the outcome.
pub(crate) struct Waiting<T, E>(oneshot::Receiver<Told<T, E>>);

/// Boxes `op` up, with the place where to wait for its outcome.
pub(crate) fn call<T, E, F>(op: F) -> (Boxed, Waiting<T, E>)
where
    T: Send + 'static,
    E: From<Error> + Send + 'static,
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
{
    let (done, told) = oneshot::channel();
    (Box::new(Call { op, outcome: None, done }), Waiting(told))
}

impl<T, E: From<Error>> Waiting<T, E> {
    pub(crate) async fn outcome(self) -> Result<T, E> {
        match self.0.await {
            Ok(Told { outcome, others }) => {
                drop(others);
                outcome
            }
            Err(_) => Err(E::from(Error::Unavailable("it was closed".to_owned()))),
        }
    }
}

impl<T, E, F> Job for Call<T, E, F>
where
    T: Send + 'static,
    E: From<Error> + Send + 'static,
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Ran {
        // Whatever it leaves half-done in the database is rolled back, and it has no effect elsewhere.
        match catch_unwind(AssertUnwindSafe(|| (self.op)(tx))) {
            Ok(outcome) => {
                let ran = if outcome.is_ok() { Ran::Kept } else { Ran::Refused };
                self.outcome = Some(outcome);
                ran
            }
            Err(panic) => {
                Ran::Panicked(Error::Statement(format!("the operation panicked: {}", said(&*panic))))
            }
        }
    }

    fn fail(&mut self, error: Error) {
        self.outcome = Some(Err(E::from(error)));
    }

    fn answer(self: Box<Self>, others: Others) {
        if let Some(outcome) = self.outcome {
            // A caller that has gone away is no concern of the database; the others are told by the drop.
            let _ = self.done.send(Told { outcome, others });
        }
    }
}

fn said(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

/// Tells the callers of `jobs` their outcomes; leaves it empty.
pub(crate) fn answer_all(jobs: &mut Vec<Boxed>) {
    while !jobs.is_empty() {
        let mut chain = jobs.split_off(jobs.len().saturating_sub(CHAIN_MAX));
        if let Some(leader) = chain.pop() {
            leader.answer(Others(chain));
        }
    }
}

/// Fails a single operation and tells its caller.
pub(crate) fn refuse(mut job: Boxed, error: Error) {
    job.fail(error);
    job.answer(Others::none());
}
