//! A busy shop for tests: buyers place, edit, cancel, fulfil and refund, goods come in, and every client repeats its request
//! with its key until it is answered; every 4xx is final, unless it says when to come again. Buyers keep books of what they
//! were told that they paid, day by day. At the end the market counts for itself what must be on hand, and its books are
//! those of the reports, beside `kassa audit`.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::http::{Answer, Http};
use crate::kassa::{DEADLINE, Kassa, run_with, wait_for};

const BUYERS: u64 = 6;
const SKUS: u64 = 8;
/// How much comes in when a SKU is sold out, now and then.
const DELIVERY: u64 = 40;
/// How often a request is repeated at the least before that is called a failure.
const TRIES: u32 = 1_000;
/// How soon all is to be decided once every process answers: the promise of docs/operations.md.
const SETTLED_WITHIN: Duration = Duration::from_secs(60);

/// What the buyers share.
#[derive(Default)]
pub(crate) struct Market {
    /// Where orders are placed.
    orders_at: Mutex<String>,
    /// Where stock is received.
    stock_at: Mutex<String>,
    answers: Mutex<Vec<Value>>,
    received: Mutex<BTreeMap<String, i64>>,
    /// What buyers were told that they paid, by day, minor units.
    books: Mutex<BTreeMap<String, i64>>,
    /// Orders that were answered 202, and of which nothing else was answered: their totals.
    undecided: Mutex<BTreeMap<String, i64>>,
    placed: AtomicU64,
    accepted: AtomicU64,
    refused: AtomicU64,
    edges: AtomicU64,
    deliveries: AtomicU64,
    end: AtomicBool,
}

/// The buyers, at work.
pub(crate) struct Buyers(Vec<JoinHandle<()>>);

/// An order whose buyer comes back to it.
struct Bought {
    key: String,
    order: Value,
    /// What it was last told that it cost, minor units; `None`: it is not known whether the order came about.
    paid: Option<i64>,
}

impl Market {
    pub(crate) fn orders_moved(&self, kassa: &Kassa) {
        self.orders_at.lock().unwrap().clone_from(&kassa.address);
    }

    pub(crate) fn stock_moved(&self, kassa: &Kassa) {
        self.stock_at.lock().unwrap().clone_from(&kassa.address);
    }

    /// Makes the products, with so many of each on hand.
    pub(crate) fn open(&self, each: u64) {
        for sku in 1..=SKUS {
            let made = self.until_answered(
                &self.orders_at,
                "POST",
                "/v1/products",
                &format!("p{sku}"),
                &product(sku),
            );
            assert_eq!(made.status, 201, "{made:?}");
            self.deliver(sku, &format!("r{sku}"), each.max(1));
        }
    }

    /// Lets the buyers in.
    pub(crate) fn start(self: &Arc<Self>, seed: u64) -> Buyers {
        let buyer = |buyer: u64| {
            let (market, random) = (Arc::clone(self), Random(seed ^ (buyer + 1)));
            std::thread::spawn(move || market.buy(buyer, random))
        };
        Buyers((0..BUYERS).map(buyer).collect())
    }

    /// Waits until so many orders are placed, and for the buyers to go.
    pub(crate) fn close(&self, buyers: Buyers, orders: u64) {
        let began = Instant::now();
        while self.placed.load(Ordering::SeqCst) < orders {
            assert!(began.elapsed() < DEADLINE * 10, "the buyers are too slow");
            assert!(!buyers.0.iter().any(JoinHandle::is_finished), "a buyer has given up");
            std::thread::sleep(Duration::from_millis(20));
        }
        self.end.store(true, Ordering::SeqCst);
        for buyer in buyers.0 {
            buyer.join().unwrap();
        }
    }

    fn buy(&self, buyer: u64, mut random: Random) {
        let (mut serial, mut bought) = (0, Vec::new());
        while !self.end.load(Ordering::SeqCst) {
            serial += 1;
            let key = format!("b{buyer}-{serial}");
            let order = json!({"items": items(&mut random), "customer": {"name": key}});
            let answer = self.place(&key, &order, &mut random);
            let body = answer.json();
            match answer.status {
                201 => {
                    self.enter(&body, 0);
                    bought.push(Bought { key, paid: Some(net(&body)), order: body });
                }
                202 => {
                    self.accepted.fetch_add(1, Ordering::SeqCst);
                    let total = body["total"]["amount_minor"].as_i64().unwrap();
                    self.undecided.lock().unwrap().insert(body["id"].as_str().unwrap().to_owned(), total);
                    bought.push(Bought { key, order: body, paid: None });
                }
                422 => {
                    self.refused.fetch_add(1, Ordering::SeqCst);
                    if random.below(4) == 0 {
                        self.deliver(1 + random.below(SKUS), &format!("{key}/in"), DELIVERY);
                    }
                    continue;
                }
                _ => panic!("{answer:?}"),
            }
            self.placed.fetch_add(1, Ordering::SeqCst);
            // Not always the last one: some wait until they are decided, or for long.
            let at = bought.len() - 1 - usize::try_from(random.below(bought.len().min(8) as u64)).unwrap();
            self.change(bought.swap_remove(at), &mut random);
        }
    }

