//! Matrix products on checked slices: the safe front of `micro`. On this thread: callers split the work.

use std::mem::MaybeUninit;

use super::Activation;
use super::micro::{Isa, OuterBlock, RowsBlock, VECTORS, isa};
use candle_core::{Result, bail};

/// Where a product is written: memory that may hold nothing yet. What is written is never uninitialised.
#[derive(Debug)]
pub(super) struct Out<'a>(&'a mut [MaybeUninit<f32>]);

impl<'a> From<&'a mut [f32]> for Out<'a> {
    fn from(values: &'a mut [f32]) -> Self {
        let ptr: *mut [f32] = values;
        // SAFETY: both types have one layout, and through `Out` only floats are written.
        #[expect(unsafe_code, reason = "initialised memory is a special case of memory")]
        Self(unsafe { &mut *(ptr as *mut [MaybeUninit<f32>]) })
    }
}

impl<'a> From<&'a mut [MaybeUninit<f32>]> for Out<'a> {
    fn from(values: &'a mut [MaybeUninit<f32>]) -> Self {
        Self(values)
    }
}

/// The left operand `[M, K]`: its rows lie anywhere, each as `runs` runs of `run_len` values, `run_stride` apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'a> {
    pub values: &'a [f32],
    /// Where each row starts in `values`, M of them.
    pub starts: &'a [usize],
    pub runs: usize,
    pub run_len: usize,
    pub run_stride: usize,
}

impl Rows<'_> {
    /// K
    fn depth(&self) -> usize {
        self.runs * self.run_len
    }

    /// From the start of a row to behind its end.
    fn extent(&self) -> usize {
        if self.depth() == 0 { 0 } else { (self.runs - 1) * self.run_stride + self.run_len }
    }
}

/// The right operand `[K, N]`, in panels of as many columns as a block of the product has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns<'a> {
    values: &'a [f32],
    /// (K, N)
    size: (usize, usize),
    /// From one row of a panel to the next.
    stride: usize,
    /// From one panel to the next.
    panel: usize,
}

/// Columns of a block of the product on this processor.
pub(super) fn panel_width() -> usize {
    width(isa())
}

fn width(isa: &Isa) -> usize {
    isa.lanes * VECTORS
}

impl<'a> Columns<'a> {
    /// A row-major matrix as it is.
    pub(super) fn natural(values: &'a [f32], (depth, n): (usize, usize)) -> Self {
        Self { values, size: (depth, n), stride: n, panel: panel_width() }
    }

    /// What `pack` laid out.
    pub(super) fn packed(values: &'a [f32], (depth, n): (usize, usize)) -> Self {
        Self { values, size: (depth, n), stride: panel_width(), panel: depth * panel_width() }
    }

    fn fits(&self) -> bool {
        let (depth, n) = self.size;
        let Some(last_row) = depth.checked_sub(1) else { return true };
        let Some(last_column) = n.checked_sub(1) else { return true };
        let (panel, column) = (last_column / panel_width(), last_column % panel_width());
        panel * self.panel + last_row * self.stride + column < self.values.len()
    }
}

/// Where each of `n` rows of `len` values starts, when they lie one after the other.
pub(super) fn every(len: usize, n: usize) -> Vec<usize> {
    (0..n).map(|i| i * len).collect()
}

