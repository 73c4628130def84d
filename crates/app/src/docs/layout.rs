//! What is around a page: its head, the list of pages, the search, and the list of its parts.

use super::pages::Page;
use super::render::Rendered;
use super::search::Found;
use super::site::RENDERED;
use crate::ui::Html;

/// The look: the dashboard's tokens, and what a page of text needs.
pub(super) const STYLE: &str =
    concat!(include_str!("../../../../web/ui/src/design/tokens.css"), include_str!("style.css"));

/// A page of text.
pub(super) fn of_page(page: &Page, rendered: &Rendered) -> String {
    let mut html = begin(&rendered.title, "");
    beside(&mut html, Some(page.slug));
    html.raw("<main id=\"main\"><article>").made(&rendered.html).raw("</article>");
    html.raw("<p class=\"raw\"><a").attribute("href", &format!("/docs/{}.md", page.slug));
    html.raw(">This page as Markdown</a></p></main>");
    let parts: Vec<_> = rendered.sections.iter().filter(|section| section.level == 2).collect();
    if parts.len() > 1 {
        html.raw("<nav class=\"parts\" aria-label=\"On this page\"><h2>On this page</h2><ul>");
        for part in parts {
            html.raw("<li><a")
                .attribute("href", &format!("#{}", part.id))
                .raw(">")
                .text(&part.title)
                .raw("</a></li>");
        }
        html.raw("</ul></nav>");
    }
    end(html)
}

/// What a search has found.
pub(super) fn of_search(asked: &str, found: &[Found]) -> String {
    let mut html = begin("Search", asked);
    beside(&mut html, None);
    html.raw("<main id=\"main\"><article><h1>Search</h1><p role=\"status\">");
    let count = found.len();
    match (asked.trim(), count) {
        ("", _) => html.raw("Ask for words that stand in a section."),
        (words, 0) => html.raw("Nothing has all of: ").text(words),
        (words, count) => html.text(&format!("{count} sections for: ")).text(words),
    };
    html.raw("</p><ol class=\"found\">");
    for Found { page, page_title, section, piece } in found {
        html.raw("<li><a").attribute("href", &format!("/docs/{}#{}", page.slug, section.id)).raw(">");
        html.text(&section.title).raw("</a> <span class=\"of\">").text(page_title).raw("</span><p>");
        html.text(piece).raw("</p></li>");
    }
    html.raw("</ol></article></main>");
    end(html)
}

/// The first page: all pages, each once.
pub(super) fn of_all() -> String {
    let mut html = begin("Documentation", "");
    html.raw("<main id=\"main\"><article class=\"all\"><h1>Documentation</h1>");
    list(&mut html, None);
    html.raw("</article></main>");
    end(html)
}

fn begin(title: &str, asked: &str) -> Html {
    let mut html = Html::default();
    html.raw(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>",
    );
    html.text(title).raw(" · kassa</title><link rel=\"stylesheet\" href=\"/docs/style.css\"></head><body>");
    html.raw("<a class=\"skip\" href=\"#main\">Skip to the text</a><header><a class=\"home\" href=\"/docs\">kassa</a>");
    html.raw("<form action=\"/docs/search\" role=\"search\"><label><span>Search</span><input type=\"search\" name=\"q\"");
    html.attribute("value", asked).raw(" maxlength=\"200\"></label><button>Search</button></form></header>");
    html
}

/// The list of pages beside a text.
fn beside(html: &mut Html, here: Option<&str>) {
    html.raw("<nav class=\"pages\" aria-label=\"Pages\">");
    list(html, here);
    html.raw("</nav>");
}

/// The pages below the headings of their groups.
fn list(html: &mut Html, here: Option<&str>) {
    for pages in RENDERED.chunk_by(|(a, _), (b, _)| a.group == b.group) {
        html.raw("<p class=\"group\">").text(pages[0].0.group).raw("</p><ul>");
        for (page, rendered) in pages {
            html.raw("<li><a").attribute("href", &format!("/docs/{}", page.slug));
            if here == Some(page.slug) {
                html.raw(" aria-current=\"page\"");
            }
            html.raw(">").text(&rendered.title).raw("</a></li>");
        }
        html.raw("</ul>");
    }
}

fn end(mut html: Html) -> String {
    html.raw("</body></html>");
    html.as_text().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docs::pages::PAGES;

    #[test]
    fn each_page_is_listed_once_and_the_first_is_the_start() {
        let first = of_all();
        for page in &PAGES {
            let link = format!("href=\"/docs/{}\"", page.slug);
            assert_eq!(first.matches(&link).count(), 1, "{}", page.slug);
        }
        assert!(first.contains(">Start</a>"), "{first}");
        let (page, rendered) = crate::docs::site::page("start").unwrap();
        assert!(of_page(page, rendered).contains("<title>Start · kassa</title>"));
    }
}
