//! The first page, a category, and what was found.

use axum::http::Uri;

use super::super::data::{Category, List, Order, Product};
use super::super::texts::{Texts, fill};
use super::about::About;
use super::{cards, plain};
use crate::ui::Html;

/// What the shop is, what is bought most, and what is new.
pub(super) fn home(html: &mut Html, about: &About<'_>, (new, best): (&[Product], &[Product])) {
    let (texts, shop) = (about.texts, &about.common.shop);
    let claim = shop.claim.as_deref().filter(|claim| !claim.is_empty());
    html.raw("<section class=\"hero\"><h1 dir=\"auto\">")
        .text(claim.unwrap_or(&shop.name))
        .raw("</h1></section>");
    section(html, texts, (texts.shared.best, best), true);
    section(html, texts, (texts.shared.fresh, new), best.is_empty());
    if new.is_empty() && best.is_empty() {
        html.raw("<p class=\"notice\">").text(texts.shared.nothing_yet).raw("</p>");
    }
}

/// Products under a heading.
pub(super) fn section(html: &mut Html, texts: &Texts, (title, products): (&str, &[Product]), is_top: bool) {
    if products.is_empty() {
        return;
    }
    html.raw("<section class=\"section\"><h2>").text(title).raw("</h2>");
    cards::shelf(html, texts, products, is_top);
    html.raw("</section>");
}

/// What is in a category.
pub(super) fn category(html: &mut Html, about: &About<'_>, (category, list): (&Category, &List)) {
    let texts = about.texts;
    crumbs(html, about, Some(&category.slug), false);
    let path = format!("/c/{}", category.slug);
    list_head(html, texts, (&category.name, list));
    children(html, &about.common.categories, category);
    match list.products.is_empty() {
        true => {
            html.raw("<p class=\"notice\">").text(texts.shared.empty_category).raw("</p>");
        }
        false => cards::shelf(html, texts, &list.products, true),
    }
    pager(html, texts, list, &path);
}

/// The way from the start to a category, itself included where that is not the page.
pub(super) fn crumbs(html: &mut Html, about: &About<'_>, slug: Option<&str>, with_itself: bool) {
    let (all, shared) = (&about.common.categories, &about.texts.shared);
    let mut way: Vec<&Category> = Vec::new();
    let mut next = all.iter().find(|category| Some(category.slug.as_str()) == slug);
    // A tree: nothing is above itself.
    while let Some(category) = next.filter(|category| !way.iter().any(|known| known.id == category.id)) {
        way.push(category);
        next = all.iter().find(|above| Some(above.id) == category.parent_id);
    }
    way.reverse();
    if !with_itself {
        way.pop();
    }
    html.raw("<nav class=\"crumbs\"").attribute("aria-label", shared.where_you_are).raw("><a href=\"/\">");
    html.text(shared.everything).raw("</a>");
    for category in way {
        html.raw("<a").attribute("href", &format!("/c/{}", category.slug)).raw(" dir=\"auto\">");
        html.text(&category.name).raw("</a>");
    }
    html.raw("</nav>");
}

fn children(html: &mut Html, all: &[Category], category: &Category) {
    let mut below = all.iter().filter(|child| child.parent_id == Some(category.id)).peekable();
    if below.peek().is_none() {
        return;
    }
    html.raw("<ul class=\"chips\">");
    for child in below {
        html.raw("<li><a class=\"chip\"")
            .attribute("href", &format!("/c/{}", child.slug))
            .raw(" dir=\"auto\">");
        html.text(&child.name).raw("</a></li>");
    }
    html.raw("</ul>");
}

/// What was found; what was not found leads on.
pub(super) fn search(html: &mut Html, about: &About<'_>, (q, list, best): (&str, &List, &[Product])) {
    let (texts, shared) = (about.texts, &about.texts.shared);
    if q.is_empty() {
        return nothing(html, about, (shared.search.to_owned(), shared.search_type), best);
    }
    if list.products.is_empty() {
        return nothing(html, about, (fill(shared.none, q), shared.none_text), best);
    }
    list_head(html, texts, (&fill(shared.found, q), list));
    cards::shelf(html, texts, &list.products, true);
    pager(html, texts, list, &search_path(q));
}

