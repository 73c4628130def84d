//! Which pages there are.

/// A page: its address below `/docs/`, its file's name, and its Markdown.
pub(super) struct Page {
    /// Below which heading it is listed.
    pub(super) group: &'static str,
    /// What it is listed as, where its first heading does not say it.
    pub(super) title: Option<&'static str>,
    pub(super) slug: &'static str,
    pub(super) file: &'static str,
    pub(super) markdown: &'static str,
}

/// A page of the folder `docs`.
macro_rules! page {
    ($group:ident, $slug:literal, $file:literal) => {
        Page {
            group: $group,
            title: None,
            slug: $slug,
            file: $file,
            markdown: include_str!(concat!("../../../../docs/", $file)),
        }
    };
}

const FIRST: &str = "First";
const USE: &str = "Use";
const COMING: &str = "Coming from";
const MOVING: &str = "Moving in";
const TRUST: &str = "Trust";

/// The pages, in the order in which they are listed; those of a group stand together.
pub(super) const PAGES: [Page; 22] = [
    Page {
        group: FIRST,
        title: Some("Start"),
        slug: "start",
        file: "README.md",
        markdown: include_str!("../../../../README.md"),
    },
    page!(FIRST, "concepts", "concepts.md"),
    page!(USE, "operations", "operations.md"),
    page!(USE, "upgrading", "upgrading.md"),
    page!(USE, "http-api", "api.md"),
    page!(USE, "webhooks", "webhooks.md"),
    page!(USE, "dashboard", "dashboard.md"),
    page!(USE, "admin", "admin.md"),
    page!(USE, "definitions", "definitions.md"),
    page!(COMING, "coming-from-another-system", "coming-from-another-system.md"),
    page!(COMING, "coming-from-gaming-shop", "coming-from-gaming-shop.md"),
    page!(COMING, "coming-from-event-tracking", "coming-from-event-tracking.md"),
    page!(COMING, "coming-from-monitored-shop", "coming-from-monitored-shop.md"),
    page!(COMING, "coming-from-resilient-orders", "coming-from-resilient-orders.md"),
    page!(COMING, "coming-from-retail-analytics", "coming-from-retail-analytics.md"),
    page!(MOVING, "moving-in", "moving-in.md"),
    page!(MOVING, "moving-from-plausible", "moving-from-plausible.md"),
    page!(MOVING, "moving-from-umami", "moving-from-umami.md"),
    page!(MOVING, "moving-from-ga4", "moving-from-ga4.md"),
    page!(MOVING, "moving-from-shopify", "moving-from-shopify.md"),
    page!(TRUST, "reliability", "reliability.md"),
    page!(TRUST, "performance", "performance.md"),
];

/// The address of the page that is made of this file.
pub(super) fn address_of(file: &str) -> Option<String> {
    PAGES.iter().find(|page| page.file == file).map(|page| format!("/docs/{}", page.slug))
}
