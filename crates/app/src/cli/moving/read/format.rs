//! Which reader a file is for: by what was asked for, else by its name and its first line.

use std::io::BufRead;

use anyhow::bail;
use clap::ValueEnum;
use kassa_model::Currency;

use super::customers::Customers;
use super::ga4::Ga4;
use super::jsonl::JsonLines;
use super::matomo::Matomo;
use super::mongo::Mongo;
use super::parquet::Parquet;
use super::plausible::Plausible;
use super::products::Products;
use super::shopify_orders::ShopifyOrders;
use super::shopify_products::ShopifyProducts;
use super::system_a::{AOrders, Games};
use super::system_d::{DOrders, Inventory};
use super::system_events::{SiteEvents, UserEvents};
use super::umami::Umami;
use super::woo_orders::WooOrders;
use super::woo_products::WooProducts;
use super::{Input, Items, mongo_orders};
use crate::cli::moving::ask::{From, Noun};
use crate::cli::moving::source::{Reached, Source};

/// What a file is read for.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli::moving) struct Wanted<'a> {
    pub(in crate::cli::moving) noun: Noun,
    pub(in crate::cli::moving) from: Option<From>,
    pub(in crate::cli::moving) source: &'a Source,
    /// How far it was read.
    pub(in crate::cli::moving) reached: &'a Reached,
    /// Of amounts that name none.
    pub(in crate::cli::moving) currency: Currency,
}

/// A reader of the items of `input`.
///
/// # Errors
/// The file cannot be read, or is none of those that are known.
pub(in crate::cli::moving) fn open(mut input: Input, wanted: &Wanted<'_>) -> anyhow::Result<Box<dyn Items>> {
    let from = match wanted.from {
        Some(from) => from,
        None => guess(input.fill_buf()?, wanted)?,
    };
    Ok(match (from, wanted.noun) {
        (From::Jsonl, _) => Box::new(JsonLines::new(input)),
        (From::Csv, Noun::Products) => Box::new(Products::new(input, wanted.currency)?),
        (From::Csv, Noun::Customers) => Box::new(Customers::new(input)?),
        (From::Parquet, Noun::Events) => Box::new(Parquet::new(wanted.source, wanted.reached)?),
        (From::Plausible, Noun::Events) => Box::new(Plausible::new(wanted.source, wanted.reached)?),
        (From::Umami, Noun::Events) => Box::new(Umami::new(input)?),
        (From::Ga4, Noun::Events) => Box::new(Ga4::new(input)),
        (From::Matomo, Noun::Events) => Box::new(Matomo::new(input)),
        (From::Mongo, Noun::Products) => Box::new(Mongo::products(input, wanted.currency)),
        (From::Shopify, Noun::Orders) => Box::new(ShopifyOrders::new(input, wanted.currency)?),
        (From::Woocommerce, Noun::Orders) => Box::new(WooOrders::new(input, wanted.currency)?),
        (From::Shopify, Noun::Products) => Box::new(ShopifyProducts::new(input, wanted.currency)?),
        (From::Woocommerce, Noun::Products) => Box::new(WooProducts::new(input, wanted.currency)?),
        (From::A, Noun::Products) => Box::new(Games::new(input, wanted.currency)?),
        (From::A, Noun::Orders) => Box::new(AOrders::new(input, wanted.currency)?),
        (From::B, Noun::Events) => Box::new(UserEvents::new(input)?),
        (From::D, Noun::Products) => Box::new(Inventory::new(input)?),
        (From::D, Noun::Orders) => Box::new(DOrders::new(input, wanted.currency)?),
        (From::E, Noun::Events) => Box::new(SiteEvents::new(input)?),
        (From::Mongo, Noun::Orders) => Box::new(mongo_orders::orders(input, wanted.currency)),
        (from, noun) => {
            let from = from.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
            bail!("{} are not read from {from}", noun.name())
        }
    })
}

fn guess(begun: &[u8], wanted: &Wanted<'_>) -> anyhow::Result<From> {
    if begun.starts_with(b"PAR1") {
        return Ok(From::Parquet);
    }
    if begun.starts_with(b"PK") && wanted.noun == Noun::Events {
        return Ok(From::Plausible);
    }
    let begun = begun.strip_prefix(b"\xef\xbb\xbf").unwrap_or(begun);
    let header =
        String::from_utf8_lossy(begun.split(|byte| *byte == b'\n').next().unwrap_or_default()).into_owned();
    let has = |names: &[&str]| names.iter().all(|name| header.contains(name));
    if begun.first() == Some(&b'{') {
        return Ok(match wanted.noun {
            Noun::Events if has(&["\"idVisit\"", "\"actionDetails\""]) => From::Matomo,
            Noun::Events if has(&["\"event_timestamp\"", "\"event_name\""]) => From::Ga4,
            Noun::Products | Noun::Orders if has(&["\"_id\"", "\"$oid\""]) => From::Mongo,
            _ => From::Jsonl,
        });
    }
    if wanted.noun == Noun::Events && has(&["idVisit"]) {
        return Ok(From::Matomo);
    }
    if has(&["event_id", "session_id", "url_path"]) {
        return Ok(From::Umami);
    }
    if has(&["Handle", "Variant Price"]) || has(&["Financial Status", "Lineitem name"]) {
        return Ok(From::Shopify);
    }
    if has(&["Regular price", "Name", "SKU"]) || has(&["Order Number", "Item Cost"]) {
        return Ok(From::Woocommerce);
    }
    if wanted.source.name.ends_with(".jsonl") || wanted.source.name.ends_with(".ndjson") {
        return Ok(From::Jsonl);
    }
    if has(&["name", "price"]) || (wanted.noun == Noun::Customers && has(&["email"])) {
        return Ok(From::Csv);
    }
    bail!("what {} is cannot be told by its first line: say so with --from", wanted.source.name)
}
