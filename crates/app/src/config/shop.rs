//! The shop: where it is kept, what it sells in, its pages, its old dialects. What each key means stands in `config/default.toml`.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Database {
    pub(crate) url: String,
}

/// Where a noun of the shop is kept.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Noun {
    pub(crate) database_url: String,
    pub(crate) url: String,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Orders {
    pub(crate) database_url: String,
    pub(crate) accepted_max: u64,
    pub(crate) quantity_max: u32,
    pub(crate) order_quantity_max: u32,
    pub(crate) keep_failed_days: u32,
    pub(crate) without_reports: bool,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Shop {
    pub(crate) site: String,
    pub(crate) currency: String,
    pub(crate) currencies: Vec<String>,
    pub(crate) low_stock_at: i64,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Storefront {
    pub(crate) origin: String,
    pub(crate) rate_per_second: u32,
    pub(crate) burst: u32,
    pub(crate) image_origins: Vec<String>,
}

/// Pictures that were uploaded.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Assets {
    pub(crate) folder: String,
    pub(crate) max_bytes: u64,
    pub(crate) max_megapixels: u32,
    pub(crate) workers: u32,
    pub(crate) s3: S3,
}

/// Where on S3 they are.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct S3 {
    pub(crate) bucket: String,
    pub(crate) region: String,
    pub(crate) endpoint: String,
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Audit {
    pub(crate) every_s: u64,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Compat {
    pub(crate) open: Vec<String>,
    pub(crate) rate_per_second: u32,
    pub(crate) burst: u32,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Chaos {
    pub(crate) allowed: bool,
}
