//! Answering many callers at once. Waking a task from outside its runtime costs a lock and often a system call; from
//! inside it costs next to nothing. So the writer wakes one caller in [`CHAIN_MAX`], and that one, on its runtime's own
//! thread, wakes the others of its chain.

use tokio::sync::oneshot;

use crate::Error;

/// How many callers one wakeup from the writer's thread serves.
const CHAIN_MAX: usize = 64;

/// How a caller is told.
pub(crate) type Answer = oneshot::Sender<Told>;

/// What a caller is told: the offset of its first record.
pub(crate) type Told = Result<Durable, Error>;

/// A call's records are durable.
#[derive(Debug)]
pub(crate) struct Durable {
    /// The offset of the first.
    pub(crate) first: u64,
    /// Who else is to be told. Dropping it tells them: so they hear of it even if this caller has gone away.
    others: Others,
}

#[derive(Debug)]
struct Others(Vec<(Answer, u64)>);

impl Drop for Others {
    fn drop(&mut self) {
        for (done, first) in self.0.drain(..) {
            // A caller that has gone away is no concern of the log.
            let _ = done.send(Ok(Durable { first, others: Self(Vec::new()) }));
        }
    }
}

impl Durable {
    /// The offset of the call's first record; tells the others of the chain.
    pub(crate) fn into_first(self) -> u64 {
        drop(self.others);
        self.first
    }
}

/// Tells all of `finished` that their records are durable; leaves it empty.
pub(crate) fn tell_all(finished: &mut Vec<(Answer, u64)>) {
    while !finished.is_empty() {
        let mut chain = finished.split_off(finished.len().saturating_sub(CHAIN_MAX));
        if let Some((leader, first)) = chain.pop() {
            // Refused, it comes back and is dropped here, which tells the others.
            let _ = leader.send(Ok(Durable { first, others: Others(chain) }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn everyone_is_told_also_when_leaders_have_gone() {
        for gone in [0, 1, 7, 64, 199] {
            let (mut finished, mut waiting) = (Vec::new(), Vec::new());
            for first in 0..200 {
                let (done, told) = oneshot::channel();
                finished.push((done, first));
                waiting.push(told);
            }
            waiting.truncate(200 - gone);
            tell_all(&mut finished);
            // Each in a task of its own, as callers are: a chain's leader must run for its others to hear.
            let told = |told: oneshot::Receiver<Told>| async { told.await.unwrap().unwrap().into_first() };
            let callers: Vec<_> = waiting.into_iter().map(|waiting| tokio::spawn(told(waiting))).collect();
            for (expected, caller) in callers.into_iter().enumerate() {
                assert_eq!(caller.await.unwrap(), expected as u64);
            }
        }
    }
}
