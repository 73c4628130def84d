//! One route against everything hostile.

use serde_json::{Value, json};

use super::inputs;
use super::table::Row;
use crate::http::{Answer, Http};
use crate::kassa::Kassa;

/// What a server that refuses need not read before the next request; after more it may close.
const UNREAD_BYTES_MAX: usize = 16 << 10;

/// A client that attacks one server.
pub(super) struct Attacker<'a> {
    kassa: &'a Kassa,
    http: Option<Http>,
    /// What it shows with every hostile request.
    headers: &'a [(&'a str, &'a str)],
    pub(super) tried: u32,
    pub(super) wrong: Vec<String>,
}

/// What an answer has to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Must {
    /// No 5xx, and a refusal of a native route is problem+json.
    Answer,
    /// A 4xx, too.
    Refuse,
}

impl<'a> Attacker<'a> {
    pub(super) fn new(kassa: &'a Kassa, headers: &'a [(&'a str, &'a str)]) -> Self {
        Self { kassa, http: None, headers, tried: 0, wrong: Vec::new() }
    }

    /// Everything hostile, at the route of `row`; `methods` are those that its path has.
    pub(super) fn attack(&mut self, row: &Row, methods: &[&str]) {
        let (method, path) = row.method_and_path();
        let target = format!("{}{}", self.seeded(path), row.query);
        let refuse = if row.is_native() { Must::Refuse } else { Must::Answer };
        self.attack_the_body(row, &target, refuse);
        self.attack_the_address(row, path, refuse);
        for header in inputs::HEADERS {
            self.check(row, Must::Answer, method, &target, row.body.as_bytes(), &[header]);
        }
        for method in inputs::METHODS.into_iter().filter(|method| !methods.contains(method)) {
            self.check(row, Must::Refuse, method, &target, b"", &[]);
        }
    }

