//! Logging in with the admin token or a secret key: a session of 12 h that can be ended, and a lock after too many wrong tokens.
//!
//! Attempts are counted in the database before the token is looked at, so that neither a restart nor a crowd of requests at
//! once gives more of them than there are.

use std::net::IpAddr;

use kassa_db::Tx;
use kassa_model::{MICROS_PER_SECOND, Timestamp};
use serde_json::json;

use crate::changes::{Asked, OF_ACCESS};
use crate::guesses::{FAILURES_MAX, WINDOW};
use crate::secret::{Hash, random, to_hex};
use crate::store::StoredSession;
use crate::{Access, Caller, store};

/// How long a session lasts, s.
pub(crate) const SESSION_SECONDS: i64 = 12 * 3_600;

/// Wrong tokens from everywhere within [`WINDOW`]; after these everyone is locked out. The admin token itself, as a
/// bearer token, works all the same.
const FAILURES_MAX_ALL: i64 = 1_000;

/// Sessions at a time; a further one ends the oldest.
const SESSIONS_MAX: i64 = 1_000;

/// The row that counts everyone's failures; no address is called so.
const EVERYONE: &str = "*";

/// A session that has begun.
#[derive(Debug)]
pub(crate) struct NewSession {
    pub(crate) token: String,
    pub(crate) expires_at: Timestamp,
}

/// Why there is no session.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum LogInError {
    #[error("the token is neither the admin token nor a secret key")]
    Wrong,
    #[error("the password is not the link's")]
    WrongPassword,
    #[error("this link is not known, has ended or was revoked")]
    LinkEnded,
    #[error("too many wrong tokens; try again in {seconds} s")]
    Locked { seconds: u64 },
    #[error("cannot log in: this role has no database")]
    NoDatabase,
    #[error("cannot log in: {0}")]
    Database(#[from] kassa_db::Error),
}

enum Attempt {
    Right,
    Wrong,
    /// Until then, µs.
    Locked(i64),
}

impl Access {
    /// Begins a session for whoever brings the admin token, or a secret key: with the key's name and scopes, and for as long as
    /// there is the key.
    pub(crate) async fn log_in(
        &self,
        token: &str,
        address: IpAddr,
    ) -> Result<(NewSession, Caller), LogInError> {
        let attached = self.attached().ok_or(LogInError::NoDatabase)?;
        let source = &attached.source;
        let who = self.address_name(address);
        // A locked address costs no write.
        let now = source.clock.now();
        self.refuse_locked(address, now).await?;
        let caller = self.secret_holder(token).map(Caller::in_session);
        let right = caller.is_some();
        let key = matches!(caller, Some(Caller::Key { .. })).then(|| Hash::of(token));
        let secret = to_hex(&random::<32>());
        let (hash, began) = (self.session_hash(&secret), now.micros());
        let expires = began + SESSION_SECONDS * MICROS_PER_SECOND;
        let attempt = attached.change(move |tx, now| {
            let attempt = attempt(tx, &who, right, now.micros())?;
            if let Attempt::Right = attempt {
                store::insert_session(tx, &hash, began, StoredSession { ends: expires, key })?;
                store::trim_sessions(tx, SESSIONS_MAX)?;
            }
            Ok::<_, LogInError>(attempt)
        });
        match (attempt.await?, caller) {
            (Attempt::Right, Some(caller)) => {
                self.guesses().forget(address);
                let expires_at = Timestamp::from_micros(expires);
                Ok((NewSession { token: secret, expires_at }, caller))
            }
            (Attempt::Wrong | Attempt::Right, _) => {
                tracing::warn!("someone tried to log in with a wrong token");
                self.note_guess(address);
                Err(LogInError::Wrong)
            }
            (Attempt::Locked(until), _) => {
                refuse_locked(until, now)?;
                Err(LogInError::Wrong)
            }
        }
    }

    /// Refuses an address that is locked.
    pub(crate) async fn refuse_locked(&self, address: IpAddr, now: Timestamp) -> Result<(), LogInError> {
        let attached = self.attached().ok_or(LogInError::NoDatabase)?;
        if let Some(seconds) = self.guesses().seconds_left(address, now) {
            return Err(LogInError::Locked { seconds });
        }
        let who = self.address_name(address);
        let until = attached.source.db().read(move |tx| store::locked_until(tx, &who, EVERYONE)).await?;
        refuse_locked(until, now)
    }

