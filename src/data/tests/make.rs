//! Awkward image files, made byte by byte: nothing here is read from anywhere.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use image::codecs::gif::GifEncoder;
use image::{DynamicImage, Frame, GrayImage, ImageFormat, Luma, Rgb, RgbImage};
use image_webp::{ColorType, WebPEncoder};

/// Red on the left, blue on the right, 16 × 16; only the top left corner is white.
pub fn two_colours() -> DynamicImage {
    DynamicImage::ImageRgb8(RgbImage::from_fn(16, 16, |x, y| match (x, y) {
        (0..4, 0..4) => Rgb([255; 3]),
        (0..8, _) => Rgb([200, 0, 0]),
        _ => Rgb([0, 0, 200]),
    }))
}

/// One level everywhere.
pub fn grey(side: u32, level: u8) -> DynamicImage {
    DynamicImage::ImageLuma8(GrayImage::from_pixel(side, side, Luma([level])))
}

/// `picture` into the file `path`, whose folder is made.
pub fn save(picture: &DynamicImage, path: &Path, format: ImageFormat) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    picture.save_with_format(path, format).unwrap();
}

/// The bytes of a file.
pub fn bytes_of(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A PNG chunk (RFC 2083, section 3.2).
pub fn png_chunk(name: [u8; 4], payload: &[u8]) -> Vec<u8> {
    let body = [name.as_slice(), payload].concat();
    [&(payload.len() as u32).to_be_bytes(), body.as_slice(), &crc32fast::hash(&body).to_be_bytes()].concat()
}

/// A PNG whose header claims so many pixels, its checksum right, with `pixels` for compressed data.
pub fn png_claiming(width: u32, height: u32, pixels: &[u8]) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[1, 0, 0, 0, 0]].concat();
    let chunks = [png_chunk(*b"IHDR", &header), png_chunk(*b"IDAT", pixels), png_chunk(*b"IEND", &[])];
    [b"\x89PNG\r\n\x1a\n".as_slice(), &chunks.concat()].concat()
}

/// A PNG with one chunk more, after its header.
pub fn png_with(png: &[u8], name: [u8; 4], payload: &[u8]) -> Vec<u8> {
    let (header, rest) = png.split_at(33);
    [header, &png_chunk(name, payload), rest].concat()
}

/// zlib data (RFC 1950) that unpacks to about `size` zeros: runs of 258 bytes in 13 bits each (RFC 1951, section 3.2.6).
pub fn packed_zeros(size: usize) -> Vec<u8> {
    let mut out = Bits { bytes: vec![0x78, 0x01], fill: 8 };
    // The last block, fixed codes; a zero; runs of length 258 at distance 1; the end. Codes begin with their highest bit.
    out.lowest_first(0b011, 3);
    out.highest_first(0b0011_0000, 8);
    for _ in 0..size / 258 {
        out.highest_first(0b1100_0101, 8);
        out.lowest_first(0, 5);
    }
    out.highest_first(0, 7);
    let n = size / 258 * 258 + 1;
    // Adler-32 of n zeros.
    [out.bytes, ((((n % 65521) as u32) << 16) | 1).to_be_bytes().to_vec()].concat()
}

struct Bits {
    bytes: Vec<u8>,
    /// Bits used in the last byte.
    fill: u32,
}

impl Bits {
    fn lowest_first(&mut self, value: u32, n: u32) {
        for i in 0..n {
            if self.fill == 8 {
                self.bytes.push(0);
                self.fill = 0;
            }
            *self.bytes.last_mut().unwrap() |= ((value >> i & 1) as u8) << self.fill;
            self.fill += 1;
        }
    }

    fn highest_first(&mut self, value: u32, n: u32) {
        (0..n).rev().for_each(|i| self.lowest_first(value >> i & 1, 1));
    }
}

/// An EXIF block that holds nothing but the orientation (TIFF 6.0, tag 274).
pub fn exif(orientation: u8) -> Vec<u8> {
    let mut exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    exif
}

