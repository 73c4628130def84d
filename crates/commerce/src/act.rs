//! A mutation of the native API: one transaction, and with an `Idempotency-Key` only once.

use std::sync::Arc;

use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use kassa_access::Caller;
use kassa_access::changes::{Asked, OF_SHOP};
use kassa_db::{Db, Tx};
use kassa_model::Timestamp;
use kassa_service::Problem;
use serde::Serialize;
use serde_json::{Value, json};

use crate::idempotency::{self, Answer, Outcome, Request, RequestKey};
use crate::refuse::problem_of;

/// Reads how a thing looks.
type Look = dyn Fn(&mut Tx<'_>) -> Result<Value, kassa_db::Error> + Send + Sync;

/// Who asks for what, so that a repeat is known.
#[derive(Clone)]
pub(crate) struct Keyed {
    scope: String,
    key: Option<String>,
    fingerprint: String,
    /// What is written down of it where it changes something.
    asked: Option<Asked>,
    /// How that looks, before and after.
    look: Option<Arc<Look>>,
}

impl Keyed {
    /// The request of `caller` to `route` (a method and a template, with what stands in its braces), with the key in
    /// its headers.
    pub(crate) fn of(
        caller: &Caller,
        headers: &HeaderMap,
        (method, route): (&str, &str),
        body: &impl Serialize,
    ) -> Result<Self, Problem> {
        Ok(Self {
            scope: caller.identity(),
            key: idempotency::key_of(headers)?.map(str::to_owned),
            fingerprint: idempotency::fingerprint(method, route, body),
            asked: Asked::of(caller, (method, route), body),
            look: None,
        })
    }

    /// Without being written down as a change: what somebody sets up for looking at the shop is none.
    pub(crate) fn unwritten(self) -> Self {
        Self { asked: None, ..self }
    }

    /// With the thing that is changed, which is read before and after where somebody is to know what was changed.
    pub(crate) fn looking(
        self,
        look: impl Fn(&mut Tx<'_>) -> Result<Value, kassa_db::Error> + Send + Sync + 'static,
    ) -> Self {
        Self { look: self.asked.is_some().then(|| Arc::new(look) as Arc<Look>), ..self }
    }

    /// How the thing looks now, if somebody is to know.
    fn look(&self, tx: &mut Tx<'_>) -> Result<Value, kassa_db::Error> {
        self.look.as_ref().map_or(Ok(Value::Null), |look| look(tx))
    }

    /// Writes down that the thing that looked so is changed.
    pub(crate) fn write_down(
        &self,
        tx: &mut Tx<'_>,
        before: &Value,
        now: Timestamp,
    ) -> Result<(), kassa_db::Error> {
        let after = self.look(tx)?;
        OF_SHOP.write_down(tx, self.asked.as_ref(), (before, &after), now)
    }

    /// What its record is found by.
    pub(crate) fn request(&self) -> Request<'_> {
        Request { scope: &self.scope, key: self.key.as_deref(), fingerprint: &self.fingerprint }
    }

    /// Scope and key of its record, if it has a key.
    pub(crate) fn record(&self) -> Option<(String, String)> {
        self.key.clone().map(|key| (self.scope.clone(), key))
    }

    /// The request as what it does remembers it, if it has a key.
    pub(crate) fn remembered(&self) -> Option<RequestKey> {
        let (scope, fingerprint) = (self.scope.clone(), self.fingerprint.clone());
        self.key.clone().map(|key| RequestKey { scope, key, fingerprint })
    }

    /// The id of the command in the ledger: the key, which is the caller's own, or a new one.
    pub(crate) fn reference(&self) -> String {
        match &self.key {
            Some(key) => format!("{}/{key}", self.scope),
            None => uuid::Uuid::now_v7().to_string(),
        }
    }
}

/// Why a transaction ends without an answer that is kept.
#[derive(Debug)]
pub(crate) enum Failed {
    Refused(Box<Problem>),
    Db(kassa_db::Error),
}

impl From<kassa_db::Error> for Failed {
    fn from(error: kassa_db::Error) -> Self {
        Self::Db(error)
    }
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        Self::Refused(Box::new(problem))
    }
}

impl From<Failed> for Problem {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Refused(problem) => *problem,
            Failed::Db(error) => problem_of(&error),
        }
    }
}

/// A refusal of a rule that has changed nothing: an answer that is kept with its key, or the end of the transaction.
pub(crate) fn refuse(problem: Problem) -> Result<Answer, Failed> {
    match idempotency::is_kept(problem.status().as_u16()) {
        true => Ok(Answer::problem(&problem)),
        false => Err(problem.into()),
    }
}

/// What a mutation has done: its answer, and what else is to be known of it after the commit.
pub(crate) type Done<T> = (Answer, Option<T>);

/// Runs `op` in a transaction, or gives the answer of its first run. With it comes what `op` has done, unless it was done
/// before.
pub(crate) async fn once<T: Send + 'static>(
    db: &Db,
    keyed: Keyed,
    now: Timestamp,
    mut op: impl FnMut(&mut Tx<'_>) -> Result<Done<T>, Failed> + Send + 'static,
) -> Result<(Response, Option<T>), Problem> {
    let (outcome, done) = db
        .write(move |tx| {
            let mut done = None;
            let outcome = idempotency::run(tx, &keyed.request(), now, |tx| {
                let before = keyed.look(tx)?;
                let (answer, what) = op(tx)?;
                if what.is_some() {
                    let after = match answer.location() {
                        Some(at) => json!({ "location": at }),
                        None => keyed.look(tx)?,
                    };
                    OF_SHOP.write_down(tx, keyed.asked.as_ref(), (&before, &after), now)?;
                }
                done = what;
                Ok::<_, Failed>(answer)
            })?;
            Ok::<(Outcome, Option<T>), Failed>((outcome, done))
        })
        .await?;
    Ok((outcome.into_response(), done))
}
