//! Pictures that are taken, and what is not.

mod routes;
mod s3;
mod shapes;
mod torn;

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use serde_json::Value;

use crate::testing::{Bed, Reply};

/// Four corners in red, green, blue and white, clockwise from the upper left.
pub(crate) fn corners(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| match (x < width / 2, y < height / 2) {
        (true, true) => Rgb([255, 0, 0]),
        (false, true) => Rgb([0, 255, 0]),
        (false, false) => Rgb([0, 0, 255]),
        (true, false) => Rgb([255, 255, 255]),
    })
}

/// The same, with nothing to see in its lower half.
fn half(width: u32, height: u32) -> RgbaImage {
    let corners = corners(width, height);
    RgbaImage::from_fn(width, height, |x, y| {
        let Rgb([red, green, blue]) = *corners.get_pixel(x, y);
        if y < height / 2 { Rgba([red, green, blue, 255]) } else { Rgba([0, 0, 0, 0]) }
    })
}

pub(crate) fn file(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image.into().write_to(&mut out, format).unwrap();
    out.into_inner()
}

/// A JPEG with these bytes behind its first marker: what cameras write there.
fn jpeg_with(image: &RgbImage, segment: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    JpegEncoder::new_with_quality(&mut plain, 95).encode_image(image).unwrap();
    [&plain[..2], segment, &plain[2..]].concat()
}

/// A segment that says how the picture is to be turned, and where it was taken.
fn exif(orientation: u8, place: &str) -> Vec<u8> {
    let mut tiff = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    tiff.extend([orientation, 0, 0, 0, 0, 0, 0]);
    tiff.extend(place.as_bytes());
    let body = [b"Exif\0\0".as_slice(), &tiff].concat();
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&[0xff, 0xe1], length.as_slice(), &body].concat()
}

/// Uploads a file.
pub(crate) async fn upload(bed: &Bed, file: &[u8]) -> Reply {
    bed.call("POST /v1/assets", &[], file.to_vec()).await
}

/// Uploads one that is taken.
pub(crate) async fn asset(bed: &Bed, file: &[u8]) -> Value {
    let reply = upload(bed, file).await;
    assert_eq!(reply.status, 201, "{}: {}", bed.name, reply.text);
    reply.json()
}

/// What is served at that width.
async fn served(bed: &Bed, id: &Value, width: u32) -> (Reply, DynamicImage) {
    let reply = bed.call(&format!("GET /assets/i/{}-{width}", id.as_str().unwrap()), &[], "").await;
    assert_eq!(reply.status, 200, "{}: {}", bed.name, reply.text);
    let image = image::load_from_memory(&reply.bytes).unwrap();
    (reply, image)
}

/// The colours in the corners, clockwise, each near one of the four.
fn colours(image: &DynamicImage) -> [char; 4] {
    let image = image.to_rgb8();
    let (right, below) = (image.width() - 1, image.height() - 1);
    [(0, 0), (right, 0), (right, below), (0, below)].map(|(x, y)| {
        let Rgb([red, green, blue]) = *image.get_pixel(x, y);
        match (red > 200, green > 200, blue > 200) {
            (true, false, false) => 'r',
            (false, true, false) => 'g',
            (false, false, true) => 'b',
            (true, true, true) => 'w',
            _ => '?',
        }
    })
}
