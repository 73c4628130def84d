//! Mails in a real server (aiosmtpd), whatever becomes of kassa on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kassa_db::testing::TestPostgres;
use serde_json::{Value, json};

use crate::buyers::{Buyers, open, order};
use crate::kassa::{DEADLINE, Start, metric, scaled, wait_for};
use crate::smtp::Server;
use crate::victim::Victim;

pub(crate) const POINTS: &[&str] =
    &["notify.before_rows", "notify.after_rows", "notify.before_send", "notify.after_send"];

pub(crate) fn start(data: &Path, url: &str) -> Start {
    Start::up(data)
        .env("KASSA_EMAIL__URL", url)
        .env("KASSA_EMAIL__FROM", "Corner Goods <orders@shop.test>")
        .env("KASSA_STOREFRONT__ORIGIN", "https://shop.test")
        .env("KASSA_AUDIT__EVERY_S", "0")
}

#[test]
fn a_confirmed_order_is_one_mail_through_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), 0, &[]);
    for (place, point) in [None].into_iter().chain(POINTS.iter().map(Some)).enumerate() {
        let data = folder.path().join(format!("data-{place}"));
        let start = start(&data, &server.url());
        let before = server.mails().len();
        let kassa = start.start();
        open(&kassa, 10);
        // Or that the mug came would be what an armed process dies of.
        wait_for("the news of the mug to be read", || {
            let read = metric(&kassa.get("/metrics").body, "kassa_notifier_events_total");
            (read >= Some(1.0)).then_some(())
        });
        let email = format!("ann-{place}@customer.test");
        let placed = match point {
            // As soon as it is answered, wherever that meets it.
            None => {
                let placed = order(&mut kassa.http(), "k", &email);
                kassa.kill();
                placed
            }
            Some(point) => {
                kassa.kill();
                let mut armed = start.clone().env("KASSA_FAILPOINTS", &format!("{point}=1")).start();
                let placed = order(&mut armed.http(), "k", &email);
                assert_eq!(std::os::unix::process::ExitStatusExt::signal(&armed.ended()), Some(6), "{point}");
                placed
            }
        };
        let kassa = start.start();
        // It may have died before it answered.
        let placed = placed.or_else(|_| order(&mut kassa.http(), "k", &email)).unwrap();
        let id = placed["id"].clone();
        let listed = format!("/v1/deliveries?state=sent&order_id={}", id.as_str().unwrap());
        let sent = wait_for("the mail to be sent", || {
            let found = kassa.get(&listed).json()["results"].as_array().unwrap().clone();
            (!found.is_empty()).then_some(found)
        });
        assert_eq!(sent.len(), 1, "{sent:?}");
        let mails = server.mails().split_off(before);
        let message_id = format!("<{}@shop.test>", sent[0]["id"].as_str().unwrap());
        let expected = match point {
            // It may have been killed between the server's answer and its note.
            None => 1..=2,
            Some(&"notify.after_send") => 2..=2,
            Some(_) => 1..=1,
        };
        assert!(expected.contains(&mails.len()), "{point:?}: {mails:?}");
        for mail in &mails {
            assert_eq!((&mail["id"], &mail["to"]), (&json!(message_id), &json!([email])), "{mail}");
            assert_eq!(mail["from"], "Corner Goods <orders@shop.test>");
            assert!(mail["subject"].as_str().unwrap().starts_with("Your order "), "{mail}");
            let (text, html) = (mail["text"].as_str().unwrap(), mail["html"].as_str().unwrap());
            assert!(text.contains("1 × Mug") && html.contains("9.00"), "{mail}");
            let link = format!("https://shop.test/order/{}?k=", id.as_str().unwrap());
            assert!(text.contains(&link) && html.contains(&link), "{mail}");
        }
        assert!(kassa.stop().success());
    }
}

#[test]
fn hard_mails_through_kills() {
    through_kills("SQLite", None);
}

#[test]
fn hard_mails_through_kills_on_postgres() {
    let Some(server) = TestPostgres::start() else { return };
    through_kills("PostgreSQL", Some(server.fresh_database()));
}

