//! What a product must be like. Pure: a text or number goes in, a sentence about the field comes out.

use std::collections::BTreeSet;

use kassa_model::{Currency, Money};

use super::product::{
    DESCRIPTION_CHARS_MAX, Error, NAME_CHARS_MAX, NewProduct, Product, SKU_BYTES_MAX, Status,
};
use super::slug::{self, SLUG_CHARS_MAX};
use super::variant::{NewPrice, Variant};
use super::{attributes, words};
use crate::{inventory, text};

/// The most characters of a barcode.
const BARCODE_CHARS_MAX: usize = 64;
/// The heaviest variant: 1,000 tonnes in grams.
const WEIGHT_G_MAX: i64 = 1_000_000_000;
/// The most bytes of the address of a picture.
const IMAGE_URL_BYTES_MAX: usize = 2_048;

fn invalid(field: &'static str, why: impl Into<String>) -> Error {
    Error::Invalid { field, why: why.into() }
}

/// All rules for a product to be made, but for its [`line`]s, its attributes and its variants.
pub(crate) fn new_product(new: &NewProduct) -> Result<(), Error> {
    if let Some(slug) = &new.slug {
        self::slug(slug)?;
    }
    if new.status == Status::Archived {
        return Err(invalid("status", "of a new product is draft or active"));
    }
    if !(0..=inventory::QUANTITY_MAX).contains(&new.low_stock_at) {
        return Err(invalid("low_stock_at", format!("is an integer from 0 to {}", inventory::QUANTITY_MAX)));
    }
    description(&new.description)?;
    rest(&new.release_date, &new.image_url)
}

/// All rules for a product that has changed, but for its [`line`]s, its attributes and its variants.
pub(crate) fn product(product: &Product) -> Result<(), Error> {
    description(&product.description)?;
    rest(&product.release_date, &product.image_url)
}

/// All rules for a variant, but for its options and its SKU.
pub(crate) fn variant(variant: &Variant) -> Result<(), Error> {
    price("price", variant.price.amount_minor)?;
    price("cost", variant.cost_minor.unwrap_or(0))?;
    if !(0..=WEIGHT_G_MAX).contains(&variant.weight_g.unwrap_or(0)) {
        return Err(invalid("weight_g", format!("is an integer from 0 to {WEIGHT_G_MAX}")));
    }
    let plain = |barcode: &String| {
        (1..=BARCODE_CHARS_MAX).contains(&barcode.len())
            && barcode.bytes().all(|byte| byte.is_ascii_graphic())
    };
    match variant.barcode.as_ref().is_none_or(plain) {
        true => Ok(()),
        false => {
            let why = format!("has 1 to {BARCODE_CHARS_MAX} printable ASCII characters and no spaces");
            Err(invalid("barcode", why))
        }
    }
}

/// What something costs the shop, minor units, which is of the currency that it is sold in.
pub(crate) fn cost(cost: NewPrice, sold_in: Currency) -> Result<i64, Error> {
    match cost.currency {
        Some(currency) if currency != sold_in => {
            Err(invalid("cost", format!("must be in {sold_in}, as the price is")))
        }
        _ => Ok(cost.amount_minor),
    }
}

/// A slug that somebody has chosen.
pub(crate) fn slug(slug: &str) -> Result<(), Error> {
    match slug::is_slug(slug) {
        true => Ok(()),
        false => {
            let why = format!("has 1 to {SLUG_CHARS_MAX} characters of a-z, 0-9 and single - between them");
            Err(invalid("slug", why))
        }
    }
}

fn description(description: &Option<String>) -> Result<(), Error> {
    let Some(description) = description else { return Ok(()) };
    if description.chars().count() > DESCRIPTION_CHARS_MAX {
        return Err(invalid("description", format!("has at most {DESCRIPTION_CHARS_MAX} characters")));
    }
    if description.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(invalid("description", "contains a control character"));
    }
    Ok(())
}

fn rest(release_date: &Option<String>, image_url: &Option<String>) -> Result<(), Error> {
    if let Some(date) = release_date {
        self::date(date)?;
    }
    if let Some(url) = image_url {
        self::image_url(url)?;
    }
    Ok(())
}

/// A line of text as it is kept, without space around it: something to see, at most 255 characters, no control characters.
pub(crate) fn line(field: &'static str, given: &str) -> Result<String, Error> {
    let text = text::trimmed(given);
    if !text::is_visible(text) {
        return Err(invalid(field, "must not be blank: it needs a character that shows"));
    }
    if text.chars().count() > NAME_CHARS_MAX {
        return Err(invalid(field, format!("has at most {NAME_CHARS_MAX} characters")));
    }
    if text.chars().any(char::is_control) {
        return Err(invalid(field, "contains a control character"));
    }
    Ok(text.to_owned())
}

