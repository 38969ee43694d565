//! A scene as pixels, twice as large, by the rasteriser that also draws the window's letters.

use vello_cpu::color::{AlphaColor, Srgb};
use vello_cpu::kurbo::{Affine, BezPath, Cap, Circle, Join, Rect, Shape, Stroke};
use vello_cpu::{Pixmap, RenderContext, Resources};

use crate::curves::CurvesError;
use crate::curves::scene::{Colours, Hold, Ink, Item, Pen, Place, Scene};
use crate::letters::{BASELINE, Font};

/// Pixels for each unit of the scene.
const SCALE: f32 = 2.0;
/// How far a curve may lie from its true course, in pixels.
const TOLERANCE: f64 = 0.1;

/// Pixels, `[height, width, 3]`.
pub struct Pixels {
    /// Across.
    pub width: usize,
    /// Down.
    pub height: usize,
    /// Red, green, blue.
    pub bytes: Vec<u8>,
}

/// Paints the scene.
pub fn pixels(scene: &Scene, colours: Colours) -> Result<Pixels, CurvesError> {
    let [width, height] = scene.size.map(|length| (length * SCALE).ceil().clamp(1.0, f32::from(u16::MAX)) as u16);
    let context = RenderContext::new(width, height);
    let mut brush = Brush { context, colours, regular: Font::regular()?, strong: Font::strong()? };
    brush.paint(Ink::Paper, 1.0);
    brush.context.fill_rect(&Rect::new(0.0, 0.0, f64::from(width), f64::from(height)));
    brush.context.set_transform(Affine::scale(f64::from(SCALE)));
    brush.items(&scene.items);
    brush.context.flush();
    let mut pixmap = Pixmap::new(width, height);
    brush.context.render(&mut pixmap, &mut Resources::new());
    // The paper covers everything: nothing shines through, and colours are what they are.
    let bytes = pixmap.data_as_u8_slice().chunks_exact(4).flat_map(|rgba| rgba.iter().take(3)).copied().collect();
    Ok(Pixels { width: usize::from(width), height: usize::from(height), bytes })
}

struct Brush {
    context: RenderContext,
    colours: Colours,
    regular: Font,
    strong: Font,
}

impl Brush {
    fn paint(&mut self, ink: Ink, alpha: f32) {
        let [r, g, b] = (self.colours)(ink);
        self.context.set_paint(AlphaColor::<Srgb>::from_rgb8(r, g, b).with_alpha(alpha));
    }

    fn items(&mut self, items: &[Item]) {
        for item in items {
            match item {
                Item::Line(places, pen) => self.line(places, pen),
                Item::Band(edges, ink, alpha) => {
                    self.paint(*ink, *alpha);
                    let upper = edges.iter().map(|[x, upper, _]| [*x, *upper]);
                    let lower = edges.iter().rev().map(|[x, _, lower]| [*x, *lower]);
                    let mut path = path_through(upper.chain(lower));
                    path.close_path();
                    self.context.fill_path(&path);
                }
                Item::Dot([x, y], radius, ink) => {
                    self.paint(*ink, 1.0);
                    let circle = Circle::new((f64::from(*x), f64::from(*y)), f64::from(*radius));
                    self.context.fill_path(&circle.to_path(TOLERANCE));
                }
                Item::Text { at, hold, size, strong, ink, text } => {
                    self.paint(*ink, 1.0);
                    let letters = if *strong { &self.strong } else { &self.regular }.line(*size, text);
                    let left = match hold {
                        Hold::Start => at[0],
                        Hold::Middle => at[0] - letters.width / 2.0,
                        Hold::End => at[0] - letters.width,
                    };
                    let baseline = at[1] + BASELINE * size;
                    // Letters are drawn upwards.
                    let place = Affine::new([1.0, 0.0, 0.0, -1.0, f64::from(left), f64::from(baseline)]);
                    self.context.fill_path(&(place * letters.outline));
                }
                Item::Within(area, items) => {
                    let [left, top] = area.min.map(f64::from);
                    let [right, bottom] = area.max.map(f64::from);
                    self.context.push_clip_path(&Rect::new(left, top, right, bottom).to_path(TOLERANCE));
                    self.items(items);
                    self.context.pop_clip_path();
                }
            }
        }
    }

