//! Whoever runs the shop hears of alerts that fire.

use std::sync::Arc;

use async_trait::async_trait;
use kassa_analytics::report::{Fired, Pager};
use kassa_commerce::Shop;
use kassa_commerce::notify::{StaffNews, Topic, tell_staff};
use serde_json::json;

/// The shop of this process, where there is one.
#[derive(Debug)]
pub(super) struct ShopPager(pub(super) Option<Arc<Shop>>);

#[async_trait]
impl Pager for ShopPager {
    async fn fires(&self, alert: Fired) {
        let Some(shop) = &self.0 else { return };
        let Fired { id, name, site, since, value, expected } = alert;
        let payload = json!({"alert": {"name": name, "site": site, "since": since, "value": value, "expected": expected}});
        let news = StaffNews { id: format!("alert:{id}:{since}"), topic: Topic::Alert, payload };
        if let Err(error) = tell_staff(shop, news).await {
            tracing::warn!(%error, "nobody is told that an alert fires");
        }
    }
}
