//! The plane on screen: where it is looked at, what lies on it, and the grid that is wanted behind it.

pub mod actions;
pub mod axes;
pub mod images;
pub mod layers;
pub mod turn;

use std::sync::Arc;

pub use axes::{Axes, AxesBy};
pub use images::{Group, ImagesOnMap};
pub use layers::{Colour, Layer, Layers};

use crate::latent::{Grid, Heat, Plane};
use crate::model::ImageShape;
use crate::state::GridPicture;
use crate::state::map::turn::Turn;

/// Width of a grid cell that is aimed at, in points.
const CELL: f32 = 46.0;
/// The extent is that of at most so many images, evenly taken: enough for a percentile, and quick.
const EXTENT_SAMPLE: usize = 20_000;
/// Images whose distances are compared at one go.
const NEAR_BLOCK: usize = 1024;
/// Half the side of what is shown before anything is known: the prior's three sigma.
const PRIOR_EXTENT: f32 = 3.0;
/// Smallest and largest number of latent units per point.
const SCALES: std::ops::RangeInclusive<f32> = 1e-5..=10.0;

/// The plane on screen. (a, b) are coordinates along its two directions.
#[derive(Debug, Clone)]
pub struct MapState {
    /// Size in points; zero until it was shown.
    pub size: [f32; 2],
    /// (a, b) in the middle.
    pub centre: [f32; 2],
    /// Latent units per point.
    pub scale: f32,
    /// Whether the view follows the images until the user moves it.
    pub follows: bool,
    /// Which directions are to the right and up.
    pub axes: Axes,
    /// Who has chosen them.
    pub axes_by: AxesBy,
    /// The unit vectors to the right and up, each `[d]`; empty before there is a model.
    directions: [Vec<f32>; 2],
    /// The principal directions of the means, once they are known.
    principal: Option<[Vec<f32>; 2]>,
    /// What is shown.
    pub layers: Layers,
    /// The decoded grid.
    pub grid: Option<GridPicture>,
    /// Grows with every change of the grid, and over all grids.
    grid_version: u64,
    /// μ of every image, `[n, d]`.
    pub means: Option<Arc<Vec<f32>>>,
    /// Steps behind the model that gave `means`.
    pub means_step: u64,
    /// (a, b) of every mean on these axes, kept so that no frame has to look for them.
    pub places: Arc<Vec<[f32; 2]>>,
    /// The same, with no place (NaN) for images that are hidden.
    pub shown: Arc<Vec<[f32; 2]>>,
    /// What is known of the images besides.
    pub images: ImagesOnMap,
    /// Where they are dense.
    pub heat: Option<Arc<Heat>>,
    /// Grows with every change of `heat`.
    pub heat_version: u64,
    /// How well known the decoded point is: where, and the share of the images, in percent, that lie in emptier places.
    pub known: Option<(Vec<f32>, f64)>,
    /// The share of the variance of the means along the two main directions.
    pub principal_share: [f64; 2],
    /// The draw that the point is shown with, when not by the mean of p(x|z).
    pub noise: Option<u64>,
    /// The way from the last plane to this one.
    turn: Option<Box<Turn>>,
    /// (a, b) under the resting pointer: decoded in place of the point until the pointer leaves.
    pub hovered: Option<[f32; 2]>,
    /// Dimensions of z, once a model is there.
    pub latent_dim: Option<usize>,
}

impl Default for MapState {
    fn default() -> Self {
        Self {
            size: [0.0; 2],
            centre: [0.0; 2],
            scale: 0.015,
            follows: true,
            axes: Axes::default(),
            axes_by: AxesBy::default(),
            directions: Default::default(),
            principal: None,
            layers: Layers::default(),
            grid: None,
            grid_version: 0,
            means: None,
            means_step: 0,
            places: Arc::default(),
            shown: Arc::default(),
            images: ImagesOnMap::default(),
            heat: None,
            heat_version: 0,
            known: None,
            principal_share: [0.0; 2],
            noise: None,
            turn: None,
            hovered: None,
            latent_dim: None,
        }
    }
}

impl MapState {
    /// The plane through z: what lies along its two directions moves, everything else stays as in z. (0, 0) is the
    /// point of the plane nearest to the origin.
    pub fn plane(&self, z: &[f32]) -> Plane {
        let [u, v] = self.directions.clone();
        let [a, b] = self.coordinates(z);
        let rest = |((z, u), v): ((&f32, &f32), &f32)| z - a * u - b * v;
        Plane { origin: z.iter().zip(&u).zip(&v).map(rest).collect(), u, v }
    }

