//! What is sent: built before the clock starts. Ids are written over a template's placeholders, so that every event of a
//! run has its own.

use serde_json::json;

use crate::http::post;
use crate::stats::Random;

/// Where an id goes in a template.
pub(crate) const PLACEHOLDER: &str = "id-################";
/// Different requests of a run; enough that no cache holds an answer, few enough to stay in memory.
const TEMPLATES: usize = 256;
/// Pages of the shop that is pretended.
const PAGES: u64 = 500;

/// Requests without end: templates in turn, each time with fresh ids.
#[derive(Debug)]
pub(crate) struct Requests {
    templates: Vec<Template>,
    next: usize,
    counter: u64,
}

#[derive(Debug)]
struct Template {
    bytes: Vec<u8>,
    ids: Vec<usize>,
}

impl Requests {
    /// Single events of dialect E, one per request.
    pub(crate) fn single(seed: u64) -> Self {
        let mut random = Random::new(seed);
        Self::new(seed, TEMPLATES, |_| {
            let body = json!({
                "site_id": "bench",
                "event_type": "page_view",
                "path": page(&mut random),
                "user_id": format!("u{}", random.skewed(20_000)),
            });
            post("/event", body.to_string().as_bytes())
        })
    }

    /// Segment batches of `size` events that happened within the last `days` days before `now_ms`.
    pub(crate) fn batches(seed: u64, size: usize, now_ms: u64, days: u64) -> Self {
        let mut random = Random::new(seed);
        let span = (days * 86_400_000).max(1_000);
        Self::new(seed, TEMPLATES, |_| {
            let event = |_| segment_event(&mut random, now_ms - 1_000, span);
            let events: Vec<_> = (0..size).map(event).collect();
            post("/v1/batch", json!({ "writeKey": "bench", "batch": events }).to_string().as_bytes())
        })
    }

    /// Requests of `count` kinds in turn. Where one says [`PLACEHOLDER`], each that is sent says another id.
    pub(crate) fn new(seed: u64, count: usize, make: impl FnMut(usize) -> Vec<u8>) -> Self {
        let templates = (0..count).map(make).map(Template::new).collect();
        // The upper half tells runs apart: ids of one are no duplicates of another's.
        Self { templates, next: 0, counter: seed << 32 }
    }

    /// Appends the next request's bytes.
    pub(crate) fn write(&mut self, output: &mut Vec<u8>) {
        let template = &self.templates[self.next];
        self.next = (self.next + 1) % self.templates.len();
        let begin = output.len();
        output.extend_from_slice(&template.bytes);
        for at in &template.ids {
            let place = &mut output[begin + at..begin + at + 16];
            let digits = place.iter_mut().enumerate();
            digits.for_each(|(index, digit)| *digit = hex(self.counter >> (60 - 4 * index)));
            self.counter += 1;
        }
    }
}

impl Template {
    fn new(bytes: Vec<u8>) -> Self {
        let found = bytes.windows(PLACEHOLDER.len()).enumerate();
        let found = found.filter(|(_, window)| *window == PLACEHOLDER.as_bytes());
        let ids = found.map(|(at, _)| at + PLACEHOLDER.len() - 16).collect();
        Self { bytes, ids }
    }
}

fn hex(number: u64) -> u8 {
    b"0123456789abcdef"[(number & 15) as usize]
}

fn page(random: &mut Random) -> String {
    format!("/p/{}", random.skewed(PAGES))
}

/// One event as a browser library sends it: mostly page views, some clicks.
fn segment_event(random: &mut Random, now_ms: u64, span_ms: u64) -> serde_json::Value {
    let path = page(random);
    let at = kassa_model::Timestamp::from_micros(((now_ms - random.below(span_ms)) * 1_000) as i64);
    let visitor = random.skewed(50_000);
    let context = json!({
        "page": { "path": path, "url": format!("https://shop.test{path}"), "title": "A product of the shop",
                  "referrer": "https://search.test/" },
        "library": { "name": "analytics.js", "version": "4.1.0" },
    });
    let mut event = json!({
        "messageId": PLACEHOLDER,
        "anonymousId": format!("visitor-{visitor}"),
        "timestamp": at.to_string(),
        "context": context,
    });
    if random.below(10) < 7 {
        event["type"] = "page".into();
        event["properties"] = json!({ "path": path });
    } else {
        event["type"] = "track".into();
        event["event"] = "click".into();
        event["properties"] = json!({ "path": path, "target": "Buy", "price": random.below(10_000) });
    }
    event
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_its_own_id() {
        let mut requests = Requests::batches(3, 10, 1_735_732_800_000, 1);
        let mut bytes = Vec::new();
        (0..300).for_each(|_| requests.write(&mut bytes));
        let text = String::from_utf8(bytes).unwrap();
        let ids: std::collections::BTreeSet<&str> =
            text.match_indices("\"id-").map(|(at, _)| &text[at + 1..at + 20]).collect();
        assert_eq!(ids.len(), 3_000);
        assert!(ids.contains("id-0000000300000000"));
        assert!(!text.contains('#'));
    }

    #[test]
    fn a_request_says_its_length() {
        let mut bytes = Vec::new();
        Requests::single(1).write(&mut bytes);
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
        assert!(body.contains("\"site_id\":\"bench\""));
    }
}
