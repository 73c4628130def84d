//! What a share link lets its holder see: one site, always within one segment, and only some panels of the dashboard.

use kassa_model::Timestamp;
use serde_json::Value;

use crate::kept::thing::Kept;

/// The panels that a link may be limited to; `overview` is always there.
pub const PANELS: [&str; 12] = [
    "overview",
    "pages",
    "sources",
    "places",
    "devices",
    "events",
    "products",
    "revenue",
    "live",
    "funnels",
    "retention",
    "paths",
];

/// What a share link lets its holder see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The link's id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The only site.
    pub site: String,
    /// The id of the segment that holds for every answer.
    pub segment: Option<String>,
    /// The panels; `None`: all.
    pub panels: Option<Vec<String>>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

impl Share {
    /// What the share link `kept` says.
    pub fn of(kept: &Kept) -> Self {
        let text = |name: &str| kept.body.get(name).and_then(Value::as_str);
        let panels = kept.body.get("panels").and_then(Value::as_array);
        let names = |panels: &Vec<Value>| {
            panels.iter().filter_map(|panel| panel.as_str().map(str::to_owned)).collect()
        };
        Self {
            id: kept.id.clone(),
            name: kept.name.clone(),
            site: kept.site.clone(),
            segment: text("segment").map(str::to_owned),
            panels: panels.map(names),
            // One that cannot be read has ended.
            expires_at: text("expires_at").map(|at| at.parse().unwrap_or(Timestamp::from_micros(0))),
        }
    }

    /// Whether the panel of that name may be seen.
    pub fn shows(&self, panel: &str) -> bool {
        match &self.panels {
            None => true,
            Some(panels) => panel == "overview" || panels.iter().any(|known| known == panel),
        }
    }

    /// Whether it has ended at `now`.
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }
}
