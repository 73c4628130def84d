//! What stands in a page's head: its title, what search engines and previews are told of it.

use super::super::data::{Page, Product};
use super::super::texts::fill;
use super::about::About;
use super::{cards, product_data};
use crate::ui::Html;

/// The most characters of a description.
const DESCRIPTION_CHARS_MAX: usize = 160;

/// Writes the head.
pub(super) fn write(html: &mut Html, about: &About<'_>) -> serde_json::Result<()> {
    let (title, description) = (title(about), description(about));
    html.raw("<title>").text(&title).raw("</title>");
    if let Some(description) = &description {
        named(html, ("name", "description"), description);
    }
    if !is_listed(about.page) {
        named(html, ("name", "robots"), "noindex");
    }
    let address = about.absolute(about.path);
    html.raw("<link rel=\"canonical\"").attribute("href", &address).raw(">");
    if let Some(colour) = &about.common.shop.colour {
        named(html, ("name", "theme-color"), colour);
    }
    named(html, ("property", "og:site_name"), &plain(&about.common.shop.name));
    named(html, ("property", "og:title"), &own_title(about));
    named(html, ("property", "og:url"), &address);
    if let Some(description) = &description {
        named(html, ("property", "og:description"), description);
    }
    match about.page {
        Page::Product { product, .. } => of_product(html, about, product),
        _ => {
            named(html, ("property", "og:type"), "website");
            Ok(())
        }
    }
}

fn of_product(html: &mut Html, about: &About<'_>, product: &Product) -> serde_json::Result<()> {
    named(html, ("property", "og:type"), "product");
    match product.images.first() {
        Some(picture) => {
            named(html, ("property", "og:image"), &about.absolute(&cards::address(&picture.id, 960)));
            let alt = if picture.alt.is_empty() { &product.name } else { &picture.alt };
            named(html, ("property", "og:image:alt"), &plain(alt));
        }
        None => {
            for url in product_data::pictures(about, product) {
                named(html, ("property", "og:image"), &url);
            }
        }
    }
    named(html, ("property", "product:price:amount"), &product.price_from.to_decimal());
    named(html, ("property", "product:price:currency"), product.price_from.currency.code());
    html.raw("<script type=\"application/ld+json\">")
        .json(&product_data::of(about, product))?
        .raw("</script>");
    Ok(())
}

fn named(html: &mut Html, (kind, name): (&'static str, &'static str), content: &str) {
    html.raw("<meta").attribute(kind, name).attribute("content", content).raw(">");
}

/// Whether search engines are to list it.
fn is_listed(page: &Page) -> bool {
    match page {
        Page::Home { .. } | Page::Product { .. } | Page::Imprint { .. } | Page::Terms { .. } => true,
        Page::Category { .. } => true,
        Page::Search { .. } | Page::Order { .. } | Page::Cart | Page::Checkout | Page::Missing => false,
    }
}

fn title(about: &About<'_>) -> String {
    let (own, shop) = (own_title(about), plain(&about.common.shop.name));
    if own == shop { own } else { format!("{own} · {shop}") }
}

/// What the page is called, without the shop.
fn own_title(about: &About<'_>) -> String {
    let (shop, shared) = (&about.common.shop, &about.texts.shared);
    let title = match about.page {
        Page::Home { .. } => {
            shop.claim.clone().filter(|claim| !claim.is_empty()).unwrap_or(shop.name.clone())
        }
        Page::Category { category, .. } => category.name.clone(),
        Page::Product { product, .. } => product.name.clone(),
        Page::Search { q, .. } if q.is_empty() => shared.search.to_owned(),
        Page::Search { q, .. } => fill(shared.found, q),
        Page::Imprint { .. } => shared.imprint.to_owned(),
        Page::Terms { .. } => shared.terms.to_owned(),
        Page::Order { .. } => shared.order.to_owned(),
        Page::Cart => shared.cart.to_owned(),
        Page::Checkout => shared.checkout.to_owned(),
        Page::Missing => shared.missing.to_owned(),
    };
    plain(&title)
}

fn description(about: &About<'_>) -> Option<String> {
    let shop = &about.common.shop;
    let text = match about.page {
        Page::Home { .. } => shop.claim.clone()?,
        Page::Category { category, list } => {
            format!("{}: {}", category.name, (about.texts.products)(list.total, list.total_exact))
        }
        Page::Product { product, .. } => match product.description.as_deref() {
            Some(text) if !text.trim().is_empty() => text.to_owned(),
            _ => format!("{}, {}", product.name, cards::price(about.texts, product)),
        },
        _ => return None,
    };
    Some(shortened(&plain(&text))).filter(|text| !text.is_empty())
}

/// A text in one line, which turns no other text round: without the marks that say which way is read on.
fn plain(text: &str) -> String {
    let turns = |c: &char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let kept: String = text.chars().filter(|c| !turns(c)).collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text up to the last word that there is room for.
fn shortened(text: &str) -> String {
    if text.chars().count() <= DESCRIPTION_CHARS_MAX {
        return text.to_owned();
    }
    let cut: String = text.chars().take(DESCRIPTION_CHARS_MAX - 1).collect();
    let end = cut.rfind(' ').filter(|end| *end > DESCRIPTION_CHARS_MAX / 2).unwrap_or(cut.len());
    format!("{}…", &cut[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_are_short_and_plain() {
        let check = |text: &str, expected: &str| assert_eq!(shortened(&plain(text)), expected);
        check("White\n  and\u{202e} loud\u{2069}", "White and loud");
        check(&"ab ".repeat(100), &format!("{}ab…", "ab ".repeat(52)));
        check(&"x".repeat(300), &format!("{}…", "x".repeat(159)));
        check("", "");
    }
}