    fn line(&mut self, places: &[Place], pen: &Pen) {
        let path = path_through(places.iter().copied());
        let stroke = Stroke::new(f64::from(pen.width)).with_join(Join::Round).with_caps(Cap::Butt);
        let stroke = pen.dash.map_or(stroke.clone(), |dash| stroke.with_dashes(0.0, [f64::from(dash); 2]));
        self.paint(pen.ink, pen.alpha);
        self.context.set_stroke(stroke);
        self.context.stroke_path(&path);
    }
}

fn path_through(places: impl Iterator<Item = Place>) -> BezPath {
    let mut path = BezPath::new();
    for (i, [x, y]) in places.enumerate() {
        let at = (f64::from(x), f64::from(y));
        if i == 0 { path.move_to(at) } else { path.line_to(at) }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curves::scene::Area;

    fn colours(ink: Ink) -> [u8; 3] {
        match ink {
            Ink::Paper => [255; 3],
            Ink::Kl => [0, 200, 0],
            _ => [0; 3],
        }
    }

    #[test]
    fn lines_lie_where_they_should_and_only_inside_their_area() {
        let pen = Pen { ink: Ink::Kl, alpha: 1.0, width: 4.0, dash: None };
        let line = Item::Line(vec![[0.0, 10.0], [20.0, 10.0]], pen);
        let area = Area { min: [5.0, 0.0], max: [15.0, 20.0] };
        let scene = Scene { size: [20.0, 20.0], items: vec![Item::Within(area, vec![line])], title: String::new() };
        let pixels = pixels(&scene, colours).unwrap();
        assert_eq!((pixels.width, pixels.height), (40, 40));
        let at = |x: usize, y: usize| &pixels.bytes[3 * (y * 40 + x)..][..3];
        assert_eq!([at(20, 20), at(20, 17), at(11, 22)], [[0, 200, 0]; 3]);
        assert_eq!([at(20, 14), at(20, 26), at(8, 20), at(32, 20)], [[255; 3]; 4]);
    }

    #[test]
    fn a_band_covers_what_lies_between_its_edges() {
        let band = Item::Band(vec![[0.0, 5.0, 15.0], [20.0, 10.0, 15.0]], Ink::Text, 1.0);
        let scene = Scene { size: [20.0, 20.0], items: vec![band], title: String::new() };
        let pixels = pixels(&scene, colours).unwrap();
        let at = |x: usize, y: usize| pixels.bytes[3 * (y * 40 + x)];
        // The upper edge falls from 10 to 20 pixels, the lower one stays at 30.
        assert_eq!([at(2, 12), at(20, 17), at(38, 22), at(20, 28)], [0; 4]);
        assert_eq!([at(2, 8), at(20, 13), at(38, 17), at(20, 32)], [255; 4]);
    }

    #[test]
    fn a_text_is_held_where_it_should_be() {
        let text = |hold| {
            let at = [50.0, 10.0];
            let item = Item::Text { at, hold, size: 12.0, strong: false, ink: Ink::Text, text: "HH".into() };
            let scene = Scene { size: [100.0, 20.0], items: vec![item], title: String::new() };
            let pixels = pixels(&scene, colours).unwrap();
            let dark = |i: &usize| pixels.bytes[3 * i] < 100;
            let across: Vec<usize> = (0..200 * 40).filter(dark).map(|i| i % 200).collect();
            let down: Vec<usize> = (0..200 * 40).filter(dark).map(|i| i / 200).collect();
            let ends = |v: &[usize]| (*v.iter().min().unwrap() as f32, *v.iter().max().unwrap() as f32);
            (ends(&across), ends(&down))
        };
        let ((left, _), (top, bottom)) = text(Hold::Start);
        assert!((98.0..104.0).contains(&left), "{left}");
        assert!((f32::midpoint(top, bottom) - 20.0).abs() < 2.0, "{top} {bottom}");
        let ((_, right), _) = text(Hold::End);
        assert!((96.0..102.0).contains(&right), "{right}");
        let ((left, right), _) = text(Hold::Middle);
        assert!((f32::midpoint(left, right) - 100.0).abs() < 2.0, "{left} {right}");
    }
}
