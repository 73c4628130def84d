//! `[webhooks]`: where requests to endpoints may go, and how long they may take.

use std::time::Duration;

use anyhow::bail;
use kassa_commerce::notify::webhook::{HookOptions, Reach};
use serde::{Deserialize, Serialize};

/// Less than the deadline of an attempt at a delivery, 15 s.
const TIMEOUT_MS_MAX: u64 = 14_000;

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Webhooks {
    pub(crate) allow_private: bool,
    pub(crate) timeout_ms: u64,
    pub(crate) disable_after_days: u32,
}

impl Webhooks {
    /// What the shop is told of it.
    pub(crate) fn options(&self) -> HookOptions {
        HookOptions {
            reach: if self.allow_private { Reach::Anywhere } else { Reach::Public },
            timeout: Duration::from_millis(self.timeout_ms),
            disable_after_days: self.disable_after_days,
        }
    }

    /// Refuses what cannot work.
    pub(super) fn validate(&self) -> anyhow::Result<()> {
        if self.timeout_ms > TIMEOUT_MS_MAX {
            bail!("webhooks.timeout_ms = {} is too much: at most {TIMEOUT_MS_MAX}", self.timeout_ms);
        }
        Ok(())
    }
}
