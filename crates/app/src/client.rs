//! A small HTTP client for commands that ask a running kassa: plain HTTP/1.1 to an address of this machine.

use std::time::Duration;

use anyhow::{Context, bail};
use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::lock::Running;

/// How long a command waits for the next piece of an answer.
const PATIENCE: Duration = Duration::from_secs(120);

/// An address and the token that opens it.
#[derive(Debug)]
pub(crate) struct Client {
    authority: String,
    token: Option<String>,
}

impl Client {
    /// To the process that holds the data folder.
    ///
    /// # Errors
    /// It serves no address, or its token file cannot be read.
    pub(crate) fn to(running: &Running) -> anyhow::Result<Self> {
        if running.address.is_empty() {
            bail!("{running} holds the data folder and serves no admin API; stop it first");
        }
        let token = std::fs::read_to_string(&running.token_file)
            .with_context(|| format!("cannot read the token file {}", running.token_file.display()))?;
        Self::at(&running.address, Some(token))
    }

    /// To an address such as `http://127.0.0.1:8000`.
    ///
    /// # Errors
    /// Not `http://`.
    pub(crate) fn at(address: &str, token: Option<String>) -> anyhow::Result<Self> {
        let authority = address.strip_prefix("http://").map(|rest| rest.trim_end_matches('/'));
        let authority = authority.with_context(|| format!("{address} is no http:// address"))?.to_owned();
        Ok(Self { authority, token })
    }

    /// `GET path`: status and whole body.
    ///
    /// # Errors
    /// No connection, or no answer in time.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<(StatusCode, Bytes)> {
        let mut whole = Vec::new();
        let status = self.send("GET", path, String::new(), |piece| whole.extend_from_slice(&piece)).await?;
        Ok((status, whole.into()))
    }

    /// Asks `method path` with a JSON body; `each` gets the answer piece by piece.
    ///
    /// # Errors
    /// No connection, or no answer in time.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        body: String,
        mut each: impl FnMut(Bytes),
    ) -> anyhow::Result<StatusCode> {
        let stream = TcpStream::connect(&self.authority).await;
        let stream = stream.with_context(|| format!("cannot reach http://{}", self.authority))?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &self.authority)
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let answer = tokio::time::timeout(PATIENCE, sender.send_request(request.body(Body::from(body))?));
        let mut answer = answer.await.context("no answer in time")??;
        while let Some(frame) =
            tokio::time::timeout(PATIENCE, answer.frame()).await.context("no answer in time")?
        {
            if let Ok(piece) = frame?.into_data() {
                each(piece);
            }
        }
        Ok(answer.status())
    }
}
