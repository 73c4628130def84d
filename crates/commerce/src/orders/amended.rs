//! What was put right of an order beside money and units, as its event keeps it.

use serde::{Deserialize, Serialize};

/// What is other now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Amended {
    /// Members of the order by their names: `customer.email`, `shipping_address`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) changed: Vec<String>,
    /// What was noted; `None` where that has not changed or was taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
}
