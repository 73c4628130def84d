//! Buyers who order, and sometimes think better of it, whatever becomes of kassa meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::http::{Answer, Http};
use crate::kassa::{DEADLINE, Kassa};

/// What buyers were told.
#[derive(Debug, Default)]
pub(crate) struct Buyers {
    address: Mutex<String>,
    /// The id of the order of each address.
    placed: Mutex<BTreeMap<String, String>>,
    /// The ids of the orders that were cancelled.
    cancelled: Mutex<BTreeSet<String>>,
    serial: AtomicU64,
    end: AtomicBool,
    /// Between two orders of a buyer.
    pause: Duration,
    /// How often one is cancelled: each of so many; 0: none.
    cancels_every: u64,
}

/// A shop with mugs to sell.
pub(crate) fn open(kassa: &Kassa, on_hand: u64) {
    let product = json!({"sku": "mug", "name": "Mug", "price": {"amount_minor": 900, "currency": "EUR"}});
    let mut http = kassa.http();
    assert_eq!(http.post("/v1/products", &product.to_string()).unwrap().status, 201);
    let body = json!({"quantity": on_hand}).to_string();
    assert_eq!(http.post("/v1/inventory/mug/receive", &body).unwrap().status, 200);
}

/// Places an order of a mug under a key; an error where it is to be tried again.
pub(crate) fn order(http: &mut Http, key: &str, email: &str) -> io::Result<Value> {
    let body = json!({"items": [{"sku": "mug", "quantity": 1}], "customer": {"name": "Ann", "email": email}});
    let headers = [("content-type", "application/json"), ("idempotency-key", key)];
    let answer = http.send("POST", "/v1/orders", &headers, body.to_string().as_bytes())?;
    match answer.status {
        201 => Ok(answer.json()),
        409 | 503 => Err(io::Error::other("not now")),
        _ => panic!("{answer:?}"),
    }
}

/// Cancels an order; it may be cancelled by a try before, whose answer was lost.
fn cancel(http: &mut Http, id: &str) -> io::Result<Answer> {
    let answer = http.post(&format!("/v1/orders/{id}/cancel"), "{}")?;
    match answer.status {
        200 => Ok(answer),
        409 if http.get(&format!("/v1/orders/{id}"))?.json()["status"] == "cancelled" => Ok(answer),
        409 | 503 => Err(io::Error::other("not now")),
        _ => panic!("{answer:?}"),
    }
}

impl Buyers {
    /// Each waits so long between two orders, and cancels one of so many.
    pub(crate) fn who_cancel(every: u64, pause: Duration) -> Self {
        Self { pause, cancels_every: every, ..Self::default() }
    }

    /// So many of them begin to buy at `kassa`.
    pub(crate) fn begin(self: &Arc<Self>, many: usize, kassa: &Kassa) -> Vec<JoinHandle<()>> {
        self.moved(kassa);
        let begin = |_| {
            let buyers = Arc::clone(self);
            std::thread::spawn(move || buyers.buy())
        };
        (0..many).map(begin).collect()
    }

    /// Where kassa is now.
    pub(crate) fn moved(&self, kassa: &Kassa) {
        self.address.lock().unwrap().clone_from(&kassa.address);
    }

    /// Lets them buy until there are `orders`, and then no more.
    pub(crate) fn end(&self, threads: Vec<JoinHandle<()>>, orders: u64) {
        let begun = Instant::now();
        while (self.placed.lock().unwrap().len() as u64) < orders {
            assert!(begun.elapsed() < DEADLINE * 10, "the buyers are too slow");
            std::thread::sleep(Duration::from_millis(20));
        }
        self.end.store(true, Ordering::SeqCst);
        for thread in threads {
            thread.join().unwrap();
        }
    }

    pub(crate) fn placed(&self) -> BTreeMap<String, String> {
        self.placed.lock().unwrap().clone()
    }

    pub(crate) fn cancelled(&self) -> BTreeSet<String> {
        self.cancelled.lock().unwrap().clone()
    }

    fn buy(&self) {
        while !self.end.load(Ordering::SeqCst) {
            let serial = self.serial.fetch_add(1, Ordering::SeqCst);
            let email = format!("c{serial}@customer.test");
            let placed = self.until_answered(|http| order(http, &email, &email));
            let id = placed["id"].as_str().unwrap().to_owned();
            self.placed.lock().unwrap().insert(email, id.clone());
            if self.cancels_every > 0 && serial.is_multiple_of(self.cancels_every) {
                self.until_answered(|http| cancel(http, &id));
                self.cancelled.lock().unwrap().insert(id);
            }
            std::thread::sleep(self.pause);
        }
    }

    fn until_answered<T>(&self, ask: impl Fn(&mut Http) -> io::Result<T>) -> T {
        loop {
            let address = self.address.lock().unwrap().clone();
            match Http::connect(&address).and_then(|mut http| ask(&mut http)) {
                Ok(answer) => return answer,
                Err(_) => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    }
}
