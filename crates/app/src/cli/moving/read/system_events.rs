//! Events of systems B and E, as their databases answer (see `store.rs`).
//!
//! ```csv
//! event_id,event_type,location_type,component_name,page_path,page_title,timestamp,user_metadata,full_event_data
//! 6f1c…,CLICK,COMPONENT,BuyButton,/shop,Shop,2024-05-01 10:00:00+00,"{""userId"":7}","{""dom_info"":{""tag"":""BUTTON""}}"
//! ```
//! ```csv
//! id,site_id,event_type,path,user_id,event_time
//! 1,default,page_view,/p/1,u1,2024-05-01 10:00:00+00
//! ```

use kassa_analytics::wire::canonical;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::cells::parsed;
use super::table::{Cells, Table};
use super::times::rfc3339;
use super::{Input, Item, Items, raw};

/// Members of a received event of B that have a column.
const OF_COLUMNS: [&str; 8] = [
    "event_id",
    "event_type",
    "location_type",
    "component_name",
    "page_path",
    "page_title",
    "timestamp",
    "user_metadata",
];

/// Events of B.
pub(super) struct UserEvents(Table);

/// Events of E.
pub(super) struct SiteEvents(Table);

impl UserEvents {
    /// # Errors
    /// The file cannot be read, or lacks a column.
    pub(super) fn new(input: Input) -> anyhow::Result<Self> {
        let table = Table::new(input)?;
        table.require(&["event_id", "event_type", "timestamp"], "system B's table user_events")?;
        Ok(Self(table))
    }
}

impl SiteEvents {
    /// # Errors
    /// The file cannot be read, or lacks a column.
    pub(super) fn new(input: Input) -> anyhow::Result<Self> {
        let table = Table::new(input)?;
        table.require(&["id", "site_id", "event_type", "path", "event_time"], "system E's table events")?;
        Ok(Self(table))
    }
}

impl Items for UserEvents {
    fn next(&mut self) -> anyhow::Result<Option<Item>> {
        next(&mut self.0, of_user)
    }
}

impl Items for SiteEvents {
    fn next(&mut self) -> anyhow::Result<Option<Item>> {
        next(&mut self.0, of_site)
    }
}

fn next(
    table: &mut Table,
    event: fn(&Cells) -> Result<Box<RawValue>, String>,
) -> anyhow::Result<Option<Item>> {
    let Some(row) = table.next()? else { return Ok(None) };
    Ok(Some(Item { line: row.line, value: row.cells.and_then(|cells| event(&cells)) }))
}

fn of_user(cells: &Cells) -> Result<Box<RawValue>, String> {
    let mut event = named(cells, "timestamp")?;
    put(&mut event, cells, [("location_type", "location_type"), ("component", "component_name")]);
    put(&mut event, cells, [("path", "page_path"), ("title", "page_title")]);
    event.insert("id".to_owned(), json!(cells.word("event_id")));
    let mut props = Map::new();
    if let Some(metadata) = parsed(cells, "user_metadata")? {
        let metadata: Value = serde_json::from_str(metadata.get()).map_err(|error| error.to_string())?;
        let user = match &metadata["userId"] {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        event.insert("user".to_owned(), json!(user));
        props.insert("user_metadata".to_owned(), metadata);
    }
    if let Some(received) = parsed(cells, "full_event_data")? {
        let received: Map<String, Value> = serde_json::from_str(received.get()).unwrap_or_default();
        let own = |name: &String| !OF_COLUMNS.contains(&name.as_str());
        props.extend(received.into_iter().filter(|(name, value)| own(name) && !value.is_null()));
    }
    event.insert("props".to_owned(), props.into());
    raw(&event)
}

fn of_site(cells: &Cells) -> Result<Box<RawValue>, String> {
    let mut event = named(cells, "event_time")?;
    put(&mut event, cells, [("site", "site_id"), ("path", "path")]);
    put(&mut event, cells, [("user", "user_id")]);
    let id = cells.word("id").ok_or("id is missing")?;
    event.insert("id".to_owned(), format!("e-{id}").into());
    raw(&event)
}

/// An event by its name and time.
fn named(cells: &Cells, time: &str) -> Result<Map<String, Value>, String> {
    let sent = cells.word("event_type").ok_or("event_type is missing")?;
    let at = rfc3339(cells.word(time).ok_or_else(|| format!("{time} is missing"))?)?;
    let mut event = Map::new();
    event.insert("name".to_owned(), canonical(sent).into());
    event.insert("name_sent".to_owned(), sent.into());
    event.insert("occurred_at".to_owned(), at.into());
    Ok(event)
}

fn put<const N: usize>(event: &mut Map<String, Value>, cells: &Cells, columns: [(&str, &str); N]) {
    for (member, column) in columns {
        if let Some(text) = cells.get(column) {
            event.insert(member.to_owned(), text.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{all, input};
    use super::*;

    #[test]
    fn rows_are_events() {
        let text = "event_id,event_type,location_type,component_name,page_path,page_title,timestamp,user_metadata,full_event_data\n\
             6f1c,CLICK,COMPONENT,Buy,/shop,Shop,2024-05-01 10:00:00.5+00,\"{\"\"userId\"\":7}\",\"{\"\"event_id\"\":\"\"6f1c\"\",\"\"dom_info\"\":{\"\"tag\"\":\"\"BUTTON\"\"}}\"\n\
             6f1d,CLICK,,,,,yesterday,,\n";
        let events = all(&mut UserEvents::new(input(text)).unwrap());
        let expected = json!({"id": "6f1c", "name": "click", "name_sent": "CLICK", "occurred_at": "2024-05-01T10:00:00.5+00:00",
            "location_type": "COMPONENT", "component": "Buy", "path": "/shop", "title": "Shop", "user": "7",
            "props": {"user_metadata": {"userId": 7}, "dom_info": {"tag": "BUTTON"}}});
        assert_eq!(events[0].as_ref().unwrap(), &expected);
        assert!(events[1].as_ref().unwrap_err().contains("yesterday"));
        let text = "id,site_id,event_type,path,user_id,event_time\n1,default,page_view,/p/1,u1,2024-05-01 10:00:00+00\n";
        let events = all(&mut SiteEvents::new(input(text)).unwrap());
        let expected = json!({"id": "e-1", "site": "default", "name": "page_view", "name_sent": "page_view",
            "occurred_at": "2024-05-01T10:00:00+00:00", "path": "/p/1", "user": "u1"});
        assert_eq!(events[0].as_ref().unwrap(), &expected);
    }
}
