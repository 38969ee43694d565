//! One file to one upright picture, by its content.

use std::cell::RefCell;
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, ErrorKind, Read, Seek};
use std::path::Path;

use image::error::{ImageError, ImageFormatHint};
use image::metadata::Orientation;
use image::{ColorType, DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use crate::data::gate::{Gate, Pass};

/// Pictures above this many pixels are refused by their header: 16,384², three times the largest camera's.
const MAX_PIXELS: u64 = 1 << 28;
/// Most memory that decoding one picture may take, in bytes: 16,384² RGBA.
const MAX_BYTES: u64 = 4 * MAX_PIXELS;
/// Files up to this many bytes are read in one go; of larger ones, that many at a time.
const PIECE: usize = 1 << 16;
/// Pictures that need fewer bytes do not ask the gate: a thousand threads of them stay below its limit.
const SMALL: usize = 1 << 17;

/// The endings usual for the formats that can be read; what counts is the content.
pub const IMAGE_ENDINGS: &[&str] = &[
    "png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "pnm", "pbm", "pgm", "ppm", "pam", "ico", "tga", "qoi",
];

thread_local! {
    /// The file being read: one buffer a thread instead of one a file.
    static BYTES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A picture, and the leave to have it in memory.
pub struct Decoded<'a> {
    /// Upright.
    pub picture: DynamicImage,
    _pass: Option<Pass<'a>>,
}

/// Width and height in pixels, from the header alone.
pub fn dimensions(path: &Path) -> Result<(u32, u32), String> {
    let file = BufReader::new(File::open(path).map_err(|e| io_reason(e.kind()))?);
    let decoder = guess(file, path)?.into_decoder().map_err(|e| reason(&e))?;
    Ok(decoder.dimensions())
}

/// The picture, turned as its EXIF orientation says; of an animation the first frame. `Err` is a reason in a few words.
/// `seen` is told width and height once the header is read.
///
/// Colours are taken as sRGB; an embedded ICC profile is not applied.
pub fn decode<'a>(path: &Path, gate: &'a Gate, seen: &dyn Fn(u32, u32)) -> Result<Decoded<'a>, String> {
    let failed = |e: std::io::Error| io_reason(e.kind());
    let mut file = File::open(path).map_err(failed)?;
    let mut bytes = BYTES.take();
    bytes.clear();
    let read = file.by_ref().take(PIECE as u64 + 1).read_to_end(&mut bytes).map_err(failed);
    let decoded = read.and_then(|length| {
        if length <= PIECE {
            return decode_from(guess(Cursor::new(&bytes), path)?, length, gate, seen);
        }
        file.rewind().map_err(failed)?;
        let length = file.metadata().map_or(0, |meta| meta.len() as usize);
        decode_from(guess(BufReader::with_capacity(PIECE, file), path)?, length, gate, seen)
    });
    BYTES.set(bytes);
    decoded
}

fn guess<R: BufRead + Seek>(input: R, path: &Path) -> Result<ImageReader<R>, String> {
    let mut reader = ImageReader::new(input).with_guessed_format().map_err(|e| io_reason(e.kind()))?;
    // TGA has no signature to guess from: its ending decides, and its decoder checks the header.
    if reader.format().is_none() && path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("tga")) {
        reader.set_format(ImageFormat::Tga);
    }
    if reader.format().is_none() {
        return Err("not an image that can be read".into());
    }
    Ok(reader)
}

fn decode_from<'a, R: BufRead + Seek>(
    mut reader: ImageReader<R>,
    file_bytes: usize,
    gate: &'a Gate,
    seen: &dyn Fn(u32, u32),
) -> Result<Decoded<'a>, String> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|e| reason(&e))?;
    let (width, height) = decoder.dimensions();
    seen(width, height);
    if width == 0 || height == 0 {
        return Err("has no pixels".into());
    }
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(format!("too large: {width} × {height} pixels"));
    }
    let orientation = decoder.orientation().map_err(|e| reason(&e))?;
    // As much again for turning it, or for bringing it to eight bits and three channels.
    let as_it_is = matches!(decoder.color_type(), ColorType::L8 | ColorType::Rgb8);
    let copies = if as_it_is && orientation == Orientation::NoTransforms { 1 } else { 2 };
    let needed = (decoder.total_bytes() as usize).saturating_mul(copies).saturating_add(file_bytes);
    let pass = (needed > SMALL).then(|| gate.enter(needed));
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|e| reason(&e))?;
    picture.apply_orientation(orientation);
    Ok(Decoded { picture, _pass: pass })
}

fn reason(error: &ImageError) -> String {
    match error {
        ImageError::IoError(e) => io_reason(e.kind()),
        ImageError::Limits(_) => "too large to decode".into(),
        ImageError::Unsupported(e) => format!("unsupported: {}", first_line(&e.to_string())),
        ImageError::Decoding(e) => match e.format_hint() {
            ImageFormatHint::Exact(format) => format!("damaged {} file", format!("{format:?}").to_uppercase()),
            _ => "damaged".into(),
        },
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