    /// (a, b) of a latent point: its projection.
    pub fn coordinates(&self, z: &[f32]) -> [f32; 2] {
        match self.axes {
            Axes::Pair(right, up) if self.turn.is_none() => {
                [right, up].map(|axis| z.get(axis).copied().unwrap_or_default())
            }
            _ => self.directions.each_ref().map(|direction| z.iter().zip(direction).map(|(z, w)| z * w).sum()),
        }
    }

    /// z moved within its plane to (a, b).
    pub fn moved(&self, z: &[f32], [a, b]: [f32; 2]) -> Vec<f32> {
        if z.len() == self.latent_dim.unwrap_or_default() { self.plane(z).point(a, b) } else { z.to_vec() }
    }

    /// (a, b) at a place in points from the map's centre, y down.
    pub fn latent_from_offset(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let [a, b] = self.centre;
        [a + x * self.scale, b - y * self.scale]
    }

    /// Place in points from the map's centre, y down, of (a, b).
    pub fn offset_from_latent(&self, [a, b]: [f32; 2]) -> [f32; 2] {
        let [a0, b0] = self.centre;
        [(a - a0) / self.scale, (b0 - b) / self.scale]
    }

    /// Drags the map by points.
    pub fn pan(&mut self, [x, y]: [f32; 2]) {
        let [a, b] = self.centre;
        self.centre = [a - x * self.scale, b + y * self.scale];
        self.follows = false;
    }

    /// Brings (a, b) into the middle.
    pub fn centre_on(&mut self, place: [f32; 2]) {
        self.finish_turn();
        self.centre = place;
        self.follows = false;
    }

    /// Zooms so that the place under the pointer stays.
    pub fn zoom(&mut self, factor: f32, at: [f32; 2]) {
        if !(factor.is_finite() && factor > 0.0) {
            return;
        }
        let [a, b] = self.latent_from_offset(at);
        self.scale = (self.scale / factor).clamp(*SCALES.start(), *SCALES.end());
        let [x, y] = at;
        self.centre = [a - x * self.scale, b + y * self.scale];
        self.follows = false;
    }

    /// Shows every image and the middle of the prior, and follows the images from now on.
    pub fn fit(&mut self) {
        self.follows = true;
        self.frame(self.extent());
    }

    /// Follows the images when they have left the view or shrunk inside it; small changes move nothing.
    pub fn follow(&mut self) {
        if !self.follows {
            return;
        }
        let [low_a, low_b, high_a, high_b] = self.extent();
        let [x0, y0] = self.offset_from_latent([low_a, high_b]);
        let [x1, y1] = self.offset_from_latent([high_a, low_b]);
        let [half_w, half_h] = self.size.map(|s| s / 2.0);
        let outside = x0 < -half_w || y0 < -half_h || x1 > half_w || y1 > half_h;
        let small = (x1 - x0) < half_w && (y1 - y0) < half_h;
        if outside || small {
            self.frame([low_a, low_b, high_a, high_b]);
        }
    }

    /// The wanted grid; none while it is not shown.
    pub fn wanted_grid(&self, z: &[f32]) -> Option<Grid> {
        self.grid_in_view(z).filter(|_| self.layers.grid)
    }

    /// Cells of a fixed lattice that cover the map, so that panning keeps their places.
    pub fn grid_in_view(&self, z: &[f32]) -> Option<Grid> {
        let [width, height] = self.size;
        if width < 8.0 || height < 8.0 || z.len() < 2 {
            return None;
        }
        let [low_a, high_b] = self.latent_from_offset([-width / 2.0, -height / 2.0]);
        let [high_a, low_b] = self.latent_from_offset([width / 2.0, height / 2.0]);
        Some(layers::lattice(self.layers.spacing, &self.plane(z), self.scale * CELL, [low_a, low_b, high_a, high_b]))
    }

    /// The images that are shown and lie within the view, in order.
    pub fn images_in_view(&self) -> Vec<usize> {
        let [width, height] = self.size;
        let is_in = |place: &[f32; 2]| {
            let [x, y] = self.offset_from_latent(*place);
            // Hidden ones have no place: NaN lies nowhere.
            x.abs() <= width / 2.0 && y.abs() <= height / 2.0
        };
        self.shown.iter().enumerate().filter(|(_, place)| is_in(place)).map(|(idx, _)| idx).collect()
    }

