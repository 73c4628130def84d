//! Targets of webhooks: small servers that keep each request, and answer as a target may.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use kassa_model::{Clock, SystemClock, Timestamp};
use serde_json::Value;

/// What a target does with a request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Does {
    /// Takes it at once.
    Takes,
    /// Takes it after so long.
    TakesAfter(Duration),
    /// Answers 500 for so long from its start on, and takes what comes later.
    FailsFor(Duration),
    /// Never answers.
    Hangs,
}

/// A request that came.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) webhook_id: Option<String>,
    pub(crate) body: String,
    /// The event's id, and its order's.
    pub(crate) event_id: String,
    pub(crate) order_id: String,
    /// How long after the event it came.
    pub(crate) after: Duration,
    /// Whether it was answered 200.
    pub(crate) was_well: bool,
}

/// A target that listens; it ends with the test.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) url: String,
    seen: Arc<Seen>,
}

#[derive(Debug)]
struct Seen {
    does: Does,
    since: Instant,
    taken: Mutex<Vec<Taken>>,
    held: AtomicUsize,
}

impl Target {
    pub(crate) fn start(does: Does) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hooks/kassa", listener.local_addr().unwrap());
        let (since, taken) = (Instant::now(), Mutex::default());
        let seen = Arc::new(Seen { does, since, taken, held: AtomicUsize::new(0) });
        let noted = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (seen, stream) = (Arc::clone(&noted), stream.unwrap());
                // A connection breaks with the kassa that has opened it.
                std::thread::spawn(move || seen.serve(stream));
            }
        });
        Self { url, seen }
    }

    /// Looks at every request that came.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&[Taken]) -> T) -> T {
        look(&self.seen.taken.lock().unwrap())
    }

    /// How many requests wait for an answer now.
    pub(crate) fn held(&self) -> usize {
        self.seen.held.load(Ordering::SeqCst)
    }
}

impl Taken {
    fn read(webhook_id: Option<String>, body: String, was_well: bool) -> Self {
        let event: Value = serde_json::from_str(&body).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let happened: Timestamp = event["occurred_at"].as_str().unwrap().parse().unwrap();
        let after = SystemClock.now().micros() - happened.micros();
        let after = Duration::from_micros(u64::try_from(after).unwrap_or(0));
        let (event_id, order_id) = (text(&event["id"]), text(&event["order"]["id"]));
        Self { webhook_id, body, event_id, order_id, after, was_well }
    }
}

impl Seen {
    fn serve(&self, stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut stream = BufReader::new(stream);
        while let Some((webhook_id, body)) = read_request(&mut stream)? {
            let was_well = match self.does {
                Does::Takes | Does::TakesAfter(_) => true,
                Does::FailsFor(time) => self.since.elapsed() > time,
                Does::Hangs => false,
            };
            self.taken.lock().unwrap().push(Taken::read(webhook_id, body, was_well));
            match self.does {
                Does::Takes | Does::FailsFor(_) => {}
                // The target's own time.
                Does::TakesAfter(time) => std::thread::sleep(time),
                Does::Hangs => return self.hold(stream),
            }
            let answer = if was_well { "200 OK" } else { "500 Internal Server Error" };
            let answer = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n");
            stream.get_mut().write_all(answer.as_bytes())?;
        }
        Ok(())
    }

    /// Until the client gives up.
    fn hold(&self, mut stream: BufReader<TcpStream>) -> io::Result<()> {
        self.held.fetch_add(1, Ordering::SeqCst);
        let ended = stream.read(&mut [0]);
        self.held.fetch_sub(1, Ordering::SeqCst);
        ended.map(drop)
    }
}

/// A request's `webhook-id` and body; nothing at the connection's end.
fn read_request(stream: &mut BufReader<TcpStream>) -> io::Result<Option<(Option<String>, String)>> {
    let (mut webhook_id, mut length) = (None, 0);
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    loop {
        line.clear();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "webhook-id" => webhook_id = Some(value.trim().to_owned()),
            "content-length" => length = value.trim().parse().map_err(io::Error::other)?,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(Some((webhook_id, String::from_utf8(body).map_err(io::Error::other)?)))
}
