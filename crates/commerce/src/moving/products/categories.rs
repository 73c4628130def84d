//! The category of a product that comes in: found by slug along its path, and made where there is none.

use kassa_db::Tx;
use kassa_model::Timestamp;

use super::item::{CategoryItem, ProductItem};
use crate::catalog::NewCategory;
use crate::catalog::moving;
use crate::moving::batch::Stop;

/// How many categories a path may have.
const PATH_MAX: usize = 10;

/// The number of the category that a line names; `None` where it names none.
pub(super) fn find(tx: &mut Tx<'_>, item: &ProductItem, now: Timestamp) -> Result<Option<i64>, Stop> {
    match (item.category_path.as_deref(), &item.category) {
        (Some(path @ [_, ..]), _) => along(tx, path, now).map(Some),
        (_, Some(name)) => Ok(Some(moving::category_named(tx, name, now)?)),
        _ => Ok(None),
    }
}

fn along(tx: &mut Tx<'_>, path: &[CategoryItem], now: Timestamp) -> Result<i64, Stop> {
    if path.len() > PATH_MAX {
        return Err(Stop::Refused(format!("category_path has at most {PATH_MAX} categories")));
    }
    let mut parent_id = None;
    for CategoryItem { slug, name, position } in path {
        let known = match slug {
            Some(slug) => moving::category_at(tx, slug)?,
            None => moving::category_in(tx, parent_id, name)?,
        };
        let (name, slug, position) = (name.clone(), slug.clone(), position.unwrap_or(0));
        parent_id = Some(match known {
            Some(id) => id,
            None => moving::make_category(tx, &NewCategory { name, slug, parent_id, position }, now)?,
        });
    }
    parent_id.ok_or_else(|| Stop::Refused("category_path is empty".to_owned()))
}
