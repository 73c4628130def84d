//! Listeners of the stream of notifications who take nothing: they cost little, hold up nobody, and are cut off.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Instant;

use serde_json::json;

use crate::kassa::{DEADLINE, Kassa, Start, metric, wait_for};
use crate::moving::memory;

/// As many as there may be, but for who listens.
const STUCK: usize = 60;
/// Lines of an order: an event is several kilobytes.
const LINES: usize = 20;
/// What happened before somebody listens.
const ORDERS: usize = 2_000;
/// What all of those who take nothing may cost, KiB: of each a stretch of the log as it was written, where 16 MB are ahead of it.
const GROWTH_MAX: u64 = 320 << 10;

/// Opens a stream from the beginning on; nothing of it is read.
fn listen(kassa: &Kassa) -> TcpStream {
    let authority = kassa.address.trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&authority).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    // A place in a log that never was: all of this one is ahead.
    let head = "accept: text/event-stream\r\nlast-event-id: 0@ffffffff";
    write!(stream, "GET /v1/notifications/stream HTTP/1.1\r\nhost: {authority}\r\n{head}\r\n\r\n").unwrap();
    stream
}

/// Hears so many orders.
fn hear(listener: &mut BufReader<TcpStream>, orders: usize) {
    let (mut heard, mut line) = (0, String::new());
    while heard < orders {
        line.clear();
        assert!(listener.read_line(&mut line).unwrap() > 0, "the stream has ended after {heard}");
        heard += usize::from(line.starts_with("event: OrderConfirmed"));
    }
}

fn open(kassa: &Kassa) {
    let mut http = kassa.http();
    for number in 0..LINES {
        let sku = format!("p{number}");
        let product = json!({"sku": sku, "name": "x".repeat(100), "track_stock": false,
            "price": {"amount_minor": 900, "currency": "EUR"}});
        assert_eq!(http.post("/v1/products", &product.to_string()).unwrap().status, 201);
    }
}

fn place(kassa: &Kassa, keys: std::ops::Range<usize>) {
    let items: Vec<_> =
        (0..LINES).map(|number| json!({"sku": format!("p{number}"), "quantity": 1})).collect();
    let body = json!({"items": items}).to_string();
    let mut http = kassa.http();
    for key in keys {
        let key = format!("k{key}");
        let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
        assert_eq!(http.send("POST", "/v1/orders", &headers, body.as_bytes()).unwrap().status, 201);
    }
}

#[test]
fn who_takes_nothing_costs_little_and_holds_up_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start::up(&folder.path().join("data"));
    let kassa = start.env("KASSA_SERVER__BODY_TIMEOUT_MS", "8000").start();
    open(&kassa);
    std::thread::scope(|scope| {
        for part in 0..4 {
            let keys = part * ORDERS / 4..(part + 1) * ORDERS / 4;
            scope.spawn(|| place(&kassa, keys));
        }
    });
    let mut listener = BufReader::new(listen(&kassa));
    hear(&mut listener, ORDERS);
    let before = memory(kassa.pid(), "VmRSS");
    let stuck: Vec<_> = (0..STUCK).map(|_| listen(&kassa)).collect();
    let open = || metric(&kassa.get("/metrics").body, "kassa_notification_streams");
    wait_for("all to listen", || (open() == Some(STUCK as f64 + 1.0)).then_some(()));
    // Another one hears it all, from the beginning on, and what happens meanwhile.
    let begun = Instant::now();
    hear(&mut BufReader::new(listen(&kassa)), ORDERS);
    place(&kassa, ORDERS..ORDERS + 20);
    hear(&mut listener, 20);
    assert!(begun.elapsed() < DEADLINE / 2, "others were held up: {:?}", begun.elapsed());
    wait_for("who takes nothing to be cut off", || (open() <= Some(1.0)).then_some(()));
    let growth = memory(kassa.pid(), "VmHWM").saturating_sub(before);
    assert!(growth < GROWTH_MAX, "{STUCK} who take nothing cost {growth} KiB");
    println!(
        "{STUCK} listeners who take nothing: {growth} KiB, others hear all within {:?}",
        begun.elapsed()
    );
    // Their places are free, and who listened hears on.
    let mut next = BufReader::new(listen(&kassa));
    place(&kassa, ORDERS + 20..ORDERS + 21);
    hear(&mut listener, 1);
    hear(&mut next, ORDERS + 21);
    drop(stuck);
}
