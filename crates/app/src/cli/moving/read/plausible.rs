//! Plausible's CSV export: a zip of tables of daily totals, such as `imported_pages_20240501_20240531.csv`. Each of their rows becomes
//! a total of a day; there are no events in it, and none are invented.
//!
//! ```csv
//! date,hostname,page,visits,visitors,pageviews
//! 2024-05-01,shop.example,/mugs,4,3,5
//! ```
//! Rows of all tables are counted on, for each takes a number of its own; what is refused is told by table and line, too.

use std::collections::VecDeque;
use std::fs::File;
use std::io::BufReader;

use serde_json::{Map, Value};

use super::table::{Cells, Table};
use super::zip::Archive;
use super::{Item, Items, raw};
use crate::cli::moving::source::{Reached, Source};

/// How a table's rows are read.
struct Layout {
    /// What the table's file is called, before its days.
    name: &'static str,
    /// Of what its totals are.
    by: &'static str,
    /// Texts of a total, and the columns that have them.
    texts: &'static [(&'static str, &'static str)],
    /// Its counts likewise.
    counts: &'static [(&'static str, &'static str)],
}

/// The counts of most tables.
const COUNTS: [(&str, &str); 5] = [
    ("visitors", "visitors"),
    ("visits", "visits"),
    ("pageviews", "pageviews"),
    ("bounces", "bounces"),
    ("seconds", "visit_duration"),
];

const LAYOUTS: [Layout; 10] = [
    Layout { name: "imported_visitors", by: "all", texts: &[], counts: &COUNTS },
    Layout {
        name: "imported_sources",
        by: "source",
        texts: &[
            ("value", "source"),
            ("referrer", "referrer"),
            ("utm_source", "utm_source"),
            ("utm_medium", "utm_medium"),
            ("utm_campaign", "utm_campaign"),
            ("utm_term", "utm_term"),
            ("utm_content", "utm_content"),
        ],
        counts: &COUNTS,
    },
    Layout {
        name: "imported_pages",
        by: "page",
        texts: &[("value", "page"), ("host", "hostname")],
        counts: &[("visitors", "visitors"), ("visits", "visits"), ("pageviews", "pageviews")],
    },
    Layout {
        name: "imported_entry_pages",
        by: "entry_page",
        texts: &[("value", "entry_page")],
        counts: &[
            ("visitors", "visitors"),
            ("visits", "entrances"),
            ("pageviews", "pageviews"),
            ("bounces", "bounces"),
            ("seconds", "visit_duration"),
        ],
    },
    Layout {
        name: "imported_exit_pages",
        by: "exit_page",
        texts: &[("value", "exit_page")],
        counts: &[
            ("visitors", "visitors"),
            ("visits", "exits"),
            ("pageviews", "pageviews"),
            ("bounces", "bounces"),
            ("seconds", "visit_duration"),
        ],
    },
    Layout { name: "imported_locations", by: "country", texts: &[("value", "country")], counts: &COUNTS },
    Layout { name: "imported_devices", by: "device", texts: &[("value", "device")], counts: &COUNTS },
    Layout { name: "imported_browsers", by: "browser", texts: &[("value", "browser")], counts: &COUNTS },
    Layout {
        name: "imported_operating_systems",
        by: "os",
        texts: &[("value", "operating_system")],
        counts: &COUNTS,
    },
    Layout {
        name: "imported_custom_events",
        by: "event",
        texts: &[("value", "name")],
        counts: &[("visitors", "visitors"), ("events", "events")],
    },
];

/// What Plausible calls otherwise.
const NAMES: [(&str, &str, &str); 7] = [
    ("device", "Desktop", "desktop"),
    ("device", "Laptop", "desktop"),
    ("device", "Ultrawide", "desktop"),
    ("device", "Mobile", "mobile"),
    ("device", "Tablet", "tablet"),
    ("os", "Mac", "Mac OS X"),
    ("os", "GNU/Linux", "Linux"),
];

/// Totals of such a file.
pub(super) struct Plausible {
    /// Tables that are not read yet.
    tables: VecDeque<(String, &'static Layout, File)>,
    now: Option<Open>,
    /// The number of the last row.
    number: u64,
    count: u64,
    bytes: u64,
    reached: Reached,
}

/// The table that is being read.
struct Open {
    name: String,
    layout: &'static Layout,
    table: Table,
}

impl Plausible {
    /// All tables of the zip, unpacked.
    ///
    /// # Errors
    /// It is no zip, is damaged or too large, or holds none of Plausible's tables.
    pub(super) fn new(source: &Source, reached: &Reached) -> anyhow::Result<Self> {
        let mut archive = Archive::open(source)?;
        let mut tables = VecDeque::new();
        for name in archive.names() {
            if let Some(layout) = layout(&name) {
                let file = archive.unpack(&name)?;
                tables.push_back((name, layout, file));
            }
        }
        anyhow::ensure!(
            !tables.is_empty(),
            "{} holds no imported_visitors_….csv: it is no CSV export of Plausible",
            source.name
        );
        let (count, bytes, reached) = (tables.len() as u64, source.bytes, reached.clone());
        Ok(Self { tables, now: None, number: 0, count, bytes, reached })
    }