/// A JPEG of [`two_colours`] with such a block.
pub fn jpeg_with_orientation(value: u8) -> Vec<u8> {
    let jpeg = bytes_of(&two_colours(), ImageFormat::Jpeg);
    let exif = [b"Exif\0\0".as_slice(), &exif(value)].concat();
    let length = (exif.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
}

/// A JPEG that claims another size than it has: the frame header (ITU-T T.81, B.2.2) is rewritten.
pub fn jpeg_claiming(width: u16, height: u16) -> Vec<u8> {
    let mut jpeg = bytes_of(&two_colours(), ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[height.to_be_bytes(), width.to_be_bytes()].concat());
    jpeg
}

/// A 16 × 16 JPEG of one colour in ink, as Adobe's programs write them: four components, 255 for no ink, marker APP14.
pub fn cmyk_jpeg(ink: [u8; 4]) -> Vec<u8> {
    let segment =
        |marker: u8, body: &[u8]| [&[0xff, marker], &(body.len() as u16 + 2).to_be_bytes()[..], body].concat();
    let mut jpeg = vec![0xff, 0xd8];
    jpeg.extend(segment(0xee, b"Adobe\0\x64\0\0\0\0\0"));
    // Steps of 8: the first coefficient of a block of one value v, 8 (v − 128), becomes v − 128.
    jpeg.extend(segment(0xdb, &[&[0][..], &[8; 64]].concat()));
    let components = (1..=4).flat_map(|id| [id, 0x11, 0]);
    jpeg.extend(segment(0xc0, &[8, 0, 16, 0, 16, 4].into_iter().chain(components).collect::<Vec<_>>()));
    // Codes for the lengths of differences, 0 to 11, of four bits each: the length itself. And one for "no more", of one.
    let lengths: Vec<u8> = (0..12).collect();
    jpeg.extend(segment(0xc4, &[&[0x00, 0, 0, 0, 12][..], &[0; 12], &lengths].concat()));
    jpeg.extend(segment(0xc4, &[&[0x10, 1][..], &[0; 15], &[0]].concat()));
    let scan = (1..=4).flat_map(|id| [id, 0]);
    jpeg.extend(segment(0xda, &std::iter::once(4).chain(scan).chain([0, 63, 0]).collect::<Vec<_>>()));
    let mut bits: Vec<u8> = Vec::new();
    let mut put = |value: i32, n: u32| bits.extend((0..n).rev().map(|i| (value >> i & 1) as u8));
    for block in 0..4 {
        for paper in ink.map(|v| 255 - v) {
            // Only the first block of a component differs from the one before it.
            let difference = if block == 0 { i32::from(paper) - 128 } else { 0 };
            let length = 32 - difference.unsigned_abs().leading_zeros();
            put(length as i32, 4);
            // Negative ones are written as if they were (1 << length) - 1 larger (T.81, F.1.2.1).
            put(if difference < 0 { difference + (1 << length) - 1 } else { difference }, length);
            put(0, 1);
        }
    }
    for byte in bits.chunks(8) {
        let byte = (0..8).fold(0, |all, i| all << 1 | byte.get(i).unwrap_or(&1));
        jpeg.push(byte);
        // So that it is no marker.
        if byte == 0xff {
            jpeg.push(0);
        }
    }
    jpeg.extend([0xff, 0xd9]);
    jpeg
}

/// An 8-bit PNG with a palette of red, white and blue.
pub fn palette_png() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 16, 16);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_palette(vec![200, 0, 0, 255, 255, 255, 0, 0, 200]);
    let indices: Vec<u8> = (0..256).map(|i| if i % 16 < 8 { 0 } else { 2 }).collect();
    encoder.write_header().unwrap().write_image_data(&indices).unwrap();
    bytes
}

/// The frames of an animation, red and then blue, as GIF.
pub fn animated_gif() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    let frame = |colour| Frame::new(image::RgbaImage::from_pixel(16, 16, image::Rgba(colour)));
    encoder.encode_frames([frame([200, 0, 0, 255]), frame([0, 0, 200, 255])]).unwrap();
    drop(encoder);
    bytes
}

/// The same as APNG.
pub fn animated_png() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 16, 16);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_animated(2, 0).unwrap();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&[200, 0, 0].repeat(256)).unwrap();
    writer.write_image_data(&[0, 0, 200].repeat(256)).unwrap();
    writer.finish().unwrap();
    bytes
}

/// The same as lossless WebP (RFC 9649, section 2.7).
pub fn animated_webp() -> Vec<u8> {
    let chunk = |name: &[u8; 4], payload: &[u8]| {
        let even = vec![0; payload.len() % 2];
        [name.as_slice(), &(payload.len() as u32).to_le_bytes(), payload, &even].concat()
    };
    let frame = |colour: [u8; 3]| {
        let mut still = Vec::new();
        WebPEncoder::new(&mut still).encode(&colour.repeat(256), 16, 16, ColorType::Rgb8).unwrap();
        // The corner, the size less one, 100 ms, no blending; then what follows "RIFF", the size and "WEBP".
        chunk(b"ANMF", &[&[0; 6][..], &[15, 0, 0, 15, 0, 0, 100, 0, 0, 2], &still[12..]].concat())
    };
    let header = chunk(b"VP8X", &[2, 0, 0, 0, 15, 0, 0, 15, 0, 0]);
    let chunks = [header, chunk(b"ANIM", &[0; 6]), frame([200, 0, 0]), frame([0, 0, 200])].concat();
    [b"RIFF".as_slice(), &(chunks.len() as u32 + 4).to_le_bytes(), b"WEBP", &chunks].concat()
}
