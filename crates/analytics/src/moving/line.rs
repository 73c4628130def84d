//! An event of before as a line of a file.
//!
//! ```json
//! {"id":"m-1","site":"default","name":"page_view","occurred_at":"2024-05-01T10:00:00Z","visitor":"a-1","session":"s-1","user":"42",
//!  "host":"shop.test","path":"/mugs","title":"Mugs","referrer":"https://www.google.com/","utm_source":"news","device":"desktop",
//!  "browser":"Firefox","os":"Linux","country":"GB","props":{"colour":"red"}}
//! ```
//! Only `name` and `occurred_at` must be there. A `visitor` or `session` of 16 digits 0-9a-f is what kassa has made of a name, as its
//! own exports have it; any other text is a name. `name_sent`, `bot` and `dialect` stand in those exports, too.

use serde::Deserialize;
use serde_json::value::RawValue;

/// The line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventLine {
    pub(super) id: Option<String>,
    pub(super) site: Option<String>,
    pub(super) name: String,
    pub(super) name_sent: Option<String>,
    pub(super) occurred_at: String,
    pub(super) visitor: Option<String>,
    pub(super) session: Option<String>,
    pub(super) user: Option<String>,
    pub(super) host: Option<String>,
    pub(super) path: Option<String>,
    pub(super) title: Option<String>,
    pub(super) source: Option<String>,
    pub(super) referrer: Option<String>,
    pub(super) utm_source: Option<String>,
    pub(super) utm_medium: Option<String>,
    pub(super) utm_campaign: Option<String>,
    pub(super) utm_term: Option<String>,
    pub(super) utm_content: Option<String>,
    pub(super) device: Option<String>,
    pub(super) browser: Option<String>,
    pub(super) os: Option<String>,
    pub(super) country: Option<String>,
    pub(super) user_agent: Option<String>,
    #[serde(default)]
    pub(super) bot: bool,
    pub(super) component: Option<String>,
    pub(super) location_type: Option<String>,
    pub(super) target: Option<String>,
    pub(super) dialect: Option<String>,
    pub(super) props: Option<Box<RawValue>>,
}
