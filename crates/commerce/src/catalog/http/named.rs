//! Which product a path names: `/v1/products/7` by its id, `/v1/products/sku:ps5` by the SKU of a variant,
//! `/v1/products/slug:playstation-5` by its slug or one that it had.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use kassa_db::{Db, Error, Tx};
use kassa_service::Problem;

use super::super::cache::CacheKey;
use super::super::product::{Product, Status};
use super::super::view::Sight;
use super::super::{check, slug, store, variant};
use crate::refuse::here;
use crate::shop::Shop;

/// What a path names.
#[derive(Debug, Clone)]
pub(super) enum Named {
    Id(i64),
    Sku(String),
    Slug(String),
}

impl Named {
    /// A name that no product can have is a product that there is not.
    pub(super) fn of(path: Result<Path<String>, PathRejection>) -> Result<Self, Problem> {
        let Ok(Path(text)) = path else { return Err(Problem::bad_request("the path is not UTF-8")) };
        Self::parse(&text)
    }

    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        let number = || text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        match text.split_once(':') {
            Some(("sku", sku)) if check::is_sku(sku) => Ok(Self::Sku(sku.to_owned())),
            Some(("slug", slug)) if slug::is_slug(slug) => Ok(Self::Slug(slug.to_owned())),
            Some(_) => Err(unknown(text)),
            None => number().map(Self::Id).ok_or_else(|| unknown(text)),
        }
    }

    /// The product as its first variant sells it, if the reader may see it. An archived variant names nothing to buyers.
    pub(super) fn find(&self, tx: &mut Tx<'_>, sight: Sight) -> Result<Option<Product>, Error> {
        let is_seen = |product: &Product| match sight {
            Sight::Public => product.is_sold(),
            Sight::Full => product.status != Status::Archived,
        };
        if let (Self::Sku(_), Sight::Public) = (self, sight)
            && !self.as_named(tx)?.is_some_and(|product| product.is_sold())
        {
            return Ok(None);
        }
        Ok(self.find_any(tx)?.filter(is_seen))
    }

    /// The product as its first variant sells it, also when it is archived.
    pub(super) fn find_any(&self, tx: &mut Tx<'_>) -> Result<Option<Product>, Error> {
        let id = match self {
            Self::Id(id) => Some(*id),
            Self::Sku(sku) => variant::store::product_of(tx, sku)?,
            Self::Slug(slug) => match store::by_slug(tx, slug)? {
                Some(id) => Some(id),
                None => store::redirected(tx, slug)?,
            },
        };
        let Some(id) = id else { return Ok(None) };
        Ok(store::by_ids(tx, &[id])?.pop())
    }

    /// The product as the variant sells it that is named, also when either is archived.
    pub(super) fn as_named(&self, tx: &mut Tx<'_>) -> Result<Option<Product>, Error> {
        match self {
            Self::Sku(sku) => Ok(store::by_skus(tx, &[sku])?.pop()),
            _ => self.find_any(tx),
        }
    }

    /// What is kept of it for such a reader.
    pub(super) fn cache_key(&self, sight: Sight) -> CacheKey {
        let key = match self {
            Self::Id(id) => CacheKey::Id(*id),
            Self::Sku(sku) => CacheKey::Sku(sku.clone()),
            Self::Slug(slug) => CacheKey::Slug(slug.clone()),
        };
        of_sight(key, sight)
    }

    /// As it stands in the path.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Id(id) => id.to_string(),
            Self::Sku(sku) => format!("sku:{sku}"),
            Self::Slug(slug) => format!("slug:{slug}"),
        }
    }

    pub(super) fn unknown(&self) -> Problem {
        unknown(&self.text())
    }
}

/// The key of what such a reader is shown.
pub(super) fn of_sight(key: CacheKey, sight: Sight) -> CacheKey {
    match sight {
        Sight::Public => key,
        Sight::Full => CacheKey::Full(Box::new(key)),
    }
}

pub(super) fn unknown(name: &str) -> Problem {
    let shown: String = name.chars().take(120).collect();
    Problem::not_found(format!("no product {shown}"))
}

/// The catalogue's database; the routes are there only where it is.
pub(super) fn catalog(shop: &Shop) -> Result<&Db, Problem> {
    here(&shop.catalog, "catalogue")
}
