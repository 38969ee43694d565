//! Points of the images and cells of the grid as one picture each: a mesh of 60,000 circles costs 20 ms a frame, a
//! picture that is uploaded only when something moved costs 3 ms once.

use egui::{Color32, ColorImage};

use crate::state::GridPicture;

/// A cell of the grid has at most this many pixels a side.
const MAX_CELL: usize = 64;
/// The grid's picture has at most about this many pixels: it is made anew whenever the map was moved by a cell.
const MAX_PIXELS: usize = 1_500_000;

/// A round dot of one colour with a dark rim, ready to be put on a picture many times.
#[derive(Debug)]
pub struct Dot {
    side: usize,
    /// Row after row: what a pixel leaves of the one below it, in 256ths, and what it adds, a byte a channel.
    pixels: Vec<(u32, u32)>,
}

impl Dot {
    /// A dot of `diameter` pixels without its rim.
    pub fn new(diameter: f32, colour: Color32) -> Self {
        let radius = diameter / 2.0;
        // The rim is a pixel wide, and what is softened half a pixel more.
        let half = (radius + 1.5).floor() as i32;
        let inside = |distance: f32, r: f32| (r - distance + 0.5).clamp(0.0, 1.0);
        let square = (-half..=half).flat_map(|y| (-half..=half).map(move |x| (x, y)));
        let pixels = square.map(|(x, y)| {
            let distance = (x as f32).hypot(y as f32);
            let (fill, rim) = (inside(distance, radius), inside(distance, radius + 1.0) * 0.55);
            // The colour over the black rim over the picture: what is below keeps (1 − rim)(1 − fill).
            let keep = (1.0 - rim) * (1.0 - fill);
            let part = |c: u8| (f32::from(c) * fill + 0.5) as u8;
            let alpha = (255.0 * (1.0 - keep) + 0.5) as u8;
            let add = [part(colour.r()), part(colour.g()), part(colour.b()), alpha];
            ((keep * 256.0) as u32, u32::from_le_bytes(add))
        });
        Self { side: (2 * half + 1) as usize, pixels: pixels.collect() }
    }

    /// Draws the dot with its middle at (x, y) in pixels.
    pub fn draw(&self, image: &mut ColorImage, x: f32, y: f32) {
        let [width, height] = image.size.map(|n| n as i64);
        let side = self.side as i64;
        if !(x.is_finite() && y.is_finite()) {
            return;
        }
        let corner = |middle: f32| middle.floor().clamp(-1e6, 1e6) as i64 - side / 2;
        let (left, top) = (corner(x), corner(y));
        // What lies over an edge is cut.
        let (from, to) = (left.clamp(0, width), (left + side).clamp(0, width));
        for (row, pixels) in (top..).zip(self.pixels.chunks_exact(self.side)) {
            if from == to || row < 0 || row >= height {
                continue;
            }
            let line = image.pixels.get_mut((row * width + from) as usize..(row * width + to) as usize);
            let pixels = pixels.get((from - left) as usize..);
            for (below, (keep, add)) in line.into_iter().flatten().zip(pixels.into_iter().flatten()) {
                *below = put_over(*below, *keep, *add);
            }
        }
    }
}

/// `below` · `keep` / 256 + `add` in every channel, two channels at a time. Nothing is carried over: rounded, what is
/// kept and what is added are 255 at most.
fn put_over(below: Color32, keep: u32, add: u32) -> Color32 {
    const EVEN: u32 = 0x00ff_00ff;
    let below = u32::from_le_bytes(below.to_array());
    let even = (((below & EVEN) * keep) >> 8) & EVEN;
    let odd = (((below >> 8) & EVEN) * keep) & !EVEN;
    let [r, g, b, a] = (even | odd).wrapping_add(add).to_le_bytes();
    Color32::from_rgba_premultiplied(r, g, b, a)
}

/// The grid as one picture; transparent where there is nothing to show yet.
pub fn grid(picture: &GridPicture) -> ColorImage {
    let (side, _) = cell_side(picture);
    let mut whole = ColorImage::filled([picture.grid.columns * side, picture.grid.rows * side], Color32::TRANSPARENT);
    let width = whole.width();
    for (cell, image) in picture.changed_after(0) {
        let ([left, top], image) = self::cell(picture, cell, image);
        for (row, line) in image.pixels.chunks_exact(side).enumerate() {
            let start = (top + row) * width + left;
            if let Some(out) = whole.pixels.get_mut(start..start + side) {
                out.copy_from_slice(line);
            }
        }
    }
    whole
}