    /// Places an order; now and then again, which must bring the same answer.
    fn place(&self, key: &str, order: &Value, random: &mut Random) -> Answer {
        let answer = self.until_answered(&self.orders_at, "POST", "/v1/orders", key, order);
        let line = json!({"key": key, "status": answer.status, "body": answer.json()});
        self.answers.lock().unwrap().push(line);
        if random.below(8) == 0 {
            let again = self.until_answered(&self.orders_at, "POST", "/v1/orders", key, order);
            assert_eq!(
                (again.status, &again.body),
                (answer.status, &answer.body),
                "the same answer of {key}"
            );
        }
        answer
    }

    /// Up to two edges of the order, legal ones and others.
    fn change(&self, mut bought: Bought, random: &mut Random) {
        let Some(id) = bought.order["id"].as_str() else { panic!("{}", bought.order) };
        let path = format!("/v1/orders/{id}");
        let mut refunds = 0;
        for turn in 0..random.below(3) {
            let key = format!("{}/{turn}", bought.key);
            let line = &bought.order["items"][0];
            let restock = random.below(2) == 0;
            let refund = json!({"lines": [{"sku": line["sku"], "quantity": 1, "restock": restock}]});
            let (method, path, body) = match random.below(5) {
                0 => ("PUT", path.clone(), json!({"items": items(random)})),
                1 => ("POST", format!("{path}/cancel"), json!({})),
                2 => ("POST", format!("{path}/fulfil"), json!({})),
                3 => ("POST", format!("{path}/refunds"), json!({"amount_minor": 1 + random.below(99)})),
                _ => ("POST", format!("{path}/refunds"), refund),
            };
            let answer = self.until_answered(&self.orders_at, method, &path, &key, &body);
            assert!(
                matches!(answer.status, 200 | 201 | 202 | 409 | 422),
                "{method} {path} {body}: {answer:?}"
            );
            if answer.status < 300 {
                self.edges.fetch_add(1, Ordering::SeqCst);
                refunds += usize::from(path.ends_with("/refunds"));
                self.told(&mut bought, &answer.json());
            }
        }
        if refunds > 0 {
            let made =
                self.until_answered(&self.orders_at, "GET", &format!("{path}/refunds"), "", &json!({}));
            assert_eq!(made.json()["results"].as_array().unwrap().len(), refunds, "{path}: {made:?}");
        }
    }

    /// Notes what an edge came to, as its answer says.
    fn told(&self, bought: &mut Bought, order: &Value) {
        let id = bought.order["id"].as_str().unwrap();
        let before = bought.paid.unwrap_or_else(|| {
            // It had come about before, at its first total, and nobody had said so.
            let total = self.undecided.lock().unwrap().remove(id).unwrap();
            self.enter_at(&bought.order["created_at"], total);
            total
        });
        self.enter(order, before);
        bought.paid = Some(net(order));
    }

    /// Enters what an order costs now instead of `before`.
    fn enter(&self, order: &Value, before: i64) {
        self.enter_at(&order["updated_at"], net(order) - before);
    }

    fn enter_at(&self, time: &Value, amount: i64) {
        let day = time.as_str().unwrap()[..10].to_owned();
        *self.books.lock().unwrap().entry(day).or_default() += amount;
    }