    /// Takes decoded cells in; those of a grid that is no longer wanted are still better than none.
    pub fn add_cells(&mut self, grid: &Arc<Grid>, shape: ImageShape, cells: &[usize], images: &[u8]) {
        self.grid_version += 1;
        let same = self.grid.take_if(|g| *g.grid == **grid && g.shape == shape);
        let mut picture = same
            .unwrap_or_else(|| GridPicture::lay_out(Arc::clone(grid), shape, self.grid.as_ref(), self.grid_version));
        picture.add(cells, images, self.grid_version);
        self.grid = Some(picture);
    }

    /// Forgets everything that was decoded or encoded, because the model or the images are others.
    pub fn clear(&mut self) {
        self.grid = None;
        self.hovered = None;
        self.heat = None;
        self.known = None;
        self.images.forget_figures();
        self.set_means(None);
    }

    /// Takes in where the images lie now.
    pub fn set_means(&mut self, means: Option<Arc<Vec<f32>>>) {
        self.finish_turn();
        self.means = means;
        self.project();
    }

    /// A space of so many dimensions is shown; axes that it does not have give way to its first two.
    pub fn enter(&mut self, latent_dim: usize) {
        self.latent_dim = Some(latent_dim);
        self.principal = None;
        if self.axes == Axes::Principal || !self.axes.fits(latent_dim) || self.axes_by != AxesBy::User {
            (self.axes, self.axes_by) = (Axes::default(), AxesBy::Nobody);
        }
        self.point_axes();
        self.clear();
    }

    /// μ of an image, `[d]`.
    pub fn mean(&self, idx: usize) -> Option<&[f32]> {
        let d = self.latent_dim?;
        self.means.as_ref()?.get(idx * d..(idx + 1) * d)
    }

    /// The image whose mean lies nearest to (a, b) on the map, with the distance in points.
    pub fn image_near(&self, [a, b]: [f32; 2]) -> Option<(usize, f32)> {
        let squared = |[x, y]: &[f32; 2]| (x - a).powi(2) + (y - b).powi(2);
        // Blocks first: their smallest distances are found many at a time (200,000 images in a tenth of a millisecond).
        let nearest_of = |block: &[[f32; 2]]| block.iter().map(squared).fold(f32::INFINITY, f32::min);
        let blocks = self.shown.chunks(NEAR_BLOCK).map(nearest_of).enumerate();
        let (block, least) = blocks.min_by(|(_, x), (_, y)| x.total_cmp(y))?;
        let from = block * NEAR_BLOCK;
        let idx = from + self.shown.get(from..)?.iter().position(|place| squared(place) == least)?;
        Some((idx, least.sqrt() / self.scale))
    }

    /// Smallest and largest (a, b) of what should be seen: all but one in 400 images on each side, and the
    /// prior's middle.
    fn extent(&self) -> [f32; 4] {
        if self.places.is_empty() {
            return [-PRIOR_EXTENT, -PRIOR_EXTENT, PRIOR_EXTENT, PRIOR_EXTENT];
        }
        let range = |along: fn(&[f32; 2]) -> f32| {
            let some = self.places.iter().step_by(self.places.len().div_ceil(EXTENT_SAMPLE));
            let mut values: Vec<f32> = some.map(along).filter(|v| v.is_finite()).collect();
            let n = values.len();
            // Selecting is linear where sorting is not.
            let mut at = |i: usize| (i < n).then(|| *values.select_nth_unstable_by(i, f32::total_cmp).1);
            let (low, high) = (at(n / 400), at(n.saturating_sub(1 + n / 400)));
            (low.unwrap_or_default(), high.unwrap_or_default())
        };
        let ((low_a, high_a), (low_b, high_b)) = (range(|[a, _]| *a), range(|[_, b]| *b));
        [low_a.min(-1.0), low_b.min(-1.0), high_a.max(1.0), high_b.max(1.0)]
    }

    fn frame(&mut self, [low_a, low_b, high_a, high_b]: [f32; 4]) {
        let [width, height] = self.size.map(|s| s.max(16.0));
        self.centre = [f32::midpoint(low_a, high_a), f32::midpoint(low_b, high_b)];
        let scale = ((high_a - low_a) / width).max((high_b - low_b) / height) * 1.15;
        self.scale = scale.clamp(*SCALES.start(), *SCALES.end());
    }
}

#[cfg(test)]
mod tests;
