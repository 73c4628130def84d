//! `kassa audit`: whether the books agree, of a shop that runs or stands still. Exit status 0 if no rule is broken, else 1.
//! It changes nothing, in either case.
//!
//! With `--answers FILE` also what a test client was answered: lines of JSON, see [`kassa_commerce::audit::Answered`].

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use kassa_commerce::audit::{Answered, KeysSeen, VIOLATIONS_MAX};
use kassa_service::{console, json as json_body};
use serde_json::{Value, json};

use super::admin_access::{self, Admin};
use super::common::Common;

/// Answers that are asked about at once.
const ANSWERS: usize = 500;
/// The number of the invariant that answers belong to.
const LOST: usize = 5;

/// Runs the command.
pub(crate) fn run(common: &Common, answers: Option<PathBuf>, json: bool) -> anyhow::Result<ExitCode> {
    super::block_on(async {
        let admin = admin_access::open_to_look(common).await?;
        let report = audit(&admin, answers.as_deref()).await;
        admin.close();
        let report = report?;
        match json {
            true => console::print(serde_json::to_string_pretty(&report)?)?,
            false => console::print(readable(&report).trim_end())?,
        }
        Ok(if report["ok"] == true { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
}

async fn audit(admin: &Admin, answers: Option<&Path>) -> anyhow::Result<Value> {
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template("{msg:8} {spinner} {human_pos} checked  {elapsed}")?);
    let each = |line: &Value| {
        if let Some(step) = line["step"].as_str() {
            show(&bar, step, line);
        }
    };
    let report = admin.post_lines("/v1/admin/audit", &json!({}), "report", each).await;
    bar.finish_and_clear();
    let mut report = report?;
    if let Some(file) = answers {
        let parts = ask_answers(admin, file).await?;
        parts.into_iter().for_each(|part| add(&mut report, part));
    }
    Ok(report)
}

fn show(bar: &ProgressBar, step: &str, line: &Value) {
    if bar.message() != step {
        bar.set_message(step.to_owned());
    }
    bar.set_position(line["done"].as_u64().unwrap_or(0));
    if let Some(all) = line["of"].as_u64() {
        bar.set_length(all);
    }
}

/// Judges the answers of a file; what they break, as parts of the invariant.
async fn ask_answers(admin: &Admin, file: &Path) -> anyhow::Result<Vec<Value>> {
    let cannot = || format!("cannot read the answers {}", file.display());
    let lines = BufReader::new(File::open(file).with_context(cannot)?).lines();
    let (mut keys, mut parts, mut some) = (KeysSeen::default(), Vec::new(), Vec::new());
    for (number, line) in lines.enumerate() {
        let line = line.with_context(cannot)?;
        if line.trim().is_empty() {
            continue;
        }
        let answered: Answered = serde_json::from_str(&line).map_err(|error| {
            let (file, number, why) = (file.display(), number + 1, json_body::explain(&error));
            anyhow::anyhow!("{file}, line {number}: no answer: {why}")
        })?;
        if !keys.agrees(&answered) {
            let order = answered.order().unwrap_or_default();
            parts.push(one(&answered.key, &format!("it was answered with another order before {order}")));
        }
        some.push(answered.short());
        if some.len() == ANSWERS {
            parts.push(ask(admin, std::mem::take(&mut some)).await?);
        }
    }
    parts.push(ask(admin, some).await?);
    Ok(parts)
}

async fn ask(admin: &Admin, answers: Vec<Answered>) -> anyhow::Result<Value> {
    admin.post_lines("/v1/admin/audit/answers", &json!({ "answers": answers }), "part", |_| ()).await
}

fn one(key: &str, what: &str) -> Value {
    json!({"checked": 0, "violations_total": 1, "violations": [{"about": format!("key {key}"), "what": what}]})
}

/// Adds a part to the invariant of what must not be lost.
fn add(report: &mut Value, part: Value) {
    let broken = part["violations_total"].as_u64().unwrap_or(0);
    let invariant = &mut report["invariants"][LOST - 1];
    for count in ["checked", "violations_total"] {
        let sum = invariant[count].as_u64().unwrap_or(0) + part[count].as_u64().unwrap_or(0);
        invariant[count] = sum.into();
    }
    if let (Some(told), Some(more)) = (invariant["violations"].as_array_mut(), part["violations"].as_array())
    {
        told.extend(more.iter().cloned());
        told.truncate(VIOLATIONS_MAX);
    }
    if broken > 0 {
        invariant["ok"] = false.into();
        report["ok"] = false.into();
    }
}

/// The report for a person: a line per invariant, and below it what is broken or could not be checked.
fn readable(report: &Value) -> String {
    let mut text = String::new();
    let invariants = report["invariants"].as_array().map(Vec::as_slice).unwrap_or_default();
    for invariant in invariants {
        line(invariant, &mut text);
    }
    let broken = invariants.iter().filter(|invariant| invariant["ok"] != true).count();
    let at = report["at"].as_str().unwrap_or_default();
    text.push_str(&match (broken, report["complete"] == true) {
        (0, true) => format!("\nthe books agree, as of {at}\n"),
        (0, false) => format!("\nno violation found, as of {at}; not everything could be checked\n"),
        (broken, _) => format!("\n{broken} of {} invariants are violated, as of {at}\n", invariants.len()),
    });
    text
}

fn line(invariant: &Value, text: &mut String) {
    let count = |name: &str| invariant[name].as_u64().unwrap_or(0);
    let unchecked = invariant["unchecked"].as_array().map(Vec::as_slice).unwrap_or_default();
    let word = match (invariant["ok"] == true, unchecked.is_empty()) {
        (false, _) => "BROKEN",
        (true, true) => "ok",
        (true, false) => "partly",
    };
    let title = invariant["title"].as_str().unwrap_or_default();
    let (id, checked, pending) = (&invariant["id"], count("checked"), count("pending"));
    text.push_str(&format!("{id}  {word:<6}  {title:<56} {checked:>10} checked {pending:>6} pending\n"));
    let violations = invariant["violations"].as_array().map(Vec::as_slice).unwrap_or_default();
    for violation in violations {
        let part = |name: &str| violation[name].as_str().unwrap_or("-");
        text.push_str(&format!("     {}: {}\n", part("about"), part("what")));
    }
    let untold = count("violations_total").saturating_sub(violations.len() as u64);
    if untold > 0 {
        text.push_str(&format!("     and {untold} more\n"));
    }
    for what in unchecked {
        text.push_str(&format!("     not checked: {}\n", what.as_str().unwrap_or("-")));
    }
    for what in invariant["notes"].as_array().map(Vec::as_slice).unwrap_or_default() {
        text.push_str(&format!("     {}\n", what.as_str().unwrap_or("-")));
    }
}
