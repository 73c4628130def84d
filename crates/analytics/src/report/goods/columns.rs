//! The rows of answers about products and demand, and their columns.

use kassa_eventstore::goods::GoodsTotals;

use super::ask::Column;

/// By what products can be ordered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum ProductColumn {
    Views,
    Viewers,
    Adds,
    Orders,
    Units,
    Net,
    ConversionRate,
    HoursSoldOut,
    ViewsSoldOut,
    ViewersSoldOut,
    LostRevenue,
    Sku,
    Name,
    Category,
}

impl Column for ProductColumn {
    const ALL: &'static [(&'static str, Self)] = &[
        ("views", Self::Views),
        ("viewers", Self::Viewers),
        ("adds", Self::Adds),
        ("orders", Self::Orders),
        ("units", Self::Units),
        ("net", Self::Net),
        ("conversion_rate", Self::ConversionRate),
        ("hours_sold_out", Self::HoursSoldOut),
        ("views_sold_out", Self::ViewsSoldOut),
        ("viewers_sold_out", Self::ViewersSoldOut),
        ("lost_revenue", Self::LostRevenue),
        ("sku", Self::Sku),
        ("name", Self::Name),
        ("category", Self::Category),
    ];
    const MEMBERS: &'static [&'static str] =
        &["currency", "order_by", "pagination", "format", "group_by", "search"];
    const CSV: (&'static [&'static str], &'static [&'static str]) = (
        &[
            "sku",
            "name",
            "category",
            "views",
            "viewers",
            "adds",
            "orders",
            "units",
            "conversion_rate",
            "hours_sold_out",
            "views_sold_out",
            "viewers_sold_out",
        ],
        &["net", "lost_revenue"],
    );
}

/// By what searches can be ordered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum TermColumn {
    Searches,
    WithoutResult,
    WithoutClick,
    Term,
}

impl Column for TermColumn {
    const ALL: &'static [(&'static str, Self)] = &[
        ("searches", Self::Searches),
        ("without_result", Self::WithoutResult),
        ("without_click", Self::WithoutClick),
        ("term", Self::Term),
    ];
    const MEMBERS: &'static [&'static str] = &["currency", "order_by", "pagination", "format"];
    const CSV: (&'static [&'static str], &'static [&'static str]) =
        (&["term", "searches", "without_result", "without_click"], &[]);
}

/// A row of the answer.
#[derive(Debug, Clone, Default)]
pub(super) struct Product {
    pub(super) sku: Option<String>,
    pub(super) name: Option<String>,
    pub(super) category: Option<String>,
    pub(super) counts: GoodsTotals,
    pub(super) lost_minor: i64,
}
