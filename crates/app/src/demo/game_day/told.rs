//! How a game day stands, and what has come of it.
//!
//! ```json
//! {"id":"0190…","state":"done","seconds":120,"started_at":"…","ends_at":"…","ended_at":"…","step":"settling","is_stopped":false,
//!  "steps":[{"name":"calm","from_s":0,"until_s":12},…],"orders":{"asked":480,"confirmed":260,"accepted":170,"failed":50,"refused":0,
//!  "repeated":96,"doubled":0,"slowest_ms":910},"books_before":{"ok":true,"complete":true,"violations":0,"wrong":[]},
//!  "outcome":{"ok":true,"orders":{…},"units":{…},"revenue":{…},"books_after":{…}},"why":null}
//! ```

use std::time::Duration;

use kassa_model::{MICROS_PER_SECOND, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::steps::STEPS;
use crate::admin::Looked;

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// Faults are on, and orders come.
    Running,
    /// They are over, and what was accepted is being decided.
    Settling,
    /// It is known what has come of it.
    Done,
    /// Something kept it from being known.
    Failed,
}

/// A game day.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) id: String,
    pub(crate) state: State,
    seconds: u64,
    started_at: String,
    ends_at: String,
    ended_at: Option<String>,
    pub(super) step: String,
    /// Whether somebody ended it before its time.
    pub(super) is_stopped: bool,
    steps: Vec<StepView>,
    pub(super) orders: Tally,
    pub(super) books_before: Option<Looked>,
    pub(crate) outcome: Option<Outcome>,
    /// Why it has failed.
    why: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct StepView {
    name: String,
    from_s: u64,
    until_s: u64,
}

/// What the buyers were answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tally {
    /// Orders that somebody wanted.
    pub(super) asked: u64,
    /// 201.
    pub(super) confirmed: u64,
    /// 202: taken, and decided later.
    pub(super) accepted: u64,
    /// 422: too little stock.
    pub(super) failed: u64,
    /// Anything else, however often it was tried: no order.
    pub(super) refused: u64,
    /// Sent once more with their keys, as by a buyer whose answer was lost.
    pub(super) repeated: u64,
    /// Of these, those that were answered with another order.
    pub(super) doubled: u64,
    pub(super) slowest_ms: u64,
}

/// What has become of the orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// Whether everything below is as it must be.
    pub(crate) ok: bool,
    pub(crate) orders: Orders,
    pub(crate) units: Units,
    pub(crate) revenue: Revenue,
    pub(crate) books_after: Looked,
}

/// By what they have come to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Orders {
    pub(crate) confirmed: u64,
    pub(crate) failed: u64,
    /// Still not decided.
    pub(crate) open: u64,
    /// Answered with 201 or 202, and not there.
    pub(crate) lost: u64,
    /// There twice for one key.
    pub(crate) doubled: u64,
}

/// Pieces, by the orders and by the ledger of stock.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Units {
    pub(crate) ordered: i64,
    pub(crate) taken: i64,
    /// Products whose stock is below zero.
    pub(crate) oversold: u64,
}

/// Money in minor units, by the orders and by the reports.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Revenue {
    pub(crate) currency: String,
    pub(crate) orders_minor: i64,
    pub(crate) reports_minor: i64,
}

impl Run {
    pub(super) fn new(now: Timestamp, seconds: u64) -> Self {
        let length = Duration::from_secs(seconds);
        let micros = i64::try_from(seconds).unwrap_or(0) * MICROS_PER_SECOND;
        let steps = STEPS.iter().map(|step| {
            let (from_s, until_s) = step.seconds(length);
            StepView { name: step.name.to_owned(), from_s, until_s }
        });
        Self {
            id: Uuid::now_v7().to_string(),
            state: State::Running,
            seconds,
            started_at: now.to_string(),
            ends_at: now.plus_micros(micros).to_string(),
            ended_at: None,
            step: STEPS[0].name.to_owned(),
            is_stopped: false,
            steps: steps.collect(),
            orders: Tally::default(),
            books_before: None,
            outcome: None,
            why: None,
        }
    }

    pub(super) fn is_under_way(&self) -> bool {
        matches!(self.state, State::Running | State::Settling)
    }

    pub(super) fn end(&mut self, now: String, ended: Result<Outcome, String>) {
        self.ended_at = Some(now);
        match ended {
            Ok(outcome) => (self.state, self.outcome) = (State::Done, Some(outcome)),
            Err(why) => (self.state, self.why) = (State::Failed, Some(why)),
        }
    }
}
