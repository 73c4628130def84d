//! A role in another process, and what is wrong with the way to it: a role that lets this process in to nothing is as good as
//! none, however well it answers.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use kassa_service::Status;
use kassa_service::client::{Answer, Call, Client, Sent};

/// How long a role may take to answer [`Peer::ask`].
const ASK_WITHIN: Duration = Duration::from_millis(1_500);

/// A role in another process.
#[derive(Debug)]
pub struct Peer {
    name: &'static str,
    client: Client,
    /// A route of it that reads from its database and changes nothing.
    probe: String,
    /// Why it does nothing for this process although it answers.
    fault: Mutex<Option<String>>,
}

impl Peer {
    /// The role `name`, called by `client`; `probe` is asked for a round trip.
    pub(crate) fn new(name: &'static str, client: Client, probe: String) -> Self {
        Self { name, client, probe, fault: Mutex::default() }
    }

    /// Makes `call` once.
    pub(crate) async fn send(&self, call: Call) -> Sent {
        let sent = self.client.send(call).await;
        if let Sent::Answer(answer) = &sent {
            match answer.status {
                status if is_refusal(status) => self.found(Some(format!(
                    "{} answers {status}: start both processes with the same KASSA_INTERNAL_TOKEN",
                    self.name
                ))),
                status if status.is_success() => self.found(None),
                _ => {}
            }
        }
        sent
    }

    /// The answer to `call`, which is a success; else why there is none, in a sentence.
    pub(crate) async fn fetch(&self, call: Call) -> Result<Answer, String> {
        match self.send(call).await {
            Sent::Answer(answer) if answer.status.is_success() => Ok(answer),
            Sent::Answer(answer) => Err(format!("{} answered {}", self.name, answer.status)),
            Sent::NotSent(why) | Sent::Unknown(why) => Err(why),
        }
    }

    /// One real round trip over an internal route, to the role's database and back.
    pub async fn ask(&self) -> Status {
        match self.send(Call::get(self.probe.clone()).within(ASK_WITHIN)).await {
            Sent::Answer(answer) if answer.status == StatusCode::NOT_FOUND => {
                let why = format!("{} answers 404: there is another role at its address", self.name);
                self.found(Some(why.clone()));
                Status::Down(why)
            }
            Sent::Answer(answer) if !answer.status.is_success() => match self.fault() {
                Some(fault) => Status::Down(fault),
                None => Status::Down(format!("{} answers {}", self.name, answer.status)),
            },
            Sent::Answer(_) => Status::Up,
            Sent::NotSent(why) | Sent::Unknown(why) => Status::Down(why),
        }
    }

    /// Why it does nothing for this process although it answers, as far as is known.
    pub fn fault(&self) -> Option<String> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes a fault, or that there is none. Said once, not with every call.
    fn found(&self, fault: Option<String>) {
        let mut known = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        match (&*known, &fault) {
            (before, Some(why)) if before.as_ref() != Some(why) => tracing::error!(role = self.name, "{why}"),
            (Some(_), None) => tracing::info!(role = self.name, "the role lets this process in again"),
            _ => {}
        }
        *known = fault;
    }
}

/// Whether a circuit breaker counts it as a failure: no answer, 5xx, or that this process is not let in.
pub(crate) fn is_failure(sent: &Sent) -> bool {
    sent.is_failure() || matches!(sent, Sent::Answer(answer) if is_refusal(answer.status))
}

fn is_refusal(status: StatusCode) -> bool {
    matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
}
