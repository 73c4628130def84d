//! Orders through kills: buyers place, edit, cancel, fulfil and refund while kassa is killed at random and at every named
//! point of the order path, and PostgreSQL's backends with it. Every client repeats its request with its key until it is
//! answered; at the end `kassa audit --answers` must find the books clean.

use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use kassa_db::testing::TestPostgres;
use serde_json::{Value, json};

use crate::http::{Answer, Http};
use crate::kassa::{DEADLINE, Kassa, Start, run, scaled};

const BUYERS: u64 = 6;
const SKUS: u64 = 8;
/// The points that an order passes.
const POINTS: [&str; 7] = [
    "orders.before_write",
    "orders.after_stock",
    "db.before_commit",
    "db.after_commit",
    "orders.after_commit",
    "relay.after_append",
    "relay.before_mark",
];

#[test]
fn an_order_takes_stock_survives_a_kill_and_its_revenue_shows() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start::up(&folder.path().join("data"));
    let kassa = start.start();
    stock(&kassa, 10);
    let order = json!({"items": [{"sku": "sku-1", "quantity": 2}]});
    let first = send(&mut kassa.http(), "POST", "/v1/orders", "k", &order).unwrap();
    assert_eq!(first.status, 201, "{first:?}");
    kassa.kill();

    let kassa = start.start();
    let again = send(&mut kassa.http(), "POST", "/v1/orders", "k", &order).unwrap();
    assert_eq!((again.status, &again.body), (201, &first.body), "the same answer, byte for byte");
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(kassa.get("/v1/inventory/sku-1").json()["on_hand"], 8);
    let asked = json!({"site_id": "default", "metrics": ["revenue", "orders"], "date_range": "day"});
    let seen = crate::kassa::wait_for("the revenue", || {
        let answer = send(&mut kassa.http(), "POST", "/v1/query", "", &asked).unwrap().json();
        let metrics = answer["results"][0]["metrics"].clone();
        (metrics[1] == 1).then_some(metrics)
    });
    assert_eq!(seen[0], json!({"amount_minor": 2 * price(1), "currency": "USD"}));
    kassa.stop();
    audit(&start_arguments(folder.path()), None);
}

#[test]
fn hard_orders_through_kills_on_sqlite() {
    through_kills("SQLite", None);
}

#[test]
fn hard_orders_through_kills_on_postgres() {
    let Some(server) = TestPostgres::start_own() else { return };
    through_kills("PostgreSQL", Some(server));
}

/// What the buyers share.
struct Market {
    address: Mutex<String>,
    answers: Mutex<Vec<Value>>,
    orders: AtomicU64,
    refused: AtomicU64,
    edges: AtomicU64,
    end: AtomicBool,
}

fn through_kills(engine: &str, postgres: Option<TestPostgres>) {
    let folder = tempfile::tempdir().unwrap();
    let url = postgres.as_ref().map(TestPostgres::fresh_database);
    let start = with_database(Start::up(&folder.path().join("data")), url.as_deref());
    let mut random = Random(seed());
    let (seed, kills, orders) = (random.0, scaled(100), scaled(2_000));
    let mut kassa = start.start();
    stock(&kassa, 60 * orders / SKUS / 10);
    let market = Arc::new(Market {
        address: Mutex::new(kassa.address.clone()),
        answers: Mutex::default(),
        orders: AtomicU64::new(0),
        refused: AtomicU64::new(0),
        edges: AtomicU64::new(0),
        end: AtomicBool::new(false),
    });
    let buyers: Vec<_> = (0..BUYERS)
        .map(|buyer| {
            let (market, random) = (Arc::clone(&market), Random(seed ^ (buyer + 1)));
            std::thread::spawn(move || market.buy(buyer, random))
        })
        .collect();
    for kill in 0..kills {
        // Every other kill is at a named point, each in its turn; the rest is at random.
        match (kill / 2 % (POINTS.len() as u64), kill % 2) {
            (_, 0) => {
                std::thread::sleep(Duration::from_millis(20 + random.below(300)));
                kassa.kill();
            }
            (point, _) => die_at(POINTS[point as usize], kassa),
        }
        if let (Some(server), Some(url)) = (&postgres, &url)
            && kill % 4 == 0
        {
            server.kill_connections(url);
        }
        let next = POINTS[(kill.div_ceil(2) % (POINTS.len() as u64)) as usize];
        let armed = kill % 2 == 0 && kill + 1 < kills;
        let plan = format!("{next}={}", 1 + random.below(20));
        let next = if armed { start.clone().env("KASSA_FAILPOINTS", &plan) } else { start.clone() };
        // A point of the database may be passed at the start already; then it has died there.
        kassa = next.try_start().unwrap_or_else(|_| start.start());
        market.address.lock().unwrap().clone_from(&kassa.address);
    }
    let began = Instant::now();
    while market.orders.load(Ordering::SeqCst) < orders {
        assert!(began.elapsed() < DEADLINE * 10, "the buyers are too slow");
        std::thread::sleep(Duration::from_millis(20));
    }
    market.end.store(true, Ordering::SeqCst);
    for buyer in buyers {
        buyer.join().unwrap();
    }
    kassa.wait_until_drained();
    let answers = folder.path().join("answers.jsonl");
    let mut file = std::fs::File::create(&answers).unwrap();
    for answer in market.answers.lock().unwrap().iter() {
        writeln!(file, "{answer}").unwrap();
    }
    let arguments = start_arguments(folder.path());
    audit(&arguments, Some(&answers));
    assert!(kassa.stop().success());
    let count = |of: &AtomicU64| of.load(Ordering::SeqCst);
    println!(
        "{engine}: {kills} kills, seed {seed}, {} orders placed, {} refused, {} edits, cancels, refunds and fulfilments; \
         the audit is clean",
        count(&market.orders),
        count(&market.refused),
        count(&market.edges)
    );
}

