//! Which pages there are.

/// A page: its address below `/docs/`, its file's name, and its Markdown.
pub(super) struct Page {
    pub(super) slug: &'static str,
    pub(super) file: &'static str,
    pub(super) markdown: &'static str,
}

/// The pages, in the order in which they are listed.
pub(super) const PAGES: [Page; 22] = [
    Page { slug: "start", file: "README.md", markdown: include_str!("../../../../README.md") },
    Page { slug: "concepts", file: "concepts.md", markdown: include_str!("../../../../docs/concepts.md") },
    Page {
        slug: "operations",
        file: "operations.md",
        markdown: include_str!("../../../../docs/operations.md"),
    },
    Page { slug: "http-api", file: "api.md", markdown: include_str!("../../../../docs/api.md") },
    Page { slug: "webhooks", file: "webhooks.md", markdown: include_str!("../../../../docs/webhooks.md") },
    Page { slug: "dashboard", file: "dashboard.md", markdown: include_str!("../../../../docs/dashboard.md") },
    Page { slug: "admin", file: "admin.md", markdown: include_str!("../../../../docs/admin.md") },
    Page {
        slug: "definitions",
        file: "definitions.md",
        markdown: include_str!("../../../../docs/definitions.md"),
    },
    Page {
        slug: "coming-from-another-system",
        file: "coming-from-another-system.md",
        markdown: include_str!("../../../../docs/coming-from-another-system.md"),
    },
    Page {
        slug: "coming-from-gaming-shop",
        file: "coming-from-gaming-shop.md",
        markdown: include_str!("../../../../docs/coming-from-gaming-shop.md"),
    },
    Page {
        slug: "coming-from-event-tracking",
        file: "coming-from-event-tracking.md",
        markdown: include_str!("../../../../docs/coming-from-event-tracking.md"),
    },
    Page {
        slug: "coming-from-monitored-shop",
        file: "coming-from-monitored-shop.md",
        markdown: include_str!("../../../../docs/coming-from-monitored-shop.md"),
    },
    Page {
        slug: "coming-from-resilient-orders",
        file: "coming-from-resilient-orders.md",
        markdown: include_str!("../../../../docs/coming-from-resilient-orders.md"),
    },
    Page {
        slug: "coming-from-retail-analytics",
        file: "coming-from-retail-analytics.md",
        markdown: include_str!("../../../../docs/coming-from-retail-analytics.md"),
    },
    Page { slug: "moving-in", file: "moving-in.md", markdown: include_str!("../../../../docs/moving-in.md") },
    Page {
        slug: "moving-from-plausible",
        file: "moving-from-plausible.md",
        markdown: include_str!("../../../../docs/moving-from-plausible.md"),
    },
    Page {
        slug: "moving-from-umami",
        file: "moving-from-umami.md",
        markdown: include_str!("../../../../docs/moving-from-umami.md"),
    },
    Page {
        slug: "moving-from-ga4",
        file: "moving-from-ga4.md",
        markdown: include_str!("../../../../docs/moving-from-ga4.md"),
    },
    Page {
        slug: "moving-from-shopify",
        file: "moving-from-shopify.md",
        markdown: include_str!("../../../../docs/moving-from-shopify.md"),
    },
    Page { slug: "upgrading", file: "upgrading.md", markdown: include_str!("../../../../docs/upgrading.md") },
    Page {
        slug: "reliability",
        file: "reliability.md",
        markdown: include_str!("../../../../docs/reliability.md"),
    },
    Page {
        slug: "performance",
        file: "performance.md",
        markdown: include_str!("../../../../docs/performance.md"),
    },
];

/// The address of the page that is made of this file.
pub(super) fn address_of(file: &str) -> Option<String> {
    PAGES.iter().find(|page| page.file == file).map(|page| format!("/docs/{}", page.slug))
}
