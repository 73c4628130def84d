//! A product: its pictures, what it is, which variant, what it costs, whether it can be had, and the way to an order.

use super::super::amounts::amount;
use super::super::data::{Picture, Product, Variant};
use super::super::form::fields;
use super::super::texts::{Texts, fill};
use super::about::About;
use super::cards::{self, Place};
use super::{lists, plain};
use crate::ui::Html;

const SIZES: &str = "(min-width: 1300px) 650px, (min-width: 700px) 50vw, 100vw";

/// A product and what goes with it.
pub(super) fn write(html: &mut Html, about: &About<'_>, (product, related): (&Product, &[Product])) {
    let texts = about.texts;
    let variants = product.sold();
    let Some(shown) = variants.iter().find(|variant| !variant.is_sold_out()).or(variants.first()) else {
        return;
    };
    lists::crumbs(html, about, product.category_slug.as_deref(), true);
    html.raw("<div class=\"product\">");
    gallery(html, texts, product, picture_of(product, &variants, shown));
    html.raw("<div class=\"product-text\"><h1 dir=\"auto\">").text(&product.name);
    html.raw("</h1><p class=\"price\" aria-live=\"polite\">").text(&amount(texts, shown.price)).raw("</p>");
    for (place, name) in product.options.iter().enumerate() {
        option(html, texts, (place, name), (&variants, shown));
    }
    stock_state(html, texts, shown);
    match shown.is_sold_out() {
        true => notify(html, texts),
        false => buy(html, texts),
    }
    fields::on_product(html, texts, product, &variants);
    if let Some(text) = product.description.as_deref().filter(|text| !text.trim().is_empty()) {
        html.raw("<div class=\"description\">");
        plain::paragraphs(html, text);
        html.raw("</div>");
    }
    html.raw("</div></div>");
    lists::section(html, texts, (texts.shared.related, related), false);
}

/// The place of the picture of this variant, else of the one that has most in common with it, else of the first.
fn picture_of(product: &Product, variants: &[Variant], shown: &Variant) -> usize {
    let alike = |picture: &Picture| match picture.variant_sku.as_deref() {
        None => 0,
        Some(sku) if sku == shown.sku => usize::MAX,
        Some(sku) => variants.iter().find(|variant| variant.sku == sku).map_or(0, |variant| {
            variant.options.iter().zip(&shown.options).filter(|(one, other)| one == other).count()
        }),
    };
    let mut best = (0, 0);
    for (place, picture) in product.images.iter().enumerate() {
        if alike(picture) > best.1 {
            best = (place, alike(picture));
        }
    }
    best.0
}

fn gallery(html: &mut Html, texts: &Texts, product: &Product, shown: usize) {
    let place = Place { name: &product.name, sizes: SIZES, is_first: true, is_named: false };
    html.raw("<div class=\"gallery\"><div class=\"frame\">");
    cards::picture(html, product.images.get(shown), product.image_url.as_deref(), place);
    html.raw("</div>");
    if product.images.len() > 1 {
        html.raw("<ul class=\"thumbs\">");
        for (place, picture) in product.images.iter().enumerate() {
            let label = fill(texts.shared.picture, &(place + 1).to_string());
            html.raw("<li><button type=\"button\"");
            html.attribute("aria-label", &fill(&label, &product.images.len().to_string()));
            html.attribute("aria-pressed", if place == shown { "true" } else { "false" }).raw(">");
            let small = Place { name: &product.name, sizes: "80px", is_first: false, is_named: true };
            cards::picture(html, Some(picture), None, small);
            html.raw("</button></li>");
        }
        html.raw("</ul>");
    }
    html.raw("</div>");
}

/// The values of an option, in the order of the variants.
fn option(
    html: &mut Html,
    texts: &Texts,
    (place, name): (usize, &str),
    (variants, shown): (&[Variant], &Variant),
) {
    let value_of = |variant: &Variant| variant.options.get(place).cloned().unwrap_or_default();
    let chosen = value_of(shown);
    let mut values: Vec<String> = Vec::new();
    for value in variants.iter().map(value_of) {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    let is_alike = |variant: &Variant| {
        let both = variant.options.iter().zip(&shown.options).enumerate();
        both.into_iter().all(|(at, (one, other))| at == place || one == other)
    };
    html.raw("<fieldset class=\"option\"><legend dir=\"auto\">").text(name).raw(": <strong>").text(&chosen);
    html.raw("</strong></legend>");
    for value in values {
        let can_be_had =
            variants.iter().any(|one| value_of(one) == value && is_alike(one) && !one.is_sold_out());
        html.raw("<label class=\"choice\"")
            .attribute("data-sold-out", if can_be_had { "false" } else { "true" });
        html.raw("><input type=\"radio\" class=\"unseen\"").attribute("name", &format!("option-{place}"));
        html.attribute("value", &value);
        if value == chosen {
            html.raw(" checked");
        }
        html.raw("><span dir=\"auto\">").text(&value).raw("</span>");
        if !can_be_had {
            html.raw("<span class=\"unseen\">").text(texts.shared.sold_out).raw("</span>");
        }
        html.raw("</label>");
    }
    html.raw("</fieldset>");
}

fn stock_state(html: &mut Html, texts: &Texts, shown: &Variant) {
    let (state, text) = match (shown.is_sold_out(), shown.left()) {
        (true, _) => ("out", texts.shared.sold_out.to_owned()),
        (false, Some(left)) => ("low", fill(texts.shared.left, &left.to_string())),
        (false, None) => ("in", texts.shared.in_stock.to_owned()),
    };
    html.raw("<p class=\"stock\"")
        .attribute("data-state", state)
        .raw(" role=\"status\">")
        .text(&text)
        .raw("</p>");
}

/// How many, and into the cart: what the browser makes work.
fn buy(html: &mut Html, texts: &Texts) {
    let shared = &texts.shared;
    html.raw("<div class=\"buy\"><div class=\"buy-row\"><span class=\"quantity\" role=\"group\"");
    html.attribute("aria-label", shared.quantity).raw("><button type=\"button\" disabled");
    html.attribute("aria-label", shared.less).raw(">−</button><input inputmode=\"numeric\"");
    html.attribute("aria-label", shared.quantity).raw(" value=\"1\"><button type=\"button\" disabled");
    html.attribute("aria-label", shared.more).raw(">+</button></span>");
    html.raw("<button type=\"button\" class=\"button large\" disabled>").text(shared.add_to_cart);
    html.raw("</button></div><p class=\"in-cart\" role=\"status\"></p></div>");
}

/// Who leaves an address hears when it is back: what the browser makes work.
fn notify(html: &mut Html, texts: &Texts) {
    let shared = &texts.shared;
    html.raw("<form class=\"notify\"><p>").text(shared.notify).raw("</p><div class=\"field\"><label>");
    html.text(shared.email)
        .raw(" </label><input type=\"email\" name=\"email\" autocomplete=\"email\" required");
    html.attribute("aria-label", shared.email).raw("></div><button class=\"button\" disabled>");
    html.text(shared.notify_send).raw("</button></form>");
}
