//! `kassa status`: what runs, how far the reports are behind, how much room there is, and whether the books agree.

use std::process::ExitCode;

use kassa_service::console;
use serde_json::{Value, json};

use super::admin_access::{self, Admin, Needs};
use super::common::Common;
use super::{human_bytes, table};
use crate::admin::bytes_of;
use crate::config::Config;

const NEEDS: Needs = Needs { log: true, store: true, shop: true };

/// Runs the command.
pub(crate) fn run(common: &Common, json: bool) -> anyhow::Result<ExitCode> {
    super::block_on(async {
        let (admin, config) = admin_access::open(common, NEEDS).await?;
        let status = status(&admin, &config).await;
        admin.close();
        let status = status?;
        match json {
            true => console::print(serde_json::to_string_pretty(&status)?)?,
            false => console::print(readable(&status).trim_end())?,
        }
        Ok(ExitCode::SUCCESS)
    })
}

async fn status(admin: &Admin, config: &Config) -> anyhow::Result<Value> {
    let process = admin.get("/v1/admin/status").await?;
    let trust = admin.get("/v1/trust").await?;
    let log = admin.get("/v1/admin/log").await?;
    let mut disk = serde_json::Map::new();
    for name in ["kassa.db", "log", "events.duckdb", "assets", "exports"] {
        disk.insert(name.to_owned(), bytes_of(&config.data.join(name)).into());
    }
    let free = rustix::fs::statvfs(&config.data).map(|stat| stat.f_bavail.saturating_mul(stat.f_frsize));
    Ok(json!({
        "process": process,
        "reports": {"fresh_at": trust["fresh_at"], "lag": trust["lag"]},
        "books": trust["books"],
        "log": log,
        "disk": {"folder": config.data.display().to_string(), "bytes": disk, "free": free.unwrap_or(0)},
    }))
}

fn readable(status: &Value) -> String {
    let process = &status["process"];
    let roles = table::cell(&process["roles"]);
    let runs = if roles == "-" { "nothing runs".to_owned() } else { format!("runs {roles}") };
    let mut lines = vec![
        ("kassa", format!("{}, {runs}", table::cell(&process["version"]))),
        ("outbox", format!("{} not in the log yet", table::cell(&process["unpublished"]))),
    ];
    for (stream, found) in status["log"].as_object().into_iter().flatten() {
        lines.push(("log", of_stream(stream, found)));
    }
    let (fresh_at, lag) = (&status["reports"]["fresh_at"], &status["reports"]["lag"]["records"]);
    lines.push((
        "reports",
        format!("complete up to {}, {} records behind", table::cell(fresh_at), table::cell(lag)),
    ));
    let books = &status["books"];
    lines.push((
        "books",
        match books["ok"].as_bool() {
            Some(true) => format!("agree, as of {}", table::cell(&books["checked_at"])),
            Some(false) => format!(
                "do NOT agree: {} violations; kassa audit says where",
                table::cell(&books["violations"])
            ),
            None => "not looked at: kassa audit does".to_owned(),
        },
    ));
    for (name, bytes) in status["disk"]["bytes"].as_object().into_iter().flatten() {
        lines.push(("disk", format!("{:>10}  {name}", human_bytes(bytes.as_u64().unwrap_or(0)))));
    }
    let free = human_bytes(status["disk"]["free"].as_u64().unwrap_or(0));
    lines.push(("disk", format!("{free:>10}  free beside {}", table::cell(&status["disk"]["folder"]))));
    lines.iter().map(|(what, text)| format!("{what:<9}{text}\n")).collect()
}

/// A stream of the log: what it holds, and how far its readers are behind.
fn of_stream(stream: &str, found: &Value) -> String {
    let (mut records, mut bytes, mut behind) = (0, 0, Vec::new());
    for partition in found["partitions"].as_array().into_iter().flatten() {
        records += partition["records"].as_u64().unwrap_or(0);
        bytes += partition["bytes"].as_u64().unwrap_or(0);
        for group in partition["groups"].as_array().into_iter().flatten() {
            behind.push(format!(
                ", {} {} behind",
                table::cell(&group["group"]),
                table::cell(&group["lag_records"])
            ));
        }
    }
    format!("{stream}: {records} records, {}{}", human_bytes(bytes), behind.concat())
}
