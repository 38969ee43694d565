//! A picture of any size and kind to a small square of bytes.

use std::borrow::Cow;
use std::cell::RefCell;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::DynamicImage;

use crate::config::{Fit, Rgb};

thread_local! {
    /// Keeps its buffers from picture to picture.
    static RESIZER: RefCell<Resizer> = RefCell::new(Resizer::new());
}

/// A square picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Square {
    /// `[side, side, channels]`.
    pub bytes: Vec<u8>,
    /// 1 when every byte of the square is grey, otherwise 3.
    pub channels: usize,
    /// Whether every pixel of the source was grey: bars in a coloured background are not the source's.
    pub is_grey: bool,
}

/// Lays `picture` over `background` and brings it to `side` × `side`.
///
/// Resizing works on the sRGB values as they are (Lanczos 3): a little darker along hard edges than in linear light,
/// and what every other tool that prepares training images does. Grey pictures are resized as one channel, which
/// gives the same bytes as three equal ones would.
pub fn fit(picture: &DynamicImage, side: usize, fit: Fit, background: Rgb) -> Result<Square, String> {
    let size = (picture.width(), picture.height());
    let source = match opaque_grey(picture) {
        Some(bytes) => Flat { bytes, channels: 1, size },
        None => Flat { bytes: opaque(picture, background), channels: 3, size }.grey_if_it_is(),
    };
    let is_grey = source.channels == 1;
    let target = side as u32;
    if size == (target, target) {
        return Ok(Square { channels: source.channels, bytes: source.bytes.into_owned(), is_grey });
    }
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).use_alpha(false);
    let (w, h) = (f64::from(size.0), f64::from(size.1));
    let short = w.min(h);
    let square = |bytes| Square { bytes, channels: source.channels, is_grey };
    match fit {
        Fit::Stretch => Ok(square(source.resize((target, target), &options)?)),
        Fit::Crop => {
            let options = options.crop((w - short) / 2.0, (h - short) / 2.0, short, short);
            Ok(square(source.resize((target, target), &options)?))
        }
        Fit::Pad => {
            let scale = f64::from(target) / w.max(h);
            let inner = |length: f64| ((length * scale).round() as u32).clamp(1, target);
            let (iw, ih) = (inner(w), inner(h));
            let small = square(source.resize((iw, ih), &options)?);
            Ok(framed(small, (iw as usize, ih as usize), side, background))
        }
    }
}

/// Luma of RGB bytes, `[n, 3]` → `[n]` (Rec. 709 weights; grey stays exactly as it is).
pub fn to_grey(rgb: &[u8]) -> impl Iterator<Item = u8> + '_ {
    rgb.chunks_exact(3).map(|pixel| match *pixel {
        [r, g, b] => ((2126 * u32::from(r) + 7152 * u32::from(g) + 722 * u32::from(b) + 5000) / 10_000) as u8,
        _ => 0,
    })
}

/// Grey bytes as RGB, `[n]` → `[n, 3]`.
pub fn to_rgb(grey: &[u8]) -> impl Iterator<Item = u8> + '_ {
    grey.iter().flat_map(|&v| [v; 3])
}

/// A picture without transparency.
struct Flat<'a> {
    bytes: Cow<'a, [u8]>,
    channels: usize,
    size: (u32, u32),
}

impl Flat<'_> {
    /// One channel of three, when all three say the same.
    fn grey_if_it_is(self) -> Self {
        if !self.bytes.chunks_exact(3).all(|p| matches!(p, [r, g, b] if r == g && g == b)) {
            return self;
        }
        Self { bytes: self.bytes.iter().step_by(3).copied().collect(), channels: 1, size: self.size }
    }

    fn resize(&self, (width, height): (u32, u32), options: &ResizeOptions) -> Result<Vec<u8>, String> {
        let failed = |e: &dyn std::fmt::Display| format!("could not be resized: {e}");
        let pixel = if self.channels == 1 { PixelType::U8 } else { PixelType::U8x3 };
        let source = ImageRef::new(self.size.0, self.size.1, &self.bytes, pixel).map_err(|e| failed(&e))?;
        let mut target = Image::new(width, height, pixel);
        RESIZER.with_borrow_mut(|resizer| resizer.resize(&source, &mut target, options)).map_err(|e| failed(&e))?;
        Ok(target.into_vec())
    }
}

