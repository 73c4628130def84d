//! The shop's orders as reports know them: by the number that people call them by.

use std::fmt;

use async_trait::async_trait;

/// Who knows the orders' numbers.
#[async_trait]
pub trait OrderNumbers: Send + Sync + fmt::Debug {
    /// The id of the order of this number in the shop of `site`; `None` where there is none.
    ///
    /// # Errors
    /// Says why it is not known now.
    async fn id_of(&self, site: &str, number: i64) -> Result<Option<String>, String>;
}
