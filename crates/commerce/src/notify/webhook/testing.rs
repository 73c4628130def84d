//! A target that does to a request whatever a target may do.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What it does once it has read a request.
#[derive(Debug, Clone)]
pub(crate) enum Does {
    /// Answers, and reads the next one.
    Answers(String),
    /// Writes this, and no more for ever.
    Hangs(String),
    /// Writes the first, and then the second again and again.
    NeverEnds(String, String),
    /// Writes this and ends the connection.
    Ends(String),
}

/// A request that came.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Taken {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }
}

/// What it has seen.
#[derive(Debug, Default)]
struct Seen {
    taken: Mutex<Vec<Taken>>,
    connections: AtomicUsize,
    written: AtomicUsize,
}

/// A target that listens.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    seen: Arc<Seen>,
}

impl Server {
    pub(crate) async fn start(does: Does) -> Self {
        Self::start_at("127.0.0.1:0", does).await
    }

    pub(crate) async fn start_at(at: &str, does: Does) -> Self {
        Self::listen(at, does, None).await
    }

    /// By TLS.
    pub(crate) async fn start_tls(does: Does, tls: TlsAcceptor) -> Self {
        Self::listen("127.0.0.1:0", does, Some(tls)).await
    }

    async fn listen(at: &str, does: Does, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind(at).await.unwrap();
        let (address, seen) = (listener.local_addr().unwrap(), Arc::new(Seen::default()));
        let noted = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                noted.connections.fetch_add(1, Ordering::SeqCst);
                let (does, seen) = (does.clone(), Arc::clone(&noted));
                match tls.clone() {
                    None => drop(tokio::spawn(serve(stream, does, seen))),
                    // Who breaks the handshake off asks for nothing.
                    Some(tls) => drop(tokio::spawn(async move {
                        if let Ok(stream) = tls.accept(stream).await {
                            serve(stream, does, seen).await;
                        }
                    })),
                }
            }
        });
        Self { address, seen }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hooks?of=kassa", self.address)
    }

    pub(crate) fn taken(&self) -> Vec<Taken> {
        self.seen.taken.lock().unwrap().clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// Bytes that it could get rid of.
    pub(crate) fn written(&self) -> usize {
        self.seen.written.load(Ordering::SeqCst)
    }
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, does: Does, seen: Arc<Seen>) {
    let mut input = Vec::new();
    while let Some(taken) = request(&mut stream, &mut input).await {
        seen.taken.lock().unwrap().push(taken);
        let (first, then) = match &does {
            Does::Answers(text) | Does::Hangs(text) | Does::Ends(text) => (text, None),
            Does::NeverEnds(text, unit) => (text, Some(unit)),
        };
        if stream.write_all(first.as_bytes()).await.is_err() {
            return;
        }
        while let Some(unit) = then {
            match stream.write(unit.as_bytes()).await {
                Ok(bytes) => seen.written.fetch_add(bytes, Ordering::SeqCst),
                Err(_) => return,
            };
        }
        match does {
            Does::Answers(_) => {}
            Does::Ends(_) => return,
            Does::Hangs(_) | Does::NeverEnds(..) => std::future::pending().await,
        }
    }
}

/// The next request; `None` at the connection's end.
async fn request<S: AsyncRead + Unpin>(stream: &mut S, input: &mut Vec<u8>) -> Option<Taken> {
    loop {
        let text = String::from_utf8_lossy(input).into_owned();
        if let Some((head, rest)) = text.split_once("\r\n\r\n") {
            let found = Taken { head: head.to_owned(), body: String::new() };
            let length: usize = found.header("content-length").parse().unwrap_or(0);
            if rest.len() >= length {
                input.drain(..head.len() + 4 + length);
                return Some(Taken { body: rest[..length].to_owned(), ..found });
            }
        }
        let mut buffer = [0; 4_096];
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return None,
            Ok(bytes) => input.extend_from_slice(&buffer[..bytes]),
        }
    }
}
