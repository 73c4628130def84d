//! Killed at every point between the stream and the server: each mail arrives, under one id.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use kassa_access::{Access, Mode, Options as AccessOptions};
use kassa_db::testing::TestPostgres;
use kassa_db::{Db, params};
use kassa_eventlog::disk::RealDisk;
use kassa_eventlog::local::{LocalLog, Options};
use kassa_eventlog::{EventLog, Record, Stream, Upkeep};
use kassa_model::{RouteKey, SystemClock, failpoint};
use kassa_service::{Metrics, Shutdown};

use super::server::{Manners, Server};
use super::support::{confirmed, eventually};
use crate::notify::{Consumer, MailOptions, NotifyMetrics, WorkOptions, Worker};
use crate::testing::scaled;
use crate::{Databases, MIGRATIONS, Shop, ShopOptions};

const CHILD_FOLDER: &str = "KASSA_TEST_NOTIFY";
const CHILD_DATABASE: &str = "KASSA_TEST_DATABASE";
const CHILD_SERVER: &str = "KASSA_TEST_SERVER";
const CHILD_PLAN: &str = "KASSA_TEST_PLAN";
const CHILD_NAME: &str = "notify::tests::crashes::other_process";

const POINTS: [&str; 4] =
    ["notify.before_rows", "notify.after_rows", "notify.before_send", "notify.after_send"];

fn open_log(folder: &std::path::Path) -> Arc<LocalLog> {
    let options = Options { reserve_bytes: 0, ..Options::new(folder.join("log")) };
    Arc::new(LocalLog::open(options, Arc::new(RealDisk), Arc::new(SystemClock)).unwrap())
}

/// A notifier that reads and sends until `shutdown`.
async fn notify(folder: &std::path::Path, database: &str, server: &str, shutdown: Shutdown) {
    let db = Db::open(database).unwrap();
    let access = Access::open(&AccessOptions::default(), Mode::Open, folder).unwrap();
    let mail = MailOptions {
        url: server.parse().unwrap(),
        from: "shop@shop.test".to_owned(),
        ..MailOptions::default()
    };
    let options = ShopOptions { mail, ..ShopOptions::default() };
    let shop =
        Shop::new(Databases::all_in(&db), access, Arc::new(SystemClock), options, &Metrics::new("test"));
    let metrics = Arc::new(NotifyMetrics::register(&Metrics::new("test")));
    let log = open_log(folder) as Arc<dyn EventLog>;
    let consumer = Consumer::new(Arc::clone(&shop), log, Arc::clone(&metrics)).await.unwrap();
    let options = WorkOptions {
        lease: Duration::from_secs(1),
        deadline: Duration::from_millis(900),
        poll: Duration::from_millis(10),
        ..WorkOptions::default()
    };
    let worker = Worker::new(shop, db, options, metrics);
    tokio::join!(consumer.run(shutdown.clone()), worker.run(shutdown));
}

/// The notifier of the other process; does nothing when run by hand.
#[test]
#[ignore = "run by other tests in a process of its own"]
fn other_process() {
    let set = |name: &str| std::env::var(name).ok();
    let (Some(folder), Some(database), Some(server), Some(plan)) =
        (set(CHILD_FOLDER), set(CHILD_DATABASE), set(CHILD_SERVER), set(CHILD_PLAN))
    else {
        return;
    };
    failpoint::arm(&plan).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let folder = std::path::PathBuf::from(folder);
    let run = async {
        let run = notify(&folder, &database, &server, Shutdown::new());
        let _ = tokio::time::timeout(Duration::from_secs(60), run).await;
    };
    runtime.block_on(run);
}

#[tokio::test(flavor = "multi_thread")]
async fn hard_a_kill_at_every_point_loses_no_mail() {
    let server = Server::start(Manners::Good).await;
    let (mut kills, mut mails, mut twice) = (0, 0, 0);
    let urls = [None, TestPostgres::start().map(|cluster| cluster.fresh_database())];
    for url in urls.iter().enumerate().filter(|(place, url)| *place == 0 || url.is_some()).map(|(_, url)| url)
    {
        let folder = tempfile::tempdir().unwrap();
        let url =
            url.clone().unwrap_or_else(|| format!("sqlite:{}", folder.path().join("shop.db").display()));
        let before = server.taken().len();
        let mut number = 0;
        {
            let db = Db::open(&url).unwrap();
            db.migrate(MIGRATIONS).unwrap();
            db.close();
        }
        // Begun once, before there is anything to be told.
        begin(folder.path(), &url, &server.url).await;
        for pass in 1..=scaled(50) {
            for point in POINTS {
                publish(folder.path(), number..number + 10).await;
                number += 10;
                let mut child = Command::new(std::env::current_exe().unwrap());
                child.args(["--exact", CHILD_NAME, "--ignored", "--nocapture", "--test-threads=1"]);
                child
                    .env(CHILD_FOLDER, folder.path())
                    .env(CHILD_DATABASE, &url)
                    .env(CHILD_SERVER, &server.url);
                // Rows are written once for all that is there; mails are sent one by one.
                let passes = if point.ends_with("_rows") { 1 } else { 1 + pass % 7 };
                child.env(CHILD_PLAN, format!("{point}={passes}"));
                let ended = tokio::task::spawn_blocking(move || {
                    child.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap()
                });
                assert!(!ended.await.unwrap().success(), "{point}: it was not killed");
                kills += 1;
            }
        }
        let shutdown = Shutdown::new();
        let (own, path, to) = (shutdown.clone(), folder.path().to_owned(), server.url.clone());
        let database = url.clone();
        let running = tokio::spawn(async move { notify(&path, &database, &to, own).await });
        let db = Db::open(&url).unwrap();
        eventually("all is sent", async || {
            let sql = "SELECT COUNT(*) FROM deliveries WHERE state = 'sent'";
            let sent = db.read(move |tx| tx.first(sql, params![], |row| row.int(0))).await.unwrap();
            sent == i64::try_from(number).ok()
        })
        .await;
        shutdown.trigger();
        running.await.unwrap();
        let taken = server.taken().split_off(before);
        let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for mail in &taken {
            ids.entry(mail.to.clone()).or_default().insert(mail.header("Message-ID"));
        }
        assert_eq!(ids.len(), usize::try_from(number).unwrap(), "{url}: mails were lost");
        assert!(ids.values().all(|ids| ids.len() == 1), "{url}: one mail under two ids");
        mails += ids.len();
        twice += taken.len() - ids.len();
    }
    println!(
        "kills: {kills} at {} points, {mails} mails, 0 lost, {twice} came again under their own id",
        POINTS.len()
    );
}

async fn begin(folder: &std::path::Path, url: &str, server: &str) {
    let shutdown = Shutdown::new();
    shutdown.trigger();
    notify(folder, url, server, shutdown).await;
}

async fn publish(folder: &std::path::Path, numbers: std::ops::Range<u64>) {
    let log = open_log(folder);
    let record = |number: u64| {
        let mut event = confirmed(number, &format!("c{number}@b.test"));
        event["occurred_at"] = "2100-01-01T00:00:00Z".into();
        Record { key: RouteKey::given("order", "o"), payload: event.to_string().into() }
    };
    log.append(Stream::Orders, numbers.map(record).collect()).await.unwrap();
    log.close();
}
