//! How a command comes to the admin API: over HTTP where a process holds the data folder, else in this process.

use std::fs::File;

use anyhow::{Context, bail};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tower::ServiceExt;

use super::common::Common;
use crate::admin;
use crate::client::Client;
use crate::config::Config;
use crate::lock::{self, Data, Lock, Look};
use crate::open::{Parts, Wanted};
use crate::roles::Roles;

/// Of an answer in pieces so much is kept, should it be a refusal.
const BEGUN_MAX: usize = 4 << 10;

/// The admin API, wherever it is.
pub(crate) enum Admin {
    /// That of the process that holds the folder.
    Remote(Client),
    /// This process's own, over the files; the lock is held as long.
    Local(Box<Local>),
}

/// The files, open, and the lock.
pub(crate) struct Local {
    router: Router,
    /// The admin token, where the configuration has one: reports ask for it here, too.
    token: String,
    parts: Parts,
    lock: Guard,
}

/// What keeps others from the folder, until it is dropped.
pub(crate) enum Guard {
    /// All others.
    Lock {
        /// The lock.
        _lock: Lock,
    },
    /// Those who would write; nothing, where no process ever had the folder.
    Look {
        /// The lock's file.
        _file: Option<File>,
    },
}

/// What a command needs of the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Needs {
    pub(crate) log: bool,
    pub(crate) store: bool,
    /// The shop's databases.
    pub(crate) shop: bool,
}

/// The one way for every command that needs the data: held → ask, free → take the lock and open the files.
///
/// # Errors
/// There is no such folder, or its files cannot be opened.
pub(crate) async fn open(common: &Common, needs: Needs) -> anyhow::Result<(Admin, Config)> {
    let config = common.load(Vec::new())?;
    config.require_data()?;
    let admin = match lock::take(&config.data)? {
        Data::Held(running) => Admin::Remote(Client::to(&running)?),
        Data::Mine(lock) => {
            let roles = Roles::all();
            let databases = needs.shop.then_some(&roles);
            let parts = Parts::open(&config, Wanted { log: needs.log, store: needs.store, databases })?;
            Admin::local(parts, Guard::Lock { _lock: lock })?
        }
    };
    Ok((admin, config))
}

/// For who only looks: held → ask, free → open the files so that nothing of them changes.
///
/// # Errors
/// There is no such folder, its files cannot be opened, or they are of another version.
pub(crate) async fn open_to_look(common: &Common) -> anyhow::Result<Admin> {
    let config = common.load(Vec::new())?;
    config.require_data()?;
    Ok(match lock::look(&config.data)? {
        Look::Held(running) => Admin::Remote(Client::to(&running)?),
        Look::Mine(file) => Admin::local(Parts::open_to_look(&config)?, Guard::Look { _file: file })?,
    })
}

impl Admin {
    fn local(parts: Parts, lock: Guard) -> anyhow::Result<Self> {
        let router = admin::whole(&parts)?;
        let token = parts.config.access.admin_token.clone();
        Ok(Self::Local(Box::new(Local { router, token, parts, lock })))
    }

