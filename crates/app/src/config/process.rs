//! What is of a process: its server, its logs, who may come in. What each key means stands in `config/default.toml`.

use kassa_access::SecretKeyOptions;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Server {
    pub(crate) listen: String,
    pub(crate) hosts: Vec<String>,
    pub(crate) trusted_proxies: Vec<String>,
    pub(crate) compat_ports: bool,
    pub(crate) connections_max: usize,
    pub(crate) header_timeout_ms: u64,
    pub(crate) body_timeout_ms: u64,
    pub(crate) idle_timeout_ms: u64,
    pub(crate) drain_timeout_ms: u64,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Logs {
    pub(crate) format: String,
    pub(crate) level: String,
    pub(crate) file: String,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Access {
    pub(crate) admin_token: String,
    pub(crate) secret_keys: Vec<SecretKeyOptions>,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Cors {
    pub(crate) origins: Vec<String>,
}
