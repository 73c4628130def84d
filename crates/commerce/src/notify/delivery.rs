//! A delivery: one message to one target, by one channel, and what comes of an attempt to send it.

use std::time::Duration;

use kassa_model::Timestamp;

/// By which way a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Channel {
    /// To an address, by SMTP.
    Email,
    /// To an endpoint, as a signed request.
    Webhook,
    /// To whoever listens on the stream; nothing is sent.
    Push,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// It is to be sent.
    Waiting,
    /// It was taken.
    Sent,
    /// It is not tried any more.
    Dead,
}

/// What is to be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewDelivery {
    /// What it tells of: with channel, target and template it is told once.
    pub(crate) event_id: String,
    pub(crate) event_type: String,
    pub(crate) channel: Channel,
    /// An address, an endpoint's id, or a recipient's name.
    pub(crate) target: String,
    /// What an e-mail is written by; empty for all else.
    pub(crate) template: &'static str,
    /// The public event, or what somebody asked to be told.
    pub(crate) payload: String,
    pub(crate) order_id: Option<String>,
}

/// A delivery as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Delivery {
    pub(crate) id: String,
    pub(crate) event_id: String,
    pub(crate) event_type: String,
    pub(crate) channel: Channel,
    pub(crate) target: String,
    pub(crate) template: String,
    pub(crate) payload: String,
    pub(crate) order_id: Option<String>,
    pub(crate) state: State,
    /// How often it was tried.
    pub(crate) attempts: i64,
    /// How often since it was begun.
    pub(crate) tries: i64,
    /// When it is due; of one that waits alone.
    pub(crate) next_at: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
    /// Since when it is tried: when it was made, or begun anew.
    pub(crate) begun_at: Timestamp,
    pub(crate) done_at: Option<Timestamp>,
}

/// An attempt that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attempt {
    pub(crate) number: i64,
    pub(crate) at: Timestamp,
    pub(crate) took_us: i64,
    pub(crate) outcome: String,
    pub(crate) status: Option<i64>,
    pub(crate) answer: String,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sent {
    /// It was taken.
    Done { status: Option<i64>, answer: String },
    /// Not now: it is tried again, no sooner than `after`.
    Later { status: Option<i64>, answer: String, after: Option<Duration> },
    /// It will never be taken.
    Never { status: Option<i64>, answer: String },
}

impl Channel {
    const ALL: [Self; 3] = [Self::Email, Self::Webhook, Self::Push];

    /// Its stable name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Webhook => "webhook",
            Self::Push => "push",
        }
    }

    pub(crate) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.name() == name)
    }

    /// What may be slow by itself: one server takes all mails, each endpoint its own webhooks.
    pub(crate) fn lane(self, target: &str) -> String {
        match self {
            Self::Email | Self::Push => self.name().to_owned(),
            Self::Webhook => format!("{}:{target}", self.name()),
        }
    }
}

impl State {
    const ALL: [Self; 3] = [Self::Waiting, Self::Sent, Self::Dead];

    /// Its stable name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Dead => "dead",
        }
    }

    pub(crate) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

impl Sent {
    /// Its stable name, as attempts show it.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Done { .. } => "done",
            Self::Later { .. } => "later",
            Self::Never { .. } => "never",
        }
    }

    pub(crate) const fn status(&self) -> Option<i64> {
        match self {
            Self::Done { status, .. } | Self::Later { status, .. } | Self::Never { status, .. } => *status,
        }
    }

    pub(crate) fn answer(&self) -> &str {
        match self {
            Self::Done { answer, .. } | Self::Later { answer, .. } | Self::Never { answer, .. } => answer,
        }
    }
}