/// The bytes of a grey picture that nothing shows through.
fn opaque_grey(picture: &DynamicImage) -> Option<Cow<'_, [u8]>> {
    match picture {
        DynamicImage::ImageLuma8(grey) => Some(Cow::Borrowed(grey.as_raw())),
        DynamicImage::ImageLuma16(_) => Some(Cow::Owned(picture.to_luma8().into_raw())),
        _ => None,
    }
}

/// RGB bytes of `picture` over `background`.
fn opaque(picture: &DynamicImage, background: Rgb) -> Cow<'_, [u8]> {
    if let DynamicImage::ImageRgb8(rgb) = picture {
        return Cow::Borrowed(rgb.as_raw());
    }
    if !picture.color().has_alpha() {
        return Cow::Owned(picture.to_rgb8().into_raw());
    }
    let over = |c: u8, under: u8, a: u8| {
        let a = u32::from(a);
        ((u32::from(c) * a + u32::from(under) * (255 - a) + 127) / 255) as u8
    };
    let Rgb([br, bg, bb]) = background;
    let rgba = match picture {
        DynamicImage::ImageRgba8(rgba) => Cow::Borrowed(rgba),
        other => Cow::Owned(other.to_rgba8()),
    };
    let blended = rgba.pixels().flat_map(|p| {
        let [r, g, b, a] = p.0;
        [over(r, br, a), over(g, bg, a), over(b, bb, a)]
    });
    blended.collect()
}

/// `small` in the middle of a square of the background's colour.
fn framed(small: Square, (w, h): (usize, usize), side: usize, Rgb(background): Rgb) -> Square {
    let [r, g, b] = background;
    let Square { mut bytes, mut channels, is_grey } = small;
    if channels == 1 && !(r == g && g == b) {
        bytes = to_rgb(&bytes).collect();
        channels = 3;
    }
    let mut whole = background.get(..channels).unwrap_or_default().repeat(side * side);
    let (left, top) = ((side - w) / 2, (side - h) / 2);
    for (row, line) in bytes.chunks_exact(w * channels).enumerate() {
        let start = ((top + row) * side + left) * channels;
        if let Some(place) = whole.get_mut(start..start + line.len()) {
            place.copy_from_slice(line);
        }
    }
    Square { bytes: whole, channels, is_grey }
}

#[cfg(test)]
mod tests {
    use image::{Rgb as Pixel, RgbImage, Rgba, RgbaImage};

    use super::*;

    const BLUE: Rgb = Rgb([0, 0, 255]);

    /// 60 × 20: a red third, a grey third, a green third.
    fn flag() -> DynamicImage {
        DynamicImage::ImageRgb8(RgbImage::from_fn(60, 20, |x, _| match x / 20 {
            0 => Pixel([255, 0, 0]),
            1 => Pixel([128, 128, 128]),
            _ => Pixel([0, 255, 0]),
        }))
    }

    fn pixel(square: &Square, side: usize, x: usize, y: usize) -> [u8; 3] {
        let i = (y * side + x) * square.channels;
        if square.channels == 1 { [square.bytes[i]; 3] } else { square.bytes[i..i + 3].try_into().unwrap() }
    }

