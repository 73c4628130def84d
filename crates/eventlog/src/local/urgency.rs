//! How soon the writer's thread runs once it has something to do.
//!
//! It works for some ten microseconds and then waits for the disk, and a hundred callers wait for it. On busy cores
//! Linux would let it stand in line behind whoever computes. A thread that asks for a short turn is let in at once
//! (EEVDF, from Linux 6.12 on: `sched_runtime` of `sched_setattr(2)` is the turn of an ordinary thread); over a longer
//! time it gets no larger share than before. It needs no privilege.

/// The turn that is asked for, ns: the shortest that Linux grants.
#[cfg(target_os = "linux")]
const TURN_NANOS: u64 = 100_000;

/// Asks for short turns for the calling thread. A system that does not know the request goes on as it was.
#[cfg(target_os = "linux")]
pub(crate) fn take_short_turns() {
    let size = u32::try_from(size_of::<libc::sched_attr>()).unwrap_or(0);
    // SAFETY: the structure is plain numbers, for which zeros are values.
    let mut attributes: libc::sched_attr = unsafe { std::mem::zeroed() };
    // SAFETY: the kernel writes at most `size` bytes there, and the structure outlives the call. 0 is this thread.
    let known = unsafe { libc::syscall(libc::SYS_sched_getattr, 0, &raw mut attributes, size, 0) };
    if known != 0 || attributes.sched_policy != libc::SCHED_OTHER.cast_unsigned() {
        return;
    }
    attributes.sched_runtime = TURN_NANOS;
    // SAFETY: the kernel reads `size` bytes, which are what it said itself but for the turn.
    unsafe { libc::syscall(libc::SYS_sched_setattr, 0, &raw const attributes, 0) };
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn take_short_turns() {}
