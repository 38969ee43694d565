//! Points of the images and cells of the grid as one picture each: a mesh of 60,000 circles costs 20 ms a frame, a
//! picture that is uploaded only when something moved costs 3 ms once.

use egui::{Color32, ColorImage};

use crate::state::GridPicture;

/// A cell of the grid is not shown larger than this many pixels.
const MAX_CELL: usize = 64;

/// A round dot with a dark rim, as coverage of its colour and of its rim.
#[derive(Debug)]
pub struct Dot {
    side: usize,
    coverage: Vec<(f32, f32)>,
}

impl Dot {
    /// A dot of `diameter` pixels without its rim.
    pub fn new(diameter: f32) -> Self {
        let radius = diameter / 2.0;
        let side = (diameter + 3.0).ceil() as usize | 1;
        let middle = side as f32 / 2.0;
        let inside = |distance: f32, r: f32| (r - distance + 0.5).clamp(0.0, 1.0);
        let coverage = (0..side * side)
            .map(|i| {
                let (x, y) = ((i % side) as f32 + 0.5 - middle, (i / side) as f32 + 0.5 - middle);
                let distance = x.hypot(y);
                (inside(distance, radius), inside(distance, radius + 1.0) * 0.55)
            })
            .collect();
        Self { side, coverage }
    }

    /// Draws the dot with its middle at (x, y) in pixels.
    pub fn draw(&self, image: &mut ColorImage, x: f32, y: f32, colour: Color32) {
        let [width, height] = image.size;
        let half = (self.side / 2) as i64;
        let (left, top) = (x.floor() as i64 - half, y.floor() as i64 - half);
        for (i, (fill, rim)) in self.coverage.iter().enumerate() {
            let (px, py) = (left + (i % self.side) as i64, top + (i / self.side) as i64);
            if *rim <= 0.0 || px < 0 || py < 0 || px >= width as i64 || py >= height as i64 {
                continue;
            }
            let Some(pixel) = image.pixels.get_mut(py as usize * width + px as usize) else { continue };
            *pixel = over(over(*pixel, Color32::BLACK, *rim), colour, *fill);
        }
    }
}

/// `colour` with opacity `alpha` over a premultiplied pixel.
fn over(below: Color32, colour: Color32, alpha: f32) -> Color32 {
    let mix = |b: u8, c: u8| (f32::from(b) * (1.0 - alpha) + f32::from(c) * alpha + 0.5) as u8;
    let [r, g, b, a] = below.to_array();
    Color32::from_rgba_premultiplied(mix(r, colour.r()), mix(g, colour.g()), mix(b, colour.b()), mix(a, 255))
}

/// The grid's rows as one picture; rows not yet decoded are transparent.
pub fn grid(picture: &GridPicture) -> ColorImage {
    let (side, channels) = (picture.shape.side, picture.shape.channels);
    let every = side.div_ceil(MAX_CELL).max(1);
    let cell = side.div_ceil(every);
    let (columns, rows) = (picture.grid.columns, picture.grid.rows);
    let width = columns * cell;
    let mut image = ColorImage::filled([width, rows * cell], Color32::TRANSPARENT);
    for (row, bytes) in picture.rows.iter().enumerate() {
        let Some(bytes) = bytes else { continue };
        for (column, decoded) in bytes.chunks_exact(side * side * channels).take(columns).enumerate() {
            for y in 0..cell {
                let line = decoded.get(y * every * side * channels..).unwrap_or_default();
                let start = (row * cell + y) * width + column * cell;
                let Some(out) = image.pixels.get_mut(start..start + cell) else { continue };
                let colours = super::textures::colours(line.get(..side * channels).unwrap_or(line), channels);
                out.iter_mut().zip(colours.step_by(every)).for_each(|(pixel, colour)| *pixel = colour);
            }
        }
    }
    image
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::latent::{Grid, Plane};
    use crate::model::ImageShape;

    #[test]
    fn a_dot_has_its_colour_in_the_middle_and_nothing_far_away() {
        let mut image = ColorImage::filled([21, 21], Color32::TRANSPARENT);
        Dot::new(5.0).draw(&mut image, 10.5, 10.5, Color32::RED);
        assert_eq!(image.pixels[10 * 21 + 10], Color32::RED);
        assert_eq!(image.pixels[0], Color32::TRANSPARENT);
        let left: u32 = (0..10).map(|x| u32::from(image.pixels[10 * 21 + x].a())).sum();
        let right: u32 = (11..21).map(|x| u32::from(image.pixels[10 * 21 + x].a())).sum();
        assert_eq!(left, right);
    }

    #[test]
    fn a_dot_over_the_edge_is_cut() {
        let mut image = ColorImage::filled([4, 4], Color32::TRANSPARENT);
        for (x, y) in [(-1.0, -1.0), (4.5, 2.0), (1e6, 0.0)] {
            Dot::new(5.0).draw(&mut image, x, y, Color32::RED);
        }
        assert_eq!(image.pixels.len(), 16);
    }

    #[test]
    fn the_grid_puts_every_image_in_its_cell() {
        let plane = Plane::axes(2, 0, 1);
        let grid_of = Arc::new(Grid { plane, a0: 0.0, b0: 0.0, step: 1.0, columns: 2, rows: 2 });
        let shape = ImageShape { side: 2, channels: 1 };
        let rows = vec![Some(vec![1, 2, 3, 4, 5, 6, 7, 8]), None];
        let image = grid(&GridPicture { grid: grid_of, shape, rows, version: 1 });
        assert_eq!(image.size, [4, 4]);
        let greys: Vec<u8> = image.pixels.iter().map(|p| p.r()).collect();
        assert_eq!(greys, [1, 2, 5, 6, 3, 4, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(image.pixels[12], Color32::TRANSPARENT);
    }
}
