//! What the shop's pages know of the process that serves them, and under which address they are reached.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Uri};
use kassa_commerce::Shop;
use kassa_service::OverHttps;

use super::written::WrittenPages;
use crate::ui;

/// The state of all their routes.
#[derive(Debug)]
pub(crate) struct Front {
    pub(super) shop: Arc<Shop>,
    /// `storefront.origin`; empty: not set.
    origin: String,
    /// What the pages may load.
    pub(super) policy: HeaderValue,
    pub(super) written: WrittenPages,
}

/// A request for a page.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) headers: HeaderMap,
    pub(super) uri: Uri,
    pub(super) over_https: bool,
}

impl Front {
    /// The pages of `shop`, which is reached under `origin`, where that is known.
    pub(crate) fn new(shop: Arc<Shop>, origin: &str) -> Arc<Self> {
        let policy = ui::policy_with(&shop.options.image_origins);
        Arc::new(Self { shop, origin: origin.to_owned(), policy, written: WrittenPages::default() })
    }

    /// The site whose pages these are.
    pub(super) fn site(&self) -> &str {
        &self.shop.options.site
    }

    /// Under which origin the shop is reached: as it is set, else the first of its site, else as the request says.
    pub(super) fn origin(&self, visit: &Visit) -> String {
        if !self.origin.is_empty() {
            return self.origin.clone();
        }
        let site = self.shop.access.site(self.site());
        if let Some(origin) = site.as_ref().and_then(|site| site.origins.first()) {
            return origin.clone();
        }
        let host = visit.headers.get(HOST).and_then(|host| host.to_str().ok()).filter(|host| is_host(host));
        let scheme = if visit.over_https { "https" } else { "http" };
        host.map_or(String::new(), |host| format!("{scheme}://{host}"))
    }
}

/// A name and a port, and nothing else.
fn is_host(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:[]".contains(&byte);
    !text.is_empty() && text.len() <= 255 && text.bytes().all(plain)
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let OverHttps(over_https) = OverHttps::from_request_parts(parts, state).await?;
        Ok(Self { headers: parts.headers.clone(), uri: parts.uri.clone(), over_https })
    }
}
