//! From a file to pixels, within bounds: how many there are the header says, before any is decoded.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use super::error::Error;
use super::format;

/// The most pixels of a side.
const SIDE_MAX: u32 = 16_384;
/// Bytes of a pixel of 8 bits a colour, with what it lets through.
const PIXEL_BYTES: u64 = 4;
/// What a decoder may take beside the pixels, bytes.
const BESIDE_BYTES_MAX: u64 = 32 << 20;
/// A longer profile of colours is left out, bytes: that of a screen has 3,000.
const PROFILE_BYTES_MAX: usize = 32 << 10;

/// A picture as its file holds it.
#[derive(Debug)]
pub(super) struct Decoded {
    /// Its pixels, 8 bits a colour, with what they let through or without.
    pub(super) image: DynamicImage,
    /// How it is to be turned.
    pub(super) orientation: Orientation,
    /// What its colours mean (ICC.1), unless they are a screen's anyway.
    pub(super) profile: Option<Vec<u8>>,
}

/// The picture in `bytes`, which has at most `pixels_max` pixels.
///
/// # Errors
/// What is wrong with it.
pub(super) fn decode(bytes: &[u8], pixels_max: u64) -> Result<Decoded, Error> {
    let format = format::of(bytes).ok_or(Error::NoPicture)?;
    if format == ImageFormat::Jpeg && !format::is_whole_jpeg(bytes) {
        return Err(Error::Unreadable("it ends too early".to_owned()));
    }
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(pixels_max * PIXEL_BYTES + BESIDE_BYTES_MAX);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    require_few_pixels(&decoder, pixels_max)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten().filter(|profile| is_of_screens(profile));
    let has_colours = decoder.color_type().has_color();
    let image = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    Ok(Decoded { image: in_eight_bits(image), orientation, profile: profile.filter(|_| has_colours) })
}

fn require_few_pixels(decoder: &impl ImageDecoder, pixels_max: u64) -> Result<(), Error> {
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 || pixels > pixels_max || width.max(height) > SIDE_MAX {
        return Err(Error::TooManyPixels { width, height, pixels_max, side_max: SIDE_MAX });
    }
    match decoder.total_bytes() <= pixels_max * PIXEL_BYTES {
        true => Ok(()),
        false => Err(Error::TooDeep { bits: decoder.color_type().bits_per_pixel() }),
    }
}

/// Without what it lets through where it is nothing.
fn in_eight_bits(image: DynamicImage) -> DynamicImage {
    if !image.color().has_alpha() {
        return image.into_rgb8().into();
    }
    let image = image.into_rgba8();
    match image.pixels().all(|pixel| pixel.0[3] == u8::MAX) {
        true => DynamicImage::from(image).into_rgb8().into(),
        false => image.into(),
    }
}

/// Whether a profile is about red, green and blue, and short (ICC.1:2022, 7.2.6).
fn is_of_screens(profile: &[u8]) -> bool {
    profile.len() <= PROFILE_BYTES_MAX && profile.get(16..20) == Some(b"RGB ")
}

fn unreadable(error: ImageError) -> Error {
    let said: String = error.to_string().chars().filter(|c| !c.is_control()).take(200).collect();
    Error::Unreadable(said)
}
