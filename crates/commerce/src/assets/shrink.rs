//! A picture made smaller, never larger, and turned upright.

use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, Rgba, RgbaImage};

use super::asset::WIDTHS;
use super::decode::Decoded;

/// A picture of this many times the width that is wanted is brought near it by averages first, which cost little.
const COARSE: u32 = 2;

/// The picture upright in each of its widths, widest first, with the width under which it is served: the least of
/// [`WIDTHS`] that holds it.
pub(super) fn in_widths(decoded: Decoded) -> Vec<(u32, DynamicImage)> {
    let Decoded { mut image, orientation, .. } = decoded;
    weigh(&mut image);
    let is_turned = matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    );
    let own = if is_turned { image.height() } else { image.width() };
    let widest = WIDTHS.into_iter().find(|width| own <= *width).unwrap_or(WIDTHS[WIDTHS.len() - 1]);
    let mut made: Vec<(u32, DynamicImage)> = Vec::new();
    for width in WIDTHS.into_iter().rev().filter(|width| *width <= widest) {
        let smaller = match made.last() {
            Some((_, wider)) => scaled(wider, width),
            None => {
                // Small things are turned sooner than large ones.
                let ratio = f64::from(width.min(own)) / f64::from(own);
                let mut upright = by(&image, ratio);
                upright.apply_orientation(orientation);
                upright
            }
        };
        made.push((width, smaller));
    }
    made.iter_mut().for_each(|(_, image)| unweigh(image));
    made
}

/// The image with this width.
fn scaled(image: &DynamicImage, width: u32) -> DynamicImage {
    by(image, f64::from(width) / f64::from(image.width()))
}

/// The image by a factor of at most 1.
fn by(image: &DynamicImage, factor: f64) -> DynamicImage {
    let side = |side: u32, factor: f64| (f64::from(side) * factor).round().max(1.0) as u32;
    let (width, height) = (side(image.width(), factor), side(image.height(), factor));
    if (width, height) == (image.width(), image.height()) {
        return image.clone();
    }
    let coarse = factor * f64::from(COARSE);
    match coarse < 1.0 {
        true => image
            .thumbnail_exact(side(image.width(), coarse), side(image.height(), coarse))
            .resize_exact(width, height, FilterType::CatmullRom),
        false => image.resize_exact(width, height, FilterType::CatmullRom),
    }
}

/// Colours count as far as they are seen, or the black behind what is seen through would darken its edge.
fn weigh(image: &mut DynamicImage) {
    each(image, |Rgba([red, green, blue, seen])| {
        for colour in [red, green, blue] {
            *colour = of_255((u32::from(*colour) * u32::from(*seen) + 127) / 255);
        }
    });
}

/// The colours as they were.
fn unweigh(image: &mut DynamicImage) {
    each(image, |Rgba([red, green, blue, seen])| {
        let whole = u32::from(*seen).max(1);
        for colour in [red, green, blue] {
            *colour = of_255((u32::from(*colour) * 255 + whole / 2) / whole);
        }
    });
}

fn of_255(colour: u32) -> u8 {
    u8::try_from(colour).unwrap_or(u8::MAX)
}

fn each(image: &mut DynamicImage, change: fn(&mut Rgba<u8>)) {
    let pixels: Option<&mut RgbaImage> = image.as_mut_rgba8();
    pixels.into_iter().flat_map(|pixels| pixels.pixels_mut()).for_each(change);
}
