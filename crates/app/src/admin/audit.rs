//! `GET /v1/admin/audit`: whether the books agree, as one JSON report ([`kassa_commerce::audit`]). For the command there
//! are two more, whose answers are lines of JSON:
//!
//! ```json
//! POST /v1/admin/audit {}            {"step":"orders","done":1000,"of":20000} … {"report":{…}} or {"error":"…"}
//! POST /v1/admin/audit/answers {"answers":[{"key":"k1","status":201,"order_id":"0190…"}]}   {"part":{"id":5,…}}
//! ```

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use kassa_analytics::report::{Books, Verdict};
use kassa_commerce::audit::{Answered, Audit, AuditOptions, Money, MoneyRow, Repeated, Report, Span, Tell};
use kassa_commerce::notify::{StaffNews, Topic, tell_staff};
use kassa_commerce::problem_of;
use kassa_eventlog::Offset;
use kassa_eventstore::EventStore;
use kassa_eventstore::audit::MoneySpan;
use kassa_model::{MICROS_PER_DAY, MICROS_PER_HOUR, Timestamp};
use kassa_service::{Bare, Object, Problem, Shutdown};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::lines;
use crate::open::{PROCESSOR_GROUP, Parts};

/// From the start to the first look at the books, at most.
const FIRST_AFTER: Duration = Duration::from_secs(5);
/// After a long look nobody looks for so many times as long, so that looking takes less than a tenth of the time.
const REST_FACTOR: u32 = 10;
/// Ids that are named of those that are stored too often.
const IDS_MAX: usize = 100;

/// Audits of this process, one at a time.
#[derive(Debug)]
pub(crate) struct Auditor {
    audit: Audit,
    /// For how long ids of events are remembered, µs.
    window: i64,
    turn: tokio::sync::Mutex<()>,
    last: Mutex<Last>,
}

/// What was found last.
#[derive(Debug, Default)]
struct Last {
    verdict: Option<Verdict>,
    /// When the ids of all events were compared.
    all_at: Option<Timestamp>,
}

/// A look at the books, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Looked {
    pub(crate) ok: bool,
    complete: bool,
    checked: u64,
    violations: u64,
    /// The numbers of the invariants that are violated.
    wrong: Vec<usize>,
}

impl From<&Report> for Looked {
    fn from(report: &Report) -> Self {
        let all = &report.invariants;
        Self {
            ok: report.ok,
            complete: report.complete,
            checked: all.iter().map(|invariant| invariant.checked).sum(),
            violations: all.iter().map(|invariant| invariant.violations_total).sum(),
            wrong: all.iter().filter(|invariant| !invariant.ok).map(|invariant| invariant.id).collect(),
        }
    }
}

/// The store as an audit sees it.
#[derive(Debug)]
struct Store {
    store: Arc<dyn EventStore>,
    window: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answers {
    answers: Vec<Answered>,
}

/// The routes, where there is a shop.
pub(super) fn routes(auditor: Option<Arc<Auditor>>) -> Router {
    let Some(auditor) = auditor else { return Router::new() };
    Router::new()
        .route("/v1/admin/audit", get(get_audit).post(post_audit))
        .route("/v1/admin/audit/answers", post(post_answers))
        .with_state(auditor)
}

async fn get_audit(State(auditor): State<Arc<Auditor>>, _: Bare) -> Result<Json<Report>, Problem> {
    let report = auditor.run(None, Arc::new(|_, _, _| {})).await;
    report.map(Json).map_err(|error| problem_of(&error))
}

/// The same, telling how far it has come. It ends when nobody listens any more.
async fn post_audit(State(auditor): State<Arc<Auditor>>, _: Bare) -> Response {
    let (lines, answer) = lines::answer();
    tokio::spawn(async move {
        let told = Arc::clone(&lines);
        let tell: Tell = Arc::new(move |step, done, of| told.step(step.name(), done, of));
        let done = tokio::select! {
            () = lines.closed() => return,
            done = auditor.run(None, tell) => done,
        };
        let end = match done {
            Ok(report) => json!({"report": report}),
            Err(error) => json!({"error": error.to_string()}),
        };
        lines.end(end).await;
    });
    answer
}

/// What clients were answered, against the orders.
async fn post_answers(
    State(auditor): State<Arc<Auditor>>,
    Object(asked): Object<Answers>,
) -> Result<Response, Problem> {
    let part = auditor.audit.answers(asked.answers).await.map_err(|error| problem_of(&error))?;
    let line = format!("{}\n", json!({"part": part}));
    Ok(([(CONTENT_TYPE, lines::LINES)], line).into_response())
}

impl Auditor {
    /// Of these parts; `None` where there is no shop.
    pub(crate) fn new(parts: &Parts) -> Option<Arc<Self>> {
        let shop = parts.shop().ok()?;
        let log = parts.log().ok();
        let window = i64::try_from(parts.config.dedupe.window_hours).unwrap_or(i64::MAX);
        let window = window.saturating_mul(MICROS_PER_HOUR);
        let money = parts.store().ok().map(|store| Arc::new(Store { store, window }) as Arc<dyn Money>);
        let audit = Audit { shop, log, money, options: AuditOptions::default() };
        Some(Arc::new(Self { audit, window, turn: tokio::sync::Mutex::default(), last: Mutex::default() }))
    }

    /// Looks at all books now.
    ///
    /// # Errors
    /// The shop's databases'.
    pub(crate) async fn look(&self) -> Result<Looked, kassa_db::Error> {
        let ids_since = self.last().ids_since(self.audit.shop.now(), self.window);
        let report = self.run(ids_since, Arc::new(|_, _, _| {})).await?;
        Ok(Looked::from(&report))
    }

