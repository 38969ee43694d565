//! A fully connected layer: product, bias and activation in one pass.

use std::borrow::Cow;

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

use super::Activation;
use super::activation::add_column_sums;
use super::gemm::{Into, Mat, gemm};
use super::op::{gradient, items_per_task, prepare, tensor_values, values};

const NAME: &str = "linear";

/// y = activation(x wᵀ + b): x `[B, I]`, w `[O, I]`, b `[O]` → `[B, O]`.
///
/// Errors when a shape or type is another one.
pub fn linear(x: &Tensor, w: &Tensor, b: &Tensor, activation: Activation) -> Result<Tensor> {
    let (x, w, b) = (prepare(NAME, x)?, prepare(NAME, w)?, prepare(NAME, b)?);
    x.apply_op3(&w, &b, Linear(activation))
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
        if y.is_empty() {
        } else if n_in == 0 {
            self.0.apply(&mut y, b);
        } else if batch == 1 {
            // One image: the outputs are what there is to share out.
            let n = items_per_task(n_out, n_in);
            y.par_chunks_mut(n).zip(w.par_chunks(n * n_in)).zip(b.par_chunks(n)).try_for_each(|((y, w), b)| {
                gemm(y, Into::Overwrite, Mat::new(x, 1, n_in), Mat::new(w, b.len(), n_in).t())?;
                self.0.apply(y, b);
                Ok::<_, candle_core::Error>(())
            })?;
        } else {
            let n = items_per_task(batch, n_in * n_out);
            y.par_chunks_mut(n * n_out).zip(x.par_chunks(n * n_in)).try_for_each(|(y, x)| {
                gemm(y, Into::Overwrite, Mat::new(x, y.len() / n_out, n_in), Mat::new(w, n_out, n_in).t())?;
                self.0.apply(y, b);
                Ok::<_, candle_core::Error>(())
            })?;
        }
        Ok((CpuStorage::F32(y), (batch, n_out).into()))
    }

    /// With s the sum before the activation and d = ∂loss/∂s: dx = d w, dw = dᵀ x, db = Σ d over the batch.
    fn bwd(
        &self,
        x: &Tensor,
        w: &Tensor,
        b: &Tensor,
        y: &Tensor,
        dy: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
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
        let dx = if x.track_op() {
            let mut dx = vec![0.0; batch * n_in];
            let n = items_per_task(batch, n_in * n_out);
            dx.par_chunks_mut(n * n_in).zip(d.par_chunks(n * n_out)).try_for_each(|(dx, d)| {
                gemm(dx, Into::Overwrite, Mat::new(d, d.len() / n_out, n_out), Mat::new(w_values, n_out, n_in))
            })?;
            Some(gradient(dx, x)?)
        } else {
            None
        };
        let dw = if w.track_op() {
            let mut dw = vec![0.0; n_out * n_in];
            let n = items_per_task(n_out, n_in * batch);
            dw.par_chunks_mut(n * n_in).enumerate().try_for_each(|(i, dw)| {
                let d = Mat::columns(&d, batch, n_out, i * n, dw.len() / n_in); // [B, n]
                gemm(dw, Into::Overwrite, d.t(), Mat::new(x_values, batch, n_in))
            })?;
            Some(gradient(dw, w)?)
        } else {
            None
        };
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
