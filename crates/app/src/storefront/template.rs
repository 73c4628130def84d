//! `web/ui/shop.html`, cut at what the server puts in: whatever that is, it is put there once and not looked at again.

use std::sync::LazyLock;

use super::texts::Texts;
use crate::ui::{self, Html, escape};

const MARKS: [(&str, Part); 6] = [
    ("__KASSA_SITE__", Part::Site),
    ("__KASSA_LANG__", Part::Language),
    ("__KASSA_DIR__", Part::Direction),
    ("<!--kassa:head-->", Part::Head),
    ("<!--kassa:root-->", Part::Root),
    ("<!--kassa:data-->", Part::Data),
];

/// Where the pages are not built in: all the same a shop, without a look.
const PLAIN: &str = "<!doctype html><html lang=\"__KASSA_LANG__\" dir=\"__KASSA_DIR__\" data-site=\"__KASSA_SITE__\"><head><meta charset=\"utf-8\">\
     <!--kassa:head--></head><body><div id=\"root\"><!--kassa:root--></div>\
     <script type=\"application/json\" id=\"data\"><!--kassa:data--></script></body></html>";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Site,
    Language,
    Direction,
    Head,
    Root,
    Data,
}

/// A text of the template, and what stands behind it.
type Piece = (String, Option<Part>);

static PIECES: LazyLock<Vec<Piece>> = LazyLock::new(|| match ui::built("shop.html") {
    Some(template) => cut(&template),
    None => cut(PLAIN),
});

fn cut(template: &str) -> Vec<Piece> {
    let (mut pieces, mut rest) = (Vec::new(), template);
    loop {
        let found = MARKS.iter().filter_map(|(mark, part)| Some((rest.find(mark)?, *mark, *part)));
        let Some((at, mark, part)) = found.min_by_key(|(at, ..)| *at) else { break };
        pieces.push((rest[..at].to_owned(), Some(part)));
        rest = &rest[at + mark.len()..];
    }
    pieces.push((rest.to_owned(), None));
    pieces
}

/// The page of a site with this head, root and data.
pub(super) fn filled((site, texts): (&str, &Texts), (head, root, data): (&Html, &Html, &Html)) -> String {
    let length = head.as_text().len() + root.as_text().len() + data.as_text().len();
    let mut page = String::with_capacity(length + 4_096);
    for (text, part) in PIECES.iter() {
        page.push_str(text);
        match part {
            Some(Part::Site) => page.push_str(&escape(site)),
            Some(Part::Language) => page.push_str(texts.language),
            Some(Part::Direction) => page.push_str(texts.direction),
            Some(Part::Head) => page.push_str(head.as_text()),
            Some(Part::Root) => page.push_str(root.as_text()),
            Some(Part::Data) => page.push_str(data.as_text()),
            None => {}
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_of_the_template_is_filled() {
        let template = include_str!("../../../../web/ui/shop.html");
        for template in [template, PLAIN] {
            let mut parts: Vec<Part> = cut(template).into_iter().filter_map(|(_, part)| part).collect();
            parts.dedup();
            assert_eq!(parts.len(), MARKS.len(), "{parts:?}");
            let joined: String = cut(template).into_iter().map(|(text, _)| text).collect();
            assert!(!joined.contains("kassa:") && !joined.contains("KASSA_"), "{joined}");
        }
    }
}
