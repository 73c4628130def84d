//! What stands on every page: the head with search and categories, the foot.

use super::super::data::{Category, Page};
use super::super::texts::fill;
use super::about::About;
use crate::ui::Html;

const SEARCH: &str = "<svg class=\"icon\" viewBox=\"0 0 24 24\" aria-hidden=\"true\">\
     <path d=\"M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12ZM20 20l-4.5-4.5\"></path></svg>";
const BAG: &str = "<svg class=\"icon\" viewBox=\"0 0 24 24\" aria-hidden=\"true\">\
     <path d=\"M5 8h14l-1 12H6zM9 8a3 3 0 0 1 6 0\"></path></svg>";
const MOON: &str = "<svg class=\"icon\" viewBox=\"0 0 24 24\" aria-hidden=\"true\">\
     <path d=\"M20 14.5A8 8 0 0 1 9.5 4a8 8 0 1 0 10.5 10.5Z\"></path></svg>";
/// The languages that there are, each in its own words.
const LANGUAGES: [(&str, &str); 3] = [("en", "English"), ("de", "Deutsch"), ("ar", "العربية")];

/// Head, `main` and foot.
pub(super) fn around(html: &mut Html, about: &About<'_>, main: &Html) {
    let shared = &about.texts.shared;
    html.raw("<a class=\"skip\" href=\"#main\">").text(shared.skip).raw("</a>");
    announcement(html, about);
    head(html, about);
    html.raw("<main id=\"main\" class=\"wrap\" tabindex=\"-1\">").append(main).raw("</main>");
    foot(html, about);
}

fn announcement(html: &mut Html, about: &About<'_>) {
    let said = about.common.shop.announcement.as_deref();
    if let Some(said) = said.filter(|said| !said.is_empty()) {
        html.raw("<aside class=\"announcement\" dir=\"auto\">").text(said).raw("</aside>");
    }
}

fn head(html: &mut Html, about: &About<'_>) {
    let (shop, shared) = (&about.common.shop, &about.texts.shared);
    html.raw("<header class=\"top\"><div class=\"wrap bar\"><a href=\"/\" class=\"brand\" dir=\"auto\"");
    html.attribute("aria-label", &fill(shared.to_shop, &shop.name)).raw(">");
    match &shop.logo {
        Some(logo) => {
            html.raw("<img")
                .attribute("src", &format!("/assets/i/{logo}-320"))
                .raw(" alt=\"\" height=\"40\">");
        }
        None => {
            html.text(&shop.name);
        }
    }
    html.raw("</a><form action=\"/search\" role=\"search\" class=\"search\">").raw(SEARCH);
    html.raw("<input type=\"search\" name=\"q\"");
    if let Page::Search { q, .. } = about.page {
        html.attribute("value", q);
    }
    html.attribute("placeholder", shared.search_placeholder)
        .attribute("aria-label", shared.search_placeholder);
    html.raw(" autocomplete=\"off\" maxlength=\"200\" role=\"combobox\" aria-expanded=\"false\" aria-autocomplete=\"list\">");
    html.raw("</form><a href=\"/cart\" class=\"cart-link\"").attribute("aria-label", about.texts.empty_cart);
    html.raw(">").raw(BAG).raw("</a></div>");
    if !matches!(about.page, Page::Checkout) {
        categories(html, about);
    }
    html.raw("<div class=\"busy\" data-on=\"false\" role=\"progressbar\"")
        .attribute("aria-label", shared.loading);
    html.raw(" hidden></div></header>");
}

fn categories(html: &mut Html, about: &About<'_>) {
    let all = &about.common.categories;
    let mut tops = all.iter().filter(|category| category.parent_id.is_none()).peekable();
    if tops.peek().is_none() {
        return;
    }
    let shown = match about.page {
        Page::Category { category, .. } => Some(category),
        _ => None,
    };
    html.raw("<nav class=\"wrap categories\"")
        .attribute("aria-label", about.texts.shared.categories)
        .raw(">");
    for top in tops {
        let is_current = |shown: &Category| shown.id == top.id || shown.parent_id == Some(top.id);
        html.raw("<a").attribute("href", &format!("/c/{}", top.slug));
        if shown.is_some_and(is_current) {
            html.raw(" aria-current=\"true\"");
        }
        html.raw(" dir=\"auto\">").text(&top.name).raw("</a>");
    }
    html.raw("</nav>");
}

fn foot(html: &mut Html, about: &About<'_>) {
    let (shop, shared) = (&about.common.shop, &about.texts.shared);
    html.raw("<footer class=\"foot\"><div class=\"wrap\"><p dir=\"auto\">").text(&shop.name).raw("</p><nav");
    html.attribute("aria-label", shared.about).raw("><a href=\"/imprint\">").text(shared.imprint);
    html.raw("</a><a href=\"/terms\">").text(shared.terms).raw("</a></nav>");
    let offered = LANGUAGES.iter().filter(|(tag, _)| shop.languages.iter().any(|language| language == tag));
    if offered.clone().count() > 1 {
        html.raw("<label class=\"languages\"><span class=\"unseen\">")
            .text(shared.language)
            .raw("</span><select>");
        for (tag, name) in offered {
            html.raw("<option").attribute("value", tag).attribute("lang", tag);
            if *tag == about.texts.language {
                html.raw(" selected");
            }
            html.raw(">").text(name).raw("</option>");
        }
        html.raw("</select></label>");
    }
    html.raw("<button type=\"button\" class=\"plain\">")
        .raw(MOON)
        .text(shared.dark)
        .raw("</button></div></footer>");
}
