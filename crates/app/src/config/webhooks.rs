//! `[webhooks]`: where requests to endpoints may go, whom to believe there, and how long they may take.

use std::path::Path;
use std::time::Duration;

use anyhow::{anyhow, bail};
use kassa_commerce::notify::webhook::{HookOptions, Reach, Trust};
use serde::{Deserialize, Serialize};

/// Less than the deadline of an attempt at a delivery, 15 s.
const TIMEOUT_MS_MAX: u64 = 14_000;

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Webhooks {
    pub(crate) allow_private: bool,
    pub(crate) timeout_ms: u64,
    pub(crate) disable_after_days: u32,
    pub(crate) ca: String,
}

impl Webhooks {
    /// What the shop is told of it.
    pub(crate) fn options(&self) -> anyhow::Result<HookOptions> {
        Ok(HookOptions {
            reach: if self.allow_private { Reach::Anywhere } else { Reach::Public },
            trust: self.trust()?,
            timeout: Duration::from_millis(self.timeout_ms),
            disable_after_days: self.disable_after_days,
        })
    }

    /// Refuses what cannot work.
    pub(super) fn validate(&self) -> anyhow::Result<()> {
        if self.timeout_ms > TIMEOUT_MS_MAX {
            bail!("webhooks.timeout_ms = {} is too much: at most {TIMEOUT_MS_MAX}", self.timeout_ms);
        }
        self.trust().map(drop)
    }

    fn trust(&self) -> anyhow::Result<Trust> {
        if self.ca.is_empty() {
            return Ok(Trust::default());
        }
        Trust::with(Path::new(&self.ca)).map_err(|why| anyhow!("webhooks.ca = {}: {why}", self.ca))
    }
}
