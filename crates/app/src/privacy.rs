//! A person's data wherever this process keeps some of it: the shop's databases, the log, the event store.
//!
//! An erasure goes this way; each step may be done again, and what was stopped goes on when the same is asked for once more:
//!
//! 1. who that is: by orders and customers, and by what events say of them; written down
//! 2. the log's list: from here on nobody reads them out of the log
//! 3. the shop's databases
//! 4. the log's segments, written anew
//! 5. the event store, once it has taken in what was read before
//! 6. the shop once more, for what was under way
//! 7. the files of the databases are written anew at the next start, for both engines leave what was removed in free room

mod again;
mod files;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kassa_access::Access;
use kassa_access::changes::Asked;
use kassa_commerce::privacy::{self, Counts, Erased, Exported, Found, Job, Subject};
use kassa_commerce::{Shop, problem_of};
use kassa_db::{Db, Error};
use kassa_eventlog::{EventLog, Stream};
use kassa_eventstore::query::EventFilter;
use kassa_eventstore::{self as eventstore, EventStore, Forget};
use kassa_model::failpoint;
use kassa_service::{Problem, Shutdown};
use serde::Serialize;
use serde_json::{Value, json};

use crate::open::Parts;

pub(crate) use again::{erase_again, read_list};
pub(crate) use files::{ask_to_write_anew, write_anew};

/// For how long an erasure waits for a store that takes nothing in: it is then of a shop that stands still.
const STANDSTILL: Duration = Duration::from_secs(2);
/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Events that are given out at most.
const EVENTS_MAX: u32 = 100_000;

/// What may hold data of a person.
#[derive(Debug)]
pub(crate) struct Person {
    shop: Arc<Shop>,
    /// That of orders.
    pub(crate) db: Db,
    access: Access,
    log: Option<Arc<dyn EventLog>>,
    store: Option<Arc<dyn EventStore>>,
    data: PathBuf,
    /// One is erased at a time.
    turn: tokio::sync::Mutex<()>,
}

/// All that is kept of somebody.
#[derive(Debug, Serialize)]
pub(crate) struct Whole {
    #[serde(flatten)]
    shop: Exported,
    events: Vec<Value>,
}

impl Person {
    /// Of these parts; `None` where there are no orders.
    pub(crate) fn of(parts: &Parts) -> Option<Self> {
        let shop = parts.shop().ok()?;
        let db = shop.orders.clone()?;
        let (log, store, turn) = (parts.log().ok(), parts.store().ok(), tokio::sync::Mutex::default());
        Some(Self {
            shop,
            db,
            access: parts.access.clone(),
            log,
            store,
            data: parts.config.data.clone(),
            turn,
        })
    }

    /// All that is kept of them.
    ///
    /// # Errors
    /// The problem of what could not be read.
    pub(crate) async fn export(&self, subject: &Subject) -> Result<Whole, Problem> {
        let found = self.find(subject).await?;
        let shop = privacy::export(&self.shop, &found).await.map_err(of_db)?;
        let mut events = Vec::new();
        if let Some(store) = &self.store {
            for site in self.sites() {
                let who = rows_of(&found, &site, self.shop.now());
                for visitor in who.visitors {
                    let filter = EventFilter {
                        sites: Some(vec![site.clone()]),
                        visitor: Some(visitor),
                        include_bots: true,
                        limit: EVENTS_MAX,
                        ..EventFilter::default()
                    };
                    let rows = store.events(&filter).await.map_err(of_store)?;
                    events.extend(rows.iter().map(|row| shown(&row.event)));
                }
            }
        }
        Ok(Whole { shop, events })
    }

    /// Erases them. What was done before a failure stays done, and the next call for the same person goes on with it.
    ///
    /// # Errors
    /// The problem of what could not be written.
    pub(crate) async fn erase(
        &self,
        subject: &Subject,
        asked_by: &str,
        asked: Option<Asked>,
    ) -> Result<Erased, Problem> {
        let _turn = self.turn.lock().await;
        let found = self.find(subject).await?;
        let now = self.shop.now();
        let job = privacy::begin(&self.db, subject, (found, asked_by, asked), now).await.map_err(of_db)?;
        failpoint::hit("privacy.after_begin");
        self.finish(job).await.map(Erased::from)
    }

