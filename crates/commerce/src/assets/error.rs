//! Why a file is not taken.

/// Why a file is not taken.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// By its first bytes it is something else.
    #[error("the file is no JPEG, PNG or WebP picture")]
    NoPicture,
    /// It ends too early, or is broken.
    #[error("the picture cannot be read: {0}")]
    Unreadable(String),
    /// It would be larger than pictures are here.
    #[error("the picture has {width} × {height} pixels: at most {pixels_max} in all, and {side_max} a side")]
    TooManyPixels {
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
        /// The most pixels.
        pixels_max: u64,
        /// The most pixels of a side.
        side_max: u32,
    },
    /// Its pixels take more room than those of a picture of 8 bits a colour may.
    #[error("the picture has {bits} bits a pixel and too many pixels for that: save it with 8 bits a colour")]
    TooDeep {
        /// Bits of a pixel.
        bits: u16,
    },
    /// Folder or S3.
    #[error("cannot keep or read the files of pictures: {0}")]
    Files(#[from] object_store::Error),
    /// The database.
    #[error(transparent)]
    Db(#[from] kassa_db::Error),
}
