//! `export`: asks for page after page and writes it.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::bail;
use indicatif::{ProgressBar, ProgressStyle};
use kassa_service::console;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::ask::{ExportAsk, Noun, To};
use super::fingerprint::{Fingerprint, Lines};
use super::out::Out;
use super::write::{Parquet, Writer};
use crate::cli::admin_access::{self, Admin};
use crate::cli::common::Common;

/// Runs the command.
pub(super) async fn export(common: &Common, noun: Noun, ask: &ExportAsk) -> anyhow::Result<ExitCode> {
    let format = ask.format.unwrap_or_else(|| by_name(&ask.file));
    if format == To::Csv && noun == Noun::Orders {
        bail!("orders are written as JSON Lines: what happened to each has no place in a row");
    }
    if format == To::Parquet && noun != Noun::Events {
        bail!("only events are written as Parquet");
    }
    let out = Out::new(&ask.file)?;
    let (admin, config) = admin_access::open(common, noun.needs()).await?;
    let done = match noun {
        Noun::Events => {
            let site = ask.site.clone().unwrap_or_else(|| config.shop.site.clone());
            write_events(&admin, &site, (out, format)).await
        }
        _ => write_all(&admin, noun, (out, format)).await,
    };
    admin.close();
    let Written { count, fingerprint } = done?;
    match fingerprint {
        Some(hash) => console::complain(format_args!("{count} {} written, fingerprint {hash}", noun.name())),
        None => console::complain(format_args!("{count} {} written", noun.name())),
    }
    Ok(ExitCode::SUCCESS)
}

/// What was written.
#[derive(Debug)]
struct Written {
    count: u64,
    /// Of the items' lines, where they are written from such.
    fingerprint: Option<Fingerprint>,
}

/// A page of what goes out; its items are texts of JSON, whose numbers keep their digits.
#[derive(Debug, Deserialize)]
struct Page {
    results: Vec<Box<RawValue>>,
    next_cursor: Option<String>,
}

async fn write_all(admin: &Admin, noun: Noun, (out, format): (Out, To)) -> anyhow::Result<Written> {
    let bar = ProgressBar::no_length()
        .with_style(ProgressStyle::with_template("{spinner} {human_pos} written  {elapsed}")?);
    let failed = |error| out.failed(error);
    let mut writer = Writer::new(out.writer()?, format, noun).map_err(failed)?;
    let (mut cursor, mut count, mut fingerprint) = (String::from("0"), 0, Fingerprint::default());
    loop {
        let page: Page = admin.get_as(&format!("/v1/admin/exports/{}?cursor={cursor}", noun.name())).await?;
        for item in &page.results {
            writer.write(item).map_err(failed)?;
            fingerprint.add(item.get().as_bytes());
            count += 1;
        }
        bar.set_position(count);
        match page.next_cursor {
            Some(next) => cursor = next,
            None => break,
        }
    }
    writer.finish().map_err(failed)?;
    bar.finish_and_clear();
    out.settle()?;
    Ok(Written { count, fingerprint: Some(fingerprint) })
}

/// Events come as one answer, which is written as it comes; as CSV it is that of `GET /v1/export`.
async fn write_events(admin: &Admin, site: &str, (out, format): (Out, To)) -> anyhow::Result<Written> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !site.chars().all(plain) {
        bail!("{site:?} is no site");
    }
    let path = match format {
        To::Csv => format!("/v1/export?site_id={site}&format=csv"),
        To::Jsonl | To::Parquet => format!("/v1/admin/exports/events?site_id={site}"),
    };
    if format == To::Parquet {
        let mut parquet = Parquet::new(&out.folder())?;
        let written = write_lines(admin, &path, (&out, &mut parquet)).await?;
        let (made, folder) = parquet.finish()?;
        out.place(&made)?;
        drop(folder);
        return Ok(written);
    }
    let written = write_lines(admin, &path, (&out, &mut out.writer()?)).await?;
    out.settle()?;
    Ok(match format {
        To::Csv => Written { count: written.count.saturating_sub(1), fingerprint: None },
        _ => written,
    })
}

/// Writes an answer as it comes.
async fn write_lines(
    admin: &Admin,
    path: &str,
    (out, writer): (&Out, &mut dyn Write),
) -> anyhow::Result<Written> {
    let bar = ProgressBar::no_length()
        .with_style(ProgressStyle::with_template("{spinner} {bytes} written  {elapsed}")?);
    let (mut lines, mut count, mut fingerprint) = (Lines::default(), 0, Fingerprint::default());
    let written = admin.get_pieces(path, |piece| {
        bar.inc(piece.len() as u64);
        lines.cut(piece, |line| {
            count += 1;
            fingerprint.add(line);
            Ok::<_, io::Error>(())
        })?;
        writer.write_all(piece)
    });
    let came = written.await;
    let written = match came {
        Ok(()) => writer.flush().map_err(anyhow::Error::from),
        Err(error) => Err(error),
    };
    bar.finish_and_clear();
    written.map_err(|error| match error.downcast::<io::Error>() {
        Ok(error) => out.failed(error),
        Err(error) => error,
    })?;
    Ok(Written { count, fingerprint: Some(fingerprint) })
}

fn by_name(file: &Path) -> To {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => To::Csv,
        Some("parquet") => To::Parquet,
        _ => To::Jsonl,
    }
}
