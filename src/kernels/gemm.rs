//! The matrix product, safe: the `gemm` crate on slices whose sizes were checked.

use candle_core::{Result, bail};

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

    /// Columns `start..start + n` of [`Mat::new`]'s matrix.
    pub(super) fn columns(values: &'a [f32], rows: usize, cols: usize, start: usize, n: usize) -> Self {
        Self { values: values.get(start..).unwrap_or_default(), rows, cols: n, stride: cols, transposed: false }
    }

    /// The transpose; nothing is moved.
    pub(super) fn t(self) -> Self {
        Self { rows: self.cols, cols: self.rows, transposed: !self.transposed, ..self }
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
    let (m, n, k) = (lhs.rows, rhs.cols, lhs.cols);
    if !lhs.fits() || !rhs.fits() || rhs.rows != k || m.checked_mul(n) != Some(dst.len()) {
        bail!("gemm: [{m}, {k}] · [{}, {n}] into {} values", rhs.rows, dst.len())
    }
    let ((lhs_cs, lhs_rs), (rhs_cs, rhs_rs)) = (lhs.strides(), rhs.strides());
    let alpha = if into == Into::Add { 1.0 } else { 0.0 };
    // SAFETY: every element that the strides of `lhs` and `rhs` address was just checked to lie in its slice, and `dst`
    // to hold exactly m·n values, which strides (1, n) address. `dst` is borrowed mutably, so it overlaps neither operand.
    #[expect(unsafe_code, reason = "the gemm crate takes pointers")]
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            dst.as_mut_ptr(),
            1,
            n as isize,
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
    Ok(())
}
