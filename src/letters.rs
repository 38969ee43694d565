//! Text as outlines and as pixels, in the bundled typeface.

use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::outline::{DrawSettings, OutlineGlyphCollection, OutlinePen};
use skrifa::{FontRef, GlyphId, MetadataProvider};
use vello_cpu::color::{AlphaColor, Srgb};
use vello_cpu::kurbo::{Affine, BezPath};
use vello_cpu::{Pixmap, RenderContext, Resources};

/// The typeface of most texts: Inter.
pub const REGULAR: &[u8] = include_bytes!("../assets/fonts/Inter-Regular.otf");
/// That of headings.
pub const STRONG: &[u8] = include_bytes!("../assets/fonts/Inter-SemiBold.otf");
/// Noto Sans SC with the Chinese characters of the window's texts, which Inter lacks.
pub const HAN_REGULAR: &[u8] = include_bytes!("../assets/fonts/NotoSansSC-Regular.otf");
/// The same for headings.
pub const HAN_STRONG: &[u8] = include_bytes!("../assets/fonts/NotoSansSC-Bold.otf");
/// From the middle of a line down to its baseline, as a share of the letters' size: capitals stand in the middle.
pub const BASELINE: f32 = 0.36;
/// What stands for the end of a text that is too long.
const ELLIPSIS: char = '…';
/// The first of the characters that are as wide as they are high.
const FIRST_WIDE: char = '\u{2e80}';

/// About how many ordinary letters wide a text is: a Chinese character takes the room of two.
pub fn breadth(text: &str) -> usize {
    text.chars().map(|c| if c < FIRST_WIDE { 1 } else { 2 }).sum()
}

/// The bundled fonts cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("a bundled font cannot be read: {0}")]
pub struct FontError(String);

/// A bundled font, and the one that has the characters it lacks.
pub struct Font([FontRef<'static>; 2]);

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

/// A font at a size.
struct Face<'a> {
    characters: Charmap<'a>,
    metrics: GlyphMetrics<'a>,
    outlines: OutlineGlyphCollection<'a>,
}

impl<'a> Face<'a> {
    fn new(font: &'a FontRef<'static>, size: Size) -> Self {
        let metrics = font.glyph_metrics(size, LocationRef::default());
        Self { characters: font.charmap(), metrics, outlines: font.outline_glyphs() }
    }

    fn advance(&self, glyph: GlyphId) -> f32 {
        self.metrics.advance_width(glyph).unwrap_or_default()
    }
}

impl Font {
    /// For most texts.
    pub fn regular() -> Result<Self, FontError> {
        Self::read([REGULAR, HAN_REGULAR])
    }

    /// For headings.
    pub fn strong() -> Result<Self, FontError> {
        Self::read([STRONG, HAN_STRONG])
    }

    fn read([first, second]: [&'static [u8]; 2]) -> Result<Self, FontError> {
        let read = |bytes| FontRef::new(bytes).map_err(|e| FontError(e.to_string()));
        Ok(Self([read(first)?, read(second)?]))
    }

    /// The glyphs of `text` in letters of `size`, each in the first face that has it, else as the first face's sign for
    /// what is missing.
    fn glyphs(&self, size: Size, text: &str, mut each: impl FnMut(&Face<'_>, GlyphId)) {
        let [first, second] = self.0.each_ref().map(|font| Face::new(font, size));
        for character in text.chars() {
            match (first.characters.map(character), second.characters.map(character)) {
                (None, Some(glyph)) => each(&second, glyph),
                (glyph, _) => each(&first, glyph.unwrap_or_default()),
            }
        }
    }

    /// How wide `text` is in letters of `size`.
    pub fn width(&self, size: f32, text: &str) -> f32 {
        let mut width = 0.0;
        self.glyphs(Size::new(size), text, |face, glyph| width += face.advance(glyph));
        width
    }

    /// `text` in letters of `size`.
    pub fn line(&self, size: f32, text: &str) -> Line {
        let size = Size::new(size);
        let (mut outline, mut width) = (BezPath::new(), 0.0);
        self.glyphs(size, text, |face, glyph| {
            let mut pen = Outline { path: &mut outline, x: f64::from(width) };
            if let Some(shape) = face.outlines.get(glyph) {
                // A letter that cannot be drawn leaves its room empty.
                let _left_out = shape.draw(DrawSettings::unhinted(size, LocationRef::default()), &mut pen);
            }
            width += face.advance(glyph);
        });
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
    use std::collections::BTreeSet;

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

    #[test]
    fn every_character_of_the_translations_is_in_the_bundled_fonts() {
        let catalogues = [include_str!("../assets/locales/en.yml"), include_str!("../assets/locales/zh-CN.yml")];
        for font in [Font::regular().unwrap(), Font::strong().unwrap()] {
            let has = |c: &char| font.0.iter().any(|face| face.charmap().map(*c).is_some());
            let lacks: BTreeSet<char> =
                catalogues.iter().flat_map(|text| text.chars()).filter(|c| !c.is_whitespace() && !has(c)).collect();
            assert!(lacks.is_empty(), "assets/fonts/subset.sh makes the Chinese fonts anew: they lack {lacks:?}");
        }
    }

    #[test]
    fn a_chinese_character_is_as_wide_as_its_size_and_drawn() {
        let font = Font::regular().unwrap();
        assert!((font.width(20.0, "潜空间") - 60.0).abs() < 1e-3);
        assert!((font.width(20.0, "z 潜") - font.width(20.0, "z ") - 20.0).abs() < 1e-3);
        assert_eq!((breadth("z"), breadth("潜空间 z")), (1, 8));
        let mask = font.mask(20.0, "图", 40, 40);
        let inked: Vec<usize> = (0..1600).filter(|i| mask.coverage[*i] > 128).collect();
        let (top, bottom) = (inked[0] / 40, inked[inked.len() - 1] / 40);
        // 图 nearly fills its square, which lies about the middle of the line.
        assert!((15..=19).contains(&(bottom - top)) && (top + bottom).abs_diff(39) <= 3, "{top} {bottom}");
    }
}
