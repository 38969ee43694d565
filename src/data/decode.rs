//! One file to one upright picture, by its content.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Seek};
use std::path::Path;

use image::error::ImageError;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

/// Pictures above this many pixels are refused by their header: 16,384², three times the largest camera's.
const MAX_PIXELS: u64 = 1 << 28;
/// Most memory that decoding one picture may take, in bytes: 16,384² RGBA.
const MAX_BYTES: u64 = 4 * MAX_PIXELS;

/// The endings usual for the formats that can be read; what counts is the content.
pub const IMAGE_ENDINGS: &[&str] = &[
    "png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "pnm", "pbm", "pgm", "ppm", "pam", "ico", "tga", "qoi",
];

/// Width and height in pixels, from the header alone.
pub fn dimensions(path: &Path) -> Result<(u32, u32), String> {
    let decoder = open(path)?.into_decoder().map_err(|e| reason(&e))?;
    Ok(decoder.dimensions())
}

/// The picture, turned as its EXIF orientation says; of an animation the first frame. `Err` is a reason in a few words.
///
/// Colours are taken as sRGB; an embedded ICC profile is not applied.
pub fn decode(path: &Path) -> Result<DynamicImage, String> {
    decode_from(open(path)?)
}

fn open(path: &Path) -> Result<ImageReader<BufReader<File>>, String> {
    let file = File::open(path).map_err(|e| io_reason(e.kind()))?;
    let mut reader = ImageReader::new(BufReader::new(file)).with_guessed_format().map_err(|e| io_reason(e.kind()))?;
    let ending = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
    // TGA has no signature to guess from: its ending decides, and its decoder checks the header.
    if reader.format().is_none() && ending.is_some_and(|e| e == "tga") {
        reader.set_format(ImageFormat::Tga);
    }
    if reader.format().is_none() {
        return Err("not an image that can be read".into());
    }
    Ok(reader)
}

fn decode_from<R: BufRead + Seek>(mut reader: ImageReader<R>) -> Result<DynamicImage, String> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|e| reason(&e))?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err("has no pixels".into());
    }
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(format!("too large: {width} × {height} pixels"));
    }
    let orientation = decoder.orientation().map_err(|e| reason(&e))?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|e| reason(&e))?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn reason(error: &ImageError) -> String {
    match error {
        ImageError::IoError(e) => io_reason(e.kind()),
        ImageError::Limits(_) => "too large to decode".into(),
        ImageError::Unsupported(e) => format!("unsupported: {}", first_line(&e.to_string())),
        other => format!("damaged: {}", first_line(&other.to_string())),
    }
}

pub(super) fn io_reason(kind: ErrorKind) -> String {
    match kind {
        ErrorKind::UnexpectedEof => "damaged: the file ends too early".into(),
        ErrorKind::PermissionDenied => "permission denied".into(),
        ErrorKind::NotFound => "no such file".into(),
        other => other.to_string(),
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim()
}
