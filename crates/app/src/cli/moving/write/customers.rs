//! Customers as rows of CSV.

use serde_json::Value;

use super::cells::safe;

/// The header.
pub(super) const COLUMNS: [&str; 6] = ["id", "email", "name", "phone", "marketing_consent_at", "created_at"];

/// The row of a customer.
///
/// # Errors
/// The item is none.
pub(super) fn row(item: &str) -> Result<Vec<String>, serde_json::Error> {
    let item: Value = serde_json::from_str(item)?;
    let cell = |name: &&str| item[*name].as_str().map(|text| safe(text).into_owned()).unwrap_or_default();
    Ok(COLUMNS.iter().map(cell).collect())
}
