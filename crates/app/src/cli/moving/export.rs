//! `export`: asks for page after page and writes it. A file takes its name once it is whole.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use kassa_service::console::{self, Output, PrintError};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::ask::{ExportAsk, Noun, To};
use super::write::Writer;
use crate::cli::admin_access::{self, Admin};
use crate::cli::common::Common;

/// Runs the command.
pub(super) async fn export(common: &Common, noun: Noun, ask: &ExportAsk) -> anyhow::Result<ExitCode> {
    let format = ask.format.unwrap_or_else(|| by_name(&ask.file));
    if format == To::Csv && noun == Noun::Orders {
        bail!("orders are written as JSON Lines: what happened to each has no place in a row");
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
    let count = done?;
    console::complain(format_args!("{count} {} written", noun.name()));
    Ok(ExitCode::SUCCESS)
}

/// A page of what goes out; its items are texts of JSON, whose numbers keep their digits.
#[derive(Debug, Deserialize)]
struct Page {
    results: Vec<Box<RawValue>>,
    next_cursor: Option<String>,
}

async fn write_all(admin: &Admin, noun: Noun, (out, format): (Out, To)) -> anyhow::Result<u64> {
    let bar = ProgressBar::no_length()
        .with_style(ProgressStyle::with_template("{spinner} {human_pos} written  {elapsed}")?);
    let failed = |error| out.failed(error);
    let mut writer = Writer::new(out.writer()?, format, noun).map_err(failed)?;
    let (mut cursor, mut count) = (String::from("0"), 0);
    loop {
        let page: Page = admin.get_as(&format!("/v1/admin/exports/{}?cursor={cursor}", noun.name())).await?;
        for item in &page.results {
            writer.write(item).map_err(failed)?;
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
    Ok(count)
}

/// Events come as one answer, which is written as it comes; as CSV it is that of `GET /v1/export`.
async fn write_events(admin: &Admin, site: &str, (out, format): (Out, To)) -> anyhow::Result<u64> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !site.chars().all(plain) {
        bail!("{site:?} is no site");
    }
    let path = match format {
        To::Jsonl => format!("/v1/admin/exports/events?site_id={site}"),
        To::Csv => format!("/v1/export?site_id={site}&format=csv"),
    };
    let bar = ProgressBar::no_length()
        .with_style(ProgressStyle::with_template("{spinner} {bytes} written  {elapsed}")?);
    let (mut writer, mut lines) = (out.writer()?, 0_u64);
    let written = admin.get_pieces(&path, |piece| {
        bar.inc(piece.len() as u64);
        lines += piece.iter().filter(|byte| **byte == b'\n').count() as u64;
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
    out.settle()?;
    Ok(lines.saturating_sub(u64::from(format == To::Csv)))
}

fn by_name(file: &Path) -> To {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => To::Csv,
        _ => To::Jsonl,
    }
}

/// Where the file goes.
#[derive(Debug)]
enum Out {
    /// Standard output.
    Stdout,
    /// A file, which is written beside its place.
    File { path: PathBuf, part: PathBuf },
}

impl Out {
    fn new(path: &Path) -> anyhow::Result<Self> {
        if path.as_os_str() == "-" {
            return Ok(Self::Stdout);
        }
        if path.exists() {
            bail!("{} exists already", path.display());
        }
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        Ok(Self::File { path: path.to_owned(), part: part.into() })
    }

    fn writer(&self) -> anyhow::Result<Box<dyn Write>> {
        Ok(match self {
            Self::Stdout => Box::new(BufWriter::new(Output::new())),
            Self::File { part, .. } => {
                let file = File::create(part).with_context(|| format!("cannot write {}", part.display()))?;
                Box::new(BufWriter::new(file))
            }
        })
    }

    fn failed(&self, error: io::Error) -> anyhow::Error {
        match self {
            Self::Stdout => PrintError::from(error).into(),
            Self::File { part, .. } => {
                anyhow::Error::new(error).context(format!("cannot write {}", part.display()))
            }
        }
    }

    fn settle(&self) -> anyhow::Result<()> {
        match self {
            Self::Stdout => Ok(()),
            Self::File { path, part } => std::fs::rename(part, path)
                .with_context(|| format!("cannot name the file {}", path.display())),
        }
    }
}
