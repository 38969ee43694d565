//! The sliding window of a convolution: which pixels of the large map one pixel of the small map sees.

use super::simd::dispatch;

/// A square window. `kernel` 4, `stride` 2, `padding` 1 halves an even side, or doubles it when transposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Side of the window in pixels.
    pub kernel: usize,
    /// Pixels between neighbouring windows.
    pub stride: usize,
    /// Zeros put around the large map.
    pub padding: usize,
}

impl Window {
    /// How many windows fit along a side of `len` pixels: (len + 2p − k)/s + 1, or nothing when not even one does.
    pub fn count(self, len: usize) -> Option<usize> {
        let room = self.padding.checked_mul(2)?.checked_add(len)?.checked_sub(self.kernel)?;
        (self.kernel > 0).then_some(room.checked_div(self.stride)? + 1)
    }

    /// Of the `window`-th window along a side of `len` pixels: the first tap that falls on a pixel, that pixel, and how
    /// many taps do.
    fn taps(self, window: usize, len: usize) -> (usize, usize, usize) {
        let start = window * self.stride; // in the padded map
        let tap = self.padding.saturating_sub(start).min(self.kernel);
        let pixel = (start + tap).saturating_sub(self.padding);
        (tap, pixel, (self.kernel - tap).min(len.saturating_sub(pixel)))
    }
}

/// Height, width and channels of a map `[h, w, c]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Map {
    pub h: usize,
    pub w: usize,
    pub c: usize,
}

impl Map {
    pub(super) fn len(self) -> usize {
        self.h * self.w * self.c
    }
}

/// A convolution reads `big` and writes `small`; a transposed one the other way round.
#[derive(Debug, Clone, Copy)]
pub(super) struct Geometry {
    pub batch: usize,
    pub big: Map,
    pub small: Map,
    pub window: Window,
}

impl Geometry {
    /// Pixels of the small map: windows per image.
    pub(super) fn positions(&self) -> usize {
        self.small.h * self.small.w
    }

    /// Values one window sees: k · k · c.
    pub(super) fn patch(&self) -> usize {
        self.window.kernel * self.window.kernel * self.big.c
    }

    /// Multiplications per image.
    pub(super) fn cost(&self) -> usize {
        self.positions() * self.patch() * self.small.c
    }
}

dispatch! {
    /// patches `[h·w, k·k·c]` ← every window of `image` `[H, W, c]`, with zeros for the padding.
    pub(super) fn gather(geometry: &Geometry, image: &[f32], patches: &mut [f32]) = gather_body;
    /// The adjoint: image ← image + every patch where its window lies.
    pub(super) fn scatter(geometry: &Geometry, patches: &[f32], image: &mut [f32]) = scatter_body;
}

#[inline(always)]
fn gather_body<const FMA: bool>(geometry: &Geometry, image: &[f32], patches: &mut [f32]) {
    let &Geometry { big, small, window, .. } = geometry;
    let tap_row = window.kernel * big.c;
    let line = small.w * geometry.patch();
    if line == 0 {
        return;
    }
    for (y, patches) in patches.chunks_exact_mut(line).enumerate() {
        let (first_ky, first_row, n_rows) = window.taps(y, big.h);
        for (x, patch) in patches.chunks_exact_mut(geometry.patch()).enumerate() {
            let (kx, column, n_columns) = window.taps(x, big.w);
            if n_rows < window.kernel || n_columns < window.kernel {
                patch.fill(0.0);
            }
            let (from, n) = (column * big.c, n_columns * big.c);
            let rows = patch.chunks_exact_mut(tap_row).skip(first_ky).take(n_rows);
            for (row, pixels) in rows.zip(image.chunks_exact(big.w * big.c).skip(first_row)) {
                row[kx * big.c..][..n].copy_from_slice(&pixels[from..][..n]);
            }
        }
    }
}

#[inline(always)]
fn scatter_body<const FMA: bool>(geometry: &Geometry, patches: &[f32], image: &mut [f32]) {
    let &Geometry { big, small, window, .. } = geometry;
    let tap_row = window.kernel * big.c;
    let line = small.w * geometry.patch();
    if line == 0 {
        return;
    }
    for (y, patches) in patches.chunks_exact(line).enumerate() {
        let (first_ky, first_row, n_rows) = window.taps(y, big.h);
        for (x, patch) in patches.chunks_exact(geometry.patch()).enumerate() {
            let (kx, column, n_columns) = window.taps(x, big.w);
            let (from, n) = (column * big.c, n_columns * big.c);
            let rows = patch.chunks_exact(tap_row).skip(first_ky).take(n_rows);
            for (row, pixels) in rows.zip(image.chunks_exact_mut(big.w * big.c).skip(first_row)) {
                for (pixel, v) in pixels[from..][..n].iter_mut().zip(&row[kx * big.c..][..n]) {
                    *pixel += v;
                }
            }
        }
    }
}