    /// `GET path` as JSON.
    ///
    /// # Errors
    /// Any answer but 200, with its `detail`.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.get_as(path).await
    }

    /// `GET path` as what it is.
    ///
    /// # Errors
    /// Any answer but 200, with its `detail`.
    pub(crate) async fn get_as<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        let mut body = Vec::new();
        let status = self.send("GET", path, String::new(), |piece| body.extend_from_slice(&piece)).await?;
        refuse_failure(status, &body)?;
        serde_json::from_slice(&body).context("the admin API answered no JSON")
    }

    /// `GET path`, piece by piece; the last piece of a refusal is its sentence.
    ///
    /// # Errors
    /// Any answer but 200; one that ends early.
    pub(crate) async fn get_pieces(
        &self,
        path: &str,
        mut each: impl FnMut(&[u8]) -> std::io::Result<()>,
    ) -> anyhow::Result<()> {
        let (mut failed, mut begun) = (None, Vec::new());
        let take = |piece: Bytes| {
            if begun.len() < BEGUN_MAX {
                begun.extend_from_slice(&piece[..piece.len().min(BEGUN_MAX)]);
            }
            if failed.is_none() {
                failed = each(&piece).err();
            }
        };
        let status = self.send("GET", path, String::new(), take).await?;
        refuse_failure(status, &begun)?;
        failed.map_or(Ok(()), |error| Err(error.into()))
    }

    /// `POST path` with a JSON body; the answer as JSON.
    ///
    /// # Errors
    /// Any answer but a success, with its `detail`.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.post_text(path, body.to_string()).await
    }

    /// The same with a body that is JSON already.
    ///
    /// # Errors
    /// As [`Self::post`].
    pub(crate) async fn post_text(&self, path: &str, body: String) -> anyhow::Result<Value> {
        let mut answer = Vec::new();
        let status = self.send("POST", path, body, |piece| answer.extend_from_slice(&piece)).await?;
        refuse_failure(status, &answer)?;
        serde_json::from_slice(&answer).context("the admin API answered no JSON")
    }

    /// The same, as text.
    ///
    /// # Errors
    /// Any answer but a success, with its `detail`.
    pub(crate) async fn post_for_text(&self, path: &str, body: &Value) -> anyhow::Result<String> {
        let mut answer = Vec::new();
        let each = |piece: Bytes| answer.extend_from_slice(&piece);
        let status = self.send("POST", path, body.to_string(), each).await?;
        refuse_failure(status, &answer)?;
        Ok(String::from_utf8(answer)?)
    }

    /// Any method; the answer as JSON, if it has a body.
    ///
    /// # Errors
    /// Any answer but a success, with its `detail`.
    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Option<Value>> {
        let mut answer = Vec::new();
        let body = body.map(Value::to_string).unwrap_or_default();
        let status = self.send(method, path, body, |piece| answer.extend_from_slice(&piece)).await?;
        refuse_failure(status, &answer)?;
        if answer.is_empty() {
            return Ok(None);
        }
        serde_json::from_slice(&answer).map(Some).context("the admin API answered no JSON")
    }

    /// `POST path`, whose answer is lines of JSON; `each` gets them as they come. Returns the member `end` of the last.
    ///
    /// # Errors
    /// Any answer but 200, with its `detail`; a last line that is an error or has no end.
    pub(crate) async fn post_lines(
        &self,
        path: &str,
        body: &Value,
        end: &str,
        mut each: impl FnMut(&Value),
    ) -> anyhow::Result<Value> {
        let mut last = Value::Null;
        let mut rest = Vec::new();
        let take = |piece: Bytes| {
            rest.extend_from_slice(&piece);
            while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = rest.drain(..=end).collect();
                if let Ok(line) = serde_json::from_slice(&line) {
                    each(&line);
                    last = line;
                }
            }
        };
        let status = self.send("POST", path, body.to_string(), take).await?;
        refuse_failure(status, &rest)?;
        if let Some(error) = last["error"].as_str() {
            bail!("{error}");
        }
        Ok(last.get_mut(end).with_context(|| format!("{path} ended early"))?.take())
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        body: String,
        each: impl FnMut(Bytes),
    ) -> anyhow::Result<StatusCode> {
        match self {
            Self::Remote(client) => client.send(method, path, body, each).await,
            Self::Local(local) => local.send(method, path, body, each).await,
        }
    }

    /// Closes the files before the lock is let go.
    pub(crate) fn close(self) {
        drop(self.close_but_lock());
    }

    /// Closes the files; what keeps others from them, where they were this process's.
    pub(crate) fn close_but_lock(self) -> Option<Guard> {
        let Self::Local(local) = self else { return None };
        let Local { router, parts, lock, .. } = *local;
        drop(router);
        parts.close();
        Some(lock)
    }
}

impl Local {
    async fn send(
        &self,
        method: &str,
        path: &str,
        body: String,
        mut each: impl FnMut(Bytes),
    ) -> anyhow::Result<StatusCode> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/json");
        if !self.token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        }
        let mut answer = self.router.clone().oneshot(request.body(Body::from(body))?).await?;
        while let Some(frame) = answer.frame().await {
            if let Ok(piece) = frame?.into_data() {
                each(piece);
            }
        }
        Ok(answer.status())
    }
}

fn refuse_failure(status: StatusCode, body: &[u8]) -> anyhow::Result<()> {
    if status.is_success() {
        return Ok(());
    }
    let problem: Value = serde_json::from_slice(body).unwrap_or_default();
    match problem["detail"].as_str().or(problem["title"].as_str()) {
        Some(detail) => bail!("{detail}"),
        None => bail!("the admin API answered {status}"),
    }
}