/// Whether `sku` has the form of a SKU: 1 to 100 printable ASCII characters, no space.
pub(crate) fn is_sku(sku: &str) -> bool {
    (1..=SKU_BYTES_MAX).contains(&sku.len()) && sku.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A SKU that somebody has chosen.
pub(crate) fn chosen_sku(sku: &str) -> Result<(), Error> {
    if !is_sku(sku) {
        let why = format!("has 1 to {SKU_BYTES_MAX} printable ASCII characters and no spaces");
        return Err(invalid("sku", why));
    }
    match sku.strip_prefix("p-") {
        Some(rest) if !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()) => Err(invalid(
            "sku",
            "of the form p-<number> is given by the shop: choose another, or leave it out",
        )),
        _ => Ok(()),
    }
}

fn price(field: &'static str, amount_minor: i64) -> Result<(), Error> {
    if (0..=Money::AMOUNT_MINOR_MAX).contains(&amount_minor) {
        return Ok(());
    }
    Err(invalid(field, format!("is an integer from 0 to {} minor units", Money::AMOUNT_MINOR_MAX)))
}

fn date(text: &str) -> Result<(), Error> {
    let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    match text.parse::<jiff::civil::Date>() {
        Ok(_) if plain => Ok(()),
        _ => Err(invalid("release_date", "must be a date YYYY-MM-DD")),
    }
}

/// Only what a browser loads a picture from: never `javascript:` and the like.
fn image_url(url: &str) -> Result<(), Error> {
    let known = ["http://", "https://", "/"].iter().any(|start| url.starts_with(start));
    if !known || url.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(invalid("image_url", "must begin with http://, https:// or / and have no spaces"));
    }
    match url.len() <= IMAGE_URL_BYTES_MAX {
        true => Ok(()),
        false => Err(invalid("image_url", format!("has at most {IMAGE_URL_BYTES_MAX} bytes"))),
    }
}

/// The attributes as they are kept: an object without spaces.
pub(crate) fn attributes(text: &str) -> Result<String, Error> {
    attributes::canonical(text).map_err(|why| invalid("attributes", why))
}

/// What lists are sorted by and searches look at, folded here: the engines disagree about letters beyond ASCII.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Folded {
    /// The name.
    pub(crate) name: String,
    /// The words of name, SKUs, category and description, each behind a space.
    pub(crate) search: String,
}

impl Folded {
    /// Of a product whose variants have these SKUs.
    pub(crate) fn of<'a>(product: &'a Product, skus: impl IntoIterator<Item = &'a str>) -> Self {
        let more = [&product.category, &product.description].into_iter().flatten().map(String::as_str);
        let texts = [product.name.as_str()].into_iter().chain(skus).chain(more);
        Self { name: text::fold(&product.name), search: words::joined(&words::of(texts)) }
    }

    /// Its words.
    pub(crate) fn words(&self) -> BTreeSet<&str> {
        words::split(&self.search)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_a_sku() {
        let check = |sku: &str, fine: bool| assert_eq!(chosen_sku(sku).is_ok(), fine, "{sku:?}");
        check("ps5", true);
        check("A/b_c.d-1:2", true);
        check("p-", true);
        check("p-1x", true);
        check(&"x".repeat(100), true);
        check(&"x".repeat(101), false);
        check("", false);
        check("a b", false);
        check("a\u{0}", false);
        check("ü", false);
        check("p-7", false);
    }

    #[test]
    fn knows_a_date() {
        let check = |text: &str, fine: bool| assert_eq!(date(text).is_ok(), fine, "{text}");
        check("2022-02-25", true);
        check("2024-02-29", true);
        check("2023-02-29", false);
        check("2022-2-25", false);
        check("20220225", false);
        check("2022-02-25T00:00:00Z", false);
        check("+002022-02", false);
        check("", false);
    }

    #[test]
    fn takes_pictures_from_the_web_only() {
        let check = |url: &str, fine: bool| assert_eq!(image_url(url).is_ok(), fine, "{url}");
        check("https://cdn.example/a.png", true);
        check("/assets/a.png", true);
        check("javascript:alert(1)", false);
        check("https://a b", false);
        check("", false);
    }
}
