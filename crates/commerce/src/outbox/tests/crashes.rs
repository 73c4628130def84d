//! Killed between append and mark: what is not marked is appended again, and counts once.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use kassa_eventlog::{EventLog, Stream};
use kassa_model::{SystemClock, failpoint};
use kassa_service::{Metrics, Shutdown};

use super::support::{Desk, amount, eventually, open_db, open_log, scaled};
use crate::outbox::{Relay, RelayOptions, Wake};

const CHILD_FOLDER: &str = "KASSA_TEST_OUTBOX";
const CHILD_PLAN: &str = "KASSA_TEST_PLAN";
const CHILD_NAME: &str = "outbox::tests::crashes::other_process";

fn options() -> RelayOptions {
    let (poll, lease) = (Duration::from_millis(10), Duration::from_millis(300));
    RelayOptions { batch_rows: 8, poll, lease, ..RelayOptions::default() }
}

/// The relay of the other process; does nothing when run by hand.
#[test]
#[ignore = "run by other tests in a process of its own"]
fn other_process() {
    let (Ok(folder), Ok(plan)) = (std::env::var(CHILD_FOLDER), std::env::var(CHILD_PLAN)) else { return };
    failpoint::arm(&plan).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = std::path::PathBuf::from(folder);
        let ports = (open_db(&folder), open_log(&folder) as Arc<dyn EventLog>);
        let clock = Arc::new(SystemClock);
        let relay = Relay::new(ports, clock, Wake::default(), options(), &Metrics::new("test"));
        let run = relay.run(Shutdown::new());
        let _ = tokio::time::timeout(Duration::from_secs(60), run).await;
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_append_and_mark_counts_once() {
    let kills = scaled(40);
    println!("{kills} kills at each of two points");
    let (mut appended, mut rows) = (0, 0);
    for number in 0..kills {
        for point in ["relay.after_append", "relay.before_mark"] {
            let desk = Desk::new();
            let count = 20 + i64::try_from(number).unwrap();
            desk.put(1..count + 1).await;
            let Desk { db, log, folder } = desk;
            drop(log);
            let mut child = Command::new(std::env::current_exe().unwrap());
            child.args(["--exact", CHILD_NAME, "--ignored", "--nocapture", "--test-threads=1"]);
            child.env(CHILD_FOLDER, folder.path()).env(CHILD_PLAN, format!("{point}={}", 1 + number % 3));
            let ended = child.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
            assert!(!ended.success(), "{point}: it was not killed");

            let desk = Desk { db, log: open_log(folder.path()), folder };
            let left = desk.unpublished().await;
            assert!(left > 0, "{point}: everything was marked");
            let (relay, _, _) = desk.relay(options());
            let shutdown = Shutdown::new();
            let task = tokio::spawn(relay.run(shutdown.clone()));
            eventually("all is published", async || desk.unpublished().await == 0).await;
            shutdown.trigger();
            task.await.unwrap();

            let found = desk.log.revenue_by_id().await;
            let expected =
                (1..=count).map(|number| (format!("order:o-{number}:1"), amount(number))).collect();
            assert_eq!(found, expected, "{point}");
            let all = desk.log.texts(Stream::Events).await.len();
            assert!(
                all > found.len(),
                "{point}: nothing was appended twice, so the kill came at no bad moment"
            );
            appended += all;
            rows += found.len();
        }
    }
    println!("{rows} rows, {appended} records of money");
}
