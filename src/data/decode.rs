//! One file to one upright picture, by its content.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, ErrorKind, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use image::error::{ImageError, ImageFormatHint};
use image::metadata::Orientation;
use image::{ColorType, DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use crate::data::gate::{Gate, Pass};
use crate::files;

/// Most bytes of a pixel: red, green, blue and alpha of 16 bits. Decoding a picture may take as much for each pixel that
/// it may have, and no file that is read whole may be longer.
const PIXEL_BYTES: u64 = 8;
/// What decoding a PNG may take besides its pixels: a row, and what is packed into its metadata, where a colour profile may
/// claim a gigabyte.
const PNG_BYTES: u64 = 1 << 26;
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

/// What a picture has to pass before it is decoded.
pub struct Bounds<'a> {
    /// Most pixels a picture may have; more are refused by the header.
    pub max_pixels: u64,
    /// Holds pictures that are being decoded.
    pub gate: &'a Gate,
    /// Told width and height of each picture that its header does not rule out.
    pub seen: &'a (dyn Fn(u32, u32) + Sync),
}

/// A picture, and the leave to have it in memory.
pub struct Decoded<'a> {
    /// Upright.
    pub picture: DynamicImage,
    _pass: Option<Pass<'a>>,
}

/// What a header says of what is to come.
struct Head {
    orientation: Orientation,
    /// Bytes that are in memory while the picture is decoded.
    needed: usize,
}

/// Width and height in pixels, from the header alone; an error when [`decode`] would refuse it by its header.
pub fn dimensions(path: &Path, bounds: &Bounds) -> Result<(u32, u32), String> {
    guarded(|| {
        let file = files::open_regular(path).map_err(|e| io_reason(&e))?;
        let length = length_of(&file);
        let reader = guess(BufReader::new(file), path)?;
        bounds.check_length(reader.format(), length)?;
        let _pass = (length > SMALL).then(|| bounds.gate.enter(length));
        let size = bounds.decoder(reader)?.dimensions();
        bounds.check_size(size).map(|()| size)
    })
}

/// The picture, turned as its EXIF orientation says; of an animation the first frame. `Err` is a reason in a few words.
///
/// Colours are taken as sRGB; an embedded ICC profile is not applied.
pub fn decode<'a>(path: &Path, bounds: &Bounds<'a>) -> Result<Decoded<'a>, String> {
    guarded(|| {
        let mut file = files::open_regular(path).map_err(|e| io_reason(&e))?;
        let mut bytes = BYTES.take();
        bytes.clear();
        let read = file.by_ref().take(PIECE as u64 + 1).read_to_end(&mut bytes).map_err(|e| io_reason(&e));
        let decoded = match read {
            Err(reason) => Err(reason),
            Ok(0) => Err("empty: it has no bytes".into()),
            Ok(length) if length <= PIECE => decode_small(&bytes, path, bounds),
            Ok(_) => decode_large(&file, path, bounds),
        };
        BYTES.set(bytes);
        decoded
    })
}

fn decode_small<'a>(bytes: &[u8], path: &Path, bounds: &Bounds<'a>) -> Result<Decoded<'a>, String> {
    let mut decoder = bounds.decoder(guess(Cursor::new(bytes), path)?)?;
    let Head { orientation, needed } = bounds.head(&mut decoder, bytes.len())?;
    let pass = (needed > SMALL).then(|| bounds.gate.enter(needed));
    finish(decoder, orientation, pass)
}

/// The header is read first and then all of it: some decoders take the whole file into memory to tell its header, and
/// nobody may hold one pass while waiting for another.
fn decode_large<'a>(file: &File, path: &Path, bounds: &Bounds<'a>) -> Result<Decoded<'a>, String> {
    let length = length_of(file);
    let open = || {
        let mut file = file;
        file.rewind().map_err(|e| io_reason(&e))?;
        guess(BufReader::with_capacity(PIECE, file), path)
    };
    let Head { orientation, needed } = {
        let reader = open()?;
        bounds.check_length(reader.format(), length)?;
        let _pass = bounds.gate.enter(length);
        bounds.head(&mut bounds.decoder(reader)?, length)?
    };
    let pass = bounds.gate.enter(needed);
    finish(bounds.decoder(open()?)?, orientation, Some(pass))
}

