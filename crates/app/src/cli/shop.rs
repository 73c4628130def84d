//! `kassa orders`, `kassa deliveries`, `kassa stock`, `kassa sites`, `kassa keys`: what there is, and the few changes that are made by hand.

use std::process::ExitCode;

use clap::Subcommand;
use kassa_service::console;
use serde_json::{Value, json};

use super::admin_access::{self, Needs};
use super::common::Common;
use super::escape;
use super::table::{rows, show};

/// What to do with orders.
#[derive(Debug, Subcommand)]
pub(crate) enum Orders {
    /// The newest, a line each.
    List {
        #[command(flatten)]
        common: Common,
        /// Only with this status, such as confirmed.
        #[arg(long)]
        status: Option<String>,
        /// Only those with this in number, name, address or reference.
        #[arg(long)]
        q: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// One of them, whole, as JSON.
    Show {
        #[command(flatten)]
        common: Common,
        /// Its id.
        id: String,
    },
}

/// What to do with deliveries.
#[derive(Debug, Subcommand)]
pub(crate) enum Deliveries {
    /// The newest, a line each.
    List {
        #[command(flatten)]
        common: Common,
        /// Only these: waiting, sent or dead.
        #[arg(long)]
        state: Option<String>,
        /// Only by this way: email, webhook or push.
        #[arg(long)]
        channel: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// One of them, whole, with its attempts, as JSON.
    Show {
        #[command(flatten)]
        common: Common,
        /// Its id.
        id: String,
    },
    /// Begin one anew.
    Replay {
        #[command(flatten)]
        common: Common,
        /// Its id.
        id: String,
    },
}

/// What to do with stock.
#[derive(Debug, Subcommand)]
pub(crate) enum Stock {
    /// What is on hand, by SKU.
    List {
        #[command(flatten)]
        common: Common,
        /// Only what is low.
        #[arg(long)]
        low: bool,
        /// At most so many.
        #[arg(long, default_value_t = 200)]
        limit: u32,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Goods came in.
    Receive {
        #[command(flatten)]
        common: Common,
        /// Of which SKU.
        sku: String,
        /// How many.
        quantity: i64,
    },
    /// Stock was counted and is more or less by so many.
    Adjust {
        #[command(flatten)]
        common: Common,
        /// Of which SKU.
        sku: String,
        /// By how many; below 0 it is less.
        #[arg(allow_negative_numbers = true)]
        quantity: i64,
    },
}

/// What to do with sites.
#[derive(Debug, Subcommand)]
pub(crate) enum Sites {
    /// All of them.
    List {
        #[command(flatten)]
        common: Common,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Make one.
    Add {
        #[command(flatten)]
        common: Common,
        /// Its id.
        id: String,
        /// Its time zone, such as Europe/Berlin.
        #[arg(long, default_value = "UTC")]
        timezone: String,
    },
    /// Make a public key, by which pages name the site.
    Key {
        #[command(flatten)]
        common: Common,
        /// The site.
        id: String,
    },
}

/// What to do with secret keys.
#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// All of them, without the keys themselves.
    List {
        #[command(flatten)]
        common: Common,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Make one; it is shown this once.
    Add {
        #[command(flatten)]
        common: Common,
        /// What it is called.
        name: String,
        /// Any of read, catalog, inventory, orders, admin, separated by commas.
        #[arg(long, value_name = "LIST", value_delimiter = ',', required = true)]
        scopes: Vec<String>,
        /// The only site that it is for.
        #[arg(long)]
        site: Option<String>,
    },
    /// Take one back, at once.
    Revoke {
        #[command(flatten)]
        common: Common,
        /// Its id, from the list.
        id: String,
    },
}

const NEEDS: Needs = Needs { log: false, store: false, shop: true };

/// Runs `kassa orders`.
pub(crate) fn orders(action: Orders) -> anyhow::Result<ExitCode> {
    match action {
        Orders::List { common, status, q, limit, json } => {
            let mut path = format!("/v1/orders?limit={limit}");
            for (name, value) in [("status", status), ("q", q)] {
                if let Some(value) = value {
                    path.push_str(&format!("&{name}={}", escape(&value)));
                }
            }
            let names = [
                "number",
                "created_at",
                "status",
                "payment_status",
                "total",
                "customer.name",
                "customer.email",
                "id",
            ];
            let heads = ["number", "created", "status", "payment", "total", "customer", "e-mail", "id"];
            list(&common, &path, (&heads, &names), json)
        }
        Orders::Show { common, id } => print(&common, "GET", &format!("/v1/orders/{}", escape(&id)), None),
    }
}

/// Runs `kassa deliveries`.
pub(crate) fn deliveries(action: Deliveries) -> anyhow::Result<ExitCode> {
    match action {
        Deliveries::List { common, state, channel, limit, json } => {
            let mut path = format!("/v1/deliveries?limit={limit}");
            for (name, value) in [("state", state), ("channel", channel)] {
                if let Some(value) = value {
                    path.push_str(&format!("&{name}={}", escape(&value)));
                }
            }
            let names =
                ["created_at", "state", "channel", "target", "event_type", "attempts", "next_at", "id"];
            let heads = ["created", "state", "channel", "target", "event", "attempts", "next", "id"];
            list(&common, &path, (&heads, &names), json)
        }
        Deliveries::Show { common, id } => {
            print(&common, "GET", &format!("/v1/deliveries/{}", escape(&id)), None)
        }
        Deliveries::Replay { common, id } => {
            print(&common, "POST", &format!("/v1/deliveries/{}/replay", escape(&id)), Some(json!({})))
        }
    }
}

/// Runs `kassa stock`.
pub(crate) fn stock(action: Stock) -> anyhow::Result<ExitCode> {
    match action {
        Stock::List { common, low, limit, json } => {
            let path = format!("/v1/inventory?limit={limit}{}", if low { "&low=true" } else { "" });
            let names = ["sku", "product.name", "on_hand", "reserved", "available", "low_stock_at", "low"];
            let heads = ["sku", "product", "on hand", "reserved", "available", "low at", "low"];
            list(&common, &path, (&heads, &names), json)
        }
        Stock::Receive { common, sku, quantity } => moved(&common, &sku, ("receive", quantity)),
        Stock::Adjust { common, sku, quantity } => moved(&common, &sku, ("adjust", quantity)),
    }
}

fn moved(common: &Common, sku: &str, (how, quantity): (&str, i64)) -> anyhow::Result<ExitCode> {
    let path = format!("/v1/inventory/{}/{how}", escape(sku));
    print(common, "POST", &path, Some(json!({ "quantity": quantity })))
}

/// Runs `kassa sites`.
pub(crate) fn sites(action: Sites) -> anyhow::Result<ExitCode> {
    match action {
        Sites::List { common, json } => {
            let names = ["id", "timezone", "source", "allow_keyless", "keep_days", "origins"];
            let heads = ["id", "time zone", "source", "keyless", "keep days", "origins"];
            list(&common, "/v1/admin/sites", (&heads, &names), json)
        }
        Sites::Add { common, id, timezone } => {
            print(&common, "POST", "/v1/admin/sites", Some(json!({"id": id, "timezone": timezone})))
        }
        Sites::Key { common, id } => {
            print(&common, "POST", &format!("/v1/admin/sites/{}/keys", escape(&id)), Some(json!({})))
        }
    }
}

/// Runs `kassa keys`.
pub(crate) fn keys(action: Keys) -> anyhow::Result<ExitCode> {
    match action {
        Keys::List { common, json } => {
            let names = ["id", "name", "source", "scopes", "site", "prefix", "created_at", "last_used_at"];
            let heads = ["id", "name", "source", "scopes", "site", "prefix", "created", "last used"];
            list(&common, "/v1/admin/keys", (&heads, &names), json)
        }
        Keys::Add { common, name, scopes, site } => {
            let body = json!({"name": name, "scopes": scopes, "site": site});
            print(&common, "POST", "/v1/admin/keys", Some(body))
        }
        Keys::Revoke { common, id } => {
            print(&common, "DELETE", &format!("/v1/admin/keys/{}", escape(&id)), None)
        }
    }
}

fn list(
    common: &Common,
    path: &str,
    (heads, names): (&[&str], &[&str]),
    json: bool,
) -> anyhow::Result<ExitCode> {
    let found = ask(common, "GET", path, None)?.unwrap_or_default();
    show(json, &found, heads, &rows(&found["results"], names))?;
    if found["next_cursor"].is_string() {
        console::complain("there are more: raise --limit");
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints an answer as JSON, if there is one.
fn print(common: &Common, method: &str, path: &str, body: Option<Value>) -> anyhow::Result<ExitCode> {
    if let Some(answer) = ask(common, method, path, body)? {
        console::print(serde_json::to_string_pretty(&answer)?)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn ask(common: &Common, method: &str, path: &str, body: Option<Value>) -> anyhow::Result<Option<Value>> {
    super::block_on(async {
        let (admin, _) = admin_access::open(common, NEEDS).await?;
        let answer = admin.call(method, path, body.as_ref()).await;
        admin.close();
        answer
    })
}
