//! The matrix product, safe: the `gemm` crate on slices whose sizes were checked.

use std::sync::atomic::{AtomicPtr, Ordering};

use candle_core::{Result, bail};
use rayon::prelude::*;

/// A row-major matrix, some columns of one, or the transpose of either.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mat<'a> {
    values: &'a [f32],
    rows: usize,
    cols: usize,
    /// From one stored row to the next.
    stride: usize,
    transposed: bool,
}

impl<'a> Mat<'a> {
    /// Row-major values, `rows` × `cols`.
    pub(super) fn new(values: &'a [f32], rows: usize, cols: usize) -> Self {
        Self { values, rows, cols, stride: cols, transposed: false }
    }

    /// The transpose; nothing is moved.
    pub(super) fn t(self) -> Self {
        Self { rows: self.cols, cols: self.rows, transposed: !self.transposed, ..self }
    }

    /// Columns `start..start + n`; past the end, a matrix that [`Mat::fits`] turns down.
    pub(super) fn columns(self, start: usize, n: usize) -> Self {
        let skipped = start.saturating_mul(if self.transposed { self.stride } else { 1 });
        Self { values: self.values.get(skipped..).unwrap_or_default(), cols: n, ..self }
    }

    /// Rows `start..start + n`.
    pub(super) fn rows(self, start: usize, n: usize) -> Self {
        self.t().columns(start, n).t()
    }

    /// (column stride, row stride), in the order in which `gemm` takes them.
    fn strides(self) -> (isize, isize) {
        if self.transposed { (self.stride as isize, 1) } else { (1, self.stride as isize) }
    }

    /// Whether every element lies in `values`.
    fn fits(self) -> bool {
        let (rows, cols) = if self.transposed { (self.cols, self.rows) } else { (self.rows, self.cols) };
        let Some(last_row) = rows.checked_sub(1) else { return true };
        let end = last_row.checked_mul(self.stride).and_then(|start| start.checked_add(cols));
        end.is_some_and(|end| end <= self.values.len())
    }
}

/// What happens to the values already in the destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Into {
    Overwrite,
    Add,
}

/// dst (+)= lhs · rhs, with dst row-major. On this thread: callers split the work.
pub(super) fn gemm(dst: &mut [f32], into: Into, lhs: Mat<'_>, rhs: Mat<'_>) -> Result<()> {
    check(dst, lhs, rhs)?;
    // SAFETY: `check` answers for the sizes, and `dst` is borrowed mutably, so nothing else touches it.
    #[expect(unsafe_code, reason = "the gemm crate takes pointers")]
    unsafe {
        product(dst.as_mut_ptr(), rhs.cols, into, lhs, rhs);
    }
    Ok(())
}

/// dst = lhs · rhs in the current pool, each task making `n` columns. Where rhs is the large one, or has to be
/// transposed, this reads it once, and a cut by rows once per task.
pub(super) fn gemm_by_columns(dst: &mut [f32], lhs: Mat<'_>, rhs: Mat<'_>, n: usize) -> Result<()> {
    check(dst, lhs, rhs)?;
    let n = n.max(1);
    let base = AtomicPtr::new(dst.as_mut_ptr());
    (0..rhs.cols.div_ceil(n)).into_par_iter().for_each(|task| {
        let start = task * n;
        let columns = rhs.columns(start, n.min(rhs.cols - start));
        // SAFETY: `check` answers for the whole product, of which this is columns `start..`, in bounds as start < cols.
        // The tasks write disjoint columns of `dst`, which stays mutably borrowed until all are done.
        #[expect(unsafe_code, reason = "columns of a row-major matrix are no slice")]
        unsafe {
            product(base.load(Ordering::Relaxed).add(start), rhs.cols, Into::Overwrite, lhs, columns);
        }
    });
    Ok(())
}

fn check(dst: &[f32], lhs: Mat<'_>, rhs: Mat<'_>) -> Result<()> {
    let (m, n, k) = (lhs.rows, rhs.cols, lhs.cols);
    if !lhs.fits() || !rhs.fits() || rhs.rows != k || m.checked_mul(n) != Some(dst.len()) {
        bail!("gemm: [{m}, {k}] · [{}, {n}] into {} values", rhs.rows, dst.len())
    }
    Ok(())
}

