//! A fully connected layer: product, bias and activation in one pass.

use std::borrow::Cow;

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

use super::Activation;
use super::activation::add_column_sums;
use super::gemm::{Into, Mat, gemm, gemm_by_columns};
use super::op::{Gradients, gradient, items_per_task, prepare, tensor_values, values};

const NAME: &str = "linear";

/// Narrower than this, a strip of the product leaves vector registers empty.
const MIN_COLUMNS: usize = 64;

/// y = activation(x wᵀ + b): x `[B, I]`, w `[O, I]`, b `[O]` → `[B, O]`.
///
/// Errors when a shape or type is another one.
pub fn linear(x: &Tensor, w: &Tensor, b: &Tensor, activation: Activation) -> Result<Tensor> {
    let (x, w, b) = (prepare(NAME, x)?, prepare(NAME, w)?, prepare(NAME, b)?);
    x.apply_op3(&w, &b, Linear(activation))
}

/// The gradients of [`linear`]'s x, w and b, where y is its answer and dy = ∂loss/∂y; `None` for what tracks none.
pub fn linear_backward(
    (x, w, b): (&Tensor, &Tensor, &Tensor),
    y: &Tensor,
    dy: &Tensor,
    activation: Activation,
) -> Result<Gradients> {
    Linear(activation).bwd(x, w, b, y, dy)
}

struct Linear(Activation);

/// (B, I, O)
fn sizes(x: &[usize], w: &[usize], b: &[usize]) -> Result<(usize, usize, usize)> {
    match (x, w, b) {
        (&[batch, inputs], &[outputs, w_inputs], &[biases]) if inputs == w_inputs && outputs == biases => {
            Ok((batch, inputs, outputs))
        }
        _ => bail!("{NAME}: expected x [B, I], w [O, I], b [O], got {x:?}, {w:?}, {b:?}"),
    }
}

impl CustomOp3 for Linear {
    fn name(&self) -> &'static str {
        NAME
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        w: &CpuStorage,
        w_layout: &Layout,
        b: &CpuStorage,
        b_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (batch, n_in, n_out) = sizes(x_layout.dims(), w_layout.dims(), b_layout.dims())?;
        let (x, w, b) = (values(NAME, x, x_layout)?, values(NAME, w, w_layout)?, values(NAME, b, b_layout)?);
        let mut y = vec![0.0; batch * n_out];
        if n_in > 0 {
            // By columns where there are enough of them to share: then each task reads its own part of the weight.
            let (x, wt) = (Mat::new(x, batch, n_in), Mat::new(w, n_out, n_in).t());
            let by_columns = items_per_task(n_out, batch * n_in);
            if batch == 1 || by_columns >= MIN_COLUMNS {
                gemm_by_columns(&mut y, x, wt, by_columns)?;
            } else {
                let n = items_per_task(batch, n_in * n_out);
                let rows = y.par_chunks_mut((n * n_out).max(1)).enumerate();
                rows.try_for_each(|(i, y)| gemm(y, Into::Overwrite, x.rows(i * n, y.len() / n_out), wt))?;
            }
        }
        self.0.apply(&mut y, b);
        Ok((CpuStorage::F32(y), (batch, n_out).into()))
    }

    /// With s the sum before the activation and d = ∂loss/∂s: dx = d w, dw = dᵀ x, db = Σ d over the batch.
    fn bwd(&self, x: &Tensor, w: &Tensor, b: &Tensor, y: &Tensor, dy: &Tensor) -> Result<Gradients> {
        let (batch, n_in, n_out) = sizes(x.dims(), w.dims(), b.dims())?;
        if batch * n_in * n_out == 0 {
            return Ok((Some(x.zeros_like()?), Some(w.zeros_like()?), Some(b.zeros_like()?)));
        }
        let dy = prepare(NAME, dy)?;
        let (x_storage, x_layout) = x.storage_and_layout();
        let (w_storage, w_layout) = w.storage_and_layout();
        let (y_storage, y_layout) = y.storage_and_layout();
        let (dy_storage, dy_layout) = dy.storage_and_layout();
        let x_values = tensor_values(NAME, &x_storage, x_layout)?;
        let w_values = tensor_values(NAME, &w_storage, w_layout)?;
        let y_values = tensor_values(NAME, &y_storage, y_layout)?;
        let dy_values = tensor_values(NAME, &dy_storage, dy_layout)?;

        let d: Cow<'_, [f32]> = match self.0 {
            Activation::None => dy_values.into(),
            Activation::Relu => {
                let mut d = vec![0.0; batch * n_out];
                self.0.backward(&mut d, dy_values, y_values);
                d.into()
            }
        };
        let d_mat = Mat::new(&d, batch, n_out);
        let dx = || {
            let mut dx = vec![0.0; batch * n_in];
            let n = items_per_task(batch, n_in * n_out);
            let rows = dx.par_chunks_mut(n * n_in).enumerate();
            rows.try_for_each(|(i, dx)| {
                gemm(dx, Into::Overwrite, d_mat.rows(i * n, dx.len() / n_in), Mat::new(w_values, n_out, n_in))
            })?;
            gradient(dx, x)
        };
        let dw = || {
            let mut dw = vec![0.0; n_out * n_in];
            let n = items_per_task(n_out, n_in * batch);
            let rows = dw.par_chunks_mut(n * n_in).enumerate();
            rows.try_for_each(|(i, dw)| {
                let d = d_mat.columns(i * n, dw.len() / n_in); // [B, n]
                gemm(dw, Into::Overwrite, d.t(), Mat::new(x_values, batch, n_in))
            })?;
            gradient(dw, w)
        };
        // Together, so that the threads meet once.
        let (dx, dw) = rayon::join(|| x.track_op().then(dx).transpose(), || w.track_op().then(dw).transpose());
        let (dx, dw) = (dx?, dw?);
        let db = if b.track_op() {
            let mut db = vec![0.0; n_out];
            add_column_sums(&mut db, &d);
            Some(gradient(db, b)?)
        } else {
            None
        };
        Ok((dx, dw, db))
    }
}
