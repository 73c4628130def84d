//! Share links: made and changed, known by the hash of their token, opened by a password where they have one.
//!
//! `kl_…` is the token that stands in the link. Where a password is asked for, it is changed for `kp_<id>.<end>.<proof>`, which
//! nobody can make who does not have the admin token's hash and the link's: it ends with the link, its password and the admin
//! token, and there is nothing to be kept of it.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use kassa_model::{MICROS_PER_SECOND, Timestamp};
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;

use crate::kept::change::{Secrets, new};
use crate::kept::thing::{Draft, Kept, KeptKind, Secret};
use crate::login::{LogInError, NewSession, SESSION_SECONDS};
use crate::manage_error::ManageError;
use crate::secret::{Hash, random, to_hex};
use crate::share::Share;
use crate::{Access, Caller, Denied, password};

/// How the token of a link begins.
const LINK: &str = "kl_";

/// How the token begins that a password was changed for.
const OPENED: &str = "kp_";

/// Whose turn it is to have a password looked at.
static OPENING: Semaphore = Semaphore::const_new(1);

/// A share link to be made or changed, its members checked before.
#[derive(Debug, Clone)]
pub struct ShareDraft {
    /// What it says.
    pub draft: Draft,
    /// Another password, `Some(None)`: none; `None`: as it is.
    pub password: Option<Option<String>>,
}

/// Whether `token` is one of a share link, by how it begins.
pub(crate) fn is_of_link(token: &str) -> bool {
    token.starts_with(LINK) || token.starts_with(OPENED)
}

impl Access {
    /// Makes a share link of `site`; its token is returned this once.
    ///
    /// # Errors
    /// As [`Access::keep`].
    pub async fn create_share(
        &self,
        site: &str,
        share: ShareDraft,
        by: &str,
    ) -> Result<(Arc<Kept>, String), ManageError> {
        let token = format!("{LINK}{}", to_hex(&random::<32>()));
        let password = hashed(share.password.flatten()).await;
        let kept = new(site, KeptKind::Share, share.draft, by);
        let secrets = Secrets::New(Secret { token: Hash::of(&token), password });
        Ok((self.keep_with(kept, secrets).await?, token))
    }

    /// Changes a share link; its token stays.
    ///
    /// # Errors
    /// As [`Access::change_kept`].
    pub async fn change_share(
        &self,
        kept: &Kept,
        share: ShareDraft,
        by: &str,
        version: Option<i64>,
    ) -> Result<Arc<Kept>, ManageError> {
        let secrets = match share.password {
            None => Secrets::Same,
            Some(password) => Secrets::Password(hashed(password).await),
        };
        self.change_with(kept, (share.draft, secrets), by, version).await
    }

    /// Who comes by a share link. Its tokens are too long to be guessed: a wrong one is an old one, and counts for nobody.
    pub(crate) fn authorize_link(&self, token: &str) -> Result<Caller, Denied> {
        let now = self.clock_now();
        let found = match token.strip_prefix(OPENED) {
            Some(proof) => self.opened_by(proof, now),
            None => self.link_of(token),
        };
        let Some(kept) = found else {
            if let Some(attached) = self.attached() {
                attached.wake();
            }
            return Err(Denied::LinkEnded);
        };
        let share = Share::of(&kept);
        if share.has_ended(now) {
            return Err(Denied::LinkEnded);
        }
        if kept.has_password() && token.starts_with(LINK) {
            return Err(Denied::Password);
        }
        if now.micros() - kept.used.load(Ordering::Relaxed) > MICROS_PER_SECOND {
            kept.used.store(now.micros(), Ordering::Relaxed);
        }
        Ok(Caller::Share(Arc::new(share)))
    }

    /// Changes a link's token and its password for a token that is let in. Wrong ones count as wrong admin tokens do.
    pub(crate) async fn open_link(
        &self,
        token: &str,
        password: String,
        address: IpAddr,
    ) -> Result<NewSession, LogInError> {
        let now = self.clock_now();
        let found = self.link_of(token).filter(|kept| !Share::of(kept).has_ended(now));
        let Some(kept) = found else { return Err(LogInError::LinkEnded) };
        // One at a time, and counted before the next: a crowd gets no more of these long looks than it has guesses.
        let _turn = OPENING.acquire().await;
        self.refuse_locked(address, now).await?;
        let right = match kept.secret.as_ref().and_then(|secret| secret.password.clone()) {
            None => true,
            Some(written) => {
                let checked = tokio::task::spawn_blocking(move || password::is_right(&password, &written));
                checked.await.unwrap_or(false)
            }
        };
        self.count_password(right, address).await?;
        let longest = now.plus_micros(SESSION_SECONDS * MICROS_PER_SECOND);
        let ends = Share::of(&kept).expires_at.map_or(longest, |end| end.min(longest));
        let proof = self.proof(&kept, ends.micros()).hex();
        let token = format!("{OPENED}{}.{}.{proof}", kept.id, ends.micros());
        Ok(NewSession { token, expires_at: ends })
    }

    fn link_of(&self, token: &str) -> Option<Arc<Kept>> {
        self.now().shares.get(&Hash::of(token).bytes()).cloned()
    }

    fn opened_by(&self, proof: &str, now: Timestamp) -> Option<Arc<Kept>> {
        let mut parts = proof.split('.');
        let (id, ends, proof) = (parts.next()?, parts.next()?, parts.next()?);
        let (kept, ends) = (self.kept_by_id(KeptKind::Share, id)?, ends.parse::<i64>().ok()?);
        let right = Hash::parse(proof)?.bytes().ct_eq(&self.proof(&kept, ends).bytes());
        (bool::from(right) && now.micros() < ends).then_some(kept)
    }

    /// What only this installation can say of a link that is open until `ends`, µs.
    fn proof(&self, kept: &Kept, ends: i64) -> Hash {
        let secret = kept.secret.as_ref();
        let token = secret.map(|secret| secret.token.hex()).unwrap_or_default();
        let password = secret.and_then(|secret| secret.password.as_deref()).unwrap_or_default();
        self.keyed(format!("link {} {ends} {token} {password}", kept.id).as_bytes())
    }
}

async fn hashed(password: Option<String>) -> Option<String> {
    let password = password?;
    tokio::task::spawn_blocking(move || password::hashed(&password)).await.ok()
}
