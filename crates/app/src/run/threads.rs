//! The threads that requests are served on.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

use tokio::runtime::{Builder, Runtime};

/// Chooses their number.
const TOKIO_THREADS: &str = "TOKIO_WORKER_THREADS";

/// Starts a runtime whose workers are bound to a core each, where the process may use all of the time of its cores
/// (ADR 15). Under a share of it, as a container often has, there are fewer workers than cores, and every such process
/// would choose the same ones; then, and where the number is chosen, they run where the system puts them.
///
/// # Errors
/// The system gives no queue of events.
pub(crate) fn start_bound(builder: &mut Builder) -> std::io::Result<Runtime> {
    let threads = std::thread::available_parallelism().map_or(0, NonZero::get);
    match Cores::allowed() {
        Some(cores) if cores.count() == threads && std::env::var_os(TOKIO_THREADS).is_none() => {
            start_on(builder, cores)
        }
        _ => builder.build(),
    }
}

/// Starts a runtime of as many workers as `cores`, each bound to its own.
fn start_on(builder: &mut Builder, cores: Cores) -> std::io::Result<Runtime> {
    let workers = cores.count();
    let started = AtomicUsize::new(0);
    let all_bound = Arc::new(Barrier::new(workers + 1));
    let bound = all_bound.clone();
    builder.worker_threads(workers).on_thread_start(move || {
        let number = started.fetch_add(1, Ordering::Relaxed);
        if number < workers {
            cores.bind(number);
            bound.wait();
        } else {
            // A thread for blocking work begins where the worker that asked for it is bound to.
            cores.unbind();
        }
    });
    let runtime = builder.build()?;
    // Before this nobody could ask for blocking work, so the first threads are the workers.
    all_bound.wait();
    Ok(runtime)
}

/// The cores that the process may run on.
#[cfg(target_os = "linux")]
struct Cores(rustix::thread::CpuSet);

#[cfg(target_os = "linux")]
impl Cores {
    /// `None` where the system does not tell.
    fn allowed() -> Option<Self> {
        rustix::thread::sched_getaffinity(None).ok().map(Self)
    }

    fn count(&self) -> usize {
        self.0.count() as usize
    }

    /// Binds the calling thread to the core that is `number`th of them, from 0.
    fn bind(&self, number: usize) {
        let mut own = rustix::thread::CpuSet::new();
        let core = (0..rustix::thread::CpuSet::MAX_CPU).filter(|core| self.0.is_set(*core)).nth(number);
        if let Some(core) = core {
            own.set(core);
            set_cores(&own);
        }
    }

    /// Lets the calling thread run on any of them.
    fn unbind(&self) {
        set_cores(&self.0);
    }
}

#[cfg(target_os = "linux")]
fn set_cores(cores: &rustix::thread::CpuSet) {
    // Refused in a sandbox, or when the core has been taken away: the thread goes on where the system puts it.
    let _ = rustix::thread::sched_setaffinity(None, cores);
}

/// Elsewhere the system places the threads.
#[cfg(not(target_os = "linux"))]
struct Cores;

#[cfg(not(target_os = "linux"))]
impl Cores {
    fn allowed() -> Option<Self> {
        None
    }

    fn count(&self) -> usize {
        0
    }

    fn bind(&self, _number: usize) {}

    fn unbind(&self) {}
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use super::{Builder, Cores, start_on};

    fn own_cores() -> Vec<usize> {
        let set = rustix::thread::sched_getaffinity(None).expect("the system tells a thread's own cores");
        (0..rustix::thread::CpuSet::MAX_CPU).filter(|core| set.is_set(*core)).collect()
    }

    #[test]
    fn each_worker_has_a_core_and_blocking_work_has_all() {
        let allowed = own_cores();
        let runtime = start_on(Builder::new_multi_thread().enable_time(), Cores::allowed().unwrap()).unwrap();
        assert_eq!(runtime.metrics().num_workers(), allowed.len());
        let seen = runtime.block_on(async {
            let mut seen = BTreeSet::new();
            // Which worker takes a task is not said: tasks that keep theirs busy for a while meet all of them.
            while seen.len() < allowed.len() {
                let tasks = allowed.iter().map(|_| {
                    tokio::spawn(async {
                        std::thread::sleep(Duration::from_millis(5));
                        (own_cores(), tokio::task::spawn_blocking(own_cores).await.unwrap())
                    })
                });
                for task in tasks.collect::<Vec<_>>() {
                    let (worker, blocking) = task.await.unwrap();
                    assert_eq!(worker.len(), 1, "a worker is bound to one core");
                    assert_eq!(blocking, allowed, "blocking work is bound to none");
                    seen.extend(worker);
                }
            }
            seen
        });
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), allowed);
    }
}
