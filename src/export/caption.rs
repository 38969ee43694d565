//! Texts in a picture, at the size it is looked at rather than that of the model's pixels.

use crate::export::ExportError;
use crate::letters::{Font, Mask};

/// A line of text in the middle of a box of the canvas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Left edge of the box, as all its lengths in pixels before they are enlarged.
    pub x: usize,
    /// Upper edge.
    pub y: usize,
    /// Width; a longer text is cut off.
    pub width: usize,
    /// Height.
    pub height: usize,
    /// The text.
    pub text: String,
}

/// Letters that were drawn, at their place in the enlarged picture.
pub(super) struct Ink {
    x: usize,
    y: usize,
    mask: Mask,
}

/// Smallest letters, in pixels of the enlarged picture: Inter is readable at that size.
const SMALLEST: usize = 11;
/// Height of a line as a share of its letters' size.
const LEADING: f32 = 1.5;

/// Height of the box of a caption below an image of `side` pixels, before it is enlarged: letters of a 24th of the
/// image, and never smaller than one can read.
pub(super) fn height(side: usize, upscale: usize) -> usize {
    let size = (side * upscale / 24).max(SMALLEST);
    (size as f32 * LEADING / upscale as f32).ceil() as usize
}

/// Pixels before they are enlarged that `text` is wide in a box of `height`, with room at its sides.
pub(super) fn width(font: &Font, text: &str, height: usize, upscale: usize) -> usize {
    let size = size(height, upscale);
    ((font.width(size, text) + size) / upscale as f32).ceil() as usize
}

fn size(height: usize, upscale: usize) -> f32 {
    (height * upscale) as f32 / LEADING
}

impl Label {
    /// Draws it for a picture that is enlarged `upscale` times.
    pub(super) fn draw(&self, font: &Font, upscale: usize) -> Ink {
        let length = |pixels: usize| (pixels * upscale).min(usize::from(u16::MAX)) as u16;
        let mask = font.mask(size(self.height, upscale), &self.text, length(self.width), length(self.height));
        Ink { x: self.x * upscale, y: self.y * upscale, mask }
    }
}

impl Ink {
    /// The letters of all `labels`.
    pub(super) fn of(labels: &[Label], upscale: usize) -> Result<Vec<Self>, ExportError> {
        if labels.is_empty() {
            return Ok(Vec::new());
        }
        let font = Font::regular()?;
        Ok(labels.iter().map(|label| label.draw(&font, upscale)).collect())
    }

    /// Darkens what it covers of row `y` of the enlarged picture.
    pub(super) fn stain(&self, row: &mut [u8], channels: usize, y: usize) {
        let line = y.checked_sub(self.y).and_then(|j| self.mask.coverage.chunks_exact(self.mask.width.max(1)).nth(j));
        let pixels = row.chunks_exact_mut(channels).skip(self.x);
        for (pixel, &coverage) in pixels.zip(line.unwrap_or_default()) {
            for value in pixel {
                *value = (u16::from(*value) * u16::from(255 - coverage) / 255) as u8;
            }
        }
    }
}
