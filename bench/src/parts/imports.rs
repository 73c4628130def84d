//! Part o: a file of events by the command until they are stored, against the bare appender of the store's engine; and a file of
//! products by the command.

use std::fmt::Write;
use std::path::Path;
use std::time::Instant;

use serde_json::json;

use crate::kassa::{Folder, Kassa, Mode, command};
use crate::parts::stored::{STORE_FILE, appended_per_second};
use crate::parts::{count, pairs};
use crate::report::{Measured, Report, Target};

/// Events of the file.
const EVENTS: u64 = 1_000_000;
/// Products of the file, of one variant each.
const PRODUCTS: u64 = 50_000;
/// Of each measurement so many; the median counts.
const ROUNDS: u64 = 3;

/// Part o.
pub(crate) fn run(report: &mut Report) -> anyhow::Result<()> {
    let (mut ratios, mut events, mut bare_rates, mut products) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..pairs().min(ROUNDS) {
        let folder = Folder::new("imports")?;
        let rate = events_per_second(folder.path())?;
        let bare = appended_per_second(&folder.path().join(STORE_FILE), count(EVENTS))?;
        ratios.push(rate / bare);
        events.push(rate);
        bare_rates.push(bare);
        products.push(products_per_second(Folder::new("imports-shop")?.path())?);
    }
    report.target("imported events / bare appender", Measured::of(&ratios, 2, "×"), Target::AtLeast(0.3));
    report.target("imported products a second", Measured::of(&products, 0, "/s"), Target::AtLeast(5_000.0));
    report.note("imported events a second until stored", Measured::of(&events, 0, "/s"));
    report.note("rows a second, bare appender", Measured::of(&bare_rates, 0, "/s"));
    Ok(())
}

/// Events a second, from the start of the command until all are stored by the kassa that runs.
fn events_per_second(data: &Path) -> anyhow::Result<f64> {
    let file = data.join("events.jsonl");
    std::fs::write(&file, lines(count(EVENTS), event_line)?)?;
    let kassa = Kassa::start(Mode::Up, data)?;
    let begin = Instant::now();
    command(&["events", "import", &file.display().to_string()], data)?;
    kassa.wait_until_stored(count(EVENTS))?;
    let rate = count(EVENTS) as f64 / begin.elapsed().as_secs_f64();
    kassa.stop()?;
    Ok(rate)
}

/// Products a second, by a command beside the kassa that runs.
fn products_per_second(data: &Path) -> anyhow::Result<f64> {
    let file = data.join("products.jsonl");
    std::fs::write(&file, lines(count(PRODUCTS), product_line)?)?;
    let kassa = Kassa::start(Mode::Up, data)?;
    let begin = Instant::now();
    command(&["products", "import", &file.display().to_string()], data)?;
    let rate = count(PRODUCTS) as f64 / begin.elapsed().as_secs_f64();
    kassa.stop()?;
    Ok(rate)
}

fn lines(count: u64, line: fn(u64) -> serde_json::Value) -> anyhow::Result<String> {
    let mut text = String::new();
    for number in 0..count {
        writeln!(text, "{}", line(number))?;
    }
    Ok(text)
}

/// An event of the year 2024, as a tracker's export has it.
fn event_line(number: u64) -> serde_json::Value {
    // A visit has five, a minute apart.
    let (visit, step) = (number / 5, number % 5);
    let (day, hour) = (1 + visit % 28, visit / 28 % 24);
    json!({
        "name": if step == 4 { "click" } else { "page_view" },
        "occurred_at": format!("2024-05-{day:02}T{hour:02}:{step:02}:{:02}Z", visit / 672 % 60),
        "visitor": format!("v-{}", visit % 40_000),
        "session": format!("s-{visit}"),
        "host": "shop.test",
        "path": format!("/p/{}", number % 500),
        "title": "A product of the shop",
        "referrer": "https://www.google.com/",
        "browser": "Firefox",
        "os": "Linux",
        "device": "desktop",
        "country": "DE",
        "props": { "colour": "red", "number": number },
    })
}

/// A product with stock.
fn product_line(number: u64) -> serde_json::Value {
    json!({
        "slug": format!("product-{number}"),
        "name": format!("A product of the shop, number {number}"),
        "status": "active",
        "category": format!("category-{}", number % 20),
        "description": "What one would want to know before one buys it, in a sentence or two.",
        "variants": [{
            "sku": format!("sku-{number}"),
            "price": { "amount_minor": 199 + number % 10_000, "currency": "USD" },
            "on_hand": 100,
        }],
    })
}