    /// Counts a password that an address gave for a link, as a token at logging in. A right one is no guess, but it forgives none
    /// either: who knows a link's password does not get more guesses at the admin token by it.
    pub(crate) async fn count_password(&self, right: bool, address: IpAddr) -> Result<(), LogInError> {
        let attached = self.attached().ok_or(LogInError::NoDatabase)?;
        let (who, now) = (self.address_name(address), attached.source.clock.now());
        let attempt = attached.change(move |tx, now| {
            let attempt = counted(tx, &who, right, now.micros())?;
            if let Attempt::Right = attempt {
                store::uncount_attempt(tx, &who)?;
            }
            Ok::<_, LogInError>(attempt)
        });
        match attempt.await? {
            Attempt::Right => Ok(()),
            Attempt::Wrong => {
                tracing::warn!("someone tried to open a share link with a wrong password");
                self.note_guess(address);
                Err(LogInError::WrongPassword)
            }
            Attempt::Locked(until) => {
                refuse_locked(until, now)?;
                Err(LogInError::WrongPassword)
            }
        }
    }

    /// Ends the session of `token`, if there is one.
    pub(crate) async fn log_out(&self, token: &str) -> Result<(), LogInError> {
        let attached = self.attached().ok_or(LogInError::NoDatabase)?;
        let hash = self.session_hash(token);
        attached.change(move |tx, _| store::delete_session(tx, &hash).map(drop)).await?;
        Ok(())
    }

    /// Ends every session.
    pub(crate) async fn log_everyone_out(&self, asked: Option<Asked>) -> Result<(), LogInError> {
        let attached = self.attached().ok_or(LogInError::NoDatabase)?;
        let ended = attached.change(move |tx, now| {
            let ended = store::delete_sessions(tx)?;
            OF_ACCESS.write_down(
                tx,
                asked.as_ref(),
                (&json!({ "sessions": ended }), &json!({ "sessions": 0 })),
                now,
            )?;
            Ok::<_, LogInError>(ended)
        });
        let ended = ended.await?;
        tracing::info!(ended, "ended all sessions");
        Ok(())
    }

    /// The session of `token`, if there is one that has not ended.
    pub(crate) fn live_session(&self, token: &str) -> Option<StoredSession> {
        let now = self.attached()?.source.clock.now();
        let session = *self.now().sessions.get(&self.session_hash(token).bytes())?;
        // One that would live longer than any was made while the clock was set ahead.
        let lives = now.micros()..=now.micros().saturating_add(SESSION_SECONDS * MICROS_PER_SECOND);
        (session.ends > now.micros() && lives.contains(&session.ends)).then_some(session)
    }

    /// What an address is called in the database, where none may stand: a keyed hash of it, of an IPv6 address's first
    /// 64 bits, which one customer has to himself.
    pub(crate) fn address_name(&self, address: IpAddr) -> String {
        let bytes = match address.to_canonical() {
            IpAddr::V4(v4) => v4.octets().to_vec(),
            IpAddr::V6(v6) => v6.octets()[..8].to_vec(),
        };
        self.keyed(&bytes).hex()
    }

    /// What stands for a session in the database. A new admin token ends all sessions.
    fn session_hash(&self, token: &str) -> Hash {
        self.keyed(token.as_bytes())
    }

    /// A hash of `bytes` that nobody else can make.
    pub(crate) fn keyed(&self, bytes: &[u8]) -> Hash {
        let key = self.admin_tokens().next().copied().unwrap_or_else(|| Hash::of(""));
        Hash::keyed(&key, bytes)
    }
}

/// Whether a lock until then holds at `now`: one that would hold for longer than any was made while the clock was set ahead.
fn is_locked(until: i64, now: i64) -> bool {
    now < until && until <= now.saturating_add(WINDOW)
}

fn refuse_locked(until: i64, now: Timestamp) -> Result<(), LogInError> {
    let left = until - now.micros();
    if !is_locked(until, now.micros()) {
        return Ok(());
    }
    let seconds = u64::try_from((left + MICROS_PER_SECOND - 1) / MICROS_PER_SECOND).unwrap_or(1);
    Err(LogInError::Locked { seconds })
}

/// One attempt, counted first: of requests at once only so many are looked at.
fn attempt(tx: &mut Tx<'_>, who: &str, right: bool, now: i64) -> Result<Attempt, kassa_db::Error> {
    let attempt = counted(tx, who, right, now)?;
    if let Attempt::Right = attempt {
        store::forget_attempts(tx, who)?;
    }
    Ok(attempt)
}

fn counted(tx: &mut Tx<'_>, who: &str, right: bool, now: i64) -> Result<Attempt, kassa_db::Error> {
    let until = store::locked_until(tx, who, EVERYONE)?;
    if is_locked(until, now) {
        return Ok(Attempt::Locked(until));
    }
    let failures = store::count_attempt(tx, who, now, now - WINDOW)?;
    if failures > FAILURES_MAX {
        return Ok(Attempt::Locked(now + WINDOW));
    }
    if right {
        return Ok(Attempt::Right);
    }
    if failures == FAILURES_MAX {
        store::lock(tx, who, now + WINDOW)?;
    }
    if store::count_attempt(tx, EVERYONE, now, now - WINDOW)? == FAILURES_MAX_ALL {
        store::lock(tx, EVERYONE, now + WINDOW)?;
    }
    Ok(Attempt::Wrong)
}
