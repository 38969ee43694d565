//! The gradients of a convolution and of its transpose, all three in one pass over tiles of images.

use std::mem::MaybeUninit;

use candle_core::{Result, Tensor};
use rayon::prelude::*;

use super::Activation;
use super::activation::add_column_sums;
use super::add::accumulate_shared;
use super::conv::{Down, Up};
use super::op::{Gradients, filled, gradient, items_per_task, prepare, tensor_values, with_scratch};
use super::product::{Strip, add_outer_product, every};
use super::window::{Frame, Geometry, Map};

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
    pub batch: usize,
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
    /// One row of the framed map that was written; its channels are the bias.
    db_row: Vec<f32>,
}

/// The way from ∂loss/∂sum to ∂loss/∂x: that of the other direction.
enum Dx {
    Unwanted,
    Up(Up),
    Down(Down),
}

/// Where the pixels of a tile start.
struct Starts {
    /// Of the small maps, as the weight's gradient reads them.
    small: Vec<usize>,
    /// Of the windows in the framed big maps.
    windows: Vec<usize>,
    /// Of the rows of the patch matrix.
    patches: Vec<usize>,
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
        let g = self.geometry;
        let (read, written, frame) = self.maps();
        let zeros = |wanted: bool, len: usize| if wanted { vec![0.0; len] } else { Vec::new() };

        let n = g.images_per_tile(self.batch);
        let dx_way = match self.direction {
            _ if !x.track_op() => Dx::Unwanted,
            Direction::Down => Dx::Up(Up::new(g, self.batch, w_values)),
            Direction::Up => Dx::Down(Down::new(g, self.batch, w_values)),
        };
        let small = match self.direction {
            Direction::Down => g.small_frame().pixels(n),
            Direction::Up => every(g.small.c, n * g.positions()),
        };
        let patches = every(g.patch(), n * g.positions());
        let starts = Starts { small, windows: g.windows(n), patches };

        // One task per part of the batch, each with its own sums, which are then added in the order of the images.
        let per_task = items_per_task(self.batch, g.cost());
        let new_sums = || Sums { dw: zeros(w.track_op(), w.elem_count()), db_row: zeros(b.track_op(), frame.row()) };
        let mut sums = Vec::new();
        let every_gradient = |dx: &mut [MaybeUninit<f32>]| {
            let mut dx_parts: Vec<&mut [MaybeUninit<f32>]> = dx.chunks_mut(per_task * read.len()).collect();
            dx_parts.resize_with(self.batch.div_ceil(per_task), Default::default);
            let ys = all.y.par_chunks(per_task * written.len()).zip(all.dy.par_chunks(per_task * written.len()));
            let parts = all.x.par_chunks(per_task * read.len()).zip(ys).map(|(x, (y, dy))| Images { x, y, dy });
            let tasks = dx_parts.into_par_iter().zip(parts);
            let tasks = tasks.map(|(dx, images)| self.task(n, images, (&dx_way, dx), &starts, new_sums()));
            sums = tasks.collect::<Result<_>>()?;
            Ok(())
        };
        let dx_len = if x.track_op() { x.elem_count() } else { 0 };
        // SAFETY: the tiles cover the map, and both ways of `tile` write whole maps.
        #[expect(unsafe_code, reason = "large maps are not set to zero first")]
        let dx = unsafe { filled(dx_len, every_gradient) }?;
        let mut sums = sums.into_iter();
        let Sums { mut dw, mut db_row } = sums.next().unwrap_or_else(new_sums);
        for part in sums {
            accumulate_shared(&mut dw, &part.dw);
            add_column_sums(&mut db_row, &part.db_row);
        }
        let mut db = zeros(b.track_op(), b.elem_count());
        add_column_sums(&mut db, &db_row);
        let answer = |like: &Tensor, d: Vec<f32>| like.track_op().then(|| gradient(d, like)).transpose();
        Ok((answer(x, dx)?, answer(w, dw)?, answer(b, db)?))
    }

    /// What is read, what is written, and the frame around the latter in which its slopes are put.
    fn maps(&self) -> (Map, Map, Frame) {
        let g = &self.geometry;
        match self.direction {
            Direction::Down => (g.big, g.small, g.small_frame()),
            Direction::Up => (g.small, g.big, g.big_frame()),
        }
    }

    /// The gradients of one part of the batch, in tiles of `n` images.
    fn task(
        &self,
        n: usize,
        images: Images<'_>,
        (dx_way, dx): (&Dx, &mut [MaybeUninit<f32>]),
        starts: &Starts,
        mut sums: Sums,
    ) -> Result<Sums> {
        let (read, written, frame) = self.maps();
        let mut dx_tiles = dx.chunks_mut(n * read.len());
        let ys = images.y.chunks(n * written.len()).zip(images.dy.chunks(n * written.len()));
        for (x, (y, dy)) in images.x.chunks(n * read.len()).zip(ys) {
            with_scratch(y.len() / written.len() * frame.len(), |d| {
                frame.enclose_slopes(self.activation, dy, y, d); // ∂loss/∂(sum before the activation)
                add_column_sums(&mut sums.db_row, d);
                if !sums.dw.is_empty() {
                    self.add_dw(x, d, starts, &mut sums.dw)?;
                }
                match (dx_way, dx_tiles.next()) {
                    (Dx::Up(way), Some(dx)) => way.tile(d, dx, &[], Activation::None),
                    (Dx::Down(way), Some(dx)) => way.tile(d, dx, &[], Activation::None),
                    _ => Ok(()),
                }
            })?;
        }
        Ok(sums)
    }

    /// With W(·) the windows of a big map: down, y = W(x) wᵀ, dw += dᵀ W(x); up, y = W⁻(x w), dw += xᵀ W(d), where W⁻
    /// adds windows back where they came from. `d` is framed.
    fn add_dw(&self, x: &[f32], d: &[f32], starts: &Starts, dw: &mut [f32]) -> Result<()> {
        let g = &self.geometry;
        match self.direction {
            Direction::Down => {
                let frame = g.big_frame();
                with_scratch(x.len() / g.big.len() * frame.len(), |framed| {
                    frame.enclose(x, framed);
                    self.add_products(d, framed, x.len() / g.big.len(), starts, dw)
                })
            }
            Direction::Up => self.add_products(x, d, x.len() / g.small.len(), starts, dw),
        }
    }

    /// dw ← dw + smallᵀ · windows(big) for the maps of `n` images.
    fn add_products(&self, small: &[f32], big: &[f32], n: usize, starts: &Starts, dw: &mut [f32]) -> Result<()> {
        let g = &self.geometry;
        let n = n * g.positions();
        let windows = starts.windows.get(..n).unwrap_or_default();
        let small = Strip { values: small, starts: starts.small.get(..n).unwrap_or_default(), offset: 0, n: g.small.c };
        if g.is_thin() {
            return with_scratch(n * g.patch(), |patches| {
                g.gather(big, windows, patches);
                let starts = starts.patches.get(..n).unwrap_or_default();
                let patches = Strip { values: patches, starts, offset: 0, n: g.patch() };
                add_outer_product(dw, g.patch(), small, patches)
            });
        }
        let run = g.window.kernel * g.big.c;
        (0..g.window.kernel).try_for_each(|i| {
            let taps = Strip { values: big, starts: windows, offset: i * g.big_frame().row(), n: run };
            let dw = dw.get_mut(i * run..).unwrap_or_default();
            add_outer_product(dw, g.patch(), small, taps)
        })
    }
}
