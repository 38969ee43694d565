//! The sliding window of a convolution: which pixels of the large map one pixel of the small map sees.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::Activation;

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

/// A map in a frame of zeros, so that no window hangs over an edge.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    map: Map,
    /// Zeros above and to the left, in pixels.
    before: usize,
    /// Sides with the frame.
    h: usize,
    w: usize,
}

impl Frame {
    fn new(map: Map, before: usize, (below, right): (usize, usize)) -> Self {
        Self { map, before, h: before + map.h + below, w: before + map.w + right }
    }

    /// Values of the map without the frame.
    pub(super) fn map_len(&self) -> usize {
        self.map.len()
    }

    /// Values of the framed map.
    pub(super) fn len(&self) -> usize {
        self.h * self.row()
    }

    /// Pixels of one row of it.
    pub(super) fn width(&self) -> usize {
        self.w
    }

    /// Values of one row of it.
    pub(super) fn row(&self) -> usize {
        self.w * self.map.c
    }

    /// Where a pixel of it starts, counted with the frame.
    fn at(&self, y: usize, x: usize) -> usize {
        y * self.row() + x * self.map.c
    }

    /// Where each pixel of the maps of `n` images starts.
    pub(super) fn pixels(&self, n: usize) -> Vec<usize> {
        let Map { h, w, .. } = self.map;
        let pixel = |i| i / (h * w) * self.len() + self.at(self.before + i / w % h, self.before + i % w);
        (0..n * h * w).map(pixel).collect()
    }

    /// Puts the frame around `images`.
    pub(super) fn enclose(&self, images: &[f32], framed: &mut [f32]) {
        self.rows(images.len(), |values, row| match values {
            Some((image, start)) => {
                let (left, inner) = framed[row].split_at_mut(start);
                let (inner, right) = inner.split_at_mut(self.map.w * self.map.c);
                left.fill(0.0);
                inner.copy_from_slice(&images[image]);
                right.fill(0.0);
            }
            None => framed[row].fill(0.0),
        });
    }

    /// Puts the frame around ∂loss/∂sum, made from ∂loss/∂output and the outputs of an activation.
    pub(super) fn enclose_slopes(&self, activation: Activation, grads: &[f32], outputs: &[f32], framed: &mut [f32]) {
        self.rows(grads.len(), |values, row| match values {
            Some((image, start)) => {
                let (left, inner) = framed[row].split_at_mut(start);
                let (inner, right) = inner.split_at_mut(self.map.w * self.map.c);
                left.fill(0.0);
                activation.backward(inner, &grads[image.clone()], &outputs[image]);
                right.fill(0.0);
            }
            None => framed[row].fill(0.0),
        });
    }

    /// Takes the frame away.
    pub(super) fn disclose(&self, framed: &[f32], images: &mut [MaybeUninit<f32>]) {
        self.rows(images.len(), |values, row| {
            if let Some((image, start)) = values {
                let len = image.len();
                images[image].write_copy_of_slice(&framed[row][start..][..len]);
            }
        });
    }

    /// Calls `f` for every row of the framed maps that hold `len` values: with the row of the map that lies in it, if
    /// any, and where it begins there; and with the framed row itself.
    fn rows(&self, len: usize, mut f: impl FnMut(Option<(Range<usize>, usize)>, Range<usize>)) {
        let inner = self.map.w * self.map.c;
        for image in 0..len / self.map.len().max(1) {
            for y in 0..self.h {
                let from = y.checked_sub(self.before).filter(|y| *y < self.map.h);
                let from = from.map(|y| image * self.map.len() + y * inner);
                let row = image * self.len() + y * self.row();
                f(from.map(|from| (from..from + inner, self.before * self.map.c)), row..row + self.row());
            }
        }
    }
}

/// The pixels of the big map that see the same taps of their windows: all those that leave the same remainder when their
/// place in the padded map is divided by the stride.
#[derive(Debug)]
pub(super) struct Phase {
    /// Offsets of the taps within one row of the weight `[C, k·k·o]`, in the order in which they meet the small map.
    pub taps: Vec<usize>,
    /// Rows of taps; the taps of a row see neighbours in the small map.
    pub n_rows: usize,
    /// Pixels in one image.
    pub per_image: usize,
    /// Where the pixels that each one sees start, in the framed small maps.
    pub reads: Vec<usize>,
    /// Where each one starts in the big maps.
    pub writes: Vec<usize>,
}

