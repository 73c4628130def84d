//! An operation on its way: the caller's closure, its outcome and how the caller is told.
//!
//! Waking a task from outside its runtime costs a lock and often a system call; from inside it costs next to nothing. So
//! after a group's commit the writer starts one task on the callers' runtime, and that one tells them. (Telling the
//! others through one of them would leave them waiting for ever if that one is not polled.)

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::{Error, Tx};

/// From how many callers on one runtime a task there is worth its while.
const TOGETHER_MIN: usize = 3;

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
    /// The runtime on which the caller waits; `None` for a thread that blocks.
    fn runtime(&self) -> Option<&Handle>;
    /// Tells the caller the outcome.
    fn answer(self: Box<Self>);
}

struct Call<T, E, F> {
    op: F,
    outcome: Option<Result<T, E>>,
    done: oneshot::Sender<Result<T, E>>,
    runtime: Option<Handle>,
}

/// Where a caller waits for the outcome.
pub(crate) struct Waiting<T, E>(oneshot::Receiver<Result<T, E>>);

/// Boxes `op` up, with the place where to wait for its outcome on `runtime`.
pub(crate) fn call<T: Send + 'static, E: From<Error> + Send + 'static>(
    op: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    runtime: Option<Handle>,
) -> (Boxed, Waiting<T, E>) {
    let (done, told) = oneshot::channel();
    (Box::new(Call { op, outcome: None, done, runtime }), Waiting(told))
}

impl<T, E: From<Error>> Waiting<T, E> {
    pub(crate) async fn outcome(self) -> Result<T, E> {
        self.0.await.unwrap_or_else(|_| Err(E::from(Error::Unavailable("it was closed".to_owned()))))
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

    fn runtime(&self) -> Option<&Handle> {
        self.runtime.as_ref()
    }

    fn answer(self: Box<Self>) {
        if let Some(outcome) = self.outcome {
            // A caller that has gone away is no concern of the database.
            let _ = self.done.send(outcome);
        }
    }
}

fn said(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

/// Tells the callers of `jobs` their outcomes; leaves it empty.
pub(crate) fn answer_all(jobs: &mut Vec<Boxed>) {
    let runtime = jobs.iter().find_map(|job| job.runtime()).cloned();
    let (together, alone): (Vec<Boxed>, Vec<Boxed>) = jobs.drain(..).partition(|job| {
        let theirs = job.runtime().map(Handle::id);
        theirs.is_some() && theirs == runtime.as_ref().map(Handle::id)
    });
    alone.into_iter().for_each(|job| job.answer());
    let tell = |jobs: Vec<Boxed>| jobs.into_iter().for_each(|job| job.answer());
    match runtime {
        // On a runtime that is gone the task is dropped, and so are its callers.
        Some(runtime) if together.len() >= TOGETHER_MIN => drop(runtime.spawn(async move { tell(together) })),
        _ => tell(together),
    }
}

/// Fails a single operation and tells its caller.
pub(crate) fn refuse(mut job: Boxed, error: Error) {
    job.fail(error);
    job.answer();
}