    fn attack_the_body(&mut self, row: &Row, target: &str, refuse: Must) {
        let (method, _) = row.method_and_path();
        for body in inputs::bodies() {
            self.check(row, refuse, method, target, &body, &[]);
        }
        if matches!(method, "GET" | "DELETE") {
            return;
        }
        let members = self.known(method, target, r#"{"zzz":1}"#);
        let untold = !members.is_empty() && row.body.is_empty();
        assert!(!untold, "{} takes {members:?}: its row has an example of it", row.route);
        let example = if row.body.is_empty() { "{}" } else { row.body };
        for body in inputs::turned(example, &members) {
            self.check(row, Must::Answer, method, target, body.as_bytes(), &[]);
        }
    }

    fn attack_the_address(&mut self, row: &Row, path: &str, refuse: Must) {
        let (method, body) = (row.method_and_path().0, row.body.as_bytes());
        let target = self.seeded(path);
        for query in inputs::QUERIES {
            self.check(row, Must::Answer, method, &format!("{target}{query}"), body, &[]);
        }
        let and = if row.query.is_empty() { "?".to_owned() } else { format!("{}&", row.query) };
        let mut names = self.known(method, &format!("{target}{and}zzz=1"), row.body);
        names.extend(["site_id", "limit", "date"].map(str::to_owned));
        for word in inputs::words() {
            for name in &names {
                self.check(row, Must::Answer, method, &format!("{target}{and}{name}={word}"), body, &[]);
            }
            if path.contains('{') {
                // Names that are not there. What begins with a brace ends with one.
                let parts =
                    path.split('/').map(|part| if part.starts_with('{') { word.as_str() } else { part });
                let target = parts.collect::<Vec<_>>().join("/");
                let answer =
                    self.check(row, Must::Answer, method, &format!("{target}{}", row.query), body, &[]);
                let refused = answer.is_none_or(|answer| answer.status >= 400);
                if refuse == Must::Refuse && !refused {
                    self.wrong.push(format!("{method} {target}: it is there"));
                }
            }
        }
    }

    /// The names that a native route lists when it is sent one that it does not know.
    fn known(&mut self, method: &str, target: &str, body: &str) -> Vec<String> {
        let shown = self.headers;
        let Some(answer) = self.send(method, target, body.as_bytes(), shown) else { return Vec::new() };
        let Ok(problem) = serde_json::from_str::<Value>(&answer.body) else { return Vec::new() };
        let detail = problem["detail"].as_str().unwrap_or_default();
        let Some((_, names)) = detail.split_once("known are ") else { return Vec::new() };
        let names = names.split(" at line").next().unwrap_or_default();
        names.split(", ").map(str::to_owned).collect()
    }

    /// `path` with something that is there in its braces; an order is a new one.
    fn seeded(&mut self, path: &str) -> String {
        let there = if path.contains("orders/{id}") && !path.contains("/edit/") && !path.contains("/delete/")
        {
            let order = self.order();
            if path.contains("{number}") {
                self.pack(&order);
            }
            order
        } else {
            "1".to_owned()
        };
        let path = path
            .replace("{sku}", "mug")
            .replace("{item_id}", "mug")
            .replace("{number}", "1")
            .replace("/products/{id}", "/products/sku:mug");
        path.split('/')
            .map(|part| if part.starts_with('{') { there.as_str() } else { part })
            .collect::<Vec<_>>()
            .join("/")
    }

    /// Sells a mug.
    fn order(&mut self) -> String {
        let key = format!("order-{}", self.tried);
        let body = json!({"items": [{"sku": "mug", "quantity": 3}]}).to_string();
        let placed = self.send("POST", "/v1/orders", body.as_bytes(), &[("idempotency-key", &key)]).unwrap();
        assert_eq!(placed.status, 201, "{placed:?}");
        placed.json()["id"].as_str().unwrap().to_owned()
    }

    /// Puts all of an order into a parcel.
    fn pack(&mut self, order: &str) {
        let packed = self.send("POST", &format!("/v1/orders/{order}/fulfilments"), b"", &[]).unwrap();
        assert_eq!(packed.status, 201, "{packed:?}");
    }

    /// Puts goods there to sell, unless they are.
    pub(super) fn stock(&mut self) {
        let mug = json!({"sku": "mug", "name": "Mug", "price": {"amount_minor": 900, "currency": "USD"}})
            .to_string();
        let made = self.send("POST", "/v1/products", mug.as_bytes(), &[]).unwrap();
        assert!(matches!(made.status, 201 | 409), "{made:?}");
        let restored = self.send("POST", "/v1/products/sku:mug/restore", b"", &[]).unwrap();
        assert_eq!(restored.status, 200, "{restored:?}");
        let as_before = br#"{"name":"Mug","price":{"amount_minor":900,"currency":"USD"},"track_stock":true}"#;
        let changed = self.send("PATCH", "/v1/products/sku:mug", as_before, &[]).unwrap();
        assert_eq!(changed.status, 200, "{changed:?}");
        let goods = self.send("POST", "/v1/inventory/mug/receive", br#"{"quantity":1000}"#, &[]).unwrap();
        assert_eq!(goods.status, 200, "{goods:?}");
    }

    fn check(
        &mut self,
        row: &Row,
        must: Must,
        method: &str,
        target: &str,
        body: &[u8],
        headers: &[(&str, &str)],
    ) -> Option<Answer> {
        self.tried += 1;
        let key = format!("key-{}", self.tried);
        let mut all = vec![("content-type", "application/json"), ("idempotency-key", key.as_str())];
        all.retain(|(name, _)| headers.iter().all(|(other, _)| other != name));
        all.extend_from_slice(self.headers);
        all.extend_from_slice(headers);
        let answer = self.send(method, target, body, &all);
        let fault = match &answer {
            None => None,
            Some(answer) if answer.status >= 500 => Some("a 5xx"),
            Some(answer) if must == Must::Refuse && answer.status < 400 => Some("taken"),
            Some(answer)
                if row.is_native() && answer.status >= 400 && method != "HEAD" && !is_problem(answer) =>
            {
                Some("no problem+json")
            }
            Some(_) => None,
        };
        if let Some(fault) = fault {
            let answer = answer.as_ref().map(|answer| (answer.status, shown(answer.body.as_bytes())));
            let target = shown(target.as_bytes());
            self.wrong.push(format!("{fault}: {method} {target} {headers:?} {}: {answer:?}", shown(body)));
        }
        answer
    }

    /// `None` where the server closed on more than it takes.
    fn send(&mut self, method: &str, target: &str, body: &[u8], headers: &[(&str, &str)]) -> Option<Answer> {
        let kassa = self.kassa;
        let mut http = self.http.take().unwrap_or_else(|| kassa.http());
        let mut all = headers.to_vec();
        if all.iter().all(|(name, _)| *name != "content-type") {
            all.push(("content-type", "application/json"));
        }
        match http.send(method, target, &all, body) {
            Ok(answer) => {
                let is_kept = answer.header("connection") != Some("close")
                    && !answer.is_stream()
                    && body.len() < UNREAD_BYTES_MAX;
                self.http = is_kept.then_some(http);
                Some(answer)
            }
            Err(error) => {
                let (target, body_shown) = (shown(target.as_bytes()), shown(body));
                assert!(body.len() > 4 << 20, "{method} {target} {headers:?} {body_shown}: {error}");
                None
            }
        }
    }
}

fn is_problem(answer: &Answer) -> bool {
    answer.header("content-type") == Some("application/problem+json")
        && serde_json::from_str::<Value>(&answer.body).is_ok_and(|problem| problem["status"] == answer.status)
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned()
}
