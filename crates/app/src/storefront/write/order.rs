//! An order, for who has its link.

use kassa_model::Money;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::amounts::amount;
use super::super::data::Picture;
use super::super::texts::{Texts, fill};
use super::cards::{self, Place};
use crate::ui::Html;

#[derive(Debug, Deserialize)]
struct Order {
    number: Option<i64>,
    status: String,
    payment_status: Option<String>,
    fulfilment_status: Option<String>,
    total: Money,
    lines: Vec<Line>,
    customer: Option<Customer>,
    shipping_address: Option<Address>,
    note: Option<String>,
    #[serde(default)]
    fulfilments: Vec<Parcel>,
}

#[derive(Debug, Deserialize)]
struct Line {
    name: String,
    variant_title: Option<String>,
    slug: Option<String>,
    image: Option<Picture>,
    quantity: i64,
    unit_price: Money,
    total: Money,
}

#[derive(Debug, Deserialize)]
struct Customer {
    name: Option<String>,
    email: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Address {
    name: Option<String>,
    company: Option<String>,
    line1: Option<String>,
    line2: Option<String>,
    city: Option<String>,
    region: Option<String>,
    postal_code: Option<String>,
    country: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Parcel {
    number: i64,
    status: String,
    carrier: Option<String>,
    tracking_number: Option<String>,
    tracking_url: Option<String>,
}

/// The order; without one, that there is none.
pub(super) fn write(html: &mut Html, texts: &Texts, order: Option<&RawValue>) {
    let shared = &texts.shared;
    let Some(order) = order.and_then(|order| serde_json::from_str::<Order>(order.get()).ok()) else {
        html.raw("<section class=\"empty\"><h1>")
            .text(shared.unknown)
            .raw("</h1><p>")
            .text(shared.unknown_text);
        html.raw("</p></section>");
        return;
    };
    html.raw("<article class=\"order\" data-kassa-private>");
    headline(html, texts, &order);
    if !is_failed(&order) {
        progress(html, texts, &order);
    }
    parcels(html, texts, &order);
    html.raw("<ul class=\"lines\">");
    for line in &order.lines {
        self::line(html, texts, line);
    }
    html.raw("</ul><p class=\"total\"><span>").text(shared.total).raw("</span><strong>");
    html.text(&amount(texts, order.total)).raw("</strong></p>");
    facts(html, texts, &order);
    html.raw("</article>");
}

fn is_failed(order: &Order) -> bool {
    matches!(order.status.as_str(), "failed" | "cancelled")
}

fn headline(html: &mut Html, texts: &Texts, order: &Order) {
    let shared = &texts.shared;
    let name = order.customer.as_ref().and_then(|customer| customer.name.as_deref()).unwrap_or_default();
    let thanks = fill(shared.thanks, name);
    let title =
        if is_failed(order) { shared.order_failed } else { thanks.trim_end_matches([',', ' ', '،']) };
    html.raw("<header><h1 dir=\"auto\">").text(title).raw("</h1>");
    if let Some(number) = order.number {
        html.raw("<p class=\"soft\">").text(&fill(shared.order_number, &number.to_string())).raw("</p>");
    }
    match order.status.as_str() {
        "cancelled" => html.raw("<p class=\"notice bad\">").text(shared.order_cancelled).raw("</p>"),
        "failed" => html.raw("<p class=\"notice bad\">").text(shared.order_failed_text).raw("</p>"),
        _ => html.raw("<p>").text(shared.keep).raw("</p>"),
    };
    html.raw("</header>");
}

/// How far it is, as `progress.ts` has it.
fn progress(html: &mut Html, texts: &Texts, order: &Order) {
    let shared = &texts.shared;
    let reached = stage(order);
    html.raw("<ol class=\"progress\">");
    for (place, name) in
        [shared.accepted, shared.confirmed, shared.packed, shared.sent].into_iter().enumerate()
    {
        html.raw("<li").attribute("data-reached", if place <= reached { "true" } else { "false" });
        if place == reached {
            html.raw(" aria-current=\"step\"");
        }
        html.raw("><span class=\"dot\"></span><span>").text(name).raw("</span></li>");
    }
    html.raw("</ol>");
}

fn stage(order: &Order) -> usize {
    if order.status == "accepted" {
        return 0;
    }
    let is_whole = order.fulfilment_status.as_deref() == Some("fulfilled");
    let any =
        |states: &[&str]| order.fulfilments.iter().any(|parcel| states.contains(&parcel.status.as_str()));
    if any(&["shipped", "delivered"]) || (is_whole && order.fulfilments.is_empty()) {
        return 3;
    }
    if any(&["packed"]) || is_whole { 2 } else { 1 }
}

fn parcels(html: &mut Html, texts: &Texts, order: &Order) {
    let shared = &texts.shared;
    let mut sent = order.fulfilments.iter().filter(|parcel| parcel.status != "cancelled").peekable();
    if sent.peek().is_none() {
        return;
    }
    html.raw("<section><h2>").text(shared.parcels).raw("</h2><ul class=\"parcels\">");
    for parcel in sent {
        html.raw("<li>").text(&fill(shared.parcel, &parcel.number.to_string()));
        for said in [&parcel.carrier, &parcel.tracking_number].into_iter().flatten() {
            html.raw(" <span dir=\"auto\">").text(said).raw("</span>");
        }
        if let Some(url) = parcel.tracking_url.as_deref().filter(|url| is_web(url)) {
            html.raw(" <a rel=\"noopener noreferrer\"")
                .attribute("href", url)
                .raw(">")
                .text(shared.track)
                .raw("</a>");
        }
        html.raw("</li>");
    }
    html.raw("</ul></section>");
}

/// An address that a link may have: no script.
fn is_web(url: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| url.starts_with(scheme))
}

fn line(html: &mut Html, texts: &Texts, line: &Line) {
    html.raw("<li class=\"line\"><span class=\"frame\" aria-hidden=\"true\">");
    let place = Place { name: &line.name, sizes: "96px", is_first: false, is_named: true };
    cards::picture(html, line.image.as_ref(), None, place);
    html.raw("</span><div class=\"line-text\">");
    match &line.slug {
        Some(slug) => {
            html.raw("<a class=\"line-name\"").attribute("href", &format!("/p/{slug}")).raw(" dir=\"auto\">");
            html.text(&line.name).raw("</a>");
        }
        None => {
            html.raw("<span class=\"line-name\" dir=\"auto\">").text(&line.name).raw("</span>");
        }
    }
    if let Some(title) = &line.variant_title {
        html.raw("<span class=\"soft\" dir=\"auto\">").text(title).raw("</span>");
    }
    let times = fill(texts.shared.times, &line.quantity.to_string());
    html.raw("<span class=\"soft\">").text(&fill(&times, &amount(texts, line.unit_price)));
    html.raw("</span></div><strong class=\"line-total\">")
        .text(&amount(texts, line.total))
        .raw("</strong></li>");
}

fn facts(html: &mut Html, texts: &Texts, order: &Order) {
    let shared = &texts.shared;
    html.raw("<div class=\"facts\">");
    let payment = match order.payment_status.as_deref() {
        Some("unpaid" | "pending") => Some(shared.unpaid),
        Some("paid") => Some(shared.paid),
        Some("part_refunded") => Some(shared.part_refunded),
        Some("refunded") => Some(shared.refunded),
        _ => None,
    };
    fact(html, shared.payment, payment.into_iter());
    if let Some(customer) = order.customer.as_ref().filter(|customer| customer.email.is_some()) {
        fact(
            html,
            shared.contact,
            [&customer.name, &customer.email].into_iter().flatten().map(String::as_str),
        );
    }
    if let Some(address) = &order.shipping_address {
        fact(html, shared.ship_to, address.lines().iter().map(String::as_str));
    }
    fact(html, shared.note, order.note.as_deref().into_iter());
    html.raw("</div>");
}

/// Something about the order, of which each line is one; nothing without lines.
fn fact<'a>(html: &mut Html, title: &str, lines: impl Iterator<Item = &'a str>) {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return;
    }
    html.raw("<section class=\"fact\"><h2>").text(title).raw("</h2>");
    for line in lines {
        html.raw("<p dir=\"auto\">").text(line).raw("</p>");
    }
    html.raw("</section>");
}

impl Address {
    /// As it is written on a parcel.
    fn lines(&self) -> Vec<String> {
        let place =
            [&self.postal_code, &self.city].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
        let all = [&self.name, &self.company, &self.line1, &self.line2];
        let mut lines: Vec<String> = all.into_iter().flatten().cloned().collect();
        lines.push(place);
        lines.extend([&self.region, &self.country].into_iter().flatten().cloned());
        lines.retain(|line| !line.is_empty());
        lines
    }
}
