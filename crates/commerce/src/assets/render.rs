//! From a file that came to the files that are kept of it.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, ImageEncoder, ImageError};

use super::decode::decode;
use super::error::Error;
use super::shrink::in_widths;

/// Of 100; 80 is what is hard to tell from the original.
const JPEG_QUALITY: u8 = 80;

/// What is kept of a picture.
#[derive(Debug)]
pub(super) struct Rendered {
    pub(super) mime: &'static str,
    /// Pixels of the largest file.
    pub(super) width: u32,
    /// Pixels of the largest file.
    pub(super) height: u32,
    /// Each with the width under which it is served, largest first; there is one.
    pub(super) files: Vec<(u32, Vec<u8>)>,
}

/// The picture in `bytes`, as it is kept.
///
/// # Errors
/// What is wrong with it.
pub(super) fn render(bytes: &[u8], pixels_max: u64) -> Result<Rendered, Error> {
    let mut decoded = decode(bytes, pixels_max)?;
    let profile = decoded.profile.take();
    let mime = if decoded.image.color().has_alpha() { "image/png" } else { "image/jpeg" };
    let images = in_widths(decoded);
    let (width, height) = images.first().map_or((0, 0), |(_, image)| (image.width(), image.height()));
    let mut files = Vec::with_capacity(images.len());
    for (width, image) in images {
        files.push((width, encode(&image, profile.as_deref()).map_err(unwritable)?));
    }
    Ok(Rendered { mime, width, height, files })
}

fn encode(image: &DynamicImage, profile: Option<&[u8]>) -> Result<Vec<u8>, ImageError> {
    let mut out = Vec::new();
    if image.color().has_alpha() {
        let best = (CompressionType::Default, FilterType::Adaptive);
        write(image, PngEncoder::new_with_quality(&mut out, best.0, best.1), profile)?;
    } else {
        write(image, JpegEncoder::new_with_quality(&mut out, JPEG_QUALITY), profile)?;
    }
    Ok(out)
}

fn write(
    image: &DynamicImage,
    mut encoder: impl ImageEncoder,
    profile: Option<&[u8]>,
) -> Result<(), ImageError> {
    if let Some(profile) = profile {
        encoder.set_icc_profile(profile.to_vec()).map_err(ImageError::Unsupported)?;
    }
    encoder.write_image(image.as_bytes(), image.width(), image.height(), image.color().into())
}

fn unwritable(error: ImageError) -> Error {
    Error::Unreadable(format!("it cannot be written anew: {error}"))
}