    /// Compares the books with the reports: no order was changed behind its buyer's back, and every change is counted.
    fn compare_books(&self, orders: &Kassa) {
        for (id, total) in std::mem::take(&mut *self.undecided.lock().unwrap()) {
            let order = orders.get(&format!("/v1/orders/{id}")).json();
            match order["status"].as_str() {
                Some("confirmed") => self.enter_at(&order["created_at"], total),
                Some("failed") => {}
                _ => panic!("nobody was told that this order was changed: {order}"),
            }
        }
        let mut books = self.books.lock().unwrap().clone();
        books.retain(|_, amount| *amount != 0);
        let (Some((from, _)), Some((to, _))) = (books.first_key_value(), books.last_key_value()) else {
            return;
        };
        let asked = json!({"site_id": "default", "metrics": ["revenue"], "date_range": [from, to],
            "dimensions": ["time:day"]});
        let answer = orders.post("/v1/query", &asked.to_string());
        assert_eq!(answer.status, 200, "{}", answer.body);
        let mut reported = BTreeMap::new();
        for row in answer.json()["results"].as_array().unwrap() {
            let day = row["dimensions"][0].as_str().unwrap()[..10].to_owned();
            let amount = row["metrics"][0]["amount_minor"].as_i64().unwrap_or(0);
            if amount != 0 {
                reported.insert(day, amount);
            }
        }
        if books.len() > 1 || reported.len() > 1 {
            // An order that was decided late counts on the day of its decision, which no answer has named.
            let sum = |days: &BTreeMap<String, i64>| days.values().sum::<i64>();
            assert_eq!(sum(&reported), sum(&books), "{reported:?} is reported, and buyers paid {books:?}");
            return;
        }
        assert_eq!(reported, books, "what is reported by day, and what buyers were told that they paid");
    }

    /// Receives goods, and notes them.
    fn deliver(&self, sku: u64, key: &str, quantity: u64) {
        let path = format!("/v1/inventory/sku-{sku}/receive");
        let body = json!({"quantity": quantity});
        let answer = self.until_answered(&self.stock_at, "POST", &path, key, &body);
        assert_eq!(answer.status, 200, "{answer:?}");
        let mut received = self.received.lock().unwrap();
        *received.entry(format!("sku-{sku}")).or_default() += i64::try_from(quantity).unwrap();
        self.deliveries.fetch_add(1, Ordering::SeqCst);
    }

