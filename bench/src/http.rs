//! As much HTTP/1.1 as the measurements need: requests as bytes, the length of an answer, a blocking client.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, bail};

/// An answer's status and where it ends in the bytes that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: usize,
    pub(crate) length: usize,
}

/// The first answer in `bytes`; `None` until all of it is there.
pub(crate) fn parse_answer(bytes: &[u8]) -> anyhow::Result<Option<Answer>> {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let head = end + 4;
    let status = std::str::from_utf8(bytes.get(9..12).unwrap_or_default())?.parse()?;
    let body = match content_length(&bytes[..head])? {
        Some(length) => length,
        None if status == 204 => 0,
        None => bail!("an answer without a content length: {}", String::from_utf8_lossy(&bytes[..head])),
    };
    let length = head + body;
    Ok((bytes.len() >= length).then_some(Answer { status, head, length }))
}

fn content_length(head: &[u8]) -> anyhow::Result<Option<usize>> {
    const NAME: &[u8] = b"\r\ncontent-length:";
    let Some(at) = head.windows(NAME.len()).position(|window| window.eq_ignore_ascii_case(NAME)) else {
        return Ok(None);
    };
    let rest = &head[at + NAME.len()..];
    let value = rest.split(|byte| *byte == b'\r').next().unwrap_or_default();
    Ok(Some(std::str::from_utf8(value)?.trim().parse()?))
}

/// The bytes of a request with a body, as a browser's would roughly be.
pub(crate) fn post(path: &str, body: &[u8]) -> Vec<u8> {
    post_with("", path, body)
}

/// The same with an `Idempotency-Key`.
pub(crate) fn post_once(key: &str, path: &str, body: &[u8]) -> Vec<u8> {
    post_with(&format!("idempotency-key: {key}\r\n"), path, body)
}

/// The bytes of a request without a body.
pub(crate) fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: kassa-bench\r\n\r\n").into_bytes()
}

fn post_with(header: &str, path: &str, body: &[u8]) -> Vec<u8> {
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\nuser-agent: kassa-bench\r\n\
         {header}content-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(body);
    request
}

/// A blocking client on one connection.
#[derive(Debug)]
pub(crate) struct Client {
    stream: TcpStream,
    input: Vec<u8>,
}

impl Client {
    /// Connects.
    pub(crate) fn new(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Self { stream, input: Vec::new() })
    }

    /// Status and body of a GET.
    pub(crate) fn get(&mut self, path: &str) -> anyhow::Result<(u16, String)> {
        self.send(&get(path))
    }

    /// Status and body of a POST.
    pub(crate) fn post(&mut self, path: &str, body: &str) -> anyhow::Result<(u16, String)> {
        self.send(&post(path, body.as_bytes()))
    }

    /// Status and body of a POST with an `Idempotency-Key`.
    pub(crate) fn post_once(&mut self, key: &str, path: &str, body: &str) -> anyhow::Result<(u16, String)> {
        self.send(&post_once(key, path, body.as_bytes()))
    }

    /// The answer to a report as JSON; anything but 200 is an error.
    pub(crate) fn query(&mut self, query: &serde_json::Value) -> anyhow::Result<serde_json::Value> {
        self.ask("/v1/query", query)
    }

    /// The same on another route of reports.
    pub(crate) fn ask(
        &mut self,
        route: &str,
        query: &serde_json::Value,
    ) -> anyhow::Result<serde_json::Value> {
        let (status, body) = self.post(route, &query.to_string())?;
        if status != 200 {
            bail!("{query} was answered {status} by {route}: {body}");
        }
        serde_json::from_str(&body).context("the report is no JSON")
    }

    fn send(&mut self, request: &[u8]) -> anyhow::Result<(u16, String)> {
        self.stream.write_all(request)?;
        let mut buffer = [0; 16 << 10];
        loop {
            if let Some(answer) = parse_answer(&self.input)? {
                let body = String::from_utf8_lossy(&self.input[answer.head..answer.length]).into_owned();
                self.input.drain(..answer.length);
                return Ok((answer.status, body));
            }
            match self.stream.read(&mut buffer)? {
                0 => bail!("the server closed the connection"),
                count => self.input.extend_from_slice(&buffer[..count]),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers() {
        let whole = b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\nx: y\r\n\r\nok";
        assert_eq!(parse_answer(whole).unwrap(), Some(Answer { status: 202, head: 50, length: 52 }));
        assert_eq!(parse_answer(&whole[..51]).unwrap(), None);
        assert_eq!(parse_answer(&whole[..20]).unwrap(), None);
        assert!(parse_answer(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
        assert_eq!(parse_answer(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap().unwrap().length, 27);
    }
}
