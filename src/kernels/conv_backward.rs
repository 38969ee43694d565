//! The gradients of a convolution and of its transpose, all three in one pass over tiles of images.

use candle_core::{Result, Tensor};
use rayon::prelude::*;

use super::Activation;
use super::activation::add_column_sums;
use super::gemm::{Into, Mat, gemm};
use super::op::{Gradients, gradient, items_per_task, prepare, tensor_values, with_scratch};
use super::window::{Geometry, Map};

/// Which map a layer reads; it writes the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// A convolution reads the big map.
    Down,
    /// A transposed convolution reads the small one.
    Up,
}

/// One layer on its way back.
pub(super) struct Backward<'a> {
    pub name: &'a str,
    pub geometry: Geometry,
    pub direction: Direction,
    pub activation: Activation,
}

/// The values of some neighbouring images.
#[derive(Clone, Copy)]
struct Images<'a> {
    x: &'a [f32],
    y: &'a [f32],
    dy: &'a [f32],
}

/// Sums over images of the two gradients that every image adds to; empty when not asked for.
struct Sums {
    /// Like the weight.
    dw: Vec<f32>,
    /// One row of the written map; its channels are the bias.
    db_row: Vec<f32>,
}

impl Backward<'_> {
    /// (dx, dw, db) from the layer's arguments, answer and ∂loss/∂answer; `None` for what tracks no gradient.
    pub(super) fn run(&self, (x, w, b): (&Tensor, &Tensor, &Tensor), y: &Tensor, dy: &Tensor) -> Result<Gradients> {
        let dy = prepare(self.name, dy)?;
        let (x_storage, x_layout) = x.storage_and_layout();
        let (w_storage, w_layout) = w.storage_and_layout();
        let (y_storage, y_layout) = y.storage_and_layout();
        let (dy_storage, dy_layout) = dy.storage_and_layout();
        let w_values = tensor_values(self.name, &w_storage, w_layout)?;
        let all = Images {
            x: tensor_values(self.name, &x_storage, x_layout)?,
            y: tensor_values(self.name, &y_storage, y_layout)?,
            dy: tensor_values(self.name, &dy_storage, dy_layout)?,
        };
        let (read, written) = self.maps();
        let zeros = |wanted: bool, len: usize| if wanted { vec![0.0; len] } else { Vec::new() };

        // One task per part of the batch, each with its own sums, which are then added in the order of the images.
        let n = items_per_task(self.geometry.batch, self.geometry.cost());
        let mut dx = zeros(x.track_op(), x.elem_count());
        let mut dx_parts: Vec<&mut [f32]> = dx.chunks_mut(n * read.len()).collect();
        dx_parts.resize_with(self.geometry.batch.div_ceil(n), Default::default);
        let parts = all.x.par_chunks(n * read.len()).zip(all.y.par_chunks(n * written.len()));
        let parts = parts.zip(all.dy.par_chunks(n * written.len())).map(|((x, y), dy)| Images { x, y, dy });
        let sums = dx_parts.into_par_iter().zip(parts).map(|(dx, images)| {
            let dw = zeros(w.track_op(), w.elem_count());
            let db_row = zeros(b.track_op(), written.w * written.c);
            self.task(images, w_values, dx, Sums { dw, db_row })
        });
        let sums = sums.collect::<Result<Vec<Sums>>>()?;

        let mut dw = zeros(w.track_op(), w.elem_count());
        let mut db = zeros(b.track_op(), b.elem_count());
        for part in &sums {
            add_column_sums(&mut dw, &part.dw);
            add_column_sums(&mut db, &part.db_row);
        }
        let answer = |like: &Tensor, d: Vec<f32>| like.track_op().then(|| gradient(d, like)).transpose();
        Ok((answer(x, dx)?, answer(w, dw)?, answer(b, db)?))
    }

    /// (read, written)
    fn maps(&self) -> (Map, Map) {
        match self.direction {
            Direction::Down => (self.geometry.big, self.geometry.small),
            Direction::Up => (self.geometry.small, self.geometry.big),
        }
    }

    /// The gradients of one part of the batch, tile by tile.
    fn task(&self, images: Images<'_>, w: &[f32], dx: &mut [f32], mut sums: Sums) -> Result<Sums> {
        let g = &self.geometry;
        let (read, written) = self.maps();
        let n = g.images_per_tile();
        let mut dx_tiles = dx.chunks_mut(n * read.len());
        let ys = images.y.chunks(n * written.len()).zip(images.dy.chunks(n * written.len()));
        for (x, (y, dy)) in images.x.chunks(n * read.len()).zip(ys) {
            let n_patches = x.len() / read.len() * g.positions();
            let d_len = if self.activation == Activation::None { 0 } else { dy.len() };
            with_scratch(n_patches * g.patch() + d_len, |scratch| {
                let (patches, d) = scratch.split_at_mut(n_patches * g.patch());
                let d = if d.is_empty() {
                    dy
                } else {
                    self.activation.backward(d, dy, y);
                    d
                };
                add_column_sums(&mut sums.db_row, d);
                self.tile(x, d, w, patches, dx_tiles.next(), &mut sums.dw)
            })?;
        }
        Ok(sums)
    }

    /// With d = ∂loss/∂(sum before the activation) and P(·) the patch matrix:
    /// down, y = P(x) wᵀ: dw += dᵀ P(x), dx = P⁻(d w); up, y = P⁻(x w): dw += xᵀ P(d), dx = P(d) wᵀ, where P⁻ adds
    /// patches back where they came from.
    fn tile(
        &self,
        x: &[f32],
        d: &[f32],
        w: &[f32],
        patches: &mut [f32],
        dx: Option<&mut [f32]>,
        dw: &mut [f32],
    ) -> Result<()> {
        let g = &self.geometry;
        let (channels, patch) = (g.small.c, g.patch());
        let rows = patches.len() / patch;
        let w = Mat::new(w, channels, patch);
        match self.direction {
            Direction::Down => {
                let d = Mat::new(d, rows, channels);
                if !dw.is_empty() {
                    g.gather_images(x, patches);
                    gemm(dw, Into::Add, d.t(), Mat::new(patches, rows, patch))?;
                }
                if let Some(dx) = dx {
                    gemm(patches, Into::Overwrite, d, w)?;
                    g.scatter_images(patches, dx);
                }
            }
            Direction::Up => {
                g.gather_images(d, patches);
                let patches = Mat::new(patches, rows, patch);
                if let Some(dx) = dx {
                    gemm(dx, Into::Overwrite, patches, w.t())?;
                }
                if !dw.is_empty() {
                    gemm(dw, Into::Add, Mat::new(x, rows, channels).t(), patches)?;
                }
            }
        }
        Ok(())
    }
}