/// dst[starts[i] + j] ← activation(bias[j] + Σₖ rows[i, k] · columns[k, j]); an empty `bias` is none.
///
/// Every value is one sum in the order of k, whatever else is asked for in the same call.
pub(super) fn product(
    (dst, starts): (Out<'_>, &[usize]),
    rows: Rows<'_>,
    columns: Columns<'_>,
    bias: &[f32],
    activation: Activation,
) -> Result<()> {
    product_with(isa(), (dst, starts), rows, columns, bias, activation)
}

fn product_with(
    isa: &Isa,
    (Out(dst), dst_starts): (Out<'_>, &[usize]),
    rows: Rows<'_>,
    columns: Columns<'_>,
    bias: &[f32],
    activation: Activation,
) -> Result<()> {
    let (m, (depth, n)) = (rows.starts.len(), columns.size);
    let (last_read, last_write) = (rows.starts.iter().max(), dst_starts.iter().max());
    let fits = |start: Option<&usize>, extent: usize, len: usize| {
        start.is_none_or(|start| start.checked_add(extent).is_some_and(|end| end <= len))
    };
    if rows.depth() != depth
        || !columns.fits()
        || dst_starts.len() != m
        || !fits(last_read, rows.extent(), rows.values.len())
        || !fits(last_write, n, dst.len())
        || !(bias.is_empty() || bias.len() == n)
    {
        bail!("product: [{m}, {}] · [{depth}, {n}] + [{}] into {} values", rows.depth(), bias.len(), dst.len())
    }
    let width = width(isa);
    let dst: *mut f32 = dst.as_mut_ptr().cast();
    let block = |row: usize, column: usize| {
        let n_rows = isa.rows.min(m - row);
        let n_columns = width.min(n - column);
        let vectors = n_columns.div_ceil(isa.lanes);
        let block = RowsBlock {
            a: rows.values.as_ptr(),
            a_starts: rows.starts[row..].as_ptr(),
            runs: rows.runs,
            run_len: rows.run_len,
            run_stride: rows.run_stride,
            b: columns.values[column / width * columns.panel..].as_ptr(),
            b_stride: columns.stride,
            dst: dst.wrapping_add(column),
            dst_starts: dst_starts[row..].as_ptr(),
            bias: if bias.is_empty() { std::ptr::null() } else { bias[column..].as_ptr() },
            relu: activation == Activation::Relu,
            last_lanes: n_columns - (vectors - 1) * isa.lanes,
        };
        // SAFETY: the checks above hold for every row and column, of which these are some; `dst` is borrowed mutably;
        // and `isa` was made for this processor.
        #[expect(unsafe_code, reason = "the inner loop takes pointers")]
        unsafe {
            isa.run_rows(n_rows, vectors, &block);
        }
    };
    // The smaller operand is gone through again and again, and stays in the cache.
    let (row_blocks, panels) = ((0..m).step_by(isa.rows), (0..n).step_by(width));
    if n <= m {
        row_blocks.for_each(|row| panels.clone().for_each(|column| block(row, column)));
    } else {
        panels.for_each(|column| row_blocks.clone().for_each(|row| block(row, column)));
    }
    if activation == Activation::Tanh {
        for start in dst_starts {
            // SAFETY: the blocks above wrote every column of this row, which lies in `dst`.
            #[expect(unsafe_code, reason = "the rows were memory that held nothing")]
            let row = unsafe { std::slice::from_raw_parts_mut(dst.wrapping_add(*start), n) };
            activation.of(row);
        }
    }
    Ok(())
}

/// Some columns of an operand `[P, …]` of [`outer_product`]: `n` values from each start, moved by `offset`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Strip<'a> {
    pub values: &'a [f32],
    /// Where each of the P rows starts in `values`.
    pub starts: &'a [usize],
    pub offset: usize,
    pub n: usize,
}

impl Strip<'_> {
    fn fits(&self) -> bool {
        let end = |start: &usize| start.checked_add(self.offset)?.checked_add(self.n);
        self.starts.iter().max().is_none_or(|start| end(start).is_some_and(|end| end <= self.values.len()))
    }
}

/// dst[i · stride + j] ← Σₚ a[p, i] · b[p, j].
pub(super) fn outer_product(dst: Out<'_>, stride: usize, a: Strip<'_>, b: Strip<'_>) -> Result<()> {
    outer_product_with(isa(), dst, stride, a, b, false)
}

/// dst[i · stride + j] ← dst[i · stride + j] + Σₚ a[p, i] · b[p, j].
pub(super) fn add_outer_product(dst: &mut [f32], stride: usize, a: Strip<'_>, b: Strip<'_>) -> Result<()> {
    outer_product_with(isa(), dst.into(), stride, a, b, true)
}

