//! What becomes of pictures: formats, turns, edges, colours.

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Rgb, Rgba, RgbaImage};
use std::io::Cursor;

use super::{asset, colours, corners, exif, file, half, jpeg_with, served};
use crate::assets::decode::decode;
use crate::assets::render::render;
use crate::testing::Bed;

const PIXELS_MAX: u64 = 40_000_000;

/// The media type and the corners of what is kept.
fn check(name: &str, file: &[u8], mime: &str, expected: [char; 4]) {
    let rendered = render(file, PIXELS_MAX).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(rendered.mime, mime, "{name}");
    for (width, bytes) in &rendered.files {
        let image = image::load_from_memory(bytes).unwrap();
        assert_eq!(colours(&image), expected, "{name} at {width}");
    }
}

#[test]
fn formats_become_jpeg_or_png() {
    let upright = ['r', 'g', 'b', 'w'];
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        check(&format!("{format:?}"), &file(corners(900, 700), format), "image/jpeg", upright);
    }
    // Not everything that may be seen through is.
    let opaque = DynamicImage::from(corners(300, 300)).to_rgba8();
    check("opaque", &file(opaque, ImageFormat::Png), "image/jpeg", upright);
    let (grey, deep) = (DynamicImage::from(corners(9, 9)).to_luma8(), DynamicImage::from(corners(9, 9)));
    assert_eq!(render(&file(grey, ImageFormat::Png), PIXELS_MAX).unwrap().mime, "image/jpeg");
    check("sixteen bits", &file(deep.to_rgb16(), ImageFormat::Png), "image/jpeg", upright);
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let rendered = render(&file(half(700, 500), format), PIXELS_MAX).unwrap();
        assert_eq!(rendered.mime, "image/png", "{format:?}");
        let image = image::load_from_memory(&rendered.files[0].1).unwrap().to_rgba8();
        let (above, below) = (image.get_pixel(10, 10), image.get_pixel(10, 490));
        assert_eq!((above, below.0[3]), (&Rgba([255, 0, 0, 255]), 0), "{format:?}");
    }
}

#[test]
fn a_picture_is_turned_upright_and_says_nothing_of_its_camera() {
    for (orientation, expected) in [
        (1, ['r', 'g', 'b', 'w']),
        (2, ['g', 'r', 'w', 'b']),
        (3, ['b', 'w', 'r', 'g']),
        (4, ['w', 'b', 'g', 'r']),
        (5, ['r', 'w', 'b', 'g']),
        (6, ['w', 'r', 'g', 'b']),
        (7, ['b', 'g', 'r', 'w']),
        (8, ['g', 'b', 'w', 'r']),
    ] {
        let jpeg = jpeg_with(&corners(800, 400), &exif(orientation, "52.5200 N, 13.4050 E"));
        check(&format!("orientation {orientation}"), &jpeg, "image/jpeg", expected);
        let rendered = render(&jpeg, PIXELS_MAX).unwrap();
        let (long, short) = ((800, 400), (400, 800));
        let expected = if orientation < 5 { long } else { short };
        assert_eq!((rendered.width, rendered.height), expected, "{orientation}");
        for (_, bytes) in &rendered.files {
            let has = |what: &[u8]| bytes.windows(what.len()).any(|part| part == what);
            assert!(has(b"JFIF") && !has(b"Exif") && !has(b"52.5200"), "{orientation}");
        }
    }
}

#[test]
fn a_turned_picture_is_as_wide_as_it_looks() {
    let jpeg = jpeg_with(&corners(1_000, 3_000), &exif(6, ""));
    let rendered = render(&jpeg, PIXELS_MAX).unwrap();
    assert_eq!((rendered.width, rendered.height), (1_600, 533));
    let widths: Vec<u32> = rendered.files.iter().map(|(width, _)| *width).collect();
    assert_eq!(widths, [1_600, 960, 640, 320]);
}

/// What is seen through is black in many files; the edge beside it must not be.
#[test]
fn edges_keep_their_colour() {
    let wide = RgbaImage::from_fn(1_901, 40, |x, _| {
        if x % 2 == 0 { Rgba([250, 200, 10, 255]) } else { Rgba([0, 0, 0, 0]) }
    });
    let rendered = render(&file(wide, ImageFormat::Png), PIXELS_MAX).unwrap();
    for (width, bytes) in &rendered.files {
        let image = image::load_from_memory(bytes).unwrap().to_rgba8();
        for pixel in image.pixels().filter(|pixel| pixel.0[3] > 60) {
            let Rgba([red, green, blue, _]) = *pixel;
            assert!(red > 235 && green.abs_diff(200) < 12 && blue < 25, "{pixel:?} at {width}");
        }
    }
}

#[test]
fn what_colours_mean_is_kept_if_it_is_about_colours() {
    let profile = |kind: &[u8], length: usize| {
        let mut profile = vec![0; length];
        profile[16..20].copy_from_slice(kind);
        profile
    };
    let jpeg = |profile: &[u8]| {
        let length = u16::try_from(profile.len() + 16).unwrap().to_be_bytes();
        let segment = [&[0xff, 0xe2], length.as_slice(), b"ICC_PROFILE\0\x01\x01", profile].concat();
        jpeg_with(&corners(40, 40), &segment)
    };
    let kept = |file: &[u8]| {
        let rendered = render(file, PIXELS_MAX).unwrap();
        let reader = ImageReader::with_format(Cursor::new(rendered.files[0].1.clone()), ImageFormat::Jpeg);
        reader.into_decoder().unwrap().icc_profile().unwrap()
    };
    let wide = profile(b"RGB ", 3_000);
    assert_eq!(kept(&jpeg(&wide)), Some(wide));
    assert_eq!(kept(&jpeg(&profile(b"CMYK", 3_000))), None);
    assert_eq!(kept(&jpeg(&profile(b"RGB ", 40_000))), None);
    assert_eq!(kept(&file(corners(40, 40), ImageFormat::Jpeg)), None);
}

#[test]
fn thin_pictures_keep_a_pixel() {
    for (width, height) in [(16_000, 1), (1, 16_000), (1, 1)] {
        let rendered = render(&file(corners(width, height), ImageFormat::Png), PIXELS_MAX).unwrap();
        assert_eq!(rendered.width, width.min(1_600), "{width} × {height}");
        assert!(rendered.height >= 1);
    }
}

/// The largest that is taken, in the time and memory that a worker has.
#[test]
fn forty_megapixels_are_taken() {
    let large = image::RgbImage::from_fn(8_000, 5_000, |x, y| Rgb([(x / 40) as u8, (y / 30) as u8, 90]));
    let jpeg = file(large, ImageFormat::Jpeg);
    let began = std::time::Instant::now();
    let rendered = render(&jpeg, PIXELS_MAX).unwrap();
    println!("40 megapixels: {} ms, {} files", began.elapsed().as_millis(), rendered.files.len());
    assert_eq!((rendered.width, rendered.height, rendered.files.len()), (1_600, 1_000, 4));
    assert!(decode(&jpeg, PIXELS_MAX - 1).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_seen_through_is_served_as_png() {
    let bed = Bed::sqlite();
    let made = asset(&bed, &file(half(2_000, 1_500), ImageFormat::WebP)).await;
    assert_eq!(made["mime"], "image/png");
    let (reply, image) = served(&bed, &made["id"], 960).await;
    assert_eq!((reply.header("content-type"), image.width()), ("image/png", 960));
}