/// Waits until kassa has died at its armed point; a point that nobody passes in time is killed all the same.
fn die_at(point: &str, mut kassa: Kassa) {
    let began = Instant::now();
    while !kassa.has_ended() {
        if began.elapsed() > Duration::from_secs(5) {
            println!("{point} was not passed often enough; killed at random");
            kassa.kill();
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

impl Market {
    fn buy(&self, buyer: u64, mut random: Random) {
        let mut serial = 0;
        while !self.end.load(Ordering::SeqCst) {
            serial += 1;
            let key = format!("b{buyer}-{serial}");
            let order = json!({"items": items(&mut random), "customer": {"name": key}});
            let answer = self.until_answered("POST", "/v1/orders", &key, &order);
            self.note(&key, &answer);
            match answer.status {
                201 | 202 => self.orders.fetch_add(1, Ordering::SeqCst),
                422 => self.refused.fetch_add(1, Ordering::SeqCst),
                _ => panic!("{answer:?}"),
            };
            let body = answer.json();
            if let (201, Some(id)) = (answer.status, body["id"].as_str()) {
                self.change(&format!("/v1/orders/{id}"), &key, &body, &mut random);
            }
        }
    }

    /// One or two edges of the order, legal ones and others.
    fn change(&self, path: &str, key: &str, order: &Value, random: &mut Random) {
        for turn in 0..random.below(3) {
            let key = format!("{key}/{turn}");
            let line = &order["items"][0];
            let refund =
                json!({"lines": [{"sku": line["sku"], "quantity": 1, "restock": random.below(2) == 0}]});
            let (method, path, body) = match random.below(5) {
                0 => ("PUT", path.to_owned(), json!({"items": items(random)})),
                1 => ("POST", format!("{path}/cancel"), json!({})),
                2 => ("POST", format!("{path}/fulfil"), json!({})),
                3 => ("POST", format!("{path}/refunds"), json!({"amount_minor": 1 + random.below(99)})),
                _ => ("POST", format!("{path}/refunds"), refund),
            };
            let answer = self.until_answered(method, &path, &key, &body);
            assert!(
                matches!(answer.status, 200 | 201 | 202 | 409 | 422),
                "{method} {path} {body}: {answer:?}"
            );
            self.edges.fetch_add(u64::from(answer.status < 300), Ordering::SeqCst);
        }
    }

    /// Repeats the request, with its key, until kassa says what became of it.
    fn until_answered(&self, method: &str, path: &str, key: &str, body: &Value) -> Answer {
        let began = Instant::now();
        loop {
            assert!(began.elapsed() < DEADLINE * 4, "no answer to {method} {path} {key}");
            let address = self.address.lock().unwrap().clone();
            let asked = Http::connect(&address).and_then(|mut http| send(&mut http, method, path, key, body));
            match asked {
                Ok(answer) if answer.status >= 500 || answer.header("retry-after").is_some() => {}
                Ok(answer) => return answer,
                Err(_) => {}
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn note(&self, key: &str, answer: &Answer) {
        let line = json!({"key": key, "status": answer.status, "body": answer.json()});
        self.answers.lock().unwrap().push(line);
    }
}

fn items(random: &mut Random) -> Value {
    let lines = 1 + random.below(3);
    let line = |_| json!({"sku": format!("sku-{}", 1 + random.below(SKUS)), "quantity": 1 + random.below(4)});
    Value::Array((0..lines).map(line).collect())
}

fn price(sku: u64) -> u64 {
    199 + 1_000 * sku
}

fn stock(kassa: &Kassa, quantity: u64) {
    for sku in 1..=SKUS {
        let name = format!("sku-{sku}");
        let product =
            json!({"sku": name, "name": name, "price": {"amount_minor": price(sku), "currency": "USD"}});
        let made = send(&mut kassa.http(), "POST", "/v1/products", &format!("p{sku}"), &product).unwrap();
        assert_eq!(made.status, 201, "{made:?}");
        let path = format!("/v1/inventory/{name}/receive");
        let received =
            send(&mut kassa.http(), "POST", &path, &format!("r{sku}"), &json!({"quantity": quantity.max(1)}));
        assert_eq!(received.unwrap().status, 200);
    }
}

fn send(http: &mut Http, method: &str, path: &str, key: &str, body: &Value) -> std::io::Result<Answer> {
    let mut headers = vec![("content-type", "application/json")];
    if !key.is_empty() {
        headers.push(("idempotency-key", key));
    }
    http.send(method, path, &headers, body.to_string().as_bytes())
}

fn with_database(start: Start, url: Option<&str>) -> Start {
    match url {
        Some(url) => start.env("KASSA_DATABASE__URL", url),
        None => start,
    }
}

fn start_arguments(folder: &Path) -> String {
    folder.join("data").display().to_string()
}

/// `kassa audit`, of the running process or of the folder, must be clean.
fn audit(data: &str, answers: Option<&Path>) {
    let mut arguments = vec!["audit", "--data", data];
    let answers = answers.map(|path| path.display().to_string());
    if let Some(answers) = &answers {
        arguments.extend(["--answers", answers]);
    }
    let output = run(&arguments);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

fn seed() -> u64 {
    let given = std::env::var("KASSA_TEST_SEED").ok().and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| u64::from(std::process::id()) ^ 0x0bde_0000)
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}
