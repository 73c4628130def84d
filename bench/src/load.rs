//! The load generator: one thread, many keep-alive connections, one request in flight on each.
//!
//! Closed loop: a connection sends its next request when it has its answer; this finds the highest rate. Open loop:
//! requests are due at fixed times whatever the answers do, and latency counts from when a request was due, so that a
//! stall of the server is seen by every request that fell into it (no coordinated omission).

use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use crate::http::parse_answer;
use crate::requests::Requests;

/// How exactly an open loop keeps its times.
const TICK: Duration = Duration::from_micros(100);
/// And how exactly where nobody looks at the latencies: at 100 µs a slow load took a seventh of a core from the server
/// beside which it is there.
const COARSE_TICK: Duration = Duration::from_micros(500);

/// What to send, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan<'a> {
    pub(crate) address: SocketAddr,
    pub(crate) connections: usize,
    pub(crate) pace: Pace<'a>,
    /// Answers within it do not count.
    pub(crate) warm_up: Duration,
    pub(crate) until: Until<'a>,
}

impl Plan<'_> {
    /// As fast as answers come, for `measured` after `warm_up`.
    pub(crate) fn closed(
        address: SocketAddr,
        connections: usize,
        warm_up: Duration,
        measured: Duration,
    ) -> Self {
        let until = Until::Elapsed(measured);
        Self { address, connections, pace: Pace::Closed, warm_up, until }
    }
}

/// When requests are sent.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pace<'a> {
    /// As fast as answers come.
    Closed,
    /// The same, but no more requests in all than this number, which grows.
    Allowed(&'a AtomicU64),
    /// At so many requests a second.
    Open(f64),
}

/// When it ends; what is in flight is waited for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Until<'a> {
    /// After so long, warm-up not counted.
    Elapsed(Duration),
    /// After so many requests.
    Sent(u64),
    /// When it is true: a load beside another measurement, whose own latencies nobody asks for.
    Told(&'a AtomicBool),
}

/// What came of it, warm-up not counted.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) answered: u64,
    pub(crate) refused: u64,
    pub(crate) seconds: f64,
    /// Per answer, ms.
    pub(crate) latencies_ms: Vec<f64>,
}

impl Outcome {
    /// Answers a second.
    pub(crate) fn rate(&self) -> f64 {
        self.answered as f64 / self.seconds
    }

    /// An error unless every answer was a success.
    pub(crate) fn all_taken(self) -> anyhow::Result<Self> {
        if self.refused > 0 {
            bail!("{} of {} requests were refused", self.refused, self.answered + self.refused);
        }
        Ok(self)
    }
}

/// Sends `requests` by `plan`.
pub(crate) fn send(plan: &Plan<'_>, requests: &mut Requests) -> anyhow::Result<Outcome> {
    let mut generator = Generator::connect(plan, requests)?;
    generator.run()?;
    Ok(generator.outcome)
}

/// Sends `requests` at `rate` a second from another thread while `work` is done; an error if one was refused.
pub(crate) fn send_during<T>(
    address: SocketAddr,
    rate: f64,
    mut requests: Requests,
    work: impl FnOnce() -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let done = AtomicBool::new(false);
    let until = Until::Told(&done);
    let plan = Plan { address, connections: 64, pace: Pace::Open(rate), warm_up: Duration::ZERO, until };
    std::thread::scope(|scope| {
        let load = scope.spawn(|| send(&plan, &mut requests)?.all_taken());
        let result = work();
        let ended_early = load.is_finished();
        done.store(true, Ordering::SeqCst);
        load.join().map_err(|_| anyhow::anyhow!("the load generator panicked"))??;
        anyhow::ensure!(!ended_early, "the load ended before the measurement");
        result
    })
}

struct Generator<'a> {
    plan: &'a Plan<'a>,
    requests: &'a mut Requests,
    poll: Poll,
    connections: Vec<Connection>,
    idle: Vec<usize>,
    begin: Instant,
    measure_from: Instant,
    sent: u64,
    outcome: Outcome,
}

struct Connection {
    stream: TcpStream,
    output: Vec<u8>,
    written: usize,
    input: Vec<u8>,
    due: Instant,
}