    /// Repeats the request, with its key, until kassa says what became of it.
    fn until_answered(
        &self,
        at: &Mutex<String>,
        method: &str,
        path: &str,
        key: &str,
        body: &Value,
    ) -> Answer {
        // By tries as well, for a machine may stand still for long.
        let (began, mut tries) = (Instant::now(), 0);
        loop {
            tries += 1;
            let patient = tries < TRIES || began.elapsed() < DEADLINE * 4;
            assert!(patient, "no answer to {method} {path} {key} after {tries} tries");
            let address = at.lock().unwrap().clone();
            let asked = Http::connect(&address).and_then(|mut http| send(&mut http, method, path, key, body));
            match asked {
                Ok(answer) if answer.status >= 500 || answer.header("retry-after").is_some() => {}
                Ok(answer) => return answer,
                Err(_) => {}
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until every order and edit is decided and what is on hand is what came in less what orders hold: by the
    /// answers of the API alone.
    pub(crate) fn settle(&self, orders: &Kassa, stock: &Kassa) {
        let began = Instant::now();
        while let Err(why) = self.tally(orders, stock) {
            assert!(began.elapsed() < SETTLED_WITHIN, "after {SETTLED_WITHIN:?}: {why}");
            std::thread::sleep(Duration::from_millis(100));
        }
        orders.wait_until_drained();
        wait_for("the outbox to be published", || {
            let waiting = crate::kassa::metric(&orders.get("/metrics").body, "kassa_outbox_unpublished_rows");
            (waiting == Some(0.0)).then_some(())
        });
        orders.wait_until_drained();
        // Kills of a process that lives for less than a batch hold the notifier up.
        while notifier_is_behind(orders) {
            assert!(began.elapsed() < SETTLED_WITHIN * 3, "the notifier does not catch up");
            std::thread::sleep(Duration::from_millis(100));
        }
        self.compare_books(orders);
    }

    fn tally(&self, orders: &Kassa, stock: &Kassa) -> Result<(), String> {
        let mut expected = self.received.lock().unwrap().clone();
        let (mut open, mut cursor) = (0, String::new());
        loop {
            let page = orders.get(&format!("/v1/orders?limit=200{cursor}")).json();
            for order in page["results"].as_array().unwrap() {
                open += u64::from(order["status"] == "accepted" || order["edit_pending"] == true);
                take(&mut expected, order);
            }
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        if open > 0 {
            return Err(format!("{open} orders are not decided"));
        }
        let stock = stock.get("/v1/inventory?limit=200").json();
        for row in stock["results"].as_array().unwrap() {
            let (sku, on_hand) = (row["sku"].as_str().unwrap(), row["on_hand"].as_i64().unwrap());
            let expected = expected.get(sku).copied().unwrap_or(0);
            if on_hand != expected {
                return Err(format!("{on_hand} of {sku} are on hand, and {expected} should be"));
            }
        }
        Ok(())
    }

    /// Writes what the buyers were answered, for `kassa audit --answers`.
    pub(crate) fn write_answers(&self, to: &Path) {
        let mut file = std::fs::File::create(to).unwrap();
        for answer in self.answers.lock().unwrap().iter() {
            writeln!(file, "{answer}").unwrap();
        }
    }

    /// Counts, for the test's line of report.
    pub(crate) fn report(&self) -> String {
        let count = |of: &AtomicU64| of.load(Ordering::SeqCst);
        format!(
            "{} orders placed ({} answered 202), {} refused, {} edits, cancels, refunds and fulfilments, {} deliveries",
            count(&self.placed),
            count(&self.accepted),
            count(&self.refused),
            count(&self.edges),
            count(&self.deliveries)
        )
    }
}

/// What an order costs its buyer, minor units.
fn net(order: &Value) -> i64 {
    let amount = |name: &str| order[name]["amount_minor"].as_i64().unwrap_or(0);
    match order["status"].as_str() {
        Some("confirmed" | "fulfilled" | "refunded") => amount("total") - amount("refunded"),
        Some("cancelled") => 0,
        _ => panic!("an order that was changed is {order}"),
    }
}

/// Takes what an order holds off what should be on hand.
fn take(expected: &mut BTreeMap<String, i64>, order: &Value) {
    if !matches!(order["status"].as_str(), Some("confirmed" | "fulfilled" | "refunded")) {
        return;
    }
    for line in order["items"].as_array().unwrap() {
        let held = line["quantity"].as_i64().unwrap() - line["restocked_quantity"].as_i64().unwrap();
        *expected.entry(line["sku"].as_str().unwrap().to_owned()).or_default() -= held;
    }
}

fn items(random: &mut Random) -> Value {
    let lines = 1 + random.below(3);
    let line = |_| json!({"sku": format!("sku-{}", 1 + random.below(SKUS)), "quantity": 1 + random.below(4)});
    Value::Array((0..lines).map(line).collect())
}

/// What one of a SKU costs, minor units.
pub(crate) fn price(sku: u64) -> u64 {
    199 + 1_000 * sku
}

fn product(sku: u64) -> Value {
    let name = format!("sku-{sku}");
    json!({"sku": name, "name": name, "price": {"amount_minor": price(sku), "currency": "USD"}})
}

/// Sends a body with a key, if there is one.
pub(crate) fn send(
    http: &mut Http,
    method: &str,
    path: &str,
    key: &str,
    body: &Value,
) -> std::io::Result<Answer> {
    if method == "GET" {
        return http.get(path);
    }
    let mut headers = vec![("content-type", "application/json")];
    if !key.is_empty() {
        headers.push(("idempotency-key", key));
    }
    http.send(method, path, &headers, body.to_string().as_bytes())
}

fn notifier_is_behind(orders: &Kassa) -> bool {
    let log = orders.get("/v1/admin/log").json();
    let partitions = log["orders"]["partitions"].as_array().unwrap();
    let is_behind = |group: &Value| group["lag_records"] != 0;
    partitions.iter().any(|partition| partition["groups"].as_array().unwrap().iter().any(is_behind))
}

/// What `kassa audit` of a data folder says, by the running process or over its files, and whether it found nothing.
pub(crate) fn audit(data: &Path, answers: Option<&Path>, environment: &[(&str, &str)]) -> (bool, String) {
    let data = data.display().to_string();
    let mut arguments = vec!["audit", "--data", data.as_str()];
    let answers = answers.map(|path| path.display().to_string());
    if let Some(answers) = &answers {
        arguments.extend(["--answers", answers]);
    }
    let output = run_with(&arguments, environment);
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.success(), said)
}

/// As [`audit`]; it must find nothing.
pub(crate) fn audit_is_clean(data: &Path, answers: Option<&Path>, environment: &[(&str, &str)]) -> String {
    let (clean, said) = audit(data, answers, environment);
    assert!(clean, "{said}");
    said
}

/// The seed of a run: given, or new.
pub(crate) fn seed() -> u64 {
    let given = std::env::var("KASSA_TEST_SEED").ok().and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| u64::from(std::process::id()) ^ 0x0bde_0000)
}

/// A linear congruential generator: enough for choices that a seed repeats.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}