impl Bounds<'_> {
    /// A file that is read whole may not be longer than its picture could be.
    fn check_length(&self, format: Option<ImageFormat>, length: usize) -> Result<(), String> {
        if format == Some(ImageFormat::Jpeg) && length as u64 > self.max_pixels.saturating_mul(PIXEL_BYTES) {
            return Err(format!("too large: a JPEG file of {} MB", length / 1_000_000));
        }
        Ok(())
    }

    fn check_size(&self, (width, height): (u32, u32)) -> Result<(), String> {
        if width == 0 || height == 0 {
            return Err("has no pixels".into());
        }
        if u64::from(width) * u64::from(height) > self.max_pixels {
            let most = self.max_pixels / 1_000_000;
            return Err(format!("too large: {width} × {height} pixels (data.max_megapixels is {most})"));
        }
        Ok(())
    }

    fn decoder<'r, R: BufRead + Seek + 'r>(
        &self,
        mut reader: ImageReader<R>,
    ) -> Result<impl ImageDecoder + use<'r, R>, String> {
        let most = self.max_pixels.saturating_mul(PIXEL_BYTES);
        let mut limits = Limits::default();
        limits.max_alloc = Some(if reader.format() == Some(ImageFormat::Png) { PNG_BYTES } else { most });
        reader.limits(limits);
        reader.into_decoder().map_err(|e| reason(&e))
    }

    fn head(&self, decoder: &mut impl ImageDecoder, file_bytes: usize) -> Result<Head, String> {
        let (width, height) = decoder.dimensions();
        self.check_size((width, height))?;
        (self.seen)(width, height);
        // What cannot be told is taken as upright.
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        // As much again for turning it, or for bringing it to eight bits and three channels.
        let as_it_is = matches!(decoder.color_type(), ColorType::L8 | ColorType::Rgb8);
        let copies = if as_it_is && orientation == Orientation::NoTransforms { 1 } else { 2 };
        let needed = (decoder.total_bytes() as usize).saturating_mul(copies).saturating_add(file_bytes);
        Ok(Head { orientation, needed })
    }
}

fn finish(decoder: impl ImageDecoder, orientation: Orientation, pass: Option<Pass<'_>>) -> Result<Decoded<'_>, String> {
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|e| reason(&e))?;
    picture.apply_orientation(orientation);
    Ok(Decoded { picture, _pass: pass })
}

/// A decoder that panics has met a file that it was not made for: one file, not the whole load.
fn guarded<T>(decode: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|_| Err("damaged: its decoder broke off".into()))
}

fn guess<R: BufRead + Seek>(input: R, path: &Path) -> Result<ImageReader<R>, String> {
    let mut reader = ImageReader::new(input).with_guessed_format().map_err(|e| io_reason(&e))?;
    // TGA has no signature to guess from: its ending decides, and its decoder checks the header.
    if reader.format().is_none() && path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("tga")) {
        reader.set_format(ImageFormat::Tga);
    }
    if reader.format().is_none() {
        return Err("not an image that can be read".into());
    }
    Ok(reader)
}

fn length_of(file: &File) -> usize {
    file.metadata().map_or(0, |meta| usize::try_from(meta.len()).unwrap_or(usize::MAX))
}

fn reason(error: &ImageError) -> String {
    match error {
        ImageError::IoError(e) => io_reason(e),
        ImageError::Limits(_) => "too large to decode".into(),
        ImageError::Unsupported(e) => {
            let said = e.to_string();
            // "The decoder for Tiff does not support the format features …"
            let what = said.split_once("format features ").map_or(said.as_str(), |(_, what)| what);
            format!("unsupported: {}", first_line(what))
        }
        ImageError::Decoding(e) => match e.format_hint() {
            ImageFormatHint::Exact(format) => format!("damaged {} file", format!("{format:?}").to_uppercase()),
            _ => "damaged".into(),
        },
        other => format!("damaged: {}", first_line(&other.to_string())),
    }
}

pub(super) fn io_reason(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::UnexpectedEof => "damaged: the file ends too early".into(),
        _ => files::reason(error),
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decoder_that_breaks_off_costs_one_file() {
        assert_eq!(guarded(|| Ok(7)), Ok(7));
        let broken: Result<(), _> = guarded(|| panic!("index out of bounds"));
        assert_eq!(broken, Err("damaged: its decoder broke off".into()));
    }
}
