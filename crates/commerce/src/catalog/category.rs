//! A group of products, which may be in another.

pub(crate) mod store;

/// A category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Its number.
    pub id: i64,
    /// The last part of the address of its page; unique.
    pub slug: String,
    /// What buyers read; there may be two of one name in different places.
    pub name: String,
    /// The category that it is in.
    pub parent_id: Option<i64>,
    /// Its place among its siblings; equal ones are in the order of their names.
    pub position: i64,
    /// How often it has been changed, and one.
    pub version: i64,
}

/// A category to be made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewCategory {
    /// What buyers read.
    pub name: String,
    /// `None`: made of the name.
    pub slug: Option<String>,
    /// The category that it is in.
    pub parent_id: Option<i64>,
    /// Its place among its siblings.
    pub position: i64,
}

/// What is to be changed of a category; `None` leaves a field as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CategoryChange {
    pub(crate) name: Option<String>,
    pub(crate) slug: Option<String>,
    pub(crate) parent_id: Option<Option<i64>>,
    pub(crate) position: Option<i64>,
}

/// A category, and how many products that buyers know are in it itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) category: Category,
    pub(crate) count: i64,
}
