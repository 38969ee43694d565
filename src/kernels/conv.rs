//! What a convolution and its transpose share: each is the other's gradient, so the same passes over tiles of images
//! serve both. A pass turns windows into the rows of a matrix and leaves the arithmetic to `gemm`
//! (Chellapilla, Puri & Simard 2006).

use candle_core::Result;
use rayon::prelude::*;

use super::Activation;
use super::gemm::{Into, Mat, gemm, gemm_by_columns};
use super::op::{items_per_task, with_scratch};
use super::window::{Geometry, gather, scatter};

/// Values of the patch matrix that are worked on at a time: 512 KiB, which second-level caches hold.
const TILE: usize = 1 << 17;
/// Rows of the patch matrix in a tile, at least: every tile reads, or adds to, the whole weight. Measured: with 64 rows
/// the widest layers ran at a third of the speed.
const MIN_ROWS: usize = 256;

/// Multiplications of one image that are worth waking a second thread for: some 80 µs of work.
const WORTH_SHARING: usize = 1 << 22;

impl Geometry {
    /// Images whose patches make one tile.
    pub(super) fn images_per_tile(&self) -> usize {
        let by_memory = TILE / (self.positions() * self.patch()).max(1);
        by_memory.max(MIN_ROWS / self.positions().max(1)).max(1)
    }

    pub(super) fn gather_images(&self, images: &[f32], patches: &mut [f32]) {
        let patches = patches.chunks_exact_mut((self.positions() * self.patch()).max(1));
        for (image, patches) in images.chunks_exact(self.big.len().max(1)).zip(patches) {
            gather(self, image, patches);
        }
    }

    pub(super) fn scatter_images(&self, patches: &[f32], images: &mut [f32]) {
        let patches = patches.chunks_exact((self.positions() * self.patch()).max(1));
        for (image, patches) in images.chunks_exact_mut(self.big.len().max(1)).zip(patches) {
            scatter(self, patches, image);
        }
    }
}

/// `bias` repeated along one row of a map, so that a loop over one or three channels is a long one.
fn bias_row(bias: &[f32], width: usize) -> Vec<f32> {
    bias.repeat(width)
}

/// small ← activation(patches(big) · wᵀ + b): a convolution, w `[O, k·k·c]`.
pub(super) fn down(g: &Geometry, big: &[f32], w: &[f32], b: &[f32], activation: Activation) -> Result<Vec<f32>> {
    let (big_len, small_len) = (g.big.len(), g.small.len());
    let mut small = vec![0.0; g.batch * small_len];
    if small.is_empty() {
        return Ok(small);
    }
    let bias = bias_row(b, g.small.w);
    let n = items_per_task(g.batch, g.cost());
    small.par_chunks_mut(n * small_len).zip(big.par_chunks(n * big_len)).try_for_each(|(small, big)| {
        let n = g.images_per_tile();
        for (small, big) in small.chunks_mut(n * small_len).zip(big.chunks(n * big_len)) {
            let rows = small.len() / g.small.c;
            with_scratch(rows * g.patch(), |patches| {
                g.gather_images(big, patches);
                gemm(small, Into::Overwrite, Mat::new(patches, rows, g.patch()), Mat::new(w, g.small.c, g.patch()).t())
            })?;
            activation.apply(small, &bias);
        }
        Ok::<_, candle_core::Error>(())
    })?;
    Ok(small)
}

/// big ← activation(the windows of small · w, added where they lie, + b): a transposed convolution, w `[C, k·k·o]`.
pub(super) fn up(g: &Geometry, small: &[f32], w: &[f32], b: &[f32], activation: Activation) -> Result<Vec<f32>> {
    let (big_len, small_len) = (g.big.len(), g.small.len());
    let mut big = vec![0.0; g.batch * big_len];
    if big.is_empty() {
        return Ok(big);
    }
    let bias = bias_row(b, g.big.w);
    if g.batch == 1 {
        // The one image of a dragged point is shared by columns of the product.
        let shared = g.cost() >= WORTH_SHARING;
        let n = if shared { items_per_task(g.patch(), g.positions() * g.small.c) } else { g.patch() };
        with_scratch(g.positions() * g.patch(), |patches| {
            let (small, w) = (Mat::new(small, g.positions(), g.small.c), Mat::new(w, g.small.c, g.patch()));
            gemm_by_columns(patches, small, w, n)?;
            g.scatter_images(patches, &mut big);
            Ok::<_, candle_core::Error>(())
        })?;
        activation.apply(&mut big, &bias);
        return Ok(big);
    }
    let n = items_per_task(g.batch, g.cost());
    big.par_chunks_mut(n * big_len).zip(small.par_chunks(n * small_len)).try_for_each(|(big, small)| {
        let n = g.images_per_tile();
        for (big, small) in big.chunks_mut(n * big_len).zip(small.chunks(n * small_len)) {
            let rows = small.len() / g.small.c;
            with_scratch(rows * g.patch(), |patches| {
                gemm(patches, Into::Overwrite, Mat::new(small, rows, g.small.c), Mat::new(w, g.small.c, g.patch()))?;
                g.scatter_images(patches, big);
                Ok::<_, candle_core::Error>(())
            })?;
            activation.apply(big, &bias);
        }
        Ok::<_, candle_core::Error>(())
    })?;
    Ok(big)
}