impl Geometry {
    pub(super) fn big_frame(&self) -> Frame {
        let p = self.window.padding;
        Frame::new(self.big, p, (p, p))
    }

    /// Taps along a side that a pixel of the big map sees, at most.
    fn reach(&self) -> usize {
        self.window.kernel.div_ceil(self.window.stride)
    }

    pub(super) fn small_frame(&self) -> Frame {
        let last = |side: usize| (side - 1 + self.window.padding) / self.window.stride;
        let (below, right) = (last(self.big.h) + 1, last(self.big.w) + 1);
        let after = (below.saturating_sub(self.small.h), right.saturating_sub(self.small.w));
        Frame::new(self.small, self.reach() - 1, after)
    }

    /// Where each window starts in the framed big maps of `n` images.
    pub(super) fn windows(&self, n: usize) -> Vec<usize> {
        let (frame, stride, w) = (self.big_frame(), self.window.stride, self.small.w);
        let window = |i| frame.at(i / w * stride, i % w * stride);
        (0..n).flat_map(|image| (0..self.positions()).map(move |i| image * frame.len() + window(i))).collect()
    }

    /// The phases of the big maps of `n` images, which cover them.
    pub(super) fn phases(&self, n: usize) -> Vec<Phase> {
        let s = self.window.stride;
        (0..s * s).map(|i| self.phase(n, (i / s, i % s))).filter(|phase| !phase.writes.is_empty()).collect()
    }

    fn phase(&self, n: usize, (phase_y, phase_x): (usize, usize)) -> Phase {
        let Window { kernel, stride, padding } = self.window;
        let frame = self.small_frame();
        // Tap j along a side is kernel element phase + j·stride, and sees the small pixel j before the last one.
        let n_taps = |phase: usize| kernel.saturating_sub(phase).div_ceil(stride);
        let (n_rows, n_columns) = (n_taps(phase_y), n_taps(phase_x));
        let tap = |i: usize| {
            let (j_y, j_x) = (n_rows - 1 - i / n_columns, n_columns - 1 - i % n_columns);
            ((phase_y + j_y * stride) * kernel + phase_x + j_x * stride) * self.big.c
        };
        let pixels = |side: usize, phase: usize| (0..side).filter(move |i| (i + padding) % stride == phase);
        let (mut reads, mut writes) = (Vec::new(), Vec::new());
        for image in 0..n {
            for (y, x) in pixels(self.big.h, phase_y).flat_map(|y| pixels(self.big.w, phase_x).map(move |x| (y, x))) {
                let first = |i: usize, n_taps: usize| (i + padding) / stride + self.reach() - n_taps;
                let blind = n_rows * n_columns == 0;
                reads.push(if blind {
                    0
                } else {
                    image * frame.len() + frame.at(first(y, n_rows), first(x, n_columns))
                });
                writes.push(image * self.big.len() + (y * self.big.w + x) * self.big.c);
            }
        }
        let taps = (0..n_rows * n_columns).map(tap).collect();
        Phase { taps, n_rows, per_image: writes.len() / n.max(1), reads, writes }
    }

    /// patches `[P, k·k·c]` ← the windows of framed big maps.
    pub(super) fn gather(&self, framed: &[f32], windows: &[usize], patches: &mut [f32]) {
        let (row, run) = (self.big_frame().row(), self.window.kernel * self.big.c);
        for (window, patch) in windows.iter().zip(patches.chunks_exact_mut(self.patch())) {
            for (i, taps) in patch.chunks_exact_mut(run).enumerate() {
                taps.copy_from_slice(&framed[window + i * row..][..run]);
            }
        }
    }

