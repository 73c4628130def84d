//! Which page is asked for: what of an address makes it another one.

use axum::extract::Query;
use axum::http::Uri;

use super::data::Order;
use super::write::{page_path, search_path};

/// The most characters of a search.
const Q_CHARS_MAX: usize = 200;
/// The last page of a list that is counted whole: more is not looked at.
const PAGE_MAX: i64 = 10_000;

/// A page that is the same for everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    Home,
    Category { slug: String, place: Place },
    Search { q: String, place: Place },
    Product { slug: String },
    Imprint,
    Terms,
    Cart,
    Checkout,
}

/// Where in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) sort: Order,
    /// From 1.
    pub(super) page: i64,
}

/// What stands behind the `?`. A page takes what it knows and passes over the rest: campaigns add to addresses.
#[derive(Debug, Default)]
pub(super) struct Asking(Vec<(String, String)>);

impl Asking {
    pub(super) fn of(uri: &Uri) -> Self {
        Query::try_from_uri(uri).map_or_else(|_| Self::default(), |Query(pairs)| Self(pairs))
    }

    pub(super) fn value(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The words that are searched for, in one line.
    pub(super) fn q(&self) -> String {
        let words: Vec<&str> = self.value("q").split_whitespace().collect();
        words.join(" ").chars().filter(|c| !c.is_control()).take(Q_CHARS_MAX).collect()
    }

    pub(super) fn place(&self) -> Place {
        let sort = Order::ALL.into_iter().find(|order| order.name() == self.value("sort"));
        let page = self.value("page").parse().ok().filter(|page| (1..=PAGE_MAX).contains(page));
        Place { sort: sort.unwrap_or(Order::Newest), page: page.unwrap_or(1) }
    }
}

impl Asked {
    /// Its address; two pages never have one.
    pub(super) fn path(&self) -> String {
        match self {
            Self::Home => "/".to_owned(),
            Self::Category { slug, place } => page_path(&format!("/c/{slug}"), place.sort, place.page),
            Self::Search { q, place } if q.is_empty() => page_path("/search", place.sort, place.page),
            Self::Search { q, place } => page_path(&search_path(q), place.sort, place.page),
            Self::Product { slug } => format!("/p/{slug}"),
            Self::Imprint => "/imprint".to_owned(),
            Self::Terms => "/terms".to_owned(),
            Self::Cart => "/cart".to_owned(),
            Self::Checkout => "/checkout".to_owned(),
        }
    }

    /// The address that search engines are told: a list is one in whatever order.
    pub(super) fn canonical(&self) -> String {
        match self {
            Self::Category { slug, place } => page_path(&format!("/c/{slug}"), Order::Newest, place.page),
            other => other.path(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_it_knows_of_an_address() {
        let check = |uri: &str, q: &str, sort: Order, page: i64| {
            let asking = Asking::of(&uri.parse().unwrap());
            assert_eq!((asking.q().as_str(), asking.place()), (q, Place { sort, page }), "{uri}");
        };
        check("/search", "", Order::Newest, 1);
        check("/search?q=tea+%20cup&utm_source=x&sort=-price&page=2", "tea cup", Order::PriceDown, 2);
        check("/search?q=a&q=b&sort=oldest&page=0", "a", Order::Newest, 1);
        check("/search?q=%00a%0Ab&page=-1", "a b", Order::Newest, 1);
        check("/search?q=%ff&page=99999999999999999999", "\u{fffd}", Order::Newest, 1);
        let long = format!("/search?q={}", "x".repeat(3_000));
        check(&long, &"x".repeat(200), Order::Newest, 1);
    }
}