/// The address of a search.
pub(in super::super) fn search_path(q: &str) -> String {
    format!("/search?q={}", encoded(q))
}

/// A text as a value in a query.
fn encoded(text: &str) -> String {
    let mut value = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' => value.push(byte.into()),
            b' ' => value.push('+'),
            byte => value.push_str(&format!("%{byte:02X}")),
        }
    }
    value
}

fn nothing(html: &mut Html, about: &About<'_>, (title, text): (String, &str), best: &[Product]) {
    html.raw("<section class=\"empty\"><h1 dir=\"auto\">")
        .text(&title)
        .raw("</h1><p>")
        .text(text)
        .raw("</p>");
    plain::category_links(html, about);
    html.raw("</section>");
    section(html, about.texts, (about.texts.shared.best, best), false);
}

fn list_head(html: &mut Html, texts: &Texts, (title, list): (&str, &List)) {
    html.raw("<div class=\"list-head\"><h1 dir=\"auto\">").text(title).raw("</h1><span class=\"soft\">");
    html.text(&(texts.products)(list.total, list.total_exact)).raw("</span>");
    if list.total >= 2 {
        sort_menu(html, texts, list);
    }
    html.raw("</div>");
}

fn sort_menu(html: &mut Html, texts: &Texts, list: &List) {
    let shared = &texts.shared;
    html.raw("<label class=\"sort\"><span class=\"soft\">").text(shared.sort).raw("</span><select>");
    for order in Order::ALL {
        let name = match order {
            Order::Newest => shared.newest,
            Order::Price => shared.price,
            Order::PriceDown => shared.price_down,
            Order::Name => shared.name,
        };
        html.raw("<option").attribute("value", order.name());
        if order == list.sort {
            html.raw(" selected");
        }
        html.raw(">").text(name).raw("</option>");
    }
    html.raw("</select></label>");
}

fn pager(html: &mut Html, texts: &Texts, list: &List, path: &str) {
    if list.pages < 2 {
        return;
    }
    let shared = &texts.shared;
    html.raw("<nav class=\"pager\"").attribute("aria-label", shared.pages).raw(">");
    if list.page > 1 {
        html.raw("<a class=\"button quiet\" rel=\"prev\"");
        html.attribute("href", &page_path(path, list.sort, list.page - 1))
            .raw(">")
            .text(shared.before)
            .raw("</a>");
    }
    let place = fill(&fill(shared.page_of, &list.page.to_string()), &list.pages.to_string());
    html.raw("<span>").text(&place).raw("</span>");
    if list.page < list.pages {
        html.raw("<a class=\"button quiet\" rel=\"next\"");
        html.attribute("href", &page_path(path, list.sort, list.page + 1))
            .raw(">")
            .text(shared.next)
            .raw("</a>");
    }
    html.raw("</nav>");
}

/// The address of a page of a list; what goes without saying is left out.
pub(in super::super) fn page_path(path: &str, sort: Order, page: i64) -> String {
    let mut address = path.to_owned();
    let mut add = |name: &str, value: &str| {
        address.push(if address.contains('?') { '&' } else { '?' });
        address.push_str(name);
        address.push('=');
        address.push_str(value);
    };
    if sort != Order::Newest {
        add("sort", sort.name());
    }
    if page > 1 {
        add("page", &page.to_string());
    }
    debug_assert!(address.parse::<Uri>().is_ok(), "{address}");
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_say_what_does_not_go_without_saying() {
        assert_eq!(page_path("/c/mugs", Order::Newest, 1), "/c/mugs");
        assert_eq!(page_path("/c/mugs", Order::PriceDown, 2), "/c/mugs?sort=-price&page=2");
        let found = page_path(&search_path("tea & \"coffee\" ä"), Order::Newest, 3);
        assert_eq!(found, "/search?q=tea+%26+%22coffee%22+%C3%A4&page=3");
    }
}
