//! The twelve queries of the dashboard's first view, over a tenth of the events: one by one on one connection, and as a batch.

use std::time::Instant;

use anyhow::ensure;
use kassa_model::Timestamp;
use serde_json::{Value, json};

use crate::kassa::Kassa;
use crate::rows;
use crate::stats::median;

/// How often each is asked; the first time does not count.
const RUNS: usize = 6;

fn queries() -> Vec<Value> {
    let compared = json!({"comparisons": {"mode": "previous_period"}});
    let head = [
        "visitors",
        "visits",
        "pageviews",
        "views_per_visit",
        "bounce_rate",
        "visit_duration",
        "revenue",
        "orders",
    ];
    let top = |by: &str, metrics: &[&str]| json!({"metrics": metrics, "dimensions": [by], "pagination": {"limit": 9}});
    vec![
        json!({"metrics": head, "include": compared}),
        json!({"metrics": ["visitors", "visits", "revenue"], "dimensions": ["time:hour"], "include": compared}),
        top("event:page", &["visitors", "pageviews"]),
        top("visit:entry_page", &["visitors", "visits"]),
        top("visit:source", &["visitors"]),
        top("visit:channel", &["visitors"]),
        top("visit:utm_campaign", &["visitors"]),
        top("visit:country", &["visitors"]),
        top("visit:device", &["visitors"]),
        top("visit:browser", &["visitors"]),
        top("event:name", &["events", "visitors"]),
        top("product:name", &["revenue", "units"]),
    ]
}

/// The time of the batch over that of its queries one by one.
pub(super) fn ratio(kassa: &Kassa) -> anyhow::Result<f64> {
    let length = rows::END.micros() - rows::BEGIN.micros();
    let from = Timestamp::from_micros(rows::END.micros() - length / 10);
    let range = json!([from.to_string(), rows::END.to_string()]);
    let mut client = kassa.client()?;
    let (mut one_by_one, mut batch) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let begin = Instant::now();
        let mut alone = Vec::new();
        for mut query in queries() {
            query["site_id"] = rows::SITE.into();
            query["date_range"] = range.clone();
            alone.push(client.query(&query)?);
        }
        one_by_one.push(begin.elapsed().as_secs_f64());
        let asked = json!({"site_id": rows::SITE, "date_range": range, "queries": queries()});
        let begin = Instant::now();
        let (status, body) = client.post("/v1/query/batch", &asked.to_string())?;
        batch.push(begin.elapsed().as_secs_f64());
        ensure!(status == 200, "the batch was answered {status}: {body}");
        let answer: Value = serde_json::from_str(&body)?;
        ensure!(answer["results"] == json!(alone), "the batch says otherwise than its queries");
    }
    Ok(median(&batch[1..]) / median(&one_by_one[1..]))
}
