//! What a convolution and its transpose share: each is the other's gradient, so the same two passes over tiles of
//! images serve both, on the way there and on the way back.
//!
//! Neither copies windows out. With its map in a frame of zeros, a window is k runs of k·c neighbours, and the pixels that
//! a pixel of the big map comes from are neighbours in the small one; `product` reads both where they lie (Dukhan 2019,
//! "The Indirect Convolution Algorithm"; the phases of a transposed convolution: Shi et al. 2016, section 3.2).

use std::mem::MaybeUninit;

use candle_core::Result;
use rayon::prelude::*;

use super::Activation;
use super::op::{filled, items_per_task, with_scratch};
use super::pack::{pack_rows, pack_transposed_shared, packed_len};
use super::product::{Columns, Out, Rows, every, product};
use super::window::{Frame, Geometry, Phase};

/// Values of maps that are worked on at a time: 512 KiB, which second-level caches hold.
const TILE: usize = 1 << 17;
/// Pixels of the small map in a tile, at least: every tile reads, or adds to, the whole weight.
const MIN_POSITIONS: usize = 128;
/// Channels of the big map from which it is written by phases. Below, most lanes of a register would be empty: the
/// windows of all taps are made at once and added up.
const MIN_CHANNELS: usize = 12;

impl Geometry {
    /// Images of one tile, when there are `batch` of them.
    pub(super) fn images_per_tile(&self, batch: usize) -> usize {
        let by_memory = TILE / (self.big_frame().len() + self.small_frame().len()).max(1);
        by_memory.max(MIN_POSITIONS.div_ceil(self.positions().max(1))).clamp(1, batch.max(1))
    }

    /// Whether the big map has too few channels to fill a register.
    pub(super) fn is_thin(&self) -> bool {
        self.big.c < MIN_CHANNELS
    }
}

/// From the big map to the small one: a convolution, or the gradient of a transposed one.
pub(super) struct Down {
    g: Geometry,
    tile_images: usize,
    /// Where windows start in the framed big maps of a tile, and pixels in its small maps.
    windows: Vec<usize>,
    pixels: Vec<usize>,
    /// wᵀ `[k·k·c, O]`, packed.
    weight: Vec<f32>,
}

impl Down {
    /// For tiles of at most `batch` images, and w `[O, k·k·c]`.
    pub(super) fn new(g: Geometry, batch: usize, w: &[f32]) -> Self {
        let n = g.images_per_tile(batch);
        let size = (g.patch(), g.small.c);
        let mut weight = vec![0.0; packed_len(size)];
        pack_transposed_shared(&mut weight, w, size);
        let pixels = every(g.small.c, n * g.positions());
        Self { g, tile_images: n, windows: g.windows(n), pixels, weight }
    }

    /// small ← activation(windows(framed) · wᵀ + bias) for the images of one tile.
    pub(super) fn tile(
        &self,
        framed: &[f32],
        small: &mut [MaybeUninit<f32>],
        bias: &[f32],
        activation: Activation,
    ) -> Result<()> {
        let g = &self.g;
        let n = small.len() / g.small.c;
        let rows = Rows {
            values: framed,
            starts: self.windows.get(..n).unwrap_or_default(),
            runs: g.window.kernel,
            run_len: g.window.kernel * g.big.c,
            run_stride: g.big_frame().row(),
        };
        let columns = Columns::packed(&self.weight, (g.patch(), g.small.c));
        product((small.into(), self.pixels.get(..n).unwrap_or_default()), rows, columns, bias, activation)
    }
}

/// From the small map to the big one: a transposed convolution, or the gradient of a convolution.
pub(super) struct Up {
    g: Geometry,
    tile_images: usize,
    way: UpWay,
}

enum UpWay {
    /// Each phase of a tile's big maps, with its weight `[taps·C, o]`, packed. They cover the maps.
    Phases(Vec<(Phase, Vec<f32>)>),
    /// Thin maps: windows made from w `[C, k·k·o]`, then added where they lie. Where pixels start in the framed small
    /// maps of a tile, rows in the matrix of its windows, and windows in its big maps.
    Windows { weight: Vec<f32>, pixels: Vec<usize>, patches: Vec<usize>, windows: Vec<usize> },
}

impl Up {
    /// For tiles of at most `batch` images, and w `[C, k·k·o]`.
    pub(super) fn new(g: Geometry, batch: usize, w: &[f32]) -> Self {
        let n = g.images_per_tile(batch);
        if g.is_thin() {
            let (pixels, windows) = (g.small_frame().pixels(n), g.windows(n));
            let patches = every(g.patch(), n * g.positions());
            return Self { g, tile_images: n, way: UpWay::Windows { weight: w.to_vec(), pixels, patches, windows } };
        }
        let pack = |phase: Phase| {
            let row = |k: usize| &w[k % g.small.c * g.patch() + phase.taps[k / g.small.c]..][..g.big.c];
            let size = (phase.taps.len() * g.small.c, g.big.c);
            let mut packed = vec![0.0; packed_len(size)];
            pack_rows(&mut packed, row, size);
            (phase, packed)
        };
        Self { g, tile_images: n, way: UpWay::Phases(g.phases(n).into_iter().map(pack).collect()) }
    }