    /// Goes on with what was stopped, at a start.
    pub(crate) async fn finish_stopped(self, shutdown: Shutdown) {
        let done = tokio::select! {
            () = shutdown.wait() => return,
            done = self.go_on() => done,
        };
        if let Err(problem) = done {
            tracing::error!(
                why = problem.detail_text(),
                "an erasure that was stopped cannot go on; the next start tries"
            );
        }
    }

    /// Goes on with erasures that were stopped, and with a log in which somebody may still be who is on its list: after a stop, or
    /// from a backup.
    ///
    /// # Errors
    /// The problem of what could not be written; it is tried again at the next start.
    async fn go_on(&self) -> Result<(), Problem> {
        let _turn = self.turn.lock().await;
        for job in privacy::open_jobs(&self.db).await.map_err(of_db)? {
            self.finish(job).await?;
        }
        self.remove_mails_of_nobody().await?;
        let Some(log) = self.log.clone() else { return Ok(()) };
        let is_unswept = log.upkeep().map_or(Ok(false), |upkeep| upkeep.is_unswept()).map_err(of_log)?;
        if is_unswept {
            self.sweep_log().await?;
        }
        Ok(())
    }

    /// All steps after the first.
    async fn finish(&self, mut job: Job) -> Result<Job, Problem> {
        self.list(&job).await?;
        failpoint::hit("privacy.after_list");
        self.remove_mails(&job).await?;
        failpoint::hit("privacy.after_mails");
        let counts = privacy::sweep(&self.shop, &job).await.map_err(of_db)?;
        failpoint::hit("privacy.after_shop");
        privacy::note(&self.db, &mut job, counts).await.map_err(of_db)?;
        let mut counts = Counts { records: self.sweep_log().await?, ..Counts::default() };
        failpoint::hit("privacy.after_log");
        counts.events = self.forget(&job).await?;
        failpoint::hit("privacy.after_store");
        counts += privacy::sweep(&self.shop, &job).await.map_err(of_db)?;
        privacy::note(&self.db, &mut job, counts).await.map_err(of_db)?;
        ask_to_write_anew(&self.data).map_err(|error| Problem::unavailable(format!("{error:#}"), 5))?;
        failpoint::hit("privacy.before_end");
        privacy::end(&self.db, &mut job, self.shop.now()).await.map_err(of_db)?;
        tracing::info!(id = job.id, asked_by = job.asked_by, counts = ?job.counts, "a person was erased");
        Ok(job)
    }

    /// Who that is, in the shop and by what events say of them.
    async fn find(&self, subject: &Subject) -> Result<Found, Problem> {
        let mut found = privacy::find(&self.db, subject).await.map_err(of_db)?;
        if let Subject::User(user) = subject {
            found.users.extend(self.sites().into_iter().map(|site| (site, user.clone())));
        }
        let Some(store) = &self.store else { return Ok(found) };
        // Twice: an address leads to a user, and the user to the visitors that they were.
        for _ in 0..2 {
            for site in self.sites() {
                let who = rows_of(&found, &site, self.shop.now());
                let known = store.known_as(&who).await.map_err(of_store)?;
                found.visitors.extend(known.visitors.into_iter().map(|visitor| (site.clone(), visitor)));
                if matches!(subject, Subject::Email(_)) {
                    found.users.extend(known.users.into_iter().map(|user| (site.clone(), user)));
                }
            }
        }
        Ok(found)
    }

    fn sites(&self) -> Vec<String> {
        self.access.sites().iter().map(|site| site.id.clone()).collect()
    }

    /// Puts them on the log's list.
    async fn list(&self, job: &Job) -> Result<(), Problem> {
        let Some(log) = self.log.clone() else { return Ok(()) };
        let erasure = job.erasure();
        blocking(move || log.upkeep().map_or(Ok(()), |upkeep| upkeep.erase(&erasure))).await
    }

    /// Removes their mails from the folder of mails, and those about their orders.
    async fn remove_mails(&self, job: &Job) -> Result<(), Problem> {
        let folder = self.data.join("mailbox");
        for id in privacy::deliveries_of(&self.db, &job.found).await.map_err(of_db)? {
            remove_mail(&folder.join(format!("{id}.eml")))?;
        }
        Ok(())
    }

