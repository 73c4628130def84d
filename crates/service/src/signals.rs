//! What signals do to a server: SIGTERM and SIGINT stop it, SIGHUP opens its log's file again, SIGUSR1, SIGUSR2 and SIGXFSZ
//! (a write beyond `ulimit -f`, which fails then) are nothing to it; SIGPIPE the Rust runtime ignores already.

use std::io;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::{Shutdown, logs};

/// How long a start may take to notice that it is to stop: a large log or store is opened in one go.
const OPENING_PATIENCE: Duration = Duration::from_secs(2);

/// The status of a process that a second signal ended.
const ENDED_BY_SECOND: i32 = 130;

/// From here on signals that mean nothing to this program do not end it: SIGUSR1, SIGUSR2, SIGXFSZ.
pub fn ignore_meaningless() {
    for number in [libc::SIGUSR1, libc::SIGUSR2, libc::SIGXFSZ] {
        // SAFETY: to ignore a signal runs no code of ours, and these are valid numbers; an error would leave it as it was.
        unsafe { libc::signal(number, libc::SIG_IGN) };
    }
}

impl Shutdown {
    /// From here on SIGHUP opens the log's file again, and the first SIGTERM or SIGINT triggers; a second one ends the
    /// process at once with status 130. A process that is still opening its files ([`Self::opening`])
    /// two seconds after the first one is ended with status 0: its files are then as after a crash, which is nothing to the
    /// next start.
    ///
    /// They are heard on a thread of its own, so that no runtime has to be there yet.
    ///
    /// # Errors
    /// The error of the operating system when the handlers cannot be installed.
    pub fn on_signals(&self) -> io::Result<()> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let heard = {
            let _inside = runtime.enter();
            Heard {
                terminate: signal(SignalKind::terminate())?,
                interrupt: signal(SignalKind::interrupt())?,
                hang_up: signal(SignalKind::hangup())?,
            }
        };
        let shutdown = self.clone();
        std::thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || runtime.block_on(heard.obey(&shutdown)))?;
        Ok(())
    }
}

struct Heard {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Heard {
    async fn obey(mut self, shutdown: &Shutdown) {
        let name = self.stop().await;
        tracing::info!(signal = name, "stopping; a second signal stops at once");
        shutdown.trigger();
        tokio::select! {
            _ = self.stop() => {
                tracing::warn!("stopped at once by a second signal");
                end(ENDED_BY_SECOND);
            }
            () = still_opening(shutdown) => {
                tracing::info!("stopped while files were being opened");
                end(0);
            }
        }
    }

    /// The name of the next signal to stop.
    async fn stop(&mut self) -> &'static str {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return "SIGTERM",
                _ = self.interrupt.recv() => return "SIGINT",
                _ = self.hang_up.recv() => logs::reopen(),
            }
        }
    }
}

/// Returns when the start has not noticed in time, and never where files are open.
async fn still_opening(shutdown: &Shutdown) {
    tokio::time::sleep(OPENING_PATIENCE).await;
    if !shutdown.is_opening() {
        std::future::pending::<()>().await;
    }
}

/// Ends the process as it stands: threads that are at work in a library must not find its parts taken down.
fn end(status: i32) -> ! {
    // SAFETY: it takes any number and does nothing but end the process.
    unsafe { libc::_exit(status) }
}