    async fn run(&self, ids_since: Option<Timestamp>, tell: Tell) -> Result<Report, kassa_db::Error> {
        let _turn = self.turn.lock().await;
        let now = self.audit.shop.now();
        let report = self.audit.run_since(ids_since, tell).await?;
        let verdict = Verdict {
            ok: report.ok,
            complete: report.complete,
            violations: report.invariants.iter().map(|invariant| invariant.violations_total).sum(),
            checked_at: report.at.clone(),
        };
        match (self.note(verdict, ids_since.is_none().then_some(now)), report.ok) {
            (true, false) => {
                tracing::error!("the shop's books do not agree: `kassa audit` says where");
                self.tell_staff(&report, now).await;
            }
            (false, true) => tracing::info!("the shop's books agree again"),
            _ => {}
        }
        Ok(report)
    }

    /// Keeps what was found, and when all ids were compared if they were; whether the books agreed before.
    fn note(&self, verdict: Verdict, all_at: Option<Timestamp>) -> bool {
        let mut last = self.last();
        last.all_at = all_at.or(last.all_at);
        last.verdict.replace(verdict).is_none_or(|before| before.ok)
    }

    /// Tells whoever runs the shop, once a day at most.
    async fn tell_staff(&self, report: &Report, now: Timestamp) {
        let violations: u64 = report.invariants.iter().map(|invariant| invariant.violations_total).sum();
        let id = format!("audit:{}", now.day());
        let news = StaffNews { id, topic: Topic::AuditRed, payload: json!({ "violations": violations }) };
        if let Err(error) = tell_staff(&self.audit.shop, news).await {
            tracing::warn!(%error, "nobody is told that the books do not agree");
        }
    }

    /// Looks at all books, about once in `every`, until the stop.
    pub(crate) async fn watch(self: Arc<Self>, every: Duration, shutdown: Shutdown) {
        let mut rest = FIRST_AFTER.min(every);
        loop {
            tokio::select! {
                () = tokio::time::sleep(rest) => {}
                () = shutdown.wait() => return,
            }
            let begun = Instant::now();
            let ids_since = self.last().ids_since(self.audit.shop.now(), self.window);
            tokio::select! {
                done = self.run(ids_since, Arc::new(|_, _, _| {})) => {
                    if let Err(error) = done {
                        tracing::debug!(%error, "the shop's books cannot be looked at just now");
                    }
                }
                () = shutdown.wait() => return,
            }
            rest = every.max(begun.elapsed() * REST_FACTOR);
        }
    }

    fn last(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Last {
    /// Since when the next look by itself compares ids of events: for as long as they are remembered, so that a repetition of
    /// now is found. All of them once a day, and as long as anything is wrong: what only that finds stays found.
    fn ids_since(&self, now: Timestamp, window: i64) -> Option<Timestamp> {
        let agrees = self.verdict.as_ref().is_some_and(|verdict| verdict.ok);
        let day_before = now.plus_micros(-MICROS_PER_DAY);
        let lately = self.all_at.is_some_and(|at| at > day_before && at <= now);
        (agrees && lately).then(|| now.plus_micros(-window))
    }
}

impl Books for Auditor {
    fn verdict(&self) -> Option<Verdict> {
        self.last().verdict.clone()
    }
}

#[async_trait]
impl Money for Store {
    async fn rows(&self, span: &Span) -> Result<Vec<MoneyRow>, String> {
        let span = MoneySpan { after: span.after.clone(), until: span.until.clone() };
        let found = self.store.money(&span).await.map_err(|error| error.to_string())?;
        let row = |record: kassa_eventstore::audit::MoneyRecord| MoneyRow {
            order_id: record.order_id,
            id: record.id,
            currency: record.currency,
            revenue_minor: record.revenue_minor,
            occurred_at: record.occurred_at,
        };
        Ok(found.into_iter().map(row).collect())
    }

    async fn repeated(&self, since: Option<Timestamp>) -> Result<Repeated, String> {
        let found =
            self.store.repeated_ids(self.window, since, IDS_MAX).await.map_err(|error| error.to_string())?;
        Ok(Repeated { checked: found.rows, total: found.total, ids: found.ids })
    }

    async fn reached(&self, group: &str, partition: u32) -> Result<Option<(Uuid, Offset)>, String> {
        if group != PROCESSOR_GROUP {
            return Ok(None);
        }
        let marks = self.store.marks().await.map_err(|error| error.to_string())?;
        let mark = marks.get(&partition);
        Ok(mark.map(|mark| (mark.log_id, Offset(mark.position))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ids_are_compared_daily_and_as_long_as_anything_is_wrong() {
        let now = Timestamp::from_micros(3 * MICROS_PER_DAY);
        let check = |ok: Option<bool>, all_before: Option<i64>, expected: Option<i64>| {
            let verdict =
                ok.map(|ok| Verdict { ok, complete: true, violations: 0, checked_at: String::new() });
            let all_at = all_before.map(|before| now.plus_micros(-before));
            let found = Last { verdict, all_at }.ids_since(now, 3_600);
            assert_eq!(found, expected.map(Timestamp::from_micros), "{ok:?} {all_before:?}");
        };
        check(None, None, None);
        check(Some(true), Some(60), Some(3 * MICROS_PER_DAY - 3_600));
        check(Some(true), Some(MICROS_PER_DAY), None);
        check(Some(false), Some(60), None);
        // The clock was set back.
        check(Some(true), Some(-60), None);
    }
}