    /// big ← activation(what the windows of framed · w add up to + bias) for the images of one tile.
    pub(super) fn tile(
        &self,
        framed: &[f32],
        big: &mut [MaybeUninit<f32>],
        bias: &[f32],
        activation: Activation,
    ) -> Result<()> {
        let g = &self.g;
        let n = big.len() / g.big.len();
        match &self.way {
            UpWay::Phases(phases) => phases.iter().try_for_each(|(phase, weight)| {
                let n = n * phase.per_image;
                let rows = Rows {
                    values: framed,
                    starts: phase.reads.get(..n).unwrap_or_default(),
                    runs: phase.n_rows,
                    run_len: phase.taps.len() / phase.n_rows.max(1) * g.small.c,
                    run_stride: g.small_frame().row(),
                };
                let columns = Columns::packed(weight, (phase.taps.len() * g.small.c, g.big.c));
                product(
                    (Out::from(&mut *big), phase.writes.get(..n).unwrap_or_default()),
                    rows,
                    columns,
                    bias,
                    activation,
                )
            }),
            UpWay::Windows { weight, pixels, patches: to, windows } => {
                let n_positions = n * g.positions();
                let (patches_len, frame) = (n_positions * g.patch(), g.big_frame());
                with_scratch(patches_len + n * frame.len(), |scratch| {
                    let (patches, sums) = scratch.split_at_mut(patches_len);
                    let starts = pixels.get(..n_positions).unwrap_or_default();
                    let rows = Rows { values: framed, starts, runs: 1, run_len: g.small.c, run_stride: 0 };
                    let columns = Columns::natural(weight, (g.small.c, g.patch()));
                    product(
                        (patches[..].as_mut().into(), to.get(..n_positions).unwrap_or_default()),
                        rows,
                        columns,
                        &[],
                        Activation::None,
                    )?;
                    sums.fill(0.0);
                    g.scatter(patches, windows, sums);
                    // One row of the map at a time, so that a loop over one or three channels is a long one.
                    activation.apply(sums, &bias.repeat(frame.width()));
                    frame.disclose(sums, big);
                    Ok(())
                })
            }
        }
    }
}

impl Down {
    /// Values of one image that is read.
    pub(super) fn inputs(&self) -> usize {
        self.g.big.len()
    }

    /// small ← activation(windows(big) · wᵀ + b) for any number of images: a convolution.
    pub(super) fn run(&self, big: &[f32], b: &[f32], activation: Activation) -> Result<Vec<f32>> {
        let g = &self.g;
        let tile = |framed: &[f32], small: &mut [MaybeUninit<f32>]| self.tile(framed, small, b, activation);
        tiles(g, self.tile_images, (big, g.big_frame()), g.small.len(), tile)
    }
}

impl Up {
    /// Values of one image that is read.
    pub(super) fn inputs(&self) -> usize {
        self.g.small.len()
    }

    /// big ← activation(the windows of small · w, added where they lie, + b) for any number of images: a transposed
    /// convolution.
    pub(super) fn run(&self, small: &[f32], b: &[f32], activation: Activation) -> Result<Vec<f32>> {
        let g = &self.g;
        let tile = |framed: &[f32], big: &mut [MaybeUninit<f32>]| self.tile(framed, big, b, activation);
        tiles(g, self.tile_images, (small, g.small_frame()), g.big.len(), tile)
    }
}

/// The answers of all images of a batch, tile by tile: `body` makes those of `n` framed images, or of the last few, at
/// once.
fn tiles(
    g: &Geometry,
    n: usize,
    (reads, frame): (&[f32], Frame),
    written_len: usize,
    body: impl Fn(&[f32], &mut [MaybeUninit<f32>]) -> Result<()> + Sync,
) -> Result<Vec<f32>> {
    let read_len = frame.map_len();
    let batch = reads.len() / read_len;
    let per_task = items_per_task(batch, g.cost());
    // SAFETY: the tiles cover the maps, and both ways of `tile` write whole maps: `Down` each pixel of the small map,
    // `Up` each phase of the big one, or all of it from its frame.
    #[expect(unsafe_code, reason = "large maps are not set to zero first")]
    unsafe {
        filled(batch * written_len, |writes| {
            let tasks = writes.par_chunks_mut(per_task * written_len).zip(reads.par_chunks(per_task * read_len));
            tasks.try_for_each(|(writes, reads)| {
                let mut tiles = writes.chunks_mut(n * written_len).zip(reads.chunks(n * read_len));
                tiles.try_for_each(|(writes, reads)| {
                    with_scratch(reads.len() / read_len * frame.len(), |framed| {
                        frame.enclose(reads, framed);
                        body(framed, writes)
                    })
                })
            })
        })
    }
}
