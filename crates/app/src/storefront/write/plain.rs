//! Pages of text, and those for when there is nothing else.

use super::super::texts::Texts;
use super::about::About;
use crate::ui::Html;

/// The paragraphs of a text, which an empty line tells apart.
pub(super) fn paragraphs(html: &mut Html, text: &str) {
    let mut paragraph = String::new();
    for line in text.lines().chain([""]) {
        if line.trim().is_empty() {
            if !paragraph.trim().is_empty() {
                html.raw("<p dir=\"auto\">").text(paragraph.trim_end_matches('\n')).raw("</p>");
            }
            paragraph.clear();
            continue;
        }
        paragraph.push_str(line);
        paragraph.push('\n');
    }
}

/// What the owner has written.
pub(super) fn text(html: &mut Html, texts: &Texts, (title, text): (&str, &str)) {
    html.raw("<article class=\"prose\"><h1>").text(title).raw("</h1>");
    if text.trim().is_empty() {
        html.raw("<p class=\"soft\">").text(texts.shared.no_text).raw("</p>");
    }
    paragraphs(html, text);
    html.raw("</article>");
}

/// Pages that are about what is in the browser.
pub(super) fn needs_scripts(html: &mut Html, texts: &Texts, title: &str) {
    html.raw("<h1>").text(title).raw("</h1><noscript><p class=\"notice\">").text(texts.own.needs_scripts);
    html.raw("</p><p><a href=\"/\">").text(texts.shared.go_on).raw("</a></p></noscript>");
}

/// Nothing is at this address; the categories lead on.
pub(super) fn missing(html: &mut Html, about: &About<'_>) {
    let shared = &about.texts.shared;
    html.raw("<section class=\"empty\"><h1>").text(shared.missing).raw("</h1><p>").text(shared.missing_text);
    html.raw("</p>");
    category_links(html, about);
    html.raw("</section>");
}

/// All categories, and the start.
pub(super) fn category_links(html: &mut Html, about: &About<'_>) {
    html.raw("<ul class=\"chips\"><li><a class=\"chip\" href=\"/\">").text(about.texts.shared.everything);
    html.raw("</a></li>");
    for category in &about.common.categories {
        html.raw("<li><a class=\"chip\"").attribute("href", &format!("/c/{}", category.slug));
        html.raw(" dir=\"auto\">").text(&category.name).raw("</a></li>");
    }
    html.raw("</ul>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_line_ends_a_paragraph() {
        let check = |text: &str, expected: &str| {
            let mut html = Html::default();
            paragraphs(&mut html, text);
            assert_eq!(html.into_text(), expected, "{text:?}");
        };
        check("a\nb\n\n \nc", "<p dir=\"auto\">a\nb</p><p dir=\"auto\">c</p>");
        check("\n<b>\n", "<p dir=\"auto\">&lt;b&gt;</p>");
        check(" \n\n", "");
    }
}
