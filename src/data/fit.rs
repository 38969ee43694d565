//! A picture of any size and kind to a small square of bytes.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::DynamicImage;

use crate::config::{Fit, Rgb};

/// A square picture, `[side, side, 3]`.
pub struct Square {
    /// RGB bytes.
    pub rgb: Vec<u8>,
    /// Whether every pixel of the source was grey.
    pub is_grey: bool,
}

/// Lays `picture` over `background` and brings it to `side` × `side`.
///
/// Resizing works on the sRGB values as they are (Lanczos 3): a little darker along hard edges than in linear light,
/// and what every other tool that prepares training images does.
pub fn fit(picture: &DynamicImage, side: usize, fit: Fit, background: Rgb) -> Result<Square, String> {
    let (width, height) = (picture.width(), picture.height());
    let source = opaque(picture, background);
    let is_grey = source.chunks_exact(3).all(|p| matches!(p, [r, g, b] if r == g && g == b));
    let target = side as u32;
    if (width, height) == (target, target) {
        return Ok(Square { rgb: source, is_grey });
    }
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).use_alpha(false);
    let (w, h) = (f64::from(width), f64::from(height));
    let short = w.min(h);
    let rgb = match fit {
        Fit::Stretch => resize(&source, (width, height), (target, target), &options)?,
        Fit::Crop => {
            let options = options.crop((w - short) / 2.0, (h - short) / 2.0, short, short);
            resize(&source, (width, height), (target, target), &options)?
        }
        Fit::Pad => {
            let scale = f64::from(target) / w.max(h);
            let inner = |length: f64| ((length * scale).round() as u32).clamp(1, target);
            let (iw, ih) = (inner(w), inner(h));
            let small = resize(&source, (width, height), (iw, ih), &options)?;
            framed(&small, (iw as usize, ih as usize), side, background)
        }
    };
    Ok(Square { rgb, is_grey })
}

/// Luma of RGB bytes in place of them, `[n, 3]` → `[n]` (Rec. 709 weights; grey stays exactly as it is).
pub fn to_grey(rgb: &[u8]) -> impl Iterator<Item = u8> + '_ {
    rgb.chunks_exact(3).map(|pixel| match *pixel {
        [r, g, b] => ((2126 * u32::from(r) + 7152 * u32::from(g) + 722 * u32::from(b) + 5000) / 10_000) as u8,
        _ => 0,
    })
}

/// RGB bytes of `picture` over `background`.
fn opaque(picture: &DynamicImage, background: Rgb) -> Vec<u8> {
    if !picture.color().has_alpha() {
        return picture.to_rgb8().into_raw();
    }
    let over = |c: u8, under: u8, a: u8| {
        let a = u32::from(a);
        ((u32::from(c) * a + u32::from(under) * (255 - a) + 127) / 255) as u8
    };
    let Rgb([br, bg, bb]) = background;
    picture
        .to_rgba8()
        .pixels()
        .flat_map(|p| {
            let [r, g, b, a] = p.0;
            [over(r, br, a), over(g, bg, a), over(b, bb, a)]
        })
        .collect()
}

fn resize(source: &[u8], from: (u32, u32), to: (u32, u32), options: &ResizeOptions) -> Result<Vec<u8>, String> {
    let failed = |e: &dyn std::fmt::Display| format!("could not be resized: {e}");
    let source = ImageRef::new(from.0, from.1, source, PixelType::U8x3).map_err(|e| failed(&e))?;
    let mut target = Image::new(to.0, to.1, PixelType::U8x3);
    Resizer::new().resize(&source, &mut target, options).map_err(|e| failed(&e))?;
    Ok(target.into_vec())
}

/// `small` in the middle of a square of the background's colour.
fn framed(small: &[u8], (w, h): (usize, usize), side: usize, Rgb(background): Rgb) -> Vec<u8> {
    let mut rgb = background.repeat(side * side);
    let (left, top) = ((side - w) / 2, (side - h) / 2);
    for (row, line) in small.chunks_exact(w * 3).enumerate() {
        let start = ((top + row) * side + left) * 3;
        if let Some(place) = rgb.get_mut(start..start + w * 3) {
            place.copy_from_slice(line);
        }
    }
    rgb
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
        let i = (y * side + x) * 3;
        [square.rgb[i], square.rgb[i + 1], square.rgb[i + 2]]
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
        assert!(square.is_grey);
        assert_eq!(to_grey(&square.rgb).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn luma_has_the_weights_of_rec_709() {
        assert_eq!(to_grey(&[255, 0, 0, 0, 255, 0, 0, 0, 255, 77, 77, 77]).collect::<Vec<_>>(), [54, 182, 18, 77]);
    }
}
