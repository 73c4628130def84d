//! Pages that were written, for as long as what they were made of is the same.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use kassa_commerce::catalog::http::shelf::CachedAnswer;
use sha2::{Digest, Sha256};

use crate::ui::Packed;

/// The most bytes that are kept: 64 MiB.
const BYTES_MAX: usize = 64 << 20;
/// How long a browser may show a page without asking, and how long caches that many share.
const CACHING: &str = "public, max-age=1, s-maxage=10";

/// A page as it is sent.
#[derive(Debug)]
pub(super) struct Written {
    body: Packed,
    /// Weak: it is the page, compressed or not.
    etag: HeaderValue,
    /// What it was made of.
    of: Vec<Arc<CachedAnswer>>,
}

/// The pages that are kept, by their addresses.
#[derive(Debug, Default)]
pub(super) struct WrittenPages {
    kept: RwLock<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    pages: HashMap<String, Arc<Written>>,
    bytes: usize,
}

impl Written {
    pub(super) fn new(html: String, of: Vec<Arc<CachedAnswer>>) -> Self {
        let hash = Sha256::digest(html.as_bytes());
        let hex: String = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        // Hexadecimal digits are a header's value.
        let etag =
            HeaderValue::from_str(&format!("W/\"{hex}\"")).unwrap_or(HeaderValue::from_static("W/\"\""));
        Self { body: Packed::page(html.into()), etag, of }
    }

    /// The page, or 304 for a client who has it.
    pub(super) fn answer(&self, headers: &HeaderMap) -> Response {
        let mut response = self.body.answer(headers);
        if self.is_known(headers) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            *response.body_mut() = axum::body::Body::empty();
            response.headers_mut().remove(CONTENT_TYPE);
            response.headers_mut().remove(axum::http::header::CONTENT_ENCODING);
        }
        let set = response.headers_mut();
        set.insert(ETAG, self.etag.clone());
        set.insert(CACHE_CONTROL, HeaderValue::from_static(CACHING));
        response
    }

    fn is_known(&self, headers: &HeaderMap) -> bool {
        // By what the tags say, weak or not (RFC 9110, 13.1.2).
        let own = self.etag.to_str().unwrap_or_default().trim_start_matches("W/");
        let names = |known: &HeaderValue| {
            let Ok(known) = known.to_str() else { return false };
            known.split(',').map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == own)
        };
        headers.get_all(IF_NONE_MATCH).iter().any(names)
    }

    fn is_of(&self, answers: &[Arc<CachedAnswer>]) -> bool {
        let is_same = |(one, other): (&Arc<CachedAnswer>, &Arc<CachedAnswer>)| {
            Arc::ptr_eq(one, other) || one.body == other.body
        };
        self.of.len() == answers.len() && self.of.iter().zip(answers).all(is_same)
    }
}

impl WrittenPages {
    /// The page of that address, if it was made of these answers.
    pub(super) fn get(&self, address: &str, of: &[Arc<CachedAnswer>]) -> Option<Arc<Written>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.pages.get(address).filter(|page| page.is_of(of)).cloned()
    }

    /// Keeps a page; if there is no room, without all others.
    pub(super) fn keep(&self, address: String, page: Arc<Written>) {
        let cost = |address: &str, page: &Written| {
            let of: usize = page.of.iter().map(|answer| answer.body.len()).sum();
            512 + address.len() + page.body.cost() + of
        };
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        kept.bytes += cost(&address, &page);
        if let Some(before) = kept.pages.remove(&address) {
            kept.bytes -= cost(&address, &before);
        }
        if kept.bytes > BYTES_MAX {
            kept.pages.clear();
            kept.bytes = cost(&address, &page);
        }
        if kept.bytes <= BYTES_MAX {
            kept.pages.insert(address, page);
        } else {
            kept.bytes = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &'static str) -> Arc<CachedAnswer> {
        let (body, etag) = (text.into(), HeaderValue::from_static("\"1\""));
        Arc::new(CachedAnswer { body, etag })
    }

    #[test]
    fn a_page_is_good_while_what_it_was_made_of_is() {
        let pages = WrittenPages::default();
        let of = vec![answer("a"), answer("b")];
        pages.keep("/p/mug".to_owned(), Arc::new(Written::new("<h1>".to_owned(), of.clone())));
        assert!(pages.get("/p/mug", &of).is_some());
        assert!(pages.get("/p/mug", &[answer("a"), answer("b")]).is_some(), "read again, and the same");
        assert!(pages.get("/p/mug", &[answer("a"), answer("c")]).is_none());
        assert!(pages.get("/p/mug", &of[..1]).is_none());
        assert!(pages.get("/p/cup", &of).is_none());
    }

    #[test]
    fn keeps_so_many_bytes_and_no_more() {
        let pages = WrittenPages::default();
        for number in 0..2_000 {
            let html = "x".repeat(50_000);
            pages.keep(format!("/p/{}", number % 1_500), Arc::new(Written::new(html, vec![answer("a")])));
        }
        let kept = pages.kept.read().unwrap();
        assert!(
            kept.bytes <= BYTES_MAX && !kept.pages.is_empty() && kept.pages.len() < 700,
            "{}",
            kept.bytes
        );
    }
}
