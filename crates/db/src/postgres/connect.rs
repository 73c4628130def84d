//! Reaching the server, and not waiting for one that is known to be down.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use postgres::error::SqlState;
use postgres::{Client, Config, NoTls};

use super::failure::{explain, said};
use super::session::Session;
use crate::{Error, Options};

/// Pause between attempts to connect.
const PAUSE: Duration = Duration::from_millis(50);

/// Where the server is, and whether it was there when last looked for.
#[derive(Debug)]
pub(super) struct Server {
    config: Config,
    options: Options,
    down: AtomicBool,
}

/// What an address says.
pub(super) fn parse(url: &str) -> Result<Config, Error> {
    // The driver's message shows parts of the address, which may hold a password.
    let config = url.parse::<Config>().map_err(|_| {
        Error::Invalid("cannot open the database: its address is no postgres:// address".to_owned())
    })?;
    if config.get_hosts().is_empty() {
        return Err(Error::Invalid("cannot open the database: its address names no host".to_owned()));
    }
    Ok(config)
}

impl Server {
    pub(super) fn new(url: &str, options: &Options) -> Result<Self, Error> {
        let mut config = parse(url)?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(options.connect_timeout);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(Duration::from_secs(10));
        }
        if config.get_application_name().is_none() {
            config.application_name("kassa");
        }
        Ok(Self { config, options: options.clone(), down: AtomicBool::new(false) })
    }

    /// A new session. A server that is away is waited for, but only by the first who miss it: once it is known to be down,
    /// callers are refused at the pace of the attempts.
    pub(super) fn connect(&self, kind: Kind) -> Result<Session, Error> {
        let deadline = Instant::now() + self.options.connect_timeout;
        loop {
            match self.attempt(kind) {
                Ok(session) => {
                    self.down.store(false, Ordering::Relaxed);
                    return Ok(session);
                }
                Err(error) => {
                    if self.down.load(Ordering::Relaxed) || Instant::now() >= deadline || is_hopeless(&error)
                    {
                        self.down.store(true, Ordering::Relaxed);
                        return Err(refused(&error));
                    }
                }
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn attempt(&self, kind: Kind) -> Result<Session, postgres::Error> {
        let mut client: Client = self.config.connect(NoTls)?;
        client.batch_execute(&self.settings(kind))?;
        Ok(Session::new(client, self.options.statements_max))
    }

    fn settings(&self, kind: Kind) -> String {
        let (lock, statement) = match kind {
            Kind::Writer => (self.options.lock_timeout, self.options.write_timeout),
            Kind::Reader | Kind::Refuser => (self.options.read_timeout, self.options.read_timeout),
        };
        // A session that hangs in a transaction would hold its locks for ever. Plans are small, compiling them is waste.
        // Deadlocks are to be found before the lock timeout ends the wait, but only a superuser may say so.
        format!(
            "SET lock_timeout = {}; SET statement_timeout = {}; SET idle_in_transaction_session_timeout = 30000; \
             SET synchronous_commit = on; SET default_transaction_isolation = 'read committed'; \
             SET client_min_messages = warning; SET jit = off; SET timezone = 'UTC'; \
             DO $$ BEGIN PERFORM set_config('deadlock_timeout', '200ms', false); \
             EXCEPTION WHEN insufficient_privilege THEN NULL; END $$",
            lock.as_millis(),
            statement.as_millis()
        )
    }
}

/// Trying again will not help: a wrong password, no such database.
fn is_hopeless(error: &postgres::Error) -> bool {
    let code = error.code();
    code.is_some_and(|code| code.code().starts_with("28") || *code == SqlState::INVALID_CATALOG_NAME)
}

fn refused(error: &postgres::Error) -> Error {
    let why = format!("cannot connect to PostgreSQL: {}", said(error));
    match explain(error) {
        Error::Statement(_) => Error::Invalid(why),
        _ => Error::Unavailable(why),
    }
}

/// What a thread is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Transactions that write, READ COMMITTED.
    Writer,
    /// Snapshots.
    Reader,
    /// Writes that fail, of a database that is only looked at.
    Refuser,
}
