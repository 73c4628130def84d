//! Bytes that are sent as they are, or compressed once to who takes gzip.

use std::io::Write;
use std::sync::OnceLock;

use axum::body::{Body, Bytes};
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;

/// Below it nothing is won.
const BYTES_MIN: usize = 860;

/// A body that is sent often.
#[derive(Debug)]
pub(crate) struct Packed {
    bytes: Bytes,
    media_type: &'static str,
    /// `None` in it: it gets no smaller.
    zipped: OnceLock<Option<Bytes>>,
    level: Compression,
}

impl Packed {
    /// A file of this program: compressed as far as that goes.
    pub(crate) fn file(bytes: Bytes, media_type: &'static str) -> Self {
        Self { bytes, media_type, zipped: OnceLock::new(), level: Compression::best() }
    }

    /// A page: it changes, so it is compressed quickly.
    pub(crate) fn page(bytes: Bytes) -> Self {
        let (media_type, level) = ("text/html; charset=utf-8", Compression::new(4));
        Self { bytes, media_type, zipped: OnceLock::new(), level }
    }

    /// What it takes in memory at most.
    pub(crate) fn cost(&self) -> usize {
        2 * self.bytes.len()
    }

    /// The answer to who sent these headers.
    pub(crate) fn answer(&self, headers: &HeaderMap) -> Response {
        let zipped = if takes_gzip(headers) { self.zipped() } else { None };
        let mut response = Response::new(Body::from(zipped.unwrap_or(&self.bytes).clone()));
        let set = response.headers_mut();
        set.insert(CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        if zipped.is_some() {
            set.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        if self.may_be_zipped() {
            set.insert(VARY, HeaderValue::from_static("accept-encoding"));
        }
        response
    }

    fn may_be_zipped(&self) -> bool {
        let is_text = ["text/", "application/json", "application/xml", "image/svg"];
        self.bytes.len() >= BYTES_MIN && is_text.iter().any(|begin| self.media_type.starts_with(begin))
    }

    fn zipped(&self) -> Option<&Bytes> {
        let zip = || {
            let mut encoder = GzEncoder::new(Vec::with_capacity(self.bytes.len() / 3), self.level);
            encoder.write_all(&self.bytes).ok()?;
            encoder.finish().ok().filter(|zipped| zipped.len() < self.bytes.len()).map(Bytes::from)
        };
        if !self.may_be_zipped() {
            return None;
        }
        self.zipped.get_or_init(zip).as_ref()
    }
}

/// Whether `Accept-Encoding` takes gzip, by its name or, where it is not named, by `*` (RFC 9110, 12.5.3).
fn takes_gzip(headers: &HeaderMap) -> bool {
    let named = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let (mut by_name, mut by_star) = (None, false);
    for coding in named.flat_map(|value| value.split(',')) {
        let mut parts = coding.split(';').map(|part| part.trim().to_ascii_lowercase());
        let name = parts.next().unwrap_or_default();
        let refused = |weight: String| {
            weight.strip_prefix("q=").is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q <= 0.0))
        };
        let taken = !parts.any(refused);
        match name.as_str() {
            "gzip" => by_name = Some(taken),
            "*" => by_star = taken,
            _ => {}
        }
    }
    by_name.unwrap_or(by_star)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn asking(accept: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(accept))])
    }

    #[test]
    fn knows_who_takes_gzip() {
        let check = |accept: &'static str, expected: bool| {
            assert_eq!(takes_gzip(&asking(accept)), expected, "{accept}");
        };
        check("gzip, deflate, br, zstd", true);
        check("br;q=1.0, GZIP;q=0.5", true);
        check("*", true);
        check("gzip;q=0", false);
        check("gzip; q=0.000", false);
        check("gzip;q=0, *", false);
        check("*;q=0, gzip", true);
        check("br, identity", false);
        check("", false);
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[tokio::test]
    async fn is_the_same_compressed() {
        let text = "a page ".repeat(1_000);
        let page = Packed::page(text.clone().into());
        let answer = page.answer(&asking("gzip"));
        let headers = answer.headers();
        assert!(headers["content-encoding"] == "gzip" && headers["vary"] == "accept-encoding");
        let zipped = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        let mut read = String::new();
        flate2::read::GzDecoder::new(&zipped[..]).read_to_string(&mut read).unwrap();
        assert!(read == text && zipped.len() < text.len() / 10);
        let plain = page.answer(&HeaderMap::new());
        assert!(
            !plain.headers().contains_key("content-encoding") && plain.headers()["vary"] == "accept-encoding"
        );
        let picture = Packed::file(text.into(), "image/png").answer(&asking("gzip"));
        assert!(
            !picture.headers().contains_key("content-encoding") && !picture.headers().contains_key("vary")
        );
    }
}
