//! What a file is, by its bytes alone: names and media types are whatever its sender likes.

use image::ImageFormat;

/// The format that the first bytes say; `None`: none that is taken.
pub(super) fn of(bytes: &[u8]) -> Option<ImageFormat> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some(ImageFormat::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(ImageFormat::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(ImageFormat::WebP),
        _ => None,
    }
}

/// The media type of a file of ours, which is one of two.
pub(super) fn media_type(bytes: &[u8]) -> &'static str {
    match of(bytes) {
        Some(ImageFormat::Png) => "image/png",
        _ => "image/jpeg",
    }
}

/// Whether a JPEG goes on to its end (ITU T.81, B.1.1): its decoder would paint what is missing grey.
pub(super) fn is_whole_jpeg(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some(marker) = marker_at(bytes, &mut at) {
        match marker {
            // The end of the image.
            0xd9 => return true,
            // Markers that stand alone: restarts, and one of no use.
            0x01 | 0xd0..=0xd7 => (),
            // All others have a length, which counts itself; pixels come behind that of a scan.
            _ => {
                let Some(length) = bytes.get(at..at + 2) else { return false };
                at += usize::from(u16::from_be_bytes([length[0], length[1]])).max(2);
            }
        }
    }
    false
}

/// The next marker from `at` on, which is then behind it. In what is pixels 0xff is followed by 0.
fn marker_at(bytes: &[u8], at: &mut usize) -> Option<u8> {
    loop {
        let found = *at + bytes.get(*at..)?.iter().position(|byte| *byte == 0xff)?;
        let marker = *bytes.get(found + 1)?;
        *at = if marker == 0xff { found + 1 } else { found + 2 };
        if !matches!(marker, 0 | 0xff) {
            return Some(marker);
        }
    }
}
