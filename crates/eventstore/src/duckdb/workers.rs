//! The engine's own threads, and when they run.
//!
//! DuckDB makes a task of each statement, a commit with its checkpoint too, and wakes a worker while the caller goes to
//! fetch the task itself. If the worker gets it first, the caller does not sleep until the worker is done: it looks for
//! work again and again, with one core (39 % of the writer's time at 115,000 events a second on two cores). Linux does
//! not let a thread under `SCHED_BATCH` displace a running ordinary one when it is woken, so on busy cores the caller
//! finds its task still there; workers get as large a share of the cores as before. It needs no privilege.

/// Does `open`, which starts the engine's threads: they begin with the policy of the thread that starts them.
#[cfg(target_os = "linux")]
pub(super) fn yielding<T>(open: impl FnOnce() -> T) -> T {
    let _restored = (policy() == Some(libc::SCHED_OTHER)).then(|| {
        set_policy(libc::SCHED_BATCH);
        Ordinary
    });
    open()
}

/// Makes the calling thread an ordinary one again when it is dropped.
#[cfg(target_os = "linux")]
struct Ordinary;

#[cfg(target_os = "linux")]
impl Drop for Ordinary {
    fn drop(&mut self) {
        set_policy(libc::SCHED_OTHER);
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn yielding<T>(open: impl FnOnce() -> T) -> T {
    open()
}

/// The calling thread's, where the system says so.
#[cfg(target_os = "linux")]
fn policy() -> Option<i32> {
    // SAFETY: takes numbers only. 0 is this thread.
    let policy = unsafe { libc::sched_getscheduler(0) };
    (policy >= 0).then_some(policy)
}

/// Sets it; a system that refuses leaves everything as it was.
#[cfg(target_os = "linux")]
fn set_policy(policy: i32) {
    let parameters = libc::sched_param { sched_priority: 0 };
    // SAFETY: the kernel reads the structure, which outlives the call. 0 is this thread.
    unsafe { libc::sched_setscheduler(0, policy, &raw const parameters) };
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::{policy, set_policy};

    #[test]
    fn the_engine_s_threads_yield_and_the_caller_is_as_before() {
        let before = policy();
        let other = || {
            set_policy(libc::SCHED_BATCH);
            policy()
        };
        if before != Some(libc::SCHED_OTHER) || std::thread::spawn(other).join().unwrap() == before {
            eprintln!("this system gives the threads of a test no other policy");
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let mut options = crate::duckdb::Options::new(folder.path().join("events.duckdb"));
        options.threads = Some(2);
        let _open = crate::duckdb::open::open(&options).unwrap();
        assert_eq!(policy(), before);
        let threads = std::fs::read_dir("/proc/self/task").unwrap();
        let policies = threads.filter_map(|thread| {
            let id: i32 = thread.ok()?.file_name().to_str()?.parse().ok()?;
            // SAFETY: takes numbers only.
            Some(unsafe { libc::sched_getscheduler(id) })
        });
        assert!(policies.into_iter().any(|policy| policy == libc::SCHED_BATCH));
    }
}
