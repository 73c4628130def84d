//! What is known of a picture that was uploaded.
//!
//! ```json
//! {"id":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","width":1600,"height":1200,"mime":"image/jpeg",
//!  "bytes":181234}
//! ```

use kassa_model::Timestamp;
use serde::Serialize;

/// Characters of an asset's id: a SHA-256 in hexadecimal.
pub const ID_CHARS: usize = 64;

/// The widths in which a picture is served, pixels. What is not so wide is served as wide as it is.
pub const WIDTHS: [u32; 4] = [320, 640, 960, 1_600];

/// A picture that was uploaded, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asset {
    /// The SHA-256 of the file that came.
    pub id: String,
    /// Pixels of the largest file.
    pub width: i64,
    /// Pixels of the largest file.
    pub height: i64,
    /// `image/jpeg` or `image/png`.
    pub mime: String,
    /// Bytes of the largest file.
    pub bytes: i64,
    /// When it came.
    #[serde(skip)]
    pub created_at: Timestamp,
}

/// Whether `text` is an id, whatever it names.
pub(crate) fn is_id(text: &str) -> bool {
    text.len() == ID_CHARS && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