    /// The next table, below its header.
    fn open(&mut self) -> anyhow::Result<Option<Open>> {
        let left = self.tables.len() as u64;
        self.reached.set(self.bytes / self.count * (self.count - left));
        let Some((name, layout, file)) = self.tables.pop_front() else { return Ok(None) };
        let table = Table::new(Box::new(BufReader::new(file)));
        let table = table.map_err(|error| error.context(name.clone()))?;
        let columns: Vec<&str> =
            layout.texts.iter().take(1).chain(layout.counts).map(|(_, column)| *column).collect();
        table.require(&["date"], &name)?;
        table.require(&columns, &name)?;
        Ok(Some(Open { name, layout, table }))
    }
}

impl Items for Plausible {
    fn next(&mut self) -> anyhow::Result<Option<Item>> {
        loop {
            if self.now.is_none() {
                self.now = self.open()?;
            }
            let Some(open) = &mut self.now else { return Ok(None) };
            let Some(row) = open.table.next()? else {
                self.now = None;
                continue;
            };
            self.number += 1;
            let total = row.cells.and_then(|cells| raw(&total(open.layout, &cells)?));
            let value = total.map_err(|why| format!("{}, line {}: {why}", open.name, row.line));
            return Ok(Some(Item { line: self.number, value }));
        }
    }
}

/// How the table of this file is read; `None`: it is none of Plausible's.
fn layout(file: &str) -> Option<&'static Layout> {
    let name = file.strip_suffix(".csv")?;
    // Behind the name stand two days, as digits.
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
    LAYOUTS.iter().find(|layout| layout.name == name)
}

fn total(layout: &Layout, cells: &Cells) -> Result<Value, String> {
    let mut total = Map::new();
    total.insert("day".to_owned(), cells.word("date").ok_or("date is missing")?.into());
    total.insert("by".to_owned(), layout.by.into());
    for (member, column) in layout.texts {
        if let Some(text) = cells.word(column) {
            total.insert((*member).to_owned(), renamed(layout.by, text).into());
        }
    }
    for (member, column) in layout.counts {
        total.insert((*member).to_owned(), count(cells, column)?.into());
    }
    Ok(Value::Object(total))
}

fn renamed<'a>(by: &str, text: &'a str) -> &'a str {
    NAMES.iter().find(|(of, there, _)| *of == by && *there == text).map_or(text, |(_, _, here)| here)
}

fn count(cells: &Cells, column: &str) -> Result<i64, String> {
    let text = cells.word(column).unwrap_or("0");
    let shown: String = text.chars().take(32).collect();
    text.parse().map_err(|_| format!("{column} {shown:?} is no whole number"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::all;
    use super::super::zip::tests::{source, zipped};
    use super::*;

    fn read(files: &[(&str, &str)]) -> anyhow::Result<Vec<Result<Value, String>>> {
        let source = source(&zipped(files));
        Ok(all(&mut Plausible::new(&source, &Reached::default())?))
    }

    #[test]
    fn rows_are_totals_of_days() {
        let found = read(&[
            ("imported_visitors_20240501_20240502.csv",
             "date,visitors,pageviews,bounces,visits,visit_duration\n2024-05-01,10,25,4,12,90\n2024-05-02,6,10,6,six,0\n"),
            ("imported_sources_20240501_20240502.csv",
             "date,source,referrer,utm_source,utm_medium,utm_campaign,utm_content,utm_term,pageviews,visitors,visits,visit_duration,bounces\n\
              2024-05-01,Google,google.com,,cpc,,,,9,3,4,60,1\n2024-05-01,,,,,,,,9,3,4,60,1\n"),
            ("imported_devices_20240501_20240502.csv",
             "date,device,visitors,visits,visit_duration,bounces,pageviews\n2024-05-01,Laptop,1,1,0,1,1\n"),
            ("imported_custom_events_20240501_20240502.csv",
             "date,name,link_url,path,visitors,events\n2024-05-01,Signup,,/,2,3\n"),
            ("read me.txt", "not a table"),
        ])
        .unwrap();
        let all = json!({"day": "2024-05-01", "by": "all", "visitors": 10, "visits": 12, "pageviews": 25, "bounces": 4, "seconds": 90});
        assert_eq!(
            found[2],
            Ok(json!({"day": "2024-05-01", "by": "source", "value": "Google", "referrer": "google.com",
            "utm_medium": "cpc", "visitors": 3, "visits": 4, "pageviews": 9, "bounces": 1, "seconds": 60}))
        );
        assert_eq!(
            found[0],
            Ok(json!({"day": "2024-05-01", "by": "event", "value": "Signup", "visitors": 2, "events": 3}))
        );
        assert_eq!(found[1].as_ref().unwrap()["value"], "desktop");
        assert!(found[3].as_ref().unwrap().get("value").is_none(), "{:?}", found[3]);
        // Tables come in the order of their names, whatever the zip's is.
        assert_eq!((found.len(), &found[4]), (6, &Ok(all)));
        let wrong = found[5].as_ref().unwrap_err();
        assert!(wrong.contains("imported_visitors_20240501_20240502.csv, line 3: visits"), "{wrong}");
    }

    #[test]
    fn what_is_not_plausibles_is_refused() {
        let check = |files: &[(&str, &str)], why: &str| {
            let error = format!("{:#}", read(files).unwrap_err());
            assert!(error.contains(why), "{error}");
        };
        check(&[("notes.csv", "a,b\n1,2\n")], "no CSV export of Plausible");
        check(&[("old/imported_visitors_1_2.csv", "date\n")], "no CSV export of Plausible");
    }
}
