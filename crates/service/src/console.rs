//! What the process says on standard output and standard error. This is the one place that writes there: `println!` and
//! its like panic where a write fails (a full disk behind `2>log`, a closed pipe), and a panic while one is logged ends the
//! process. `scripts/tidy` refuses them elsewhere.
//!
//! A server *says* and *complains*: a line that cannot be written is dropped and counted, and a reader that takes nothing
//! holds nobody up for long. A command *prints*: its output is what was asked for, so a failed write is its error.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long the first line waits for a pipe or terminal that takes nothing; those after it wait no more until it does.
const PATIENCE: Duration = Duration::from_secs(1);

/// As many bytes as a pipe that has room takes without waiting (`PIPE_BUF`).
const PIECE: usize = 4_096;

static STDOUT: Mutex<State> = Mutex::new(State::NEW);
static STDERR: Mutex<State> = Mutex::new(State::NEW);
static DROPPED: AtomicU64 = AtomicU64::new(0);

/// Says a line on standard output, for whoever listens: dropped and counted when it cannot be written.
pub fn say(line: impl Display) {
    put_or_count(io::stdout().as_fd(), format!("{line}\n").as_bytes(), &STDOUT);
}

/// Says a line on standard error: dropped and counted when it cannot be written.
pub fn complain(line: impl Display) {
    put_or_count(io::stderr().as_fd(), format!("{line}\n").as_bytes(), &STDERR);
}

/// A command's output could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write to standard output: {0}")]
pub struct PrintError(io::Error);

impl PrintError {
    /// Whether the reader has gone, as `head` does once it has its lines: then there is nobody to tell anything.
    pub fn is_closed(&self) -> bool {
        self.0.kind() == ErrorKind::BrokenPipe
    }
}

impl From<io::Error> for PrintError {
    fn from(error: io::Error) -> Self {
        Self(error)
    }
}

/// Standard output for a command whose output is a file: what cannot be written is an error, to be told as a [`PrintError`].
#[derive(Debug)]
pub struct Output(io::Stdout);

impl Output {
    /// That of this process.
    pub fn new() -> Self {
        Self(io::stdout())
    }
}

impl Default for Output {
    fn default() -> Self {
        Self::new()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Prints a line on standard output, and waits as long as its reader takes.
///
/// # Errors
/// A closed pipe, a full disk.
pub fn print(line: impl Display) -> Result<(), PrintError> {
    let text = format!("{line}\n");
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(PrintError)
}

/// How many lines this process could not write since it began.
pub fn dropped() -> u64 {
    DROPPED.load(Ordering::Relaxed)
}

/// Standard error as a writer of whole lines for logs: it never fails, what cannot be written is dropped and counted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stderr;

impl Write for Stderr {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        put_or_count(io::stderr().as_fd(), line, &STDERR);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What became of the lines before.
#[derive(Debug)]
pub(crate) struct State {
    /// The last one ends in its middle, so the next begins a line of its own.
    cut: bool,
    /// The last one found no room in time.
    stuck: bool,
}

impl State {
    pub(crate) const NEW: Self = Self { cut: false, stuck: false };
}

/// Writes `line` to `to`, or drops and counts it.
pub(crate) fn put_or_count(to: BorrowedFd<'_>, line: &[u8], state: &Mutex<State>) {
    let mut state: MutexGuard<'_, State> = state.lock().unwrap_or_else(PoisonError::into_inner);
    if put(to, line, &mut state).is_err() {
        DROPPED.fetch_add(1, Ordering::Relaxed);
    }
}

fn put(to: BorrowedFd<'_>, line: &[u8], state: &mut State) -> io::Result<()> {
    if state.cut {
        write_some(to, b"\n", state)?;
        state.cut = false;
    }
    let mut rest = line;
    while !rest.is_empty() {
        let written = write_some(to, &rest[..rest.len().min(PIECE)], state)?;
        rest = &rest[written..];
        state.cut = !rest.is_empty();
    }
    Ok(())
}

/// Writes as much of `piece` as there is room for, once there is some.
fn write_some(to: BorrowedFd<'_>, piece: &[u8], state: &mut State) -> io::Result<usize> {
    let patience = if state.stuck { Duration::ZERO } else { PATIENCE };
    loop {
        state.stuck = !has_room(to, patience);
        if state.stuck {
            return Err(ErrorKind::TimedOut.into());
        }
        match rustix::io::write(to, piece) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => return Ok(written),
            Err(rustix::io::Errno::INTR) => {}
            // Another process that shares it took the room.
            Err(rustix::io::Errno::AGAIN) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Whether a write would not wait, now or within `patience`. Files always have room, full disks as well: there the write
/// says what is wrong.
fn has_room(to: BorrowedFd<'_>, patience: Duration) -> bool {
    let mut asked = libc::pollfd { fd: to.as_raw_fd(), events: libc::POLLOUT, revents: 0 };
    let timeout = i32::try_from(patience.as_millis()).unwrap_or(i32::MAX);
    // SAFETY: `asked` is one pollfd, borrowed for the call, and its descriptor is open as long as `to` is.
    let found = unsafe { libc::poll(&raw mut asked, 1, timeout) };
    // An interrupted or refused question is answered by the write itself.
    found != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_drops_the_line_and_counts_it() {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let state = Mutex::new(State::NEW);
        let before = dropped();
        put_or_count(full.as_fd(), b"lost\n", &state);
        put_or_count(full.as_fd(), b"lost\n", &state);
        assert!(dropped() >= before + 2);
    }

    #[test]
    fn a_closed_pipe_drops_the_line() {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let mut state = State::NEW;
        let refused = put(writer.as_fd(), b"lost\n", &mut state).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::BrokenPipe);
    }

    #[test]
    fn a_reader_that_takes_nothing_holds_one_line_up_and_gets_the_rest_whole() {
        let (mut reader, writer) = io::pipe().unwrap();
        let state = Mutex::new(State::NEW);
        let line = format!("{}\n", "x".repeat(50_000));
        let before = dropped();
        let began = std::time::Instant::now();
        for _ in 0..50 {
            put_or_count(writer.as_fd(), line.as_bytes(), &state);
        }
        assert!(began.elapsed() < PATIENCE * 10, "each line waited: {:?}", began.elapsed());
        assert!(dropped() >= before + 48, "a pipe holds 64 KiB");
        let reading = std::thread::spawn(move || {
            let mut text = String::new();
            io::Read::read_to_string(&mut reader, &mut text).map(|_| text)
        });
        // Taken up again as soon as somebody reads; the line that was cut does not run into this one.
        let began = std::time::Instant::now();
        while put(writer.as_fd(), b"again\n", &mut state.lock().unwrap()).is_err() {
            assert!(began.elapsed() < Duration::from_secs(30), "never taken up again");
            std::thread::yield_now();
        }
        drop(writer);
        let text = reading.join().unwrap().unwrap();
        assert_eq!(text.lines().last(), Some("again"));
        assert_eq!(text.lines().next().map(str::len), Some(50_000));
    }
}
