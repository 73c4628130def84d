//! What a page's commands run beside: a kassa with a product, an order, an event that was refused, and files of other systems.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::page::Page;
use crate::kassa::{Kassa, Start, wait_for};
use crate::pictures::PICTURE;

const FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/documented/files");
const ADMIN: &str = "9c1e4b70d5a24f6e8b3a7d0c5e2f1a68";

/// A kassa, and the folder that commands run in.
pub(super) struct Shop {
    /// Ends before its folder goes.
    kassa: Kassa,
    folder: tempfile::TempDir,
    closed: bool,
    /// What pages name instead of a reader's own: variables and their values.
    names: Vec<(&'static str, String)>,
}

impl Shop {
    /// A shop for this page: closed if the page has an admin token, and empty if the page fills it.
    pub(super) fn open(page: &Page) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let closed = page.text.contains("$ADMIN");
        let mut start = Start::up(&folder.path().join("data")).env("KASSA_SHOP__CURRENCY", "USD");
        if closed {
            start = start.env("KASSA_ACCESS__ADMIN_TOKEN", ADMIN);
        }
        let kassa = start.start();
        let mut shop = Self { kassa, folder, closed, names: vec![("ADMIN", ADMIN.to_owned())] };
        if page.name != "README.md" {
            shop.fill();
        }
        put_files(shop.folder.path());
        shop
    }

    /// A program in the shop's folder.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.folder.path())
            .env_remove("LD_LIBRARY_PATH")
            .env("KASSA", env!("CARGO_BIN_EXE_kassa"))
            .env("KASSA_LOG__RESERVE_BYTES", "1048576")
            .env("url", &self.kassa.address)
            .envs(self.names.iter().cloned());
        if self.closed {
            command.env("KASSA_ACCESS__ADMIN_TOKEN", ADMIN);
        }
        command
    }

    fn fill(&mut self) {
        self.post("/v1/admin/sites", &json!({"id": "demo"}));
        let price = json!({"amount_minor": 1_250, "currency": "USD"});
        self.post("/v1/products", &json!({"sku": "mug", "name": "Mug", "price": price}));
        self.post("/v1/inventory/mug/receive", &json!({"quantity": 50}));
        let order = json!({"items": [{"sku": "mug", "quantity": 2}], "client_reference": "cart-1",
            "customer": {"name": "Alice", "email": "alice@shop.test"}});
        let order = self.post("/v1/orders", &order);
        let scopes = json!({"name": "all", "scopes": ["read", "catalog", "inventory", "orders"]});
        let key = self.post("/v1/admin/keys", &scopes);
        let late = r#"{"site_id":"default","event_type":"page_view","path":"/","timestamp":"yesterday"}"#;
        assert_eq!(self.send("POST", "/event", late.as_bytes()).0, 400);
        let letter = self.wait_for_first("/v1/admin/dead-letters");
        let delivery = self.wait_for_first("/v1/deliveries?channel=email");
        let answers = json!({"key": "cart-1", "status": 201, "order_id": order["id"]});
        fs::write(self.folder.path().join("answers.jsonl"), format!("{answers}\n")).unwrap();
        self.names.extend([
            ("KEY", text(&key, "key")),
            ("KEY_ID", text(&key, "id")),
            ("ORDER", text(&order, "id")),
            ("DEAD_LETTER", text(&letter, "id")),
            ("DELIVERY", text(&delivery, "id")),
            ("WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned()),
            ("webhook_id", "01934f3a:1".to_owned()),
            ("webhook_timestamp", "1732191600".to_owned()),
            ("body", "{}".to_owned()),
        ]);
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = self.send("POST", path, body.to_string().as_bytes());
        assert!(status < 300, "{path}: {answer}");
        answer
    }

    fn send(&self, method: &str, path: &str, body: &[u8]) -> (u16, Value) {
        let admin = format!("Bearer {ADMIN}");
        let mut headers = vec![("content-type", "application/json"), ("idempotency-key", path)];
        if self.closed {
            headers.push(("authorization", &admin));
        }
        let answer = self.kassa.http().send(method, path, &headers, body).unwrap();
        (answer.status, answer.json())
    }

    fn wait_for_first(&self, path: &str) -> Value {
        wait_for(path, || {
            let (_, answer) = self.send("GET", path, b"");
            answer["results"].get(0).cloned()
        })
    }
}

/// Puts a picture, and what other systems write, into a folder.
pub(crate) fn put_files(folder: &Path) {
    fs::write(folder.join("mug.jpg"), PICTURE).unwrap();
    for entry in fs::read_dir(FILES).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}")).to_owned()
}