    /// The adjoint: framed ← framed + every patch where its window lies.
    pub(super) fn scatter(&self, patches: &[f32], windows: &[usize], framed: &mut [f32]) {
        let (row, run) = (self.big_frame().row(), self.window.kernel * self.big.c);
        for (window, patch) in windows.iter().zip(patches.chunks_exact(self.patch())) {
            for (i, taps) in patch.chunks_exact(run).enumerate() {
                for (pixel, tap) in framed[window + i * row..][..run].iter_mut().zip(taps) {
                    *pixel += tap;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every tap against its definition: tap (ky, kx) of window (y, x) is pixel (y·s + ky − p, x·s + kx − p), or 0.
    #[test]
    fn windows_and_phases_follow_the_definition() {
        let sides = [(1, 1), (2, 5), (7, 4), (9, 9)];
        for (kernel, stride, padding, (h, w)) in
            (1..6).flat_map(|k| (1..4).flat_map(move |s| (0..4).flat_map(move |p| sides.map(|side| (k, s, p, side)))))
        {
            let window = Window { kernel, stride, padding };
            let (Some(small_h), Some(small_w)) = (window.count(h), window.count(w)) else { continue };
            let (big, small) = (Map { h, w, c: 2 }, Map { h: small_h, w: small_w, c: 3 });
            let g = Geometry { big, small, window };
            let images: Vec<f32> = (1..=2 * big.len()).map(|i| i as f32).collect();
            let mut framed = vec![f32::NAN; 2 * g.big_frame().len()];
            g.big_frame().enclose(&images, &mut framed);
            let mut patches = vec![f32::NAN; 2 * g.positions() * g.patch()];
            g.gather(&framed, &g.windows(2), &mut patches);
            let mut sums = vec![0.0; framed.len()];
            g.scatter(&patches, &g.windows(2), &mut sums);
            let mut actual_sums = vec![MaybeUninit::new(f32::NAN); images.len()];
            g.big_frame().disclose(&sums, &mut actual_sums);
            // Which (position, tap) see each pixel, by definition and by phase.
            let mut expected_sums = vec![0.0; images.len()];
            let mut expected_seen = vec![Vec::new(); images.len() / 2];
            for (i, v) in patches.iter().enumerate() {
                let (c, tap, position) = (i % 2, i / 2 % (kernel * kernel), i / g.patch());
                let (image, in_image) = (position / g.positions(), position % g.positions());
                let row = (in_image / small_w * stride + tap / kernel).checked_sub(padding).filter(|&row| row < h);
                let column = (in_image % small_w * stride + tap % kernel).checked_sub(padding).filter(|&x| x < w);
                let pixel = row.zip(column).map(|(row, column)| (image * h + row) * w + column);
                assert_eq!(*v, pixel.map_or(0.0, |pixel| images[pixel * 2 + c]), "value {i} of {g:?}");
                if let Some(pixel) = pixel {
                    expected_sums[pixel * 2 + c] += v;
                    if c == 0 {
                        expected_seen[pixel].push((position, tap));
                    }
                }
            }
            #[expect(unsafe_code, reason = "all of them began as NaN")]
            let actual_sums: Vec<f32> = actual_sums.into_iter().map(|v| unsafe { v.assume_init() }).collect();
            assert_eq!(actual_sums, expected_sums, "{g:?}");

            let mut seen = vec![None; images.len() / 2];
            let places = g.small_frame().pixels(2);
            for phase in g.phases(2) {
                let n_columns = phase.taps.len() / phase.n_rows.max(1);
                for (read, write) in phase.reads.iter().zip(&phase.writes) {
                    let place = |i: usize| read + i / n_columns * g.small_frame().row() + i % n_columns * small.c;
                    let taps = phase.taps.iter().enumerate().filter_map(|(i, tap)| {
                        assert!(place(i) + small.c <= 2 * g.small_frame().len());
                        places.iter().position(|p| *p == place(i)).map(|position| (position, tap / 2))
                    });
                    let mut taps: Vec<_> = taps.collect();
                    taps.sort_unstable();
                    assert!(seen[write / 2].replace(taps).is_none(), "{g:?}: pixel {} twice", write / 2);
                }
            }
            assert_eq!(seen.into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>(), expected_seen, "{g:?}");
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
