//! The pages as they are shown.

use std::sync::LazyLock;

use super::pages::{PAGES, Page};
use super::render::{self, Rendered};

/// Each page with what was made of it.
pub(super) static RENDERED: LazyLock<Vec<(&'static Page, Rendered)>> =
    LazyLock::new(|| PAGES.iter().map(|page| (page, rendered(page))).collect());

fn rendered(page: &Page) -> Rendered {
    let rendered = render::render(page.markdown);
    Rendered { title: page.title.map_or(rendered.title, str::to_owned), ..rendered }
}

/// The page of this address, rendered.
pub(super) fn page(slug: &str) -> Option<&'static (&'static Page, Rendered)> {
    RENDERED.iter().find(|(page, _)| page.slug == slug)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_page_has_a_title_and_every_link_leads_somewhere() {
        for (page, rendered) in RENDERED.iter() {
            assert!(!rendered.title.is_empty(), "{}", page.slug);
            assert!(!rendered.html.contains("<script"), "{}", page.slug);
            for link in rendered.html.split("href=\"").skip(1) {
                let link = link.split('"').next().unwrap_or_default();
                let Some(target) = link.strip_prefix("/docs/") else { continue };
                let (slug, place) = target.split_once('#').unwrap_or((target, ""));
                let (_, found) =
                    super::page(slug).unwrap_or_else(|| panic!("{} leads to {target}", page.slug));
                let ids: BTreeSet<&str> = found.sections.iter().map(|section| section.id.as_str()).collect();
                assert!(place.is_empty() || ids.contains(place), "{} leads to {target}", page.slug);
            }
        }
    }

    #[test]
    fn addresses_are_of_one_page_each() {
        let slugs: BTreeSet<&str> = PAGES.iter().map(|page| page.slug).collect();
        assert_eq!(slugs.len(), PAGES.len());
        // These two are others'.
        assert!(!slugs.contains("api") && !slugs.contains("search"));
    }
}
