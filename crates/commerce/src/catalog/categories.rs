//! The rules of categories: made, changed, removed, and in which order they are listed.

use std::collections::{HashMap, HashSet};

use kassa_db::Tx;
use kassa_model::Timestamp;

use super::category::store;
use super::category::{Category, CategoryChange, Counted, NewCategory};
use super::product::Error;
use super::{check, slug, whole};

/// How deep categories may nest.
const DEPTH_MAX: usize = 10;
/// The most places among siblings.
const POSITION_MAX: i64 = 1_000_000;

/// Makes a category.
///
/// # Errors
/// [`Error::Invalid`], [`Error::SlugTaken`].
pub fn create(tx: &mut Tx<'_>, new: &NewCategory, now: Timestamp) -> Result<Category, Error> {
    let name = check::line("name", &new.name)?;
    position(new.position)?;
    if let Some(slug) = &new.slug {
        check::slug(slug)?;
    }
    if let Some(parent) = new.parent_id {
        depth_under(tx, parent, None)?;
    }
    let slug = new.slug.clone().unwrap_or_else(|| slug::of(&name));
    let made = Category { id: 0, slug, name, parent_id: new.parent_id, position: new.position, version: 1 };
    match claim(tx, &made, now)? {
        Some(made) => Ok(made),
        None if new.slug.is_some() => Err(Error::SlugTaken(made.slug)),
        None => numbered(tx, made, now),
    }
}

/// Writes the category, unless its slug is empty or taken.
fn claim(tx: &mut Tx<'_>, made: &Category, now: Timestamp) -> Result<Option<Category>, Error> {
    if made.slug.is_empty() {
        return Ok(None);
    }
    Ok(store::insert(tx, made, now)?.map(|id| Category { id, ..made.clone() }))
}

/// Writes the category with its number behind its slug.
fn numbered(tx: &mut Tx<'_>, made: Category, now: Timestamp) -> Result<Category, Error> {
    // Without a slug nothing can be in its way.
    let id = store::insert(tx, &Category { slug: String::new(), ..made.clone() }, now)?.unwrap_or(0);
    let made = Category { id, slug: store::free_slug(tx, &made.slug, id)?, ..made };
    store::replace(tx, &made, now)?;
    Ok(made)
}

/// The category of this name; made, in no other, where there is none.
///
/// # Errors
/// [`Error::Invalid`].
pub(crate) fn find_or_create(tx: &mut Tx<'_>, name: &str, now: Timestamp) -> Result<Category, Error> {
    let name = check::line("category", name)?;
    if let Some(known) = store::by_name(tx, &name)? {
        return Ok(known);
    }
    let made = Category { id: 0, slug: slug::of(&name), name, parent_id: None, position: 0, version: 1 };
    if let Some(made) = claim(tx, &made, now)? {
        return Ok(made);
    }
    // Whoever has the slug may have made it just now.
    match store::by_name(tx, &made.name)? {
        Some(known) => Ok(known),
        None => numbered(tx, made, now),
    }
}

/// Changes a category. What products in it show of it counts as a change of them; where that is its name, they are found by it.
///
/// # Errors
/// [`Error::UnknownCategory`], [`Error::Invalid`], [`Error::SlugTaken`].
pub(crate) fn update(
    tx: &mut Tx<'_>,
    id: i64,
    change: &CategoryChange,
    now: Timestamp,
) -> Result<Category, Error> {
    let before = store::locked(tx, id)?.ok_or(Error::UnknownCategory(id))?;
    let mut after = before.clone();
    if let Some(name) = &change.name {
        after.name = check::line("name", name)?;
    }
    if let Some(place) = change.position {
        position(place)?;
        after.position = place;
    }
    if let Some(slug) = &change.slug {
        check::slug(slug)?;
        if store::by_slug(tx, slug)?.is_some_and(|other| other != id) {
            return Err(Error::SlugTaken(slug.clone()));
        }
        after.slug.clone_from(slug);
    }
    if let Some(parent_id) = change.parent_id {
        if let Some(parent) = parent_id {
            depth_under(tx, parent, Some(id))?;
        }
        after.parent_id = parent_id;
    }
    if after == before {
        return Ok(before);
    }
    after.version += 1;
    store::replace(tx, &after, now)?;
    if (&after.name, &after.slug) != (&before.name, &before.slug) {
        store::touch_products(tx, id, now)?;
    }
    if after.name != before.name {
        for product in store::products(tx, id)? {
            whole::index_again(tx, product)?;
        }
    }
    Ok(after)
}

/// Removes a category; what is in it goes to the category that it is in.
///
/// # Errors
/// [`Error::UnknownCategory`].
pub(crate) fn delete(tx: &mut Tx<'_>, id: i64, now: Timestamp) -> Result<(), Error> {
    let gone = store::by_id(tx, id)?.ok_or(Error::UnknownCategory(id))?;
    let parent = match gone.parent_id {
        Some(parent) => store::by_id(tx, parent)?,
        None => None,
    };
    for product in store::products(tx, id)? {
        whole::move_to(tx, product, parent.as_ref(), now)?;
    }
    Ok(store::delete(tx, &gone)?)
}

fn position(place: i64) -> Result<(), Error> {
    match (0..=POSITION_MAX).contains(&place) {
        true => Ok(()),
        false => {
            let why = format!("is an integer from 0 to {POSITION_MAX}");
            Err(Error::Invalid { field: "position", why })
        }
    }
}

/// Refuses a parent that there is not, one that is `child` or in it, and one that is too deep.
fn depth_under(tx: &mut Tx<'_>, parent: i64, child: Option<i64>) -> Result<(), Error> {
    let invalid = |why: String| Error::Invalid { field: "parent_id", why };
    let mut next = Some(parent);
    for _ in 0..DEPTH_MAX {
        let Some(id) = next else { return Ok(()) };
        if Some(id) == child {
            return Err(invalid("must not be the category itself or one in it".to_owned()));
        }
        let unknown = || invalid(format!("must be a category: there is no {id}"));
        next = store::by_id(tx, id)?.ok_or_else(unknown)?.parent_id;
    }
    Err(invalid(format!("is too deep: categories nest at most {DEPTH_MAX} deep")))
}

/// The categories as a tree is read: each before those in it; with each how many products are in it and in those in it.
pub(crate) fn in_tree_order(all: Vec<Counted>) -> Vec<Counted> {
    let known: HashSet<i64> = all.iter().map(|counted| counted.category.id).collect();
    let mut children: HashMap<Option<i64>, Vec<Counted>> = HashMap::new();
    for counted in all {
        let parent = counted.category.parent_id.filter(|parent| known.contains(parent));
        children.entry(parent).or_default().push(counted);
    }
    let mut ordered = Vec::with_capacity(known.len());
    place(&mut children, None, &mut ordered);
    ordered
}

/// Places what is in `parent`; how many products there are.
fn place(
    children: &mut HashMap<Option<i64>, Vec<Counted>>,
    parent: Option<i64>,
    ordered: &mut Vec<Counted>,
) -> i64 {
    let mut count = 0;
    for counted in children.remove(&parent).unwrap_or_default() {
        let (id, at, own) = (counted.category.id, ordered.len(), counted.count);
        ordered.push(counted);
        let below = place(children, Some(id), ordered);
        ordered[at].count = own + below;
        count += own + below;
    }
    count
}
