//! Pictures, and products side by side.

use super::super::amounts::amount;
use super::super::data::{Picture, Product};
use super::super::texts::{Texts, fill};
use crate::ui::Html;

const WIDTHS: [u32; 4] = [320, 640, 960, 1_600];
const SIZES: &str = "(min-width: 1200px) 280px, (min-width: 720px) 30vw, 46vw";
/// So many are seen before one scrolls.
const FIRST: usize = 4;

/// How a picture stands on its page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// The name of what it shows.
    pub(super) name: &'a str,
    /// How wide it is there.
    pub(super) sizes: &'static str,
    /// Whether it is seen at once.
    pub(super) is_first: bool,
    /// Whether the name stands beside it.
    pub(super) is_named: bool,
}

/// A picture of ours, else one from elsewhere, else the first letter.
pub(super) fn picture(html: &mut Html, picture: Option<&Picture>, url: Option<&str>, place: Place<'_>) {
    match (picture, url) {
        (Some(picture), _) => ours(html, picture, place),
        (None, Some(url)) => {
            html.raw("<img class=\"image\"").attribute("src", url);
            html.attribute("alt", if place.is_named { "" } else { place.name });
            html.raw(" width=\"640\" height=\"640\"").raw(when(place.is_first)).raw(">");
        }
        (None, None) => {
            let letter: String = place.name.trim().chars().take(1).collect();
            html.raw("<span class=\"image none\" aria-hidden=\"true\">").text(&letter).raw("</span>");
        }
    }
}

fn ours(html: &mut Html, picture: &Picture, place: Place<'_>) {
    let at = |width: u32| address(&picture.id, width);
    let set: Vec<String> = WIDTHS.iter().map(|width| format!("{} {width}w", at(*width))).collect();
    let alt = match (place.is_named, picture.alt.is_empty()) {
        (true, _) => "",
        (false, true) => place.name,
        (false, false) => &picture.alt,
    };
    // What of several sources is meant is said before the source.
    html.raw("<img class=\"image\"").attribute("sizes", place.sizes).attribute("srcset", &set.join(", "));
    html.attribute("src", &at(640)).attribute("width", &picture.width.to_string());
    html.attribute("height", &picture.height.to_string())
        .raw(when(place.is_first))
        .attribute("alt", alt)
        .raw(">");
}

fn when(is_first: bool) -> &'static str {
    match is_first {
        true => " loading=\"eager\" fetchpriority=\"high\"",
        false => " loading=\"lazy\" decoding=\"async\"",
    }
}

/// Where a picture is in that width.
pub(super) fn address(id: &str, width: u32) -> String {
    format!("/assets/i/{id}-{width}")
}

/// Products side by side; `is_top`: those that are seen at once are among them.
pub(super) fn shelf(html: &mut Html, texts: &Texts, products: &[Product], is_top: bool) {
    html.raw("<ul class=\"shelf\">");
    for (position, product) in products.iter().enumerate() {
        card(html, texts, product, is_top && position < FIRST);
    }
    html.raw("</ul>");
}

fn card(html: &mut Html, texts: &Texts, product: &Product, is_first: bool) {
    html.raw("<li class=\"card\"><a").attribute("href", &format!("/p/{}", product.slug));
    html.raw("><span class=\"frame\">");
    let place = Place { name: &product.name, sizes: SIZES, is_first, is_named: true };
    picture(html, product.images.first(), product.image_url.as_deref(), place);
    if product.is_sold_out() {
        html.raw("<span class=\"tag\">").text(texts.shared.sold_out).raw("</span>");
    }
    html.raw("</span><span class=\"card-name\" dir=\"auto\">").text(&product.name);
    html.raw("</span></a><span class=\"card-price\">").text(&price(texts, product)).raw("</span></li>");
}

/// What it costs, at least.
pub(super) fn price(texts: &Texts, product: &Product) -> String {
    let from = amount(texts, product.price_from);
    if product.price_from == product.price_to { from } else { fill(texts.shared.from, &from) }
}