fn outer_product_with(
    isa: &Isa,
    Out(dst): Out<'_>,
    stride: usize,
    a: Strip<'_>,
    b: Strip<'_>,
    add: bool,
) -> Result<()> {
    let depth = a.starts.len();
    let end = if a.n == 0 { 0 } else { (a.n - 1).saturating_mul(stride).saturating_add(b.n) };
    if b.starts.len() != depth || b.n > stride || !a.fits() || !b.fits() || end > dst.len() {
        let (rows, len) = (b.starts.len(), dst.len());
        bail!("outer product: [{depth}, {}] and [{rows}, {}] into {len} values, {stride} apart", a.n, b.n)
    }
    let dst: *mut f32 = dst.as_mut_ptr().cast();
    for column in (0..b.n).step_by(width(isa)) {
        let n_columns = width(isa).min(b.n - column);
        let vectors = n_columns.div_ceil(isa.lanes);
        for row in (0..a.n).step_by(isa.rows) {
            let block = OuterBlock {
                a: a.values.as_ptr().wrapping_add(a.offset + row),
                a_starts: a.starts.as_ptr(),
                b: b.values.as_ptr().wrapping_add(b.offset + column),
                b_starts: b.starts.as_ptr(),
                depth,
                dst: dst.wrapping_add(row * stride + column),
                dst_stride: stride,
                add,
                last_lanes: n_columns - (vectors - 1) * isa.lanes,
            };
            // SAFETY: the checks above hold for every row and column, of which these are some; `dst` is borrowed
            // mutably; and `isa` was made for this processor.
            #[expect(unsafe_code, reason = "the inner loop takes pointers")]
            unsafe {
                isa.run_outer(isa.rows.min(a.n - row), vectors, &block);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::micro::available;
    use super::super::pack::{pack_rows, pack_transposed, pack_transposed_shared, packed_len};
    use super::*;

    fn ramp(len: usize) -> Vec<f32> {
        (0..len).map(|i| (i * 7 % 13) as f32 - 6.0).collect()
    }

    /// (M, N, K)
    const SIZES: [(usize, usize, usize); 9] =
        [(1, 1, 1), (1, 9, 5), (2, 3, 4), (17, 1, 8), (13, 33, 6), (64, 70, 65), (9, 31, 2), (5, 4, 0), (0, 3, 2)];

    /// Small whole numbers, so that every order of summing gives the same; what lies around the destination stays.
    #[test]
    fn products_are_exact_and_stay_within_bounds() {
        for (isa, (m, n, k)) in available().into_iter().flat_map(|isa| SIZES.map(|size| (isa, size))) {
            // Rows of a in two runs, out of order, with other values between.
            let runs = if k % 2 == 0 { 2 } else { 1 };
            let (run_len, gap) = (k / runs, 3);
            let a = ramp(m * (k + 2 * gap) + 1);
            let starts: Vec<usize> = (0..m).rev().map(|i| i * (k + 2 * gap)).collect();
            let rows = Rows { values: &a, starts: &starts, runs, run_len, run_stride: run_len + gap };
            let (b, bias) = (ramp(k * n), ramp(n));
            let at = |i: usize, l: usize| a[starts[i] + l / run_len.max(1) * rows.run_stride + l % run_len.max(1)];
            let exact = |i: usize, j: usize| (0..k).map(|l| at(i, l) * b[l * n + j]).sum::<f32>() + bias[j];
            let transposed: Vec<f32> = (0..n * k).map(|i| b[i % k * n + i / k]).collect();
            let width = width(isa);
            let natural = Columns { values: &b, size: (k, n), stride: n, panel: width };
            let mut packed = vec![0.0; packed_len((k, n))];
            pack_transposed(&mut packed, &transposed, (k, n));
            let mut shared = vec![0.0; packed.len()];
            pack_transposed_shared(&mut shared, &transposed, (k, n));
            assert_eq!(packed, shared);
            let mut again = vec![0.0; packed.len()];
            pack_rows(&mut again, |row| &b[row * n..][..n], (k, n));
            assert_eq!(packed, again);
            let mut operands = vec![natural];
            if width == panel_width() {
                operands.push(Columns::packed(&packed, (k, n)));
            }
            let to: Vec<usize> = (0..m).map(|i| 5 + i * (n + 2)).collect();
            for (columns, activation) in
                operands.into_iter().flat_map(|c| [(c, Activation::None), (c, Activation::Relu)])
            {
                let mut dst = vec![7.5; m * (n + 2) + 10];
                product_with(isa, (dst.as_mut_slice().into(), &to), rows, columns, &bias, activation).unwrap();
                let mut expected = vec![7.5; dst.len()];
                for (i, j) in (0..m).flat_map(|i| (0..n).map(move |j| (i, j))) {
                    let sum = exact(i, j);
                    expected[to[i] + j] = if activation == Activation::Relu { sum.max(0.0) } else { sum };
                }
                assert_eq!(dst, expected, "{m} {n} {k}, {} lanes", isa.lanes);
            }
        }
    }

    #[test]
    fn outer_products_are_exact_and_stay_within_bounds() {
        for (isa, (m, n, depth)) in available().into_iter().flat_map(|isa| SIZES.map(|size| (isa, size))) {
            let (a, b) = (ramp(depth * (m + 1) + 2), ramp(depth * (n + 2) + 1));
            let a_starts: Vec<usize> = (0..depth).rev().map(|p| p * (m + 1)).collect();
            let b_starts: Vec<usize> = (0..depth).map(|p| p * (n + 2)).collect();
            let left = Strip { values: &a, starts: &a_starts, offset: 2, n: m };
            let right = Strip { values: &b, starts: &b_starts, offset: 1, n };
            let stride = n + 3;
            for add in [false, true] {
                let mut dst = vec![7.5; m * stride + 4];
                let mut expected = dst.clone();
                outer_product_with(isa, dst.as_mut_slice().into(), stride, left, right, add).unwrap();
                for (i, j) in (0..m).flat_map(|i| (0..n).map(move |j| (i, j))) {
                    let sum = (0..depth).map(|p| a[a_starts[p] + 2 + i] * b[b_starts[p] + 1 + j]).sum::<f32>();
                    expected[i * stride + j] = if add { 7.5 + sum } else { sum };
                }
                assert_eq!(dst, expected, "{m} {n} {depth}, {} lanes", isa.lanes);
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let values = ramp(12);
        let rows = Rows { values: &values, starts: &[0, 4, 8], runs: 1, run_len: 4, run_stride: 0 };
        let columns = Columns::natural(&values, (4, 3));
        let try_it = |rows, columns, starts: &[usize], bias: &[f32], len: usize| {
            product((vec![0.0; len].as_mut_slice().into(), starts), rows, columns, bias, Activation::None).is_ok()
        };
        assert!(try_it(rows, columns, &[0, 3, 6], &[], 9));
        assert!(!try_it(rows, columns, &[0, 3, 6], &[], 8));
        assert!(!try_it(rows, columns, &[0, 3, usize::MAX], &[], 9));
        assert!(!try_it(rows, columns, &[0, 3], &[], 9));
        assert!(!try_it(rows, columns, &[0, 3, 6], &[0.0], 9));
        assert!(!try_it(Rows { starts: &[0, 4, 9], ..rows }, columns, &[0, 3, 6], &[], 9));
        assert!(!try_it(Rows { runs: 2, run_len: 2, run_stride: 3, ..rows }, columns, &[0, 3, 6], &[], 9));
        assert!(!try_it(rows, Columns::natural(&values, (4, 4)), &[0, 4, 8], &[], 12));
        assert!(!try_it(rows, Columns::natural(&values, (3, 3)), &[0, 3, 6], &[], 9));
        let strip = |offset, n| Strip { values: &values, starts: &[0, 6], offset, n };
        let outer =
            |a, b, stride, len: usize| outer_product(vec![0.0; len].as_mut_slice().into(), stride, a, b).is_ok();
        assert!(outer(strip(0, 2), strip(3, 3), 3, 6));
        assert!(!outer(strip(0, 2), strip(4, 3), 3, 6));
        assert!(!outer(strip(5, 2), strip(3, 3), 3, 6));
        assert!(!outer(strip(0, 2), strip(3, 3), 2, 6));
        assert!(!outer(strip(0, 2), strip(3, 3), 3, 5));
    }
}
