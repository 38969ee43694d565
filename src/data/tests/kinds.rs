//! Kinds of pictures: depths, colour models, animations, orientations, profiles, and names that lie about them.

use std::fs;
use std::io::Cursor;

use image::{DynamicImage, ImageBuffer, ImageDecoder, ImageEncoder, ImageFormat, Luma, Rgb};
use tempfile::TempDir;

use super::make::{
    animated_gif, animated_png, animated_webp, bytes_of, cmyk_jpeg, exif, packed_zeros, palette_png, png_with,
    two_colours,
};
use super::{read, read_auto, reasons};
use crate::config::{Channels, DataConfig};
use crate::data::Dataset;

/// The file called `name` with these bytes, alone in a folder and in colour.
fn one(name: &str, bytes: &[u8]) -> Dataset {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join(name), bytes).unwrap();
    read(folder.path(), &DataConfig { channels: Channels::Rgb, ..DataConfig::default() }).unwrap()
}

/// The colours in the middle of the left and of the right half.
fn halves(data: &Dataset) -> [[u8; 3]; 2] {
    let at = |x: usize| data.image(0)[(8 * data.side + x) * 3..][..3].try_into().unwrap();
    [at(4), at(12)]
}

const RED: [u8; 3] = [200, 0, 0];
const BLUE: [u8; 3] = [0, 0, 200];

#[test]
fn a_palette_and_sixteen_bits_become_the_colours_they_stand_for() {
    assert_eq!(halves(&one("a.png", &palette_png())), [RED, BLUE]);
    // 16 bits to 8: divided by 257 and rounded.
    let deep = ImageBuffer::from_fn(16, 16, |x, _| Rgb(if x < 8 { [51_400_u16, 0, 128] } else { [129, 0, 51_400] }));
    for format in [ImageFormat::Png, ImageFormat::Tiff, ImageFormat::Pnm] {
        let bytes = bytes_of(&DynamicImage::ImageRgb16(deep.clone()), format);
        assert_eq!(halves(&one("a", &bytes)), [RED, [1, 0, 200]], "{format:?}");
    }
    let grey = ImageBuffer::from_fn(16, 16, |x, _| Luma([if x < 8 { 25_700_u16 } else { 65_535 }]));
    let bytes = bytes_of(&DynamicImage::ImageLuma16(grey), ImageFormat::Png);
    assert_eq!(halves(&one("a.png", &bytes)), [[100; 3], [255; 3]]);
}

#[test]
fn a_jpeg_in_printing_inks_is_shown_as_on_paper() {
    // (255 − ink) · (255 − black) / 255; Pillow 13 gives the same of these files:
    // [print(Image.open(f).convert("RGB").getpixel((4, 8))) for f in files]
    for (ink, rgb) in [
        ([10, 200, 30, 60], [187, 42, 172]),
        ([255, 0, 0, 0], [0, 255, 255]),
        ([1, 0, 0, 255], [0, 0, 0]),
        ([0, 0, 0, 0], [255, 255, 255]),
    ] {
        let data = one("print.jpg", &cmyk_jpeg(ink));
        let near = halves(&data)[0].iter().zip(rgb).all(|(a, b): (&u8, u8)| a.abs_diff(b) <= 1);
        assert!(near, "{ink:?}: {:?} and not {rgb:?}", halves(&data)[0]);
    }
}

#[test]
fn of_an_animation_the_first_frame_counts() {
    for (name, bytes) in [("a.gif", animated_gif()), ("a.png", animated_png()), ("a.webp", animated_webp())] {
        assert_eq!(halves(&one(name, &bytes)), [RED, RED], "{name}");
    }
}

#[test]
fn what_counts_is_the_content_and_not_the_ending() {
    let jpeg = bytes_of(&two_colours(), ImageFormat::Jpeg);
    assert_eq!(one("a.png", &jpeg).pixels, one("a.jpg", &jpeg).pixels);
    assert_eq!(halves(&one("a.jpg", &palette_png())), [RED, BLUE]);
    assert_eq!(halves(&one("a.tga", &palette_png())), [RED, BLUE]);
}

#[test]
fn an_orientation_is_followed_whatever_the_format() {
    // Turned by 180°, what is red on the left is on the right.
    let png = bytes_of(&two_colours(), ImageFormat::Png);
    assert_eq!(halves(&one("a.png", &png)), [RED, BLUE]);
    assert_eq!(halves(&one("a.png", &png_with(&png, *b"eXIf", &exif(3)))), [BLUE, RED]);
    // What makes no sense is as if it were not there.
    for nonsense in [exif(0), exif(9), exif(3)[..9].to_vec(), vec![0xff; 40], Vec::new()] {
        assert_eq!(halves(&one("a.png", &png_with(&png, *b"eXIf", &nonsense))), [RED, BLUE], "{nonsense:?}");
    }
}

