//! Umami's table `website_event` as CSV with a header, as `\copy website_event to 'events.csv' csv header` of psql writes it.
//!
//! ```csv
//! event_id,website_id,session_id,visit_id,created_at,url_path,url_query,referrer_path,referrer_domain,page_title,event_type,event_name,hostname,utm_source
//! 0190…,0190…,0191…,0192…,2024-05-01 10:00:00.123+00,/mugs,,/,www.google.com,Mugs,1,,shop.example,
//! ```
//! Its sessions, which last a month there, are the visitors; its visits are the sessions.

use serde_json::{Map, Value, json};

use super::table::{Cells, Table};
use super::times::rfc3339;
use super::{Input, Item, Items, raw};

/// Events of such a file.
pub(super) struct Umami(Table);

impl Umami {
    /// # Errors
    /// The file cannot be read, or lacks a column.
    pub(super) fn new(input: Input) -> anyhow::Result<Self> {
        let table = Table::new(input)?;
        table.require(&["event_id", "created_at", "url_path", "session_id"], "Umami's website_event")?;
        Ok(Self(table))
    }
}

impl Items for Umami {
    fn next(&mut self) -> anyhow::Result<Option<Item>> {
        let Some(row) = self.0.next()? else { return Ok(None) };
        let value = row.cells.and_then(|cells| raw(&event(&cells)?));
        Ok(Some(Item { line: row.line, value }))
    }
}

fn event(cells: &Cells) -> Result<Value, String> {
    let at = rfc3339(cells.word("created_at").ok_or("created_at is missing")?)?;
    let name = cells.word("event_name").unwrap_or("page_view");
    let referrer = cells.word("referrer_domain").map(|host| {
        let path = cells.word("referrer_path").unwrap_or("/");
        format!("https://{host}{path}")
    });
    let mut item = Map::new();
    item.insert("id".to_owned(), json!(cells.word("event_id")));
    item.insert("name".to_owned(), name.into());
    item.insert("occurred_at".to_owned(), at.into());
    for (name, column) in [
        ("visitor", "session_id"),
        ("session", "visit_id"),
        ("host", "hostname"),
        ("path", "url_path"),
        ("title", "page_title"),
        ("utm_source", "utm_source"),
        ("utm_medium", "utm_medium"),
        ("utm_campaign", "utm_campaign"),
        ("utm_term", "utm_term"),
        ("utm_content", "utm_content"),
    ] {
        if let Some(text) = cells.word(column) {
            item.insert(name.to_owned(), text.into());
        }
    }
    item.insert("referrer".to_owned(), json!(referrer));
    if let Some(tag) = cells.word("tag") {
        item.insert("props".to_owned(), json!({ "tag": tag }));
    }
    Ok(Value::Object(item))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_an_event() {
        let text = "event_id,website_id,session_id,visit_id,created_at,url_path,referrer_path,referrer_domain,page_title,event_type,event_name\n\
             e1,w,s1,v1,2024-05-01 10:00:00.123+00,/mugs,/search,www.google.com,Mugs,1,\n\
             e2,w,s1,v1,2024-05-01 10:00:05+00,/mugs,,,Mugs,2,signup\n\
             e3,w,s1,v1,,/mugs,,,Mugs,2,signup\n";
        let mut events = Umami::new(Box::new(std::io::Cursor::new(text.as_bytes().to_vec()))).unwrap();
        let mut next = || {
            events.next().unwrap().unwrap().value.map(|raw| serde_json::from_str::<Value>(raw.get()).unwrap())
        };
        let first = next().unwrap();
        assert_eq!(
            (&first["name"], &first["occurred_at"]),
            (&json!("page_view"), &json!("2024-05-01T10:00:00.123+00:00"))
        );
        assert_eq!(
            (&first["referrer"], &first["session"]),
            (&json!("https://www.google.com/search"), &json!("v1"))
        );
        assert_eq!(next().unwrap()["name"], "signup");
        assert!(next().unwrap_err().contains("created_at"));
    }
}
