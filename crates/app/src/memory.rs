//! The process's memory: in small pages, and what is free goes back to the system.
//!
//! The allocator (mimalloc) asks for huge pages and keeps what was freed for the next use. It gives that back only when
//! some thread allocates again or ends, so a process that took up its state or a load and then rests would hold on to
//! several times what it uses.

use std::time::Duration;

use kassa_service::Shutdown;

/// How often free memory is given back. It walks all that is free, so it is rare.
const GIVE_BACK_EVERY: Duration = Duration::from_secs(10);

// SAFETY: declared as in mimalloc.h, of which the library is linked as the global allocator; its documentation lets any
// thread call it at any time.
unsafe extern "C" {
    /// Gives back what the calling thread holds in reserve and, with `force`, what is free in every arena.
    safe fn mi_collect(force: bool);
}

/// From here on the process gets no huge pages: one of 2 MiB stays whole for whatever is last left in it, which kept
/// several times what was in use, and no load ran faster with them (ADR 8).
pub(crate) fn use_small_pages() {
    #[cfg(target_os = "linux")]
    {
        // A system that does not know the request (a sandbox) goes on with what it has.
        let _ = rustix::thread::disable_transparent_huge_pages(true);
    }
}

/// Gives free memory back from time to time until the shutdown.
pub(crate) async fn watch(shutdown: Shutdown) {
    let mut ticks = tokio::time::interval(GIVE_BACK_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown.wait() => return,
            _ = ticks.tick() => {}
        }
        // On a thread for blocking work: a hundred MiB take some milliseconds, for which no request shall wait. It fails
        // only while the runtime is going down.
        let _ = tokio::task::spawn_blocking(give_back).await;
    }
}

fn give_back() {
    mi_collect(true);
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1 << 20;

    fn resident() -> usize {
        let status = std::fs::read_to_string("/proc/self/statm").unwrap();
        status.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * rustix::param::page_size()
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_was_freed_is_given_back() {
        let used: Vec<Vec<u8>> = (0..256).map(|byte| vec![byte as u8; MIB / 4]).collect();
        let before = resident();
        drop(std::hint::black_box(used));
        give_back();
        let after = resident();
        assert!(after + 32 * MIB < before, "{before} bytes before, {after} after 64 MiB were freed");
    }
}
