//! The form by which one product is ordered where there are no scripts.

use kassa_model::Money;

use super::super::amounts::amount;
use super::super::data::{Product, Variant};
use super::super::texts::Texts;
use crate::ui::Html;

/// The most that may be ordered of it at once.
pub(super) const QUANTITY_MAX: i64 = 99;

/// What is filled in, in this order: its name in the form, whether it must be, and by what name the browser may know it.
pub(super) const FIELDS: [(&str, bool, &str); 8] = [
    ("name", true, "name"),
    ("email", true, "email"),
    ("line1", true, "address-line1"),
    ("line2", false, "address-line2"),
    ("postal_code", true, "postal-code"),
    ("city", true, "address-level2"),
    ("region", false, "address-level1"),
    ("country", true, "country"),
];

/// What a field is called.
pub(super) fn label(texts: &Texts, name: &str) -> &'static str {
    let shared = &texts.shared;
    match name {
        "name" => shared.full_name,
        "email" => shared.email,
        "line1" => shared.line1,
        "line2" => shared.line2,
        "postal_code" => shared.postal_code,
        "city" => shared.city,
        "region" => shared.region,
        _ => texts.own.country,
    }
}

/// A variant at the price that was seen: what an option of the form stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct What {
    pub(super) price: Money,
    pub(super) sku: String,
}

impl What {
    pub(super) fn written(&self) -> String {
        format!("{} {} {}", self.price.amount_minor, self.price.currency.code(), self.sku)
    }

    pub(super) fn of(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, ' ');
        let amount_minor =
            parts.next()?.parse().ok().filter(|amount| (0..=Money::AMOUNT_MINOR_MAX).contains(amount))?;
        let currency = parts.next()?.parse().ok()?;
        let sku = parts.next().filter(|sku| !sku.is_empty())?.to_owned();
        Some(Self { price: Money { amount_minor, currency }, sku })
    }
}

/// The form on a product's page, shown only where there are no scripts. It is the same for everybody: what makes an order one comes
/// with the next page.
pub(in super::super) fn on_product(html: &mut Html, texts: &Texts, product: &Product, variants: &[Variant]) {
    let sold: Vec<&Variant> = variants.iter().filter(|variant| !variant.is_sold_out()).collect();
    if sold.is_empty() {
        return;
    }
    html.raw("<noscript>");
    begin(html, &product.slug);
    html.raw("<h2>").text(texts.own.order_here).raw("</h2>");
    // Which one is said where there are others, too.
    if let ([only], 1) = (sold.as_slice(), variants.len()) {
        hidden(html, "what", &what_of(only).written());
    } else {
        html.raw("<p class=\"field\"><label for=\"what\">").text(texts.own.what);
        html.raw("</label><select id=\"what\" name=\"what\">");
        for variant in sold {
            html.raw("<option").attribute("value", &what_of(variant).written()).raw(" dir=\"auto\">");
            html.text(variant.title.as_deref().unwrap_or(&variant.sku)).raw(", ");
            html.text(&amount(texts, variant.price)).raw("</option>");
        }
        html.raw("</select></p>");
    }
    quantity(html, texts, "1");
    for (name, is_needed, known_as) in FIELDS {
        field(html, texts, (name, is_needed, known_as), "");
    }
    end(html, texts.own.review);
    html.raw("</noscript>");
}

fn what_of(variant: &Variant) -> What {
    What { price: variant.price, sku: variant.sku.clone() }
}

/// Begins the form of the product with that slug.
pub(super) fn begin(html: &mut Html, slug: &str) {
    html.raw("<form class=\"order-form\" method=\"post\" action=\"/checkout\" accept-charset=\"utf-8\">");
    hidden(html, "slug", slug);
}

/// Ends it.
pub(super) fn end(html: &mut Html, label: &str) {
    html.raw("<p><button class=\"button large\">").text(label).raw("</button></p></form>");
}

pub(super) fn hidden(html: &mut Html, name: &'static str, value: &str) {
    html.raw("<input type=\"hidden\"").attribute("name", name).attribute("value", value).raw(">");
}

pub(super) fn quantity(html: &mut Html, texts: &Texts, value: &str) {
    html.raw("<p class=\"field\"><label for=\"quantity\">").text(texts.shared.quantity);
    html.raw("</label><input id=\"quantity\" name=\"quantity\" type=\"number\" min=\"1\" required");
    html.attribute("max", &QUANTITY_MAX.to_string()).attribute("value", value).raw("></p>");
}

pub(super) fn field(
    html: &mut Html,
    texts: &Texts,
    (name, is_needed, known_as): (&'static str, bool, &str),
    value: &str,
) {
    html.raw("<p class=\"field\"><label").attribute("for", &format!("order-{name}")).raw(">");
    html.text(label(texts, name));
    if !is_needed {
        html.raw(" <span class=\"soft\">").text(texts.shared.optional).raw("</span>");
    }
    html.raw("</label><input").attribute("id", &format!("order-{name}")).attribute("name", name);
    html.attribute("type", if name == "email" { "email" } else { "text" });
    html.attribute("autocomplete", known_as).attribute("value", value);
    match name {
        "country" => html.raw(" maxlength=\"2\" pattern=\"[A-Za-z]{2}\""),
        _ => html.raw(" maxlength=\"255\""),
    };
    html.raw(if is_needed { " required></p>" } else { "></p>" });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_says_what_and_at_which_price() {
        let check = |text: &str, expected: Option<(i64, &str)>| {
            let found = What::of(text);
            assert_eq!(
                found.as_ref().map(|what| (what.price.amount_minor, what.sku.as_str())),
                expected,
                "{text}"
            );
            if let Some(what) = found {
                assert_eq!(what.written(), text);
            }
        };
        check("1800 EUR mug", Some((1_800, "mug")));
        check("0 JPY a/b?c=\"<", Some((0, "a/b?c=\"<")));
        for bad in [
            "",
            "1800",
            "1800 EUR",
            "1800 EUR ",
            "-1 EUR mug",
            "1.5 EUR mug",
            "1 EURO mug",
            "9007199254740992 EUR mug",
        ] {
            check(bad, None);
        }
    }
}