impl<'a> Generator<'a> {
    fn connect(plan: &'a Plan<'a>, requests: &'a mut Requests) -> anyhow::Result<Self> {
        let poll = Poll::new()?;
        let mut connections = Vec::with_capacity(plan.connections);
        for index in 0..plan.connections {
            connections.push(Connection::open(plan.address, index, &poll).context("cannot connect")?);
        }
        let (idle, begin) = ((0..plan.connections).collect(), Instant::now());
        let (measure_from, outcome) = (begin + plan.warm_up, Outcome::default());
        Ok(Self { plan, requests, poll, connections, idle, begin, measure_from, sent: 0, outcome })
    }

    fn run(&mut self) -> anyhow::Result<()> {
        let mut events = Events::with_capacity(1024);
        loop {
            let now = Instant::now();
            let over = self.is_over(now);
            if over && self.idle.len() == self.connections.len() {
                self.outcome.seconds = match self.plan.until {
                    Until::Elapsed(duration) => duration.as_secs_f64(),
                    Until::Sent(_) | Until::Told(_) => (now - self.measure_from).as_secs_f64(),
                };
                return Ok(());
            }
            if !over {
                self.send_due(now)?;
            }
            match self.poll.poll(&mut events, Some(self.wait(over))) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                other => other?,
            }
            for event in &events {
                self.advance(event.token().0, event.is_writable())?;
            }
        }
    }

    /// Whether all that was to be sent is sent. In open loop that is what was due, however late it could be sent.
    fn is_over(&self, now: Instant) -> bool {
        match (self.plan.until, self.plan.pace) {
            (Until::Elapsed(duration), Pace::Closed | Pace::Allowed(_)) => {
                now >= self.measure_from + duration
            }
            (Until::Elapsed(duration), Pace::Open(rate)) => self.due(rate) >= self.measure_from + duration,
            (Until::Sent(count), _) => self.sent >= count,
            (Until::Told(done), _) => done.load(Ordering::SeqCst),
        }
    }

    /// When the next request of an open loop is due.
    fn due(&self, rate: f64) -> Instant {
        self.begin + Duration::from_secs_f64(self.sent as f64 / rate)
    }

    /// Starts on idle connections what is due.
    fn send_due(&mut self, now: Instant) -> anyhow::Result<()> {
        while let Some(due) = self.next_due(now) {
            let Some(index) = self.idle.pop() else { return Ok(()) };
            self.sent += 1;
            let connection = &mut self.connections[index];
            connection.due = due;
            connection.output.clear();
            connection.written = 0;
            self.requests.write(&mut connection.output);
            connection.flush()?;
            if self.is_over(now) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// When the next request was due, if that is not in the future.
    fn next_due(&self, now: Instant) -> Option<Instant> {
        match self.plan.pace {
            Pace::Closed => Some(now),
            Pace::Allowed(all) => Some(now).filter(|_| self.sent < all.load(Ordering::Relaxed)),
            Pace::Open(rate) => Some(self.due(rate)).filter(|due| *due <= now),
        }
    }

    /// How long to wait for answers before there is something to send. The poll counts in whole milliseconds, which
    /// is too coarse for a due time: what is left below one is slept, and answers are looked for afterwards.
    fn wait(&self, over: bool) -> Duration {
        match self.plan.pace {
            Pace::Open(rate) if !over && !self.idle.is_empty() => {
                let left = self.due(rate).saturating_duration_since(Instant::now());
                if left < Duration::from_millis(1) {
                    std::thread::sleep(match self.plan.until {
                        Until::Told(_) => COARSE_TICK,
                        Until::Elapsed(_) | Until::Sent(_) => TICK,
                    });
                    return Duration::ZERO;
                }
                left - Duration::from_millis(1)
            }
            // More may be allowed at any time.
            Pace::Allowed(_) => Duration::from_millis(2),
            _ => Duration::from_millis(100),
        }
    }

    /// Goes on with a connection that is ready.
    fn advance(&mut self, index: usize, writable: bool) -> anyhow::Result<()> {
        let connection = &mut self.connections[index];
        if writable && connection.written < connection.output.len() {
            connection.flush()?;
        }
        let Some(status) = connection.read()? else { return Ok(()) };
        let due = connection.due;
        let now = Instant::now();
        if self.counts(now, due) {
            match status {
                200..300 => self.outcome.answered += 1,
                _ => self.outcome.refused += 1,
            }
            self.outcome.latencies_ms.push((now - due).as_secs_f64() * 1e3);
        }
        self.idle.push(index);
        Ok(())
    }

    /// Whether an answer of now to a request that was due then counts.
    fn counts(&self, now: Instant, due: Instant) -> bool {
        match (self.plan.pace, self.plan.until) {
            (Pace::Closed | Pace::Allowed(_), Until::Elapsed(duration)) => {
                now >= self.measure_from && now < self.measure_from + duration
            }
            _ => due >= self.measure_from,
        }
    }
}

impl Connection {
    fn open(address: SocketAddr, index: usize, poll: &Poll) -> anyhow::Result<Self> {
        let stream = std::net::TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        poll.registry().register(&mut stream, Token(index), Interest::READABLE | Interest::WRITABLE)?;
        Ok(Self { stream, output: Vec::new(), written: 0, input: Vec::new(), due: Instant::now() })
    }

    /// Writes what the socket takes.
    fn flush(&mut self) -> anyhow::Result<()> {
        while self.written < self.output.len() {
            match self.stream.write(&self.output[self.written..]) {
                Ok(count) => self.written += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error).context("the server broke a connection"),
            }
        }
        Ok(())
    }

    /// The status, once the whole answer is here. A short read has emptied the socket: the next bytes wake us again.
    fn read(&mut self) -> anyhow::Result<Option<u16>> {
        let mut buffer = [0; 4096];
        loop {
            let count = match self.stream.read(&mut buffer) {
                Ok(0) => bail!("the server closed a connection"),
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(error) => return Err(error).context("the server broke a connection"),
            };
            self.input.extend_from_slice(&buffer[..count]);
            if let Some(answer) = parse_answer(&self.input)? {
                self.input.drain(..answer.length);
                return Ok(Some(answer.status));
            }
            if count < buffer.len() {
                return Ok(None);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// A server that answers each request 202 after what `pause` says for its number.
    fn server(pause: fn(usize) -> Duration) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut buffer = [0; 4096];
            for number in 0.. {
                // A request is smaller than the buffer and comes in one piece on loopback.
                if stream.read(&mut buffer).unwrap_or(0) == 0 {
                    return;
                }
                std::thread::sleep(pause(number));
                stream.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 2\r\n\r\nok").unwrap();
            }
        });
        address
    }

    fn plan<'a>(address: SocketAddr, pace: Pace<'a>, until: Until<'a>) -> Plan<'a> {
        Plan { address, connections: 1, pace, warm_up: Duration::ZERO, until }
    }

    #[test]
    fn sends_as_many_as_asked() {
        let plan = plan(server(|_| Duration::ZERO), Pace::Closed, Until::Sent(500));
        let outcome = send(&plan, &mut Requests::single(1)).unwrap().all_taken().unwrap();
        assert_eq!((outcome.answered, outcome.latencies_ms.len()), (500, 500));
        assert!(outcome.rate() > 0.0);
    }

    #[test]
    fn no_more_is_sent_than_is_allowed() {
        let (allowed, done) = (AtomicU64::new(3), AtomicBool::new(false));
        let address = server(|_| Duration::ZERO);
        std::thread::scope(|scope| {
            let load = scope.spawn(|| {
                send(&plan(address, Pace::Allowed(&allowed), Until::Told(&done)), &mut Requests::single(1))
            });
            std::thread::sleep(Duration::from_millis(100));
            allowed.store(5, Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(100));
            done.store(true, Ordering::SeqCst);
            assert_eq!(load.join().unwrap().unwrap().answered, 5);
        });
    }

    #[test]
    fn a_stall_is_seen_by_all_that_was_due_in_it() {
        let stall = |number| if number == 50 { Duration::from_millis(300) } else { Duration::ZERO };
        let until = Until::Elapsed(Duration::from_secs(1));
        let plan = plan(server(stall), Pace::Open(200.0), until);
        let outcome = send(&plan, &mut Requests::single(1)).unwrap().all_taken().unwrap();
        assert_eq!(outcome.answered, 200);
        // 60 requests were due during the stall; two thirds of them waited 100 ms or longer.
        let late = outcome.latencies_ms.iter().filter(|latency| **latency >= 100.0).count();
        assert!((35..=150).contains(&late), "{late} were late");
    }
}