/// A cell of that picture: its corner, and `decoded` at the size it has there.
pub fn cell(picture: &GridPicture, cell: usize, decoded: &[u8]) -> ([usize; 2], ColorImage) {
    let (side, channels) = (picture.shape.side, picture.shape.channels);
    let (cell_side, every) = cell_side(picture);
    let lines = decoded.chunks_exact((side * channels).max(1)).step_by(every);
    let mut pixels: Vec<Color32> =
        lines.flat_map(|line| super::textures::colours(line, channels).step_by(every)).collect();
    pixels.resize(cell_side * cell_side, Color32::TRANSPARENT);
    let columns = picture.grid.columns.max(1);
    let corner = [cell % columns * cell_side, cell / columns * cell_side];
    (corner, ColorImage::new([cell_side, cell_side], pixels))
}

/// Side of a cell in the picture, and that it shows only every so manieth pixel.
fn cell_side(picture: &GridPicture) -> (usize, usize) {
    let most = (MAX_PIXELS / picture.grid.n_cells().max(1)).isqrt().clamp(1, MAX_CELL);
    let every = picture.shape.side.div_ceil(most).max(1);
    (picture.shape.side.div_ceil(every), every)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::latent::{Grid, Plane, Spacing};
    use crate::model::ImageShape;

    #[test]
    fn a_dot_has_its_colour_in_the_middle_and_nothing_far_away() {
        let mut image = ColorImage::filled([21, 21], Color32::TRANSPARENT);
        Dot::new(5.0, Color32::RED).draw(&mut image, 10.5, 10.5);
        assert_eq!(image.pixels[10 * 21 + 10], Color32::RED);
        assert_eq!(image.pixels[0], Color32::TRANSPARENT);
        let left: u32 = (0..10).map(|x| u32::from(image.pixels[10 * 21 + x].a())).sum();
        let right: u32 = (11..21).map(|x| u32::from(image.pixels[10 * 21 + x].a())).sum();
        assert_eq!(left, right);
    }

    #[test]
    fn a_rim_darkens_what_is_below_and_covers_it_no_more_than_it_should() {
        let mut image = ColorImage::filled([21, 21], Color32::WHITE);
        Dot::new(5.0, Color32::WHITE).draw(&mut image, 10.5, 10.5);
        // At distance 3 the fill is gone (2.5 − 3 + 0.5) and the rim whole: 0.45 of white is left.
        let grey = image.pixels[10 * 21 + 13];
        assert!((i32::from(grey.r()) - 115).abs() <= 2, "{grey:?}");
        assert!(image.pixels.iter().all(|p| p.a() >= 254));
    }

    #[test]
    fn no_channel_carries_into_the_next() {
        for keep in 0..=256_u32 {
            let most = 255 - (255 * keep) / 256;
            let white = put_over(Color32::WHITE, keep, u32::from_le_bytes([most as u8; 4]));
            assert_eq!(white.to_array(), [255; 4], "{keep}");
        }
    }

    #[test]
    fn a_dot_over_the_edge_is_cut() {
        let mut image = ColorImage::filled([4, 4], Color32::TRANSPARENT);
        for (x, y) in [(-1.0, -1.0), (4.5, 2.0), (1e6, 0.0), (-1e30, f32::MAX), (f32::NAN, 0.0)] {
            Dot::new(5.0, Color32::RED).draw(&mut image, x, y);
        }
        assert_eq!(image.pixels.len(), 16);
    }

    #[test]
    fn the_grid_puts_every_image_in_its_cell() {
        let plane = Plane::axes(2, 0, 1);
        let grid_of =
            Arc::new(Grid { plane, spacing: Spacing::Uniform, a0: 0.0, b0: 0.0, step: 1.0, columns: 2, rows: 2 });
        let shape = ImageShape { side: 2, channels: 1 };
        let mut picture = GridPicture::lay_out(grid_of, shape, None, 1);
        picture.add(&[1], &[5, 6, 7, 8], 2);
        let image = grid(&picture);
        assert_eq!(image.size, [4, 4]);
        let greys: Vec<u8> = image.pixels.iter().map(Color32::r).collect();
        assert_eq!(greys, [0, 0, 5, 6, 0, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(image.pixels[0], Color32::TRANSPARENT);
        assert_eq!(cell(&picture, 1, &[5, 6, 7, 8]).0, [2, 0]);
    }
}
