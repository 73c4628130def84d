//! Files that are not what they say: bombs, halves, other things under a picture's name.

use image::ImageFormat;

use super::{corners, exif, file, half, jpeg_with, upload};
use crate::assets::Error;
use crate::assets::render::render;
use crate::testing::{Bed, Dice, scaled, seed};

const PIXELS_MAX: u64 = 40_000_000;

/// A PNG whose head says another size.
fn png_of(width: u32, height: u32) -> Vec<u8> {
    let mut png = file(corners(8, 8), ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc32(&png[12..29]).to_be_bytes();
    png[29..33].copy_from_slice(&sum);
    png
}

/// ISO 3309, as PNG has it.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}

/// A JPEG whose head says another size.
fn jpeg_of(width: u16, height: u16) -> Vec<u8> {
    let mut jpeg = file(corners(8, 8), ImageFormat::Jpeg);
    let at = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    jpeg[at + 5..at + 7].copy_from_slice(&height.to_be_bytes());
    jpeg[at + 7..at + 9].copy_from_slice(&width.to_be_bytes());
    jpeg
}

/// A lossless WebP whose head says another size: 14 bits each, less one.
fn webp_of(width: u32, height: u32) -> Vec<u8> {
    let mut webp = file(corners(8, 8), ImageFormat::WebP);
    let at = webp.windows(4).position(|part| part == b"VP8L").unwrap() + 9;
    let bits = (width - 1) | (height - 1) << 14;
    webp[at..at + 4].copy_from_slice(&bits.to_le_bytes());
    webp
}

#[test]
fn a_bomb_is_known_by_its_head() {
    for (name, bomb) in [
        ("png", png_of(30_000, 30_000)),
        ("a wide png", png_of(u32::MAX >> 1, 1)),
        ("a png of nothing", png_of(0, 8)),
        ("jpeg", jpeg_of(u16::MAX, u16::MAX)),
        ("webp", webp_of(16_383, 16_383)),
    ] {
        let began = std::time::Instant::now();
        let error = render(&bomb, PIXELS_MAX).unwrap_err();
        assert!(matches!(error, Error::TooManyPixels { .. } | Error::Unreadable(_)), "{name}: {error}");
        assert!(began.elapsed().as_secs() < 2, "{name}");
    }
    assert!(matches!(render(&png_of(9_000, 9_000), PIXELS_MAX), Err(Error::TooManyPixels { .. })));
    // Within the bounds, and not what its head says.
    for bomb in [png_of(6_000, 6_000), webp_of(6_000, 6_000)] {
        assert!(matches!(render(&bomb, PIXELS_MAX), Err(Error::Unreadable(_))));
    }
}

#[test]
fn deep_pictures_have_fewer_pixels() {
    let deep = image::DynamicImage::from(half(100, 100)).to_rgba16();
    let png = file(deep, ImageFormat::Png);
    assert!(render(&png, 20_000).is_ok());
    assert!(matches!(render(&png, 19_999), Err(Error::TooDeep { bits: 64 })));
}

#[test]
fn a_file_ends_where_it_says() {
    for (name, whole) in [
        ("jpeg", file(corners(300, 200), ImageFormat::Jpeg)),
        ("jpeg of a camera", jpeg_with(&corners(300, 200), &exif(6, "\u{fffd}"))),
        ("png", file(corners(300, 200), ImageFormat::Png)),
        ("png to see through", file(half(300, 200), ImageFormat::Png)),
        ("webp", file(corners(300, 200), ImageFormat::WebP)),
    ] {
        assert!(render(&whole, PIXELS_MAX).is_ok(), "{name}");
        let tail = whole.len().saturating_sub(40);
        // The last chunk of a PNG says that it ends, and nothing else.
        let most = if name.starts_with("png") { whole.len() - 16 } else { whole.len() - 1 };
        for length in (0..tail).step_by(37).chain(tail..=most) {
            let cut = render(&whole[..length], PIXELS_MAX);
            assert!(cut.is_err(), "{name}: the first {length} of {} bytes", whole.len());
        }
        // What stands behind the end is nobody's business.
        assert!(render(&[whole.as_slice(), &[0; 50]].concat(), PIXELS_MAX).is_ok(), "{name}");
    }
}

#[test]
fn noise_never_breaks_the_decoder() {
    let seed = seed();
    println!("seed {seed}");
    let mut dice = Dice(seed);
    let wholes = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP]
        .map(|format| file(half(60, 40), if format == ImageFormat::Jpeg { ImageFormat::Png } else { format }))
        .into_iter()
        .chain([file(corners(60, 40), ImageFormat::Jpeg)]);
    let mut taken = 0;
    for whole in wholes {
        for _ in 0..scaled(2_000) {
            let mut torn = whole.clone();
            for _ in 0..=dice.below(4) {
                let at = usize::try_from(dice.below(i64::try_from(torn.len()).unwrap())).unwrap();
                torn[at] = u8::try_from(dice.below(256)).unwrap();
            }
            taken += u32::from(render(&torn, 1_000_000).is_ok());
        }
    }
    println!("{taken} were pictures still");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_picture_is_a_bad_request() {
    let bed = Bed::sqlite();
    let jpeg = file(corners(300, 200), ImageFormat::Jpeg);
    for (name, file) in [
        ("nothing", Vec::new()),
        ("text", b"hello".to_vec()),
        ("svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_vec()),
        ("html", b"<!doctype html>".to_vec()),
        ("gif", b"GIF89a\x01\0\x01\0".to_vec()),
        ("json", b"{}".to_vec()),
        ("three bytes", b"\xff\xd8\xff".to_vec()),
        ("a head", b"\x89PNG\r\n\x1a\n".to_vec()),
        ("an empty riff", b"RIFF\0\0\0\0WEBP".to_vec()),
        ("half", jpeg[..jpeg.len() / 2].to_vec()),
        ("a bomb", png_of(30_000, 30_000)),
    ] {
        let reply = upload(&bed, &file).await;
        assert_eq!((reply.status, reply.problem().as_str()), (400, "bad-request"), "{name}: {}", reply.text);
    }
    let long = upload(&bed, &vec![0; 10_000_001]).await;
    assert_eq!((long.status, long.problem().as_str()), (413, "body-too-large"));
}