    /// Removes mails that no delivery tells of: of a process that ended while it wrote one to somebody who was then erased.
    async fn remove_mails_of_nobody(&self) -> Result<(), Problem> {
        let folder = self.data.join("mailbox");
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let names: Vec<String> =
            names.filter(|name| name.ends_with(".eml") || name.ends_with(".new")).collect();
        let id = |name: &str| name.trim_start_matches('.').split('.').next().unwrap_or_default().to_owned();
        let gone = privacy::gone(&self.db, names.iter().map(|name| id(name)).collect()).await;
        let gone = gone.map_err(of_db)?;
        for name in names.iter().filter(|name| gone.contains(&id(name))) {
            remove_mail(&folder.join(name))?;
        }
        Ok(())
    }

    async fn sweep_log(&self) -> Result<u64, Problem> {
        let Some(log) = self.log.clone() else { return Ok(0) };
        blocking(move || log.upkeep().map_or(Ok(0), |upkeep| upkeep.sweep())).await
    }

    /// Takes their rows out of the event store.
    async fn forget(&self, job: &Job) -> Result<u64, Problem> {
        let Some(store) = &self.store else { return Ok(0) };
        self.wait_for_store(store).await?;
        let mut changed = 0;
        for site in self.sites() {
            let who = rows_of(&job.found, &site, job.asked_at);
            changed += store.forget(&Forget::Person(who)).await.map_err(of_store)?;
        }
        Ok(changed)
    }

    /// Waits until the store has all that was in the log when this began, or takes nothing in.
    async fn wait_for_store(&self, store: &Arc<dyn EventStore>) -> Result<(), Problem> {
        let Some(log) = &self.log else { return Ok(()) };
        let status = log.status(Stream::Events).await.map_err(of_log)?;
        let (mut last, mut since) = (None, Instant::now());
        loop {
            let marks = store.marks().await.map_err(of_store)?;
            let at = |partition: u32| marks.get(&partition).map_or(0, |mark| mark.position);
            if status.partitions.iter().all(|part| at(part.partition) >= part.end.0) {
                return Ok(());
            }
            let sum: u64 = marks.values().map(|mark| mark.position).fold(0, u64::wrapping_add);
            if last != Some(sum) {
                (last, since) = (Some(sum), Instant::now());
            } else if since.elapsed() > STANDSTILL {
                return Ok(());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

fn remove_mail(path: &Path) -> Result<(), Problem> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Problem::unavailable(format!("cannot remove a mail: {error}"), 5))
        }
        _ => Ok(()),
    }
}

/// Their rows of a site, as the store is asked for them.
fn rows_of(found: &Found, site: &str, until: kassa_model::Timestamp) -> eventstore::Person {
    let of_site = |(of, _): &&(String, String)| of == site;
    let named = |user: &String| kassa_model::visitor_from(site, user);
    let users: std::collections::BTreeSet<String> =
        found.users.iter().filter(of_site).map(|(_, user)| user.clone()).collect();
    let visitors = found.visitors.iter().filter(|(of, _)| of == site).map(|(_, visitor)| *visitor);
    eventstore::Person {
        site: site.to_owned(),
        until,
        visitors: visitors.chain(users.iter().map(named)).collect(),
        users,
        orders: found.orders.clone(),
        emails: found.emails.clone(),
    }
}

/// An event as it is given out.
fn shown(event: &kassa_model::Event) -> Value {
    json!({
        "id": event.id,
        "site": event.site,
        "name": event.name,
        "occurred_at": event.occurred_at.to_string(),
        "user": event.user,
        "host": event.host,
        "path": event.path,
        "title": event.title,
        "referrer": event.referrer,
        "source": event.source,
        "device": event.device,
        "browser": event.browser,
        "os": event.os,
        "country": event.country,
        "order_id": event.order.as_ref().map(|order| &order.order_id),
        "properties": serde_json::from_str::<Value>(&event.props).unwrap_or_default(),
    })
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, kassa_eventlog::Error> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Problem::internal())?.map_err(of_log)
}

fn of_db(error: Error) -> Problem {
    problem_of(&error)
}

fn of_store(error: eventstore::Error) -> Problem {
    Problem::unavailable(error.to_string(), 5)
}

fn of_log(error: kassa_eventlog::Error) -> Problem {
    Problem::unavailable(error.to_string(), 5)
}