    #[test]
    fn crop_keeps_the_middle_pad_keeps_all_stretch_squeezes() {
        let side = 30;
        let crop = fit(&flag(), side, Fit::Crop, BLUE).unwrap();
        assert_eq!([pixel(&crop, side, 5, 15), pixel(&crop, side, 24, 15)], [[128; 3]; 2]);
        let pad = fit(&flag(), side, Fit::Pad, BLUE).unwrap();
        assert_eq!([pixel(&pad, side, 2, 2), pixel(&pad, side, 15, 28)], [[0, 0, 255]; 2]);
        assert_eq!(pixel(&pad, side, 4, 15), [255, 0, 0]);
        assert_eq!(pixel(&pad, side, 25, 15), [0, 255, 0]);
        let stretch = fit(&flag(), side, Fit::Stretch, BLUE).unwrap();
        assert_eq!([pixel(&stretch, side, 4, 0), pixel(&stretch, side, 4, 29)], [[255, 0, 0]; 2]);
        assert_eq!(pixel(&stretch, side, 25, 15), [0, 255, 0]);
        assert!(!stretch.is_grey);
    }

    #[test]
    fn transparent_pixels_show_the_background() {
        let picture = RgbaImage::from_fn(16, 16, |x, _| Rgba([255, 0, 0, if x < 8 { 0 } else { 51 }]));
        let square = fit(&DynamicImage::ImageRgba8(picture), 16, Fit::Crop, BLUE).unwrap();
        assert_eq!(pixel(&square, 16, 0, 0), [0, 0, 255]);
        assert_eq!(pixel(&square, 16, 15, 0), [51, 0, 204]);
    }

    #[test]
    fn the_right_size_is_copied_exactly_and_grey_is_seen() {
        let picture = image::GrayImage::from_fn(16, 16, |x, y| image::Luma([(x * 16 + y) as u8]));
        let expected = picture.clone().into_raw();
        let square = fit(&DynamicImage::ImageLuma8(picture), 16, Fit::Crop, BLUE).unwrap();
        assert_eq!(square, Square { bytes: expected, channels: 1, is_grey: true });
    }

    #[test]
    fn one_channel_is_resized_as_three_equal_ones_are() {
        let value = |x: u32, y: u32| ((x * 37) ^ (y * 101)) as u8;
        let grey = image::GrayImage::from_fn(53, 71, |x, y| image::Luma([value(x, y)]));
        let rgb = RgbImage::from_fn(53, 71, |x, y| Pixel([value(x, y); 3]));
        for side in [16, 28, 64, 128] {
            let one = fit(&DynamicImage::ImageLuma8(grey.clone()), side, Fit::Crop, BLUE).unwrap();
            let (bytes, size) = (Cow::Borrowed(rgb.as_raw().as_slice()), rgb.dimensions());
            let target = side as u32;
            let options = ResizeOptions::new().crop(0.0, 9.0, 53.0, 53.0);
            let options = options.resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).use_alpha(false);
            let three = Flat { bytes, channels: 3, size }.resize((target, target), &options).unwrap();
            assert_eq!(to_rgb(&one.bytes).collect::<Vec<_>>(), three, "{side}");
            assert_eq!(fit(&DynamicImage::ImageRgb8(rgb.clone()), side, Fit::Crop, BLUE).unwrap(), one);
        }
    }

    #[test]
    fn sixteen_bits_of_grey_are_those_of_three_channels() {
        let deep = image::ImageBuffer::from_fn(256, 256, |x, y| image::Luma([(y * 256 + x) as u16]));
        let deep = DynamicImage::ImageLuma16(deep);
        assert_eq!(to_rgb(&opaque_grey(&deep).unwrap()).collect::<Vec<_>>(), deep.to_rgb8().into_raw());
    }

    #[test]
    fn a_grey_picture_keeps_its_coloured_bars() {
        let grey = DynamicImage::ImageLuma8(image::GrayImage::from_pixel(40, 20, image::Luma([9])));
        let square = fit(&grey, 20, Fit::Pad, BLUE).unwrap();
        assert_eq!((square.channels, square.is_grey), (3, true));
        assert_eq!([pixel(&square, 20, 0, 0), pixel(&square, 20, 10, 10)], [[0, 0, 255], [9; 3]]);
    }

    #[test]
    fn luma_has_the_weights_of_rec_709() {
        assert_eq!(to_grey(&[255, 0, 0, 0, 255, 0, 0, 0, 255, 77, 77, 77]).collect::<Vec<_>>(), [54, 182, 18, 77]);
    }
}