#[test]
fn a_colour_profile_is_not_applied_and_its_own_size_is_bounded() {
    let colours = two_colours();
    let plain = one("a.png", &bytes_of(&colours, ImageFormat::Png));
    for format in [ImageFormat::Png, ImageFormat::Jpeg] {
        let mut bytes = Cursor::new(Vec::new());
        let rgb = colours.as_bytes();
        let profile = b"swaps red and blue".to_vec();
        let written = if format == ImageFormat::Png {
            let mut encoder = image::codecs::png::PngEncoder::new(&mut bytes);
            encoder.set_icc_profile(profile).unwrap();
            encoder.write_image(rgb, 16, 16, image::ExtendedColorType::Rgb8)
        } else {
            let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 100);
            encoder.set_icc_profile(profile).unwrap();
            encoder.write_image(rgb, 16, 16, image::ExtendedColorType::Rgb8)
        };
        written.unwrap();
        let data = one("a", bytes.get_ref());
        let apart = data.pixels.segments().flatten().zip(plain.pixels.segments().flatten());
        assert!(apart.map(|(a, b)| a.abs_diff(*b)).max() <= Some(if format == ImageFormat::Png { 0 } else { 40 }));
        bytes.set_position(0);
        let mut decoder = image::ImageReader::with_format(bytes, format).into_decoder().unwrap();
        assert_eq!(decoder.icc_profile().unwrap().as_deref(), Some(b"swaps red and blue".as_slice()), "{format:?}");
    }
    // A profile of 100 MB in half a megabyte is left packed.
    let png = bytes_of(&colours, ImageFormat::Png);
    let heavy = png_with(&png, *b"iCCP", &[b"heavy\0\0".as_slice(), &packed_zeros(100_000_000)].concat());
    assert_eq!(one("a.png", &heavy).pixels, plain.pixels);
}

#[test]
fn long_and_thin_pictures_become_squares_too() {
    let folder = TempDir::new().unwrap();
    for (name, width, height) in [("wide", 5000, 1), ("high", 1, 5000), ("dot", 1, 1)] {
        let picture = image::GrayImage::from_pixel(width, height, Luma([90]));
        picture.save(folder.path().join(format!("{name}.png"))).unwrap();
    }
    for fit in crate::config::Fit::ALL {
        let data = read(folder.path(), &DataConfig { fit: *fit, ..DataConfig::default() }).unwrap();
        assert_eq!((data.len(), data.side, reasons(&data)), (3, 64, vec![]), "{fit}");
        assert!((0..3).all(|i| data.image(i).contains(&90)), "{fit}");
    }
}

#[test]
fn every_byte_of_an_image_may_be_wrong() {
    // Cut at any length or with a byte changed, a file is an image or a line in the report.
    let folder = TempDir::new().unwrap();
    let mut rng = crate::rng::Rng::new(1, crate::rng::Stream::Split, 0);
    let mut files = 0;
    for (kind, whole) in [
        ("png", bytes_of(&two_colours(), ImageFormat::Png)),
        ("jpg", bytes_of(&two_colours(), ImageFormat::Jpeg)),
        ("webp", animated_webp()),
        ("gif", animated_gif()),
        ("tif", bytes_of(&two_colours(), ImageFormat::Tiff)),
        ("bmp", bytes_of(&two_colours(), ImageFormat::Bmp)),
        ("qoi", bytes_of(&two_colours(), ImageFormat::Qoi)),
        ("tga", bytes_of(&two_colours(), ImageFormat::Tga)),
        ("pnm", bytes_of(&two_colours(), ImageFormat::Pnm)),
    ] {
        for i in 0..40 {
            let cut = whole.len() * i / 40;
            fs::write(folder.path().join(format!("cut-{i:02}.{kind}")), &whole[..cut]).unwrap();
            let mut changed = whole.clone();
            for place in rng.permutation(whole.len()).into_iter().take(1 + i / 10) {
                changed[place as usize] ^= 1 << (i % 8);
            }
            fs::write(folder.path().join(format!("changed-{i:02}.{kind}")), changed).unwrap();
            files += 2;
        }
    }
    let data = read_auto(&folder);
    assert_eq!((data.len() + data.report.skipped.len(), data.report.files), (files, files));
    assert!(data.report.skipped.iter().all(|file| (5..100).contains(&file.reason.len())), "{:?}", reasons(&data));
    assert!(data.report.skipped.len() > files / 4 && data.len() > files / 20, "{} of {files}", data.len());
}
