//! The pages between the form and the order: what is to be put right, and what is to be looked over.

use kassa_model::Money;
use uuid::Uuid;

use super::super::amounts::amount;
use super::super::texts::{Texts, fill};
use super::fields::{self, FIELDS, What};
use super::filled::Filled;
use crate::ui::Html;

/// What is ordered, as it is now.
#[derive(Debug)]
pub(super) struct Goods {
    pub(super) name: String,
    pub(super) title: Option<String>,
    pub(super) what: What,
    pub(super) count: i64,
    pub(super) total: Money,
}

/// The form again, as it was filled in, and why.
pub(super) fn again(texts: &Texts, filled: &Filled, why: &str) -> Html {
    let mut html = begun(texts, why);
    fields::begin(&mut html, &filled.slug);
    if let Some(what) = &filled.what {
        fields::hidden(&mut html, "what", &what.written());
    }
    fields::quantity(&mut html, texts, &filled.quantity);
    for ((name, is_needed, known_as), value) in FIELDS.into_iter().zip(&filled.values) {
        fields::field(&mut html, texts, (name, is_needed, known_as), value);
    }
    fields::end(&mut html, texts.own.review);
    back(&mut html, texts, filled);
    html
}

/// What is to be looked over before it is ordered; and if something has changed, what.
pub(super) fn review(
    texts: &Texts,
    shop: &str,
    (filled, goods): (&Filled, &Goods),
    (key, why): (Uuid, &str),
) -> Html {
    let shared = &texts.shared;
    let mut html = begun(texts, why);
    html.raw("<p dir=\"auto\">").text(&goods.name);
    if let Some(title) = &goods.title {
        html.raw(", ").text(title);
    }
    html.raw("</p><p>");
    html.text(&fill(&fill(shared.times, &goods.count.to_string()), &amount(texts, goods.what.price)));
    html.raw("</p><p class=\"total\"><span>").text(shared.total).raw("</span><strong>");
    html.text(&amount(texts, goods.total))
        .raw("</strong></p><section class=\"fact\"><h2>")
        .text(shared.ship_to);
    html.raw("</h2>");
    for value in filled.values.iter().filter(|value| !value.is_empty()) {
        html.raw("<p dir=\"auto\">").text(value).raw("</p>");
    }
    html.raw("</section><p class=\"soft\">").text(&fill(shared.pay_later, shop)).raw("</p>");
    fields::begin(&mut html, &filled.slug);
    fields::hidden(&mut html, "what", &goods.what.written());
    fields::hidden(&mut html, "quantity", &goods.count.to_string());
    fields::hidden(&mut html, "total", &amount(texts, goods.total));
    for ((name, ..), value) in FIELDS.into_iter().zip(&filled.values) {
        fields::hidden(&mut html, name, value);
    }
    fields::hidden(&mut html, "key", &key.to_string());
    fields::end(&mut html, &fill(shared.order_for, &amount(texts, goods.total)));
    html.raw("<p class=\"soft\">").text(shared.terms_agreed).raw(" <a href=\"/terms\">").text(shared.terms);
    html.raw("</a></p>");
    back(&mut html, texts, filled);
    html
}

/// It cannot be ordered as it was wanted.
pub(super) fn refused(texts: &Texts, filled: &Filled, why: &str) -> Html {
    let mut html = begun(texts, why);
    back(&mut html, texts, filled);
    html
}

fn begun(texts: &Texts, why: &str) -> Html {
    let mut html = Html::default();
    html.raw("<div class=\"checkout step\"><h1>").text(texts.shared.order).raw("</h1>");
    if !why.is_empty() {
        html.raw("<p class=\"notice bad\" role=\"alert\" dir=\"auto\">").text(why).raw("</p>");
    }
    html
}

/// Ends the page with the way back.
fn back(html: &mut Html, texts: &Texts, filled: &Filled) {
    let path = if filled.slug.is_empty() { "/".to_owned() } else { format!("/p/{}", filled.slug) };
    html.raw("<p><a").attribute("href", &path).raw(">").text(texts.own.change).raw("</a></p></div>");
}
