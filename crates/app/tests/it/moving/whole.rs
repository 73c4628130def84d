//! A shop that moves: written file by file, and brought into an empty one while commands and servers are killed. It is the same shop then.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::events::{line, pageviews};
use super::orders::{clean, revenue};
use super::{command, text, tried};
use crate::kassa::{Kassa, Start, scaled};

/// In the order in which they come in.
const NOUNS: [&str; 4] = ["products", "customers", "events", "orders"];

#[test]
fn a_shop_that_moves_through_kills_is_the_same_shop() {
    let folder = tempfile::tempdir().unwrap();
    let [from, to] = ["from", "to"].map(|name| folder.path().join(name));
    let count = scaled(10_000);
    let old = Start::up(&from).start();
    fill(&old, folder.path(), count, &from);
    let (files, written) = export(&from, folder.path(), "old");
    for (noun, file) in NOUNS.iter().zip(&files) {
        let lines = std::fs::read_to_string(file).unwrap().lines().count();
        assert!(lines as u64 >= count, "{noun}: only {lines} lines would be moved");
    }
    let mut new = Start::up(&to).start();
    let mut kills = (0, 0);
    for (noun, file) in NOUNS.iter().zip(&files) {
        new = through_kills(noun, file, (&to, new), &mut kills);
    }
    println!(
        "kills: {} of commands, {} of servers, {count} of each noun moved and 20 times as many events, 0 lost, 0 twice",
        kills.0, kills.1
    );
    assert!(kills.0 > 0 && kills.1 > 0, "nothing was cut off: {kills:?}");
    new.wait_until_drained();
    clean(&new);
    let (_, again) = export(&to, folder.path(), "new");
    assert_eq!(again, written, "as the old shop has them");
    assert_eq!((revenue(&new), pageviews(&new)), (revenue(&old), pageviews(&old)));
    // It would show: an event more is another shop.
    let more = folder.path().join("more.jsonl");
    std::fs::write(&more, line(1)).unwrap();
    command(&["events", "import", &more.display().to_string()], &to);
    new.wait_until_drained();
    assert_ne!(export(&to, folder.path(), "more").1, written);
}

/// Some of everything: brought in, and placed.
fn fill(kassa: &Kassa, folder: &Path, count: u64, data: &Path) {
    let product = |n: u64| {
        json!({"slug": format!("p-{n}"), "name": format!("Product {n}"), "category": format!("Shelf {}", n % 7),
            "variants": [{"sku": format!("s-{n}"), "price": {"amount_minor": 100 + n, "currency": "USD"}, "on_hand": 5}]})
        .to_string()
    };
    let customer = |n: u64| {
        json!({"email": format!("c{n}@shop.test"), "name": format!("Customer {n}"), "created_at": "2024-04-01T10:00:00Z"}).to_string()
    };
    let order = |n: u64| {
        let at = format!("2024-05-{:02}T10:00:00Z", 1 + n % 20);
        let later = format!("2024-05-{:02}T11:00:00Z", 1 + n % 20);
        let mut history = vec![json!({"kind": "confirmed", "at": at,
            "lines": [{"sku": format!("s-{n}"), "name": format!("Product {n}"), "quantity": 2, "unit_price_minor": 100 + n}]})];
        match n % 3 {
            0 => history.push(json!({"kind": "paid", "at": later, "reference": "card"})),
            1 => history.push(json!({"kind": "refunded", "at": later, "amount_minor": 7})),
            _ => history.push(json!({"kind": "cancelled", "at": later})),
        }
        json!({"reference": format!("old:{n}"), "currency": "USD", "customer": {"email": format!("c{n}@shop.test")},
            "history": history})
        .to_string()
    };
    let makers: [(&str, &dyn Fn(u64) -> String); 4] = [
        ("products", &product),
        ("customers", &customer),
        ("events", &|n| line(n).trim_end().to_owned()),
        ("orders", &order),
    ];
    for (noun, make) in makers {
        let path = folder.join(format!("made.{noun}.jsonl"));
        // More than one request takes.
        let count = if noun == "events" { 20 * count } else { count };
        let lines: Vec<String> = (0..count).map(make).collect();
        std::fs::write(&path, lines.join("\n")).unwrap();
        let told = command(&[noun, "import", &path.display().to_string()], data);
        assert!(told.contains(&format!("{count} made")), "{noun}: {told}");
    }
    for number in 0..5 {
        let key = format!("k{number}");
        let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
        let body = json!({"items": [{"sku": "s-1", "quantity": 1}], "customer": {"email": "new@shop.test"}});
        let placed = kassa.http().send("POST", "/v1/orders", &headers, body.to_string().as_bytes()).unwrap();
        assert_eq!(placed.status, 201, "{}", placed.body);
    }
    kassa.wait_until_drained();
    clean(kassa);
}

/// The files of a shop, and what each command said of it.
fn export(data: &Path, folder: &Path, name: &str) -> (Vec<PathBuf>, Vec<String>) {
    let write = |noun: &&str| {
        let path = folder.join(format!("{name}.{noun}.jsonl"));
        let told = command(&[noun, "export", &path.display().to_string()], data);
        let said = told.lines().find(|line| line.contains("fingerprint")).unwrap_or_else(|| panic!("{told}"));
        (path, said.to_owned())
    };
    NOUNS.iter().map(write).unzip()
}

/// Brings a file in: the command is killed, then the server, then it is left alone.
fn through_kills(
    noun: &str,
    file: &Path,
    (data, mut server): (&Path, Kassa),
    kills: &mut (u32, u32),
) -> Kassa {
    let file = file.display().to_string();
    for (part, of_server) in [(1, false), (2, true), (3, false)] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_kassa"))
            .args([noun, "import", &file, "--data", &data.display().to_string()])
            .env_remove("LD_LIBRARY_PATH")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let done = |server: &Kassa| batch(server, noun)["done_to"].as_u64().unwrap_or(0);
        let before = done(&server);
        let until = Instant::now() + Duration::from_secs(60);
        while done(&server) < before + part && child.try_wait().unwrap().is_none() && Instant::now() < until {
            std::thread::yield_now();
        }
        let cut_off = u32::from(child.try_wait().unwrap().is_none());
        if of_server {
            kills.1 += cut_off;
            server.kill();
            let ended_well = child.wait().unwrap().success();
            server = Start::up(data).start();
            // It may have had its last answer before the kill: then all of it is there.
            let finished = batch(&server, noun)["finished_at"].is_string();
            assert!(!ended_well || finished, "{noun}: the command saw no end of its server");
        } else {
            kills.0 += cut_off;
            let _ = child.kill();
            child.wait().unwrap();
        }
    }
    let done = tried(&[noun, "import", &file], data);
    assert!(done.status.success(), "{noun}: {}", text(&done));
    let counts = batch(&server, noun);
    assert!(counts["finished_at"].is_string() && counts["refused"] == 0, "{counts}");
    server
}

/// The batch of a noun's one file.
fn batch(server: &Kassa, noun: &str) -> Value {
    let batches = server.get("/v1/admin/imports").json();
    let found = batches["results"].as_array().into_iter().flatten().find(|batch| batch["kind"] == noun);
    found.cloned().unwrap_or_default()
}
