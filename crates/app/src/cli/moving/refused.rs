//! Lines that were refused: a CSV file of their numbers and why, or some of them on standard error.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use kassa_service::console;
use serde_json::Value;

use crate::cli::admin_access::Admin;
use crate::cli::moving::write::safe;

/// Lines that are told where no file was asked for.
const TOLD: usize = 20;

/// Where refused lines go.
#[derive(Debug)]
pub(super) enum Refused {
    File(BufWriter<File>),
    /// So many were told of.
    Told(usize),
}

impl Refused {
    /// To a new file at `path`, or to standard error.
    ///
    /// # Errors
    /// The file cannot be made.
    pub(super) fn new(path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = path else { return Ok(Self::Told(0)) };
        let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        let mut file = BufWriter::new(file);
        file.write_all(b"line,why\r\n")?;
        Ok(Self::File(file))
    }

    /// Notes some lines.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn note(&mut self, lines: &[Value]) -> anyhow::Result<()> {
        for line in lines {
            let (number, why) = (&line["line"], line["why"].as_str().unwrap_or_default());
            match self {
                Self::File(file) => {
                    write!(file, "{number},\"{}\"\r\n", safe(why).replace('"', "\"\""))?;
                }
                Self::Told(told) => {
                    *told += 1;
                    match (*told).cmp(&TOLD) {
                        std::cmp::Ordering::Less => console::complain(format_args!("line {number}: {why}")),
                        std::cmp::Ordering::Equal => {
                            console::complain("…; all of them go into a file with --errors FILE");
                        }
                        std::cmp::Ordering::Greater => {}
                    }
                }
            }
        }
        Ok(())
    }

    /// Notes all refused lines of a batch, those of earlier calls too.
    ///
    /// # Errors
    /// The admin API's; the file cannot be written.
    pub(super) async fn note_all(&mut self, admin: &Admin, batch: &str) -> anyhow::Result<()> {
        let mut cursor = String::from("0");
        loop {
            let page = admin.get(&format!("/v1/admin/imports/{batch}/refused?cursor={cursor}")).await?;
            self.note(page["results"].as_array().map(Vec::as_slice).unwrap_or_default())?;
            match page["next_cursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => return Ok(()),
            }
        }
    }

    /// Ends the file.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn finish(self) -> anyhow::Result<()> {
        if let Self::File(mut file) = self {
            file.flush()?;
        }
        Ok(())
    }
}
