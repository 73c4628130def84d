//! Whether more calls may be on their way: whoever runs the callers' threads says when one of them has nothing to do.
//!
//! A frame that waits for more calls serves more of them with one fsync; but when nobody is at work, nobody brings
//! one, and waiting would be for nothing.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};

use super::lock;
use super::queue::Queue;

/// The threads that callers run on. Before [`set_threads`](Self::set_threads) none are known, and no frame waits.
#[derive(Debug, Clone, Default)]
pub struct Callers(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    threads: AtomicUsize,
    parked: AtomicUsize,
    queues: Mutex<Vec<Weak<Queue>>>,
}

impl Callers {
    /// Says how many threads there are.
    pub fn set_threads(&self, threads: usize) {
        self.0.threads.store(threads, Ordering::SeqCst);
    }

    /// One of the threads has nothing to do: for tokio's `on_thread_park`.
    pub fn thread_parked(&self) {
        self.0.parked.fetch_add(1, Ordering::SeqCst);
        if self.all_parked() {
            lock(&self.0.queues).iter().filter_map(Weak::upgrade).for_each(|queue| queue.hurry());
        }
    }

    /// One of them goes on: for tokio's `on_thread_unpark`.
    pub fn thread_unparked(&self) {
        self.0.parked.fetch_sub(1, Ordering::SeqCst);
    }

    /// Whether it was said how many there are.
    pub(super) fn are_known(&self) -> bool {
        self.0.threads.load(Ordering::Relaxed) > 0
    }

    pub(super) fn all_parked(&self) -> bool {
        self.0.parked.load(Ordering::SeqCst) >= self.0.threads.load(Ordering::SeqCst)
    }

    /// Tells `queue` whenever the last thread parks.
    pub(super) fn tell(&self, queue: &Arc<Queue>) {
        lock(&self.0.queues).push(Arc::downgrade(queue));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::sync::oneshot;

    use super::super::queue::{Call, Gather, Waiting, Work};
    use super::*;
    use crate::Record;

    fn call() -> Call {
        let payload = bytes::Bytes::from_static(b"one");
        Call::new(vec![Record { key: kassa_model::RouteKey(1), payload }], oneshot::channel().0)
    }

    const LONG: Duration = Duration::from_secs(3_600);

    /// A writer that gathers for very long; the number of its callers once it has gathered.
    fn gather(queue: &Arc<Queue>, enough: usize) -> std::thread::JoinHandle<usize> {
        gather_at_least(queue, enough, Duration::ZERO)
    }

    fn gather_at_least(queue: &Arc<Queue>, enough: usize, least: Duration) -> std::thread::JoinHandle<usize> {
        let queue = Arc::clone(queue);
        std::thread::spawn(move || {
            let mut waiting = Waiting::default();
            let crowd = Gather { enough, least, most: LONG };
            assert_eq!(queue.take(&mut waiting, LONG, Some(crowd)), Work::Some { chores: false });
            waiting.calls.len()
        })
    }

    #[test]
    fn a_frame_waits_only_while_someone_is_at_work() {
        let callers = Callers::default();
        let queue = Queue::new(1 << 20, callers.clone());
        // Nobody is known to work.
        assert!(queue.try_push(call()).unwrap().is_none());
        assert_eq!(gather(&queue, 100).join().unwrap(), 1);

        callers.set_threads(2);
        callers.thread_parked();
        assert!(queue.try_push(call()).unwrap().is_none());
        let writer = gather(&queue, 100);
        std::thread::sleep(Duration::from_millis(50));
        assert!(queue.try_push(call()).unwrap().is_none());
        assert!(!writer.is_finished(), "one thread is at work");
        callers.thread_parked();
        assert_eq!(writer.join().unwrap(), 2);

        callers.thread_unparked();
        let writer = gather(&queue, 3);
        for _ in 0..3 {
            assert!(queue.try_push(call()).unwrap().is_none());
        }
        assert_eq!(writer.join().unwrap(), 3, "enough are there");
    }

    #[test]
    fn a_frame_waits_its_least_time_for_parked_threads_but_for_unknown_ones_never() {
        let callers = Callers::default();
        let queue = Queue::new(1 << 20, callers.clone());
        assert!(queue.try_push(call()).unwrap().is_none());
        assert_eq!(gather_at_least(&queue, 2, LONG).join().unwrap(), 1, "no threads are known");

        callers.set_threads(1);
        callers.thread_parked();
        assert!(queue.try_push(call()).unwrap().is_none());
        let begin = std::time::Instant::now();
        let least = Duration::from_millis(50);
        assert_eq!(gather_at_least(&queue, 2, least).join().unwrap(), 1);
        assert!(begin.elapsed() >= least);

        assert!(queue.try_push(call()).unwrap().is_none());
        let writer = gather_at_least(&queue, 2, LONG);
        assert!(queue.try_push(call()).unwrap().is_none());
        assert_eq!(writer.join().unwrap(), 2, "enough are there");
    }

    /// The last thread parks at any moment of the writer's way into its wait.
    #[test]
    fn no_parking_is_missed() {
        for _ in 0..2_000 {
            let callers = Callers::default();
            callers.set_threads(1);
            let queue = Queue::new(1 << 20, callers.clone());
            assert!(queue.try_push(call()).unwrap().is_none());
            let writer = gather(&queue, 100);
            callers.thread_parked();
            assert_eq!(writer.join().unwrap(), 1);
        }
    }
}
