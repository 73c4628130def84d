//! `POST /v1/admin/replay {"into":"again"}`: folds the retained log into a new store beside the living one,
//! `data/again/events.duckdb`.
//!
//! `into` names a folder below the data folder that is not there yet: whoever holds the admin token writes nowhere else.
//!
//! The answer is a line of JSON per commit and one at the end:
//! ```json
//! {"records":50000,"records_total":200000}
//! {"done":{"records":200000,"rows":199000,"received_at":"…","ranges":[{"partition":0,"from":"0","to":"200000"}],
//!   "from_first_record":true,"fingerprint":"…"}}
//! {"error":"…"}
//! ```

use std::path::{Component, Path, PathBuf, absolute};
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use kassa_analytics::process::{ProcessorOptions, ReplayProgress, replay};
use kassa_eventlog::{EventLog, Offset, Stream};
use kassa_service::{Object, Problem, Shutdown};
use serde::Deserialize;
use serde_json::{Value, json};

use super::lines::{self, Lines};
use crate::config::{Config, LogUrl};
use crate::open::{Parts, new_store, processor_options};

/// What a replay needs to know.
#[derive(Debug)]
pub(crate) struct Replay {
    config: Config,
    log: Arc<dyn EventLog>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ask {
    into: PathBuf,
}

/// Folders of an `into`, one in the other.
const DEPTH_MAX: usize = 4;

/// Bytes of each one's name.
const NAME_BYTES_MAX: usize = 100;

/// The new store's file in its folder.
pub(crate) const STORE: &str = "events.duckdb";

impl Replay {
    pub(crate) fn new(parts: &Parts, log: Arc<dyn EventLog>) -> Self {
        Self { config: parts.config.clone(), log }
    }
}

/// Starts a replay; its end is the answer's end. When the client goes away it stops.
pub(crate) async fn post_replay(
    State(replay): State<Arc<Replay>>,
    Object(ask): Object<Ask>,
) -> Result<Response, Problem> {
    let folder = new_folder(&replay.config, &ask.into)?;
    let (lines, answer) = lines::answer();
    tokio::spawn(async move {
        let end = match fill(&replay, &folder.join(STORE), &lines).await {
            Ok(summary) => json!({"done": summary}),
            Err(error) => json!({"error": format!("{error:#}")}),
        };
        lines.end(end).await;
    });
    Ok(answer)
}

/// Makes the folder that `into` names, below the data folder.
///
/// # Errors
/// 400 for a path that could lead elsewhere, or among what kassa keeps; 409 for one that exists; 503 when it cannot be
/// made.
fn new_folder(config: &Config, into: &Path) -> Result<PathBuf, Problem> {
    let names = names_below(&config.data, into)?;
    let log = config.log_url().ok().map(|LogUrl::Local(dir)| dir);
    let own = [log, Some(config.data.join("exports"))];
    let mut folder = config.data.clone();
    for (place, name) in names.iter().enumerate() {
        folder.push(name);
        if own.iter().flatten().any(|own| *own == folder) {
            return Err(Problem::bad_request(format!("into: {} is kassa's own", folder.display())));
        }
        let is_last = place + 1 == names.len();
        match std::fs::create_dir(&folder) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && is_last => {
                let shown = folder.display();
                return Err(Problem::conflict(format!("{shown} exists already: replay fills a new store")));
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && is_folder(&folder) => {}
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                return Err(Problem::bad_request(format!("into: {} is no folder", folder.display())));
            }
            Err(error) => {
                let why = format!("cannot make the folder {}: {error}", folder.display());
                return Err(Problem::unavailable(why, 60));
            }
        }
    }
    Ok(folder)
}

/// Not a link to one, either: that could lead out of the data folder.
fn is_folder(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|found| found.is_dir())
}

/// The names that lead from the data folder to `into`, which is relative to it, or absolute and below it.
fn names_below(data: &Path, into: &Path) -> Result<Vec<String>, Problem> {
    let refused = || {
        Problem::bad_request(format!(
            "into names a new folder below {}, such as replays/monday: letters, digits, - _ and . alone",
            data.display()
        ))
    };
    let below = match (into.is_absolute(), absolute(data), data.canonicalize()) {
        (false, ..) => into,
        (true, Ok(named), _) if into.starts_with(&named) => {
            into.strip_prefix(&named).map_err(|_| refused())?
        }
        (true, _, Ok(real)) => into.strip_prefix(&real).map_err(|_| refused())?,
        _ => return Err(refused()),
    };
    let name = |part: Component<'_>| match part {
        Component::Normal(name) => name.to_str().filter(|name| is_plain(name)).map(str::to_owned),
        _ => None,
    };
    let names: Option<Vec<String>> = below.components().map(name).collect();
    names.filter(|names| (1..=DEPTH_MAX).contains(&names.len())).ok_or_else(refused)
}

fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    name.len() <= NAME_BYTES_MAX && !name.starts_with('.') && name.bytes().all(plain)
}

async fn fill(replaying: &Replay, into: &Path, lines: &Lines) -> anyhow::Result<Value> {
    let total = records_in(replaying.log.as_ref()).await?;
    let store = new_store(into)?;
    let options: ProcessorOptions = processor_options(&replaying.config)?;
    let shutdown = Shutdown::new();
    let mut received_at = None;
    let stop = shutdown.clone();
    let tell = |progress: ReplayProgress| {
        received_at = progress.received_at;
        let line = json!({"records": progress.records, "records_total": total.max(progress.records)});
        if !lines.offer(line) {
            stop.trigger();
        }
    };
    let summary = replay(Arc::clone(&replaying.log), Arc::clone(&store), &options, &shutdown, tell).await?;
    anyhow::ensure!(summary.complete, "the replay was stopped; {} is incomplete", into.display());
    let ranges = summary.ranges.iter().map(|(partition, (from, to))| {
        json!({"partition": partition, "from": from.to_string(), "to": to.to_string()})
    });
    Ok(json!({
        "records": summary.records,
        "rows": store.status().await?.events,
        "received_at": received_at.map(|time| time.to_string()),
        "ranges": ranges.collect::<Vec<_>>(),
        "from_first_record": summary.ranges.values().all(|(from, _)| *from == Offset::START),
        "fingerprint": store.fingerprint().await?,
    }))
}

/// How many records the log holds, about.
async fn records_in(log: &dyn EventLog) -> anyhow::Result<u64> {
    let status = log.status(Stream::Events).await?;
    Ok(status.partitions.iter().map(|partition| partition.records).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Overrides;

    #[test]
    fn a_replay_writes_below_the_data_folder_alone() {
        let outside = tempfile::tempdir().unwrap();
        let data = outside.path().join("data");
        std::fs::create_dir_all(data.join("log")).unwrap();
        std::fs::create_dir(data.join("replays")).unwrap();
        std::fs::write(data.join("kassa.db"), "").unwrap();
        std::os::unix::fs::symlink(outside.path(), data.join("out")).unwrap();
        std::os::unix::fs::symlink(outside.path().join("nowhere"), data.join("dangling")).unwrap();
        let config =
            Config::load(None, &Overrides::flags(vec![("data", data.display().to_string())])).unwrap();
        let check = |into: &str, status: u16| {
            let made = new_folder(&config, Path::new(into));
            let found = made.as_ref().map_or_else(|problem| problem.status().as_u16(), |_| 200);
            assert_eq!(found, status, "{into}: {made:?}");
            if let Ok(made) = made {
                assert!(made.canonicalize().unwrap().starts_with(data.canonicalize().unwrap()), "{into}");
            }
        };
        check("again", 200);
        check("again", 409);
        check("replays/monday", 200);
        check("new/in/another", 200);
        check(&data.join("absolute").display().to_string(), 200);
        for into in
            ["", ".", "..", "../beside", "replays/../../beside", "/tmp/beside-kassa", "/", "a/b/c/d/e"]
        {
            check(into, 400);
        }
        for into in
            ["out/there", "dangling/there", "kassa.db/there", "log", "log/there", "exports", ".hidden"]
        {
            check(into, 400);
        }
        for into in ["out", "dangling", "kassa.db", "replays"] {
            check(into, 409);
        }
        check(&outside.path().join("data-beside").display().to_string(), 400);
        check(&format!("{}/../beside", data.display()), 400);
        check("a\0b", 400);
        check("with space", 400);
        check(&"x".repeat(101), 400);
        let beside: Vec<_> = std::fs::read_dir(outside.path()).unwrap().collect();
        assert_eq!(beside.len(), 1, "{beside:?}");
    }
}
