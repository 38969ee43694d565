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
        let pixel = (start + tap).saturating_sub(self.padding).min(len); // `len` when the window lies beyond
        (tap, pixel, (self.kernel - tap).min(len - pixel))
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
    let overlaps = Overlaps::new(geometry);
    for (position, patch) in patches.chunks_exact_mut(geometry.patch().max(1)).enumerate() {
        let o = overlaps.at(position);
        if !o.whole {
            patch.fill(0.0);
        }
        for row in 0..o.n_rows {
            let taps = &mut patch[o.tap + row * overlaps.tap_row..][..o.len];
            taps.copy_from_slice(&image[o.pixel + row * overlaps.pixel_row..][..o.len]);
        }
    }
}

#[inline(always)]
fn scatter_body<const FMA: bool>(geometry: &Geometry, patches: &[f32], image: &mut [f32]) {
    let overlaps = Overlaps::new(geometry);
    for (position, patch) in patches.chunks_exact(geometry.patch().max(1)).enumerate() {
        let o = overlaps.at(position);
        for row in 0..o.n_rows {
            let taps = &patch[o.tap + row * overlaps.tap_row..][..o.len];
            let pixels = &mut image[o.pixel + row * overlaps.pixel_row..][..o.len];
            for (pixel, tap) in pixels.iter_mut().zip(taps) {
                *pixel += tap;
            }
        }
    }
}

/// Where windows and image overlap: runs of values that lie side by side in both.
struct Overlaps {
    geometry: Geometry,
    /// Values from one row of a patch to the next, and of the image.
    tap_row: usize,
    pixel_row: usize,
}

/// The overlap of one window: `n_rows` runs of `len` values.
struct Overlap {
    /// Index of the first value in the patch, and in the image.
    tap: usize,
    pixel: usize,
    n_rows: usize,
    len: usize,
    /// No part of the window hangs over the edge.
    whole: bool,
}

impl Overlaps {
    #[inline(always)]
    fn new(&geometry: &Geometry) -> Self {
        let Geometry { big, window, .. } = geometry;
        Self { geometry, tap_row: window.kernel * big.c, pixel_row: big.w * big.c }
    }

    #[inline(always)]
    fn at(&self, position: usize) -> Overlap {
        let Geometry { big, small, window, .. } = self.geometry;
        let (ky, row, n_rows) = window.taps(position / small.w, big.h);
        let (kx, column, n_columns) = window.taps(position % small.w, big.w);
        Overlap {
            tap: ky * self.tap_row + kx * big.c,
            pixel: row * self.pixel_row + column * big.c,
            n_rows,
            len: n_columns * big.c,
            whole: n_rows == window.kernel && n_columns == window.kernel,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every tap against its definition: patch[ky, kx] of window (y, x) is pixel (y·s + ky − p, x·s + kx − p), or 0.
    #[test]
    fn gather_follows_the_definition_and_scatter_is_its_adjoint() {
        let sides = [(1, 1), (2, 5), (7, 4), (9, 9)];
        for (kernel, stride, padding, (h, w)) in
            (1..6).flat_map(|k| (1..4).flat_map(move |s| (0..4).flat_map(move |p| sides.map(|side| (k, s, p, side)))))
        {
            let window = Window { kernel, stride, padding };
            let (Some(small_h), Some(small_w)) = (window.count(h), window.count(w)) else { continue };
            let (big, small) = (Map { h, w, c: 2 }, Map { h: small_h, w: small_w, c: 1 });
            let g = Geometry { batch: 1, big, small, window };
            let image: Vec<f32> = (1..=big.len()).map(|i| i as f32).collect();
            let mut patches = vec![f32::NAN; g.positions() * g.patch()];
            gather(&g, &image, &mut patches);
            let mut sums = vec![0.0; big.len()];
            scatter(&g, &patches, &mut sums);
            let mut expected_sums = vec![0.0; big.len()];
            for (i, v) in patches.iter().enumerate() {
                let (c, tap, position) = (i % 2, i / 2 % (kernel * kernel), i / g.patch());
                let row = (position / small_w * stride + tap / kernel).checked_sub(padding).filter(|&row| row < h);
                let column = (position % small_w * stride + tap % kernel).checked_sub(padding).filter(|&x| x < w);
                let pixel = row.zip(column).map(|(row, column)| (row * w + column) * 2 + c);
                assert_eq!(*v, pixel.map_or(0.0, |pixel| image[pixel]), "value {i} of {g:?}");
                if let Some(pixel) = pixel {
                    expected_sums[pixel] += v;
                }
            }
            assert_eq!(sums, expected_sums, "{g:?}");
        }
    }

    #[test]
    fn impossible_windows_have_no_count() {
        let count = |kernel, stride, padding, len| Window { kernel, stride, padding }.count(len);
        assert_eq!(count(4, 2, 1, 28), Some(14));
        assert_eq!(count(4, 2, 1, 1), None);
        assert_eq!(count(4, 0, 1, 28), None);
        assert_eq!(count(0, 2, 1, 28), None);
        assert_eq!(count(4, 2, usize::MAX, 28), None);
    }
}
