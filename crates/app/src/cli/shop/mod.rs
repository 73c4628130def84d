//! `kassa orders`, `kassa deliveries`, `kassa stock`, `kassa sites`, `kassa keys`: what there is, and the few changes that are made by hand.

mod deliveries;
mod keys;
mod orders;
mod sites;
mod stock;

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use kassa_service::console;
use serde_json::{Map, Value, json};

use super::admin_access::{self, Needs};
use super::common::Common;
use super::escape;
use super::table::{rows, show};

pub(crate) use deliveries::{Deliveries, deliveries};
pub(crate) use keys::{Keys, keys};
pub(crate) use orders::{Orders, orders};
pub(crate) use sites::{Sites, sites};
pub(crate) use stock::{Stock, stock};

const NEEDS: Needs = Needs { log: false, store: false, shop: true };

/// What is asked and how it is told.
#[derive(Debug, Args)]
pub(crate) struct Told {
    #[command(flatten)]
    common: Common,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// A list that may be long.
#[derive(Debug, Args)]
pub(crate) struct Listed {
    #[command(flatten)]
    told: Told,
    /// At most so many.
    #[arg(long, default_value_t = 100)]
    limit: u32,
}

/// One of a list.
#[derive(Debug, Args)]
pub(crate) struct One {
    #[command(flatten)]
    common: Common,
    /// Its id, from the list.
    id: String,
}

/// A column: its head, and the member that stands in it.
type Column = (&'static str, &'static str);

impl Listed {
    /// Prints the list at `path`, of which `filters` leave some out.
    fn print(
        &self,
        path: &str,
        filters: &[(&str, Option<&str>)],
        columns: &[Column],
    ) -> anyhow::Result<ExitCode> {
        let mut path = format!("{path}?limit={}", self.limit);
        for (name, value) in filters {
            if let Some(value) = value {
                path.push_str(&format!("&{name}={}", escape(value)));
            }
        }
        self.told.list(&path, columns)
    }
}

impl Told {
    fn list(&self, path: &str, columns: &[Column]) -> anyhow::Result<ExitCode> {
        let found = ask(&self.common, "GET", path, None)?.unwrap_or_default();
        self.show(&found, &found["results"], columns)?;
        if found["next_cursor"].is_string() {
            console::complain("there are more: raise --limit");
        }
        Ok(ExitCode::SUCCESS)
    }

    /// The one in the list at `path` whose member `name` is `value`.
    fn found(&self, path: &str, name: &str, value: &str) -> anyhow::Result<Map<String, Value>> {
        let list = ask(&self.common, "GET", path, None)?.unwrap_or_default();
        let all = list["results"].as_array().into_iter().flatten();
        let found = all.filter_map(Value::as_object).find(|one| one.get(name) == Some(&json!(value)));
        found.cloned().with_context(|| format!("there is no {value}"))
    }

    /// Does something, and prints what it made or changed as it stands in the list.
    fn change(&self, path: &str, body: &Value, columns: &[Column]) -> anyhow::Result<ExitCode> {
        self.sent("POST", path, body, columns)
    }

    /// Changes something into `body`, and prints it likewise.
    fn put(&self, path: &str, body: &Value, columns: &[Column]) -> anyhow::Result<ExitCode> {
        self.sent("PUT", path, body, columns)
    }

    fn sent(&self, method: &str, path: &str, body: &Value, columns: &[Column]) -> anyhow::Result<ExitCode> {
        let found = ask(&self.common, method, path, Some(body))?.unwrap_or_default();
        self.show(&found, &json!([found]), columns)?;
        Ok(ExitCode::SUCCESS)
    }

    /// Makes a key and prints it alone, so that a script can take it.
    fn make_key(&self, path: &str, body: &Value) -> anyhow::Result<ExitCode> {
        let made = ask(&self.common, "POST", path, Some(body))?.unwrap_or_default();
        match (self.json, made["key"].as_str()) {
            (false, Some(key)) => console::print(key)?,
            _ => console::print(serde_json::to_string_pretty(&made)?)?,
        }
        Ok(ExitCode::SUCCESS)
    }

    fn show(&self, whole: &Value, items: &Value, columns: &[Column]) -> anyhow::Result<()> {
        let (heads, names): (Vec<&str>, Vec<&str>) = columns.iter().copied().unzip();
        show(self.json, whole, &heads, &rows(items, &names))
    }
}

impl One {
    /// Prints the one below `path`, whole, as JSON.
    fn print(&self, path: &str) -> anyhow::Result<ExitCode> {
        let found = ask(&self.common, "GET", &format!("{path}/{}", escape(&self.id)), None)?;
        console::print(serde_json::to_string_pretty(&found.unwrap_or_default())?)?;
        Ok(ExitCode::SUCCESS)
    }
}

fn ask(common: &Common, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<Option<Value>> {
    super::block_on(async {
        let (admin, _) = admin_access::open(common, NEEDS).await?;
        let answer = admin.call(method, path, body).await;
        admin.close();
        answer
    })
}