fn through_kills(engine: &str, url: Option<String>) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), 0, &[]);
    let start = start(&folder.path().join("data"), &server.url()).with_database(url.as_deref());
    let seed = u64::from(std::process::id());
    let orders = scaled(10_000);
    let kassa = start.start();
    open(&kassa, 1_000_000);
    let buyers = Arc::new(Buyers::default());
    let threads = buyers.begin(4, &kassa);
    let victim = Victim { start, points: POINTS, kills: scaled(100), life_ms: 400, long_life_ms: 600, seed };
    let survivor = victim.torment(kassa, |kassa| buyers.moved(kassa));
    buyers.end(threads, orders);
    let placed = buyers.placed();
    // However slow the machine is: as long as some arrive.
    let (mut arrived, mut last) = (0, Instant::now());
    while arrived < placed.len() {
        let now = addresses(&server.mails()).len();
        if now > arrived {
            (arrived, last) = (now, Instant::now());
        }
        assert!(last.elapsed() < DEADLINE * 2, "{engine}: {} mails are missing", placed.len() - arrived);
        std::thread::sleep(Duration::from_millis(500));
    }
    wait_for("the last outcome to be noted", || {
        let waiting = survivor.kassa.get("/v1/deliveries?state=waiting&limit=1").json();
        waiting["results"].as_array().unwrap().is_empty().then_some(())
    });
    let mails = server.mails();
    let ids = addresses(&mails);
    assert_eq!(ids.len(), placed.len(), "{engine}: somebody got a mail who ordered nothing");
    let two_ids: Vec<_> = ids.iter().filter(|(_, ids)| ids.len() != 1).take(3).collect();
    assert!(two_ids.is_empty(), "{engine}: one mail under two ids: {two_ids:?}");
    assert!(placed.keys().all(|email| ids.contains_key(email)), "{engine}: a mail was lost");
    println!("{engine}: {}", survivor.kills);
    println!(
        "{engine}: seed {seed}, {} orders, {} mails, 0 lost, {} came again under their own id",
        placed.len(),
        ids.len(),
        mails.len() - ids.len()
    );
    survivor.kills.assert_every_point();
}

/// The ids of the mails that each address got.
pub(crate) fn addresses(mails: &[Value]) -> BTreeMap<String, BTreeSet<String>> {
    let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for mail in mails {
        let to = mail["to"][0].as_str().unwrap().to_owned();
        ids.entry(to).or_default().insert(mail["id"].as_str().unwrap().to_owned());
    }
    ids
}

/// A server that is down for a while holds up nothing and loses nothing; mails go by TLS where it asks for that.
#[test]
fn a_server_that_comes_back_gets_all_mails_by_tls() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"])
        // A server's own certificate: one of an authority is refused as that of a server.
        .args(["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .stderr(Stdio::null())
        .status();
    assert!(made.unwrap().success(), "openssl makes no certificate");
    let tls = [certificate.as_path(), key.as_path()];
    let server = Server::start(folder.path(), 0, &tls);
    let port = server.port;
    drop(server);
    let url = format!("smtp://localhost:{port}?tls=required&ca={}", certificate.display());
    let kassa = start(&folder.path().join("data"), &url).start();
    open(&kassa, 100);
    for number in 0..3 {
        order(&mut kassa.http(), &format!("k{number}"), &format!("c{number}@customer.test")).unwrap();
    }
    wait_for("each mail to be tried", || {
        let rows = kassa.get("/v1/deliveries?state=waiting").json()["results"].as_array().unwrap().clone();
        (rows.len() == 3 && rows.iter().all(|row| row["attempts"].as_i64() > Some(0))).then_some(())
    });
    let ready = kassa.get("/readyz");
    assert!(ready.status == 200 && ready.body.contains("mails are not taken"), "{ready:?}");
    let server = Server::start(folder.path(), port, &tls);
    wait_for("the mails to arrive", || (server.mails().len() == 3).then_some(()));
    assert!(server.mails().iter().all(|mail| mail["tls"] == true), "{:?}", server.mails());
}

/// A shop that had no notifier gets one with an upgrade: nobody is written to about what they ordered long ago.
#[test]
fn orders_from_before_are_told_to_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let roles = "catalog,orders,inventory,collector,processor,reports";
    let before = Start::command(&data, &["serve", "--roles", roles]).start();
    open(&before, 10);
    for number in 0..3 {
        order(&mut before.http(), &format!("k{number}"), &format!("c{number}@customer.test")).unwrap();
    }
    before.wait_until_drained();
    assert!(before.stop().success());
    let kassa = Start::up(&data).env("KASSA_EMAIL__STAFF", "owner@shop.test").start();
    order(&mut kassa.http(), "k3", "c3@customer.test").unwrap();
    let told = wait_for("the mails of the new order", || {
        let rows = kassa.get("/v1/deliveries?state=sent").json()["results"].as_array().unwrap().clone();
        (rows.len() >= 2).then_some(rows)
    });
    let mut to: Vec<_> = told.iter().map(|row| row["target"].as_str().unwrap()).collect();
    to.sort_unstable();
    assert_eq!(to, ["c3@customer.test", "owner@shop.test"]);
    assert_eq!(kassa.get("/v1/deliveries").json()["results"].as_array().unwrap().len(), 2);
    let page = kassa.get("/mailbox");
    assert!(page.status == 200 && page.body.contains("c3@customer.test"), "{page:?}");
    assert_eq!(std::fs::read_dir(data.join("mailbox")).unwrap().count(), 2);
}