/// Writes lhs · rhs to `dst`, whose rows are `stride` apart.
///
/// # Safety
/// Both operands must fit their slices and each other; `dst` must be valid for `lhs.rows` rows of `rhs.cols` values at
/// that stride, and nobody else may read or write these.
#[expect(unsafe_code, reason = "the gemm crate takes pointers")]
unsafe fn product(dst: *mut f32, stride: usize, into: Into, lhs: Mat<'_>, rhs: Mat<'_>) {
    let ((lhs_cs, lhs_rs), (rhs_cs, rhs_rs)) = (lhs.strides(), rhs.strides());
    let alpha = if into == Into::Add { 1.0 } else { 0.0 };
    // SAFETY: the caller's promise is what `gemm` asks for.
    unsafe {
        gemm::gemm(
            lhs.rows,
            rhs.cols,
            lhs.cols,
            dst,
            1,
            stride as isize,
            into == Into::Add,
            lhs.values.as_ptr(),
            lhs_cs,
            lhs_rs,
            rhs.values.as_ptr(),
            rhs_cs,
            rhs_rs,
            alpha,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(len: usize) -> Vec<f32> {
        (0..len).map(|i| (i * 7 % 13) as f32 - 6.0).collect()
    }

    /// Small whole numbers, so that every order of summing gives the same; what lies around the destination stays.
    #[test]
    fn products_are_exact_and_stay_within_bounds() {
        for (m, n, k) in [(1, 1, 1), (1, 9, 5), (2, 3, 4), (17, 1, 8), (13, 33, 2), (64, 70, 65), (5, 4, 0), (0, 3, 2)]
        {
            let (a, b) = (ramp(m * k), ramp(k * n));
            let naive = |at: &dyn Fn(usize, usize) -> f32, bt: &dyn Fn(usize, usize) -> f32| -> Vec<f32> {
                let element = |i: usize| (0..k).map(|l| at(i / n, l) * bt(l, i % n)).sum();
                (0..m * n).map(element).collect()
            };
            let cases = [
                (Mat::new(&a, m, k), Mat::new(&b, k, n), naive(&|i, l| a[i * k + l], &|l, j| b[l * n + j])),
                (Mat::new(&a, k, m).t(), Mat::new(&b, k, n), naive(&|i, l| a[l * m + i], &|l, j| b[l * n + j])),
                (Mat::new(&a, m, k), Mat::new(&b, n, k).t(), naive(&|i, l| a[i * k + l], &|l, j| b[j * k + l])),
                (Mat::new(&a, k, m).t(), Mat::new(&b, n, k).t(), naive(&|i, l| a[l * m + i], &|l, j| b[j * k + l])),
            ];
            for (lhs, rhs, expected) in cases {
                let mut framed = vec![7.5; m * n + 64];
                gemm(&mut framed[32..32 + m * n], Into::Overwrite, lhs, rhs).unwrap();
                assert_eq!(framed[32..32 + m * n], expected);
                gemm(&mut framed[32..32 + m * n], Into::Add, lhs, rhs).unwrap();
                assert!(framed[32..32 + m * n].iter().zip(&expected).all(|(twice, once)| *twice == 2.0 * once));
                for width in [1, 4, 64] {
                    gemm_by_columns(&mut framed[32..32 + m * n], lhs, rhs, width).unwrap();
                    assert_eq!(framed[32..32 + m * n], expected);
                }
                for (start, len) in [(0, m), (m / 2, m - m / 2)] {
                    let mut rows = vec![0.0; len * n];
                    gemm(&mut rows, Into::Overwrite, lhs.rows(start, len), rhs).unwrap();
                    assert_eq!(rows, expected[start * n..][..len * n]);
                }
                assert!(framed[..32].iter().chain(&framed[32 + m * n..]).all(|v| *v == 7.5));
            }
        }
    }

    #[test]
    fn sizes_that_do_not_fit_are_an_error() {
        let values = ramp(12);
        let a = Mat::new(&values, 3, 4);
        assert!(gemm(&mut [0.0; 9], Into::Add, a, a).is_err());
        assert!(gemm(&mut [0.0; 8], Into::Add, a, a.t()).is_err());
        assert!(gemm(&mut [0.0; 12], Into::Add, Mat::new(&values, 4, 4), a.t()).is_err());
        assert!(gemm_by_columns(&mut [0.0; 9], a, Mat::new(&values[1..], 3, 4).t(), 2).is_err());
        assert!(gemm(&mut [0.0; 9], Into::Add, a.rows(1, 3), a.t()).is_err());
        assert!(gemm(&mut [0.0; 9], Into::Add, a, a.t().columns(usize::MAX, 3)).is_err());
    }
}
