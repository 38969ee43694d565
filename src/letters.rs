//! Text as outlines and as pixels, in the bundled typeface.

use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{FontRef, MetadataProvider};
use vello_cpu::color::{AlphaColor, Srgb};
use vello_cpu::kurbo::{Affine, BezPath};
use vello_cpu::{Pixmap, RenderContext, Resources};

/// The letters.
const REGULAR: &[u8] = include_bytes!("../assets/fonts/Inter-Regular.otf");
const STRONG: &[u8] = include_bytes!("../assets/fonts/Inter-SemiBold.otf");
/// From the middle of a line down to its baseline, as a share of the letters' size: capitals stand in the middle.
pub const BASELINE: f32 = 0.36;
/// What stands for the end of a text that is too long.
const ELLIPSIS: char = '…';

/// The bundled fonts cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("a bundled font cannot be read: {0}")]
pub struct FontError(String);

/// A bundled font.
pub struct Font(FontRef<'static>);

/// A line of text from its beginning at (0, 0), upwards.
pub struct Line {
    /// The letters.
    pub outline: BezPath,
    /// How far the next letter would stand.
    pub width: f32,
}

/// How much of each pixel letters cover: 0 nothing, 255 all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// `[height, width]`.
    pub coverage: Vec<u8>,
}

impl Font {
    /// For most texts.
    pub fn regular() -> Result<Self, FontError> {
        Self::read(REGULAR)
    }

    /// For headings.
    pub fn strong() -> Result<Self, FontError> {
        Self::read(STRONG)
    }

    fn read(bytes: &'static [u8]) -> Result<Self, FontError> {
        FontRef::new(bytes).map(Self).map_err(|e| FontError(e.to_string()))
    }

    /// How wide `text` is in letters of `size`.
    pub fn width(&self, size: f32, text: &str) -> f32 {
        let (characters, metrics) = (self.0.charmap(), self.0.glyph_metrics(Size::new(size), LocationRef::default()));
        let advance = |c| metrics.advance_width(characters.map(c).unwrap_or_default()).unwrap_or_default();
        text.chars().map(advance).sum()
    }

    /// `text` in letters of `size`.
    pub fn line(&self, size: f32, text: &str) -> Line {
        let (size, location) = (Size::new(size), LocationRef::default());
        let (characters, metrics) = (self.0.charmap(), self.0.glyph_metrics(size, location));
        let outlines = self.0.outline_glyphs();
        let (mut outline, mut width) = (BezPath::new(), 0.0);
        for character in text.chars() {
            let glyph = characters.map(character).unwrap_or_default();
            let mut pen = Outline { path: &mut outline, x: f64::from(width) };
            if let Some(shape) = outlines.get(glyph) {
                // A letter that cannot be drawn leaves its room empty.
                let _left_out = shape.draw(DrawSettings::unhinted(size, location), &mut pen);
            }
            width += metrics.advance_width(glyph).unwrap_or_default();
        }
        Line { outline, width }
    }

    /// `text` in letters of `size` in the middle of `width` × `height` pixels, cut off with an ellipsis when it is too
    /// long.
    pub fn mask(&self, size: f32, text: &str, width: u16, height: u16) -> Mask {
        let line = self.line(size, &self.shortened(size, text, f32::from(width)));
        let mut context = RenderContext::new(width, height);
        context.set_paint(AlphaColor::<Srgb>::BLACK);
        let left = ((f32::from(width) - line.width) / 2.0).max(0.0);
        let baseline = f32::from(height) / 2.0 + BASELINE * size;
        // Letters are drawn upwards.
        let place = Affine::new([1.0, 0.0, 0.0, -1.0, f64::from(left), f64::from(baseline)]);
        context.fill_path(&(place * line.outline));
        context.flush();
        let mut pixmap = Pixmap::new(width, height);
        context.render(&mut pixmap, &mut Resources::new());
        let coverage = pixmap.data_as_u8_slice().chunks_exact(4).filter_map(|rgba| rgba.last().copied()).collect();
        Mask { width: usize::from(width), height: usize::from(height), coverage }
    }

    fn shortened(&self, size: f32, text: &str, width: f32) -> String {
        let mut text = text.to_owned();
        if self.width(size, &text) <= width {
            return text;
        }
        while text.pop().is_some() {
            let shorter = format!("{}{ELLIPSIS}", text.trim_end());
            if self.width(size, &shorter) <= width {
                return shorter;
            }
        }
        text
    }
}

struct Outline<'a> {
    path: &'a mut BezPath,
    x: f64,
}

impl Outline<'_> {
    fn at(&self, x: f32, y: f32) -> (f64, f64) {
        (self.x + f64::from(x), f64::from(y))
    }
}

impl OutlinePen for Outline<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        self.path.move_to(self.at(x, y));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.path.line_to(self.at(x, y));
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.path.quad_to(self.at(cx, cy), self.at(x, y));
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        self.path.curve_to(self.at(ax, ay), self.at(bx, by), self.at(x, y));
    }

    fn close(&mut self) {
        self.path.close_path();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_stand_in_the_middle_of_their_room() {
        let mask = Font::regular().unwrap().mask(20.0, "HH", 100, 40);
        assert_eq!((mask.width, mask.height, mask.coverage.len()), (100, 40, 4000));
        let inked = |i: &usize| mask.coverage[*i] > 128;
        let ends = |of: &dyn Fn(usize) -> usize| {
            let places: Vec<usize> = (0..4000).filter(inked).map(of).collect();
            (*places.iter().min().unwrap(), *places.iter().max().unwrap())
        };
        let ((left, right), (top, bottom)) = (ends(&|i| i % 100), ends(&|i| i / 100));
        assert!((left + right).abs_diff(99) <= 2, "{left} {right}");
        assert!((top + bottom).abs_diff(39) <= 2, "{top} {bottom}");
        // Inter's capitals are 0.727 of the size.
        assert!((13..=16).contains(&(bottom - top)), "{top} {bottom}");
    }

    #[test]
    fn what_is_too_long_ends_in_an_ellipsis_and_leaves_its_room_alone() {
        let font = Font::regular().unwrap();
        let check = |text: &str, width: f32, expected: &str| assert_eq!(font.shortened(10.0, text, width), expected);
        check("cat.png", 200.0, "cat.png");
        let room = font.width(10.0, "a very…");
        check("a very long name.png", room + 0.1, "a very…");
        check("a very long name.png", 1.0, "");
    }
}
