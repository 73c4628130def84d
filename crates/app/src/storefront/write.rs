//! A page as HTML: what the browser's code makes of the same data (`web/ui/src/shop`), element by element where that is cheap, so
//! that it takes it over; readable where there are no scripts.

mod about;
mod cards;
mod head;
mod lists;
mod order;
mod plain;
mod product;
mod product_data;
mod shell;

use super::data::{Data, Page};
use super::template;
use crate::ui::Html;

pub(super) use about::About;
pub(super) use lists::{page_path, search_path};

/// The page whose only contents is `main`, where it is not what the data says.
pub(super) fn whole(about: &About<'_>, main: &Html) -> serde_json::Result<String> {
    let (mut head, mut root, mut data) = (Html::default(), Html::default(), Html::default());
    head::write(&mut head, about)?;
    shell::around(&mut root, about, main);
    data.json(&Data { common: about.common, page: about.page })?;
    Ok(template::filled((about.site, about.texts), (&head, &root, &data)))
}

/// The page.
pub(super) fn page(about: &About<'_>) -> serde_json::Result<String> {
    whole(about, &main(about))
}

fn main(about: &About<'_>) -> Html {
    let mut html = Html::default();
    let texts = about.texts;
    match about.page {
        Page::Home { new, best } => lists::home(&mut html, about, (new, best)),
        Page::Category { category, list } => lists::category(&mut html, about, (category, list)),
        Page::Search { q, list, best } => lists::search(&mut html, about, (q, list, best)),
        Page::Product { product, related } => product::write(&mut html, about, (product, related)),
        Page::Imprint { text } => plain::text(&mut html, texts, (texts.shared.imprint, text)),
        Page::Terms { text } => plain::text(&mut html, texts, (texts.shared.terms, text)),
        Page::Cart => plain::needs_scripts(&mut html, texts, texts.shared.cart),
        Page::Checkout => plain::needs_scripts(&mut html, texts, texts.shared.checkout),
        Page::Order { order } => order::write(&mut html, texts, order.as_deref()),
        Page::Missing => plain::missing(&mut html, about),
    }
    html
}
