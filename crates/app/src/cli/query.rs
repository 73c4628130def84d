//! `kassa query`: a report as a table, as CSV or as JSON, once or again and again.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use kassa_service::console;
use serde_json::{Value, json};

use super::admin_access::{self, Admin, Needs};
use super::common::Common;
use super::table::{cell, table};

/// What is asked.
#[derive(Debug, Args)]
pub(crate) struct Asked {
    #[command(flatten)]
    common: Common,
    /// What is measured, separated by commas.
    #[arg(value_delimiter = ',', default_value = "visitors,visits,pageviews")]
    metrics: Vec<String>,
    /// By what it is grouped, separated by commas, such as visit:source.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    by: Vec<String>,
    /// Which days: day, 7d, 28d, month, year, all, or two dates as 2026-11-01,2026-11-28.
    #[arg(long, default_value = "28d")]
    range: String,
    /// Of which site [default: the shop's].
    #[arg(long)]
    site: Option<String>,
    /// What is counted alone, as JSON: [["is","visit:country",["DE"]]].
    #[arg(long, value_name = "JSON")]
    filters: Option<String>,
    /// At most so many rows.
    #[arg(long, default_value_t = 50)]
    limit: u32,
    /// Print CSV.
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Ask again every so many seconds, until Ctrl-C.
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "5")]
    watch: Option<u64>,
}

const NEEDS: Needs = Needs { log: false, store: true, shop: true };

/// Runs the command.
pub(crate) fn run(asked: &Asked) -> anyhow::Result<ExitCode> {
    super::block_on(async {
        let (admin, config) = admin_access::open(&asked.common, NEEDS).await?;
        let done = answer(asked, &admin, &config.shop.site).await;
        admin.close();
        done.map(|()| ExitCode::SUCCESS)
    })
}

async fn answer(asked: &Asked, admin: &Admin, site: &str) -> anyhow::Result<()> {
    let body = asked.body(site)?;
    loop {
        let text = match asked.csv {
            true => admin.post_for_text("/v1/query", &body).await?,
            false => {
                let found = admin.post("/v1/query", &body).await?;
                if asked.site.is_none() && has_nothing(&found) {
                    name_others(admin, site).await?;
                }
                if !asked.json && asked.watch.is_none() {
                    tell_imported(&found["meta"]["imported"]);
                }
                asked.shown(&found)?
            }
        };
        let Some(seconds) = asked.watch else {
            console::print(text.trim_end())?;
            return Ok(());
        };
        // Clears the screen, as `watch` does.
        console::print(format_args!("\u{1b}[2J\u{1b}[H{}", text.trim_end()))?;
        tokio::time::sleep(Duration::from_secs(seconds.max(1))).await;
    }
}

/// Whether a report has no row, or nothing but zeros.
fn has_nothing(report: &Value) -> bool {
    let rows = report["results"].as_array().into_iter().flatten();
    rows.flat_map(|row| row["metrics"].as_array().into_iter().flatten())
        .all(|value| value.is_null() || value.as_f64() == Some(0.0) || value["amount_minor"] == 0)
}

/// Says whether totals of days from before are in a report.
fn tell_imported(imported: &Value) {
    if let (Some(first), Some(last), Some(note)) =
        (imported["days"][0].as_str(), imported["days"][1].as_str(), imported["note"].as_str())
    {
        console::complain(format_args!("{first} to {last}: {note}"));
    }
}

/// Says of which site the question was, where there are others: the shop that runs may be of one of these.
async fn name_others(admin: &Admin, site: &str) -> anyhow::Result<()> {
    let sites = admin.get("/v1/admin/sites").await?;
    let ids = sites["results"].as_array().into_iter().flatten().filter_map(|other| other["id"].as_str());
    let others: Vec<&str> = ids.filter(|id| *id != site).collect();
    if !others.is_empty() {
        let others = others.join(", ");
        console::complain(format_args!("nothing of site {site}; --site names another: {others}"));
    }
    Ok(())
}

impl Asked {
    fn body(&self, site: &str) -> anyhow::Result<Value> {
        let range = match self.range.split_once(',') {
            Some((from, to)) => json!([from.trim(), to.trim()]),
            None => json!(self.range),
        };
        let mut body = json!({
            "site_id": self.site.as_deref().unwrap_or(site),
            "metrics": self.metrics,
            "dimensions": self.by,
            "date_range": range,
            "pagination": {"limit": self.limit, "offset": 0},
        });
        if let Some(filters) = &self.filters {
            body["filters"] = serde_json::from_str(filters).context("--filters is no JSON")?;
        }
        if self.csv {
            body["format"] = "csv".into();
        }
        Ok(body)
    }

    fn shown(&self, answer: &Value) -> anyhow::Result<String> {
        if self.json {
            return Ok(serde_json::to_string_pretty(answer)?);
        }
        let heads: Vec<&str> = self.by.iter().chain(&self.metrics).map(String::as_str).collect();
        let results = answer["results"].as_array().map(Vec::as_slice).unwrap_or_default();
        let cells = |row: &Value| {
            let of = |name: &str| row[name].as_array().cloned().unwrap_or_default();
            of("dimensions").iter().chain(&of("metrics")).map(cell).collect()
        };
        let rows: Vec<Vec<String>> = results.iter().map(cells).collect();
        Ok(table(&heads, &rows))
    }
}
