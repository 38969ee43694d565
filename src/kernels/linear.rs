//! A fully connected layer: product, bias and activation in one pass.

use std::borrow::Cow;
use std::mem::MaybeUninit;

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

use super::Activation;
use super::activation::add_column_sums;
use super::op::{Gradients, filled, gradient, items_per_task, prepare, tensor_values, values, with_scratch};
use super::pack::{pack_transposed, pack_transposed_shared, packed_len};
use super::product::{Columns, Rows, Strip, every, outer_product, product};

const NAME: &str = "linear";

/// Outputs that are made at a time: with a panel of the batch, 16 KiB, which stay in the first-level cache.
const OUTPUTS: usize = 64;

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
        let y = forward(x, (w, b), (batch, n_in, n_out), self.0)?;
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
            Activation::Relu | Activation::Tanh => {
                let mut d = vec![0.0; batch * n_out];
                let n = items_per_task(d.len(), 1);
                let parts = dy_values.par_chunks(n).zip(y_values.par_chunks(n));
                d.par_chunks_mut(n).zip(parts).for_each(|(d, (dy, y))| self.0.backward(d, dy, y));
                d.into()
            }
        };
        let (inputs, outputs) = (every(n_in, batch), every(n_out, batch));
        let dx = || {
            let n = items_per_task(batch, n_in * n_out);
            let columns = Columns::natural(w_values, (n_out, n_in));
            let every_row = |dx: &mut [MaybeUninit<f32>]| {
                let tasks = dx.par_chunks_mut(n * n_in).zip(d.par_chunks(n * n_out));
                tasks.try_for_each(|(dx, d)| {
                    let n = d.len() / n_out;
                    let rows = Rows { values: d, starts: &outputs[..n], runs: 1, run_len: n_out, run_stride: 0 };
                    product((dx.into(), &inputs[..n]), rows, columns, &[], Activation::None)
                })
            };
            // SAFETY: the tasks' rows are all rows, and a product writes all columns.
            #[expect(unsafe_code, reason = "gradients are not set to zero first")]
            gradient(unsafe { filled(batch * n_in, every_row) }?, x)
        };
        let dw = || {
            let n = items_per_task(n_out, n_in * batch);
            let every_row = |dw: &mut [MaybeUninit<f32>]| {
                dw.par_chunks_mut(n * n_in).enumerate().try_for_each(|(i, dw)| {
                    let d = Strip { values: &d, starts: &outputs, offset: i * n, n: dw.len() / n_in };
                    let x = Strip { values: x_values, starts: &inputs, offset: 0, n: n_in };
                    outer_product(dw.into(), n_in, d, x)
                })
            };
            // SAFETY: the tasks' rows are all rows, and a product writes all columns.
            #[expect(unsafe_code, reason = "gradients are not set to zero first")]
            gradient(unsafe { filled(n_out * n_in, every_row) }?, w)
        };
        let db = || {
            let mut db = vec![0.0; n_out];
            add_column_sums(&mut db, &d);
            gradient(db, b)
        };
        // Together, so that the threads meet once.
        let (dx, (dw, db)) = rayon::join(
            || x.track_op().then(dx).transpose(),
            || (w.track_op().then(dw).transpose(), b.track_op().then(db).transpose()),
        );
        let (dx, dw, db) = (dx?, dw?, db?);
        Ok((dx, dw, db))
    }
}

/// activation(x wᵀ + b), with (B, I, O).
fn forward(
    x: &[f32],
    (w, b): (&[f32], &[f32]),
    (batch, n_in, n_out): (usize, usize, usize),
    activation: Activation,
) -> Result<Vec<f32>> {
    if n_in * n_out == 0 {
        let mut y = vec![0.0; batch * n_out];
        activation.apply(&mut y, b);
        return Ok(y);
    }
    // yᵀ = w xᵀ: then w is read as it lies, and only x, which is the smaller one, is packed.
    let inputs = every(n_in, OUTPUTS);
    let n = items_per_task(batch, n_in * n_out);
    let every_row = |y: &mut [MaybeUninit<f32>]| {
        let tasks = y.par_chunks_mut(n * n_out).zip(x.par_chunks(n * n_in));
        tasks.try_for_each(|(y, x)| {
            let n = x.len() / n_in;
            let (size, to) = ((n_in, n), every(n, OUTPUTS));
            with_scratch(packed_len(size) + n * OUTPUTS, |scratch| {
                let (packed, strip) = scratch.split_at_mut(packed_len(size));
                pack_transposed(packed, x, size);
                let columns = Columns::packed(packed, size);
                for (i, (w, b)) in w.chunks(OUTPUTS * n_in).zip(b.chunks(OUTPUTS)).enumerate() {
                    let (inputs, to) = (&inputs[..b.len()], &to[..b.len()]);
                    let rows = Rows { values: w, starts: inputs, runs: 1, run_len: n_in, run_stride: 0 };
                    product((strip[..].as_mut().into(), to), rows, columns, &[], Activation::None)?;
                    for (sums, b) in strip.chunks_exact_mut(n).zip(b) {
                        activation.after(*b, sums);
                    }
                    for (image, y) in y.chunks_exact_mut(n_out).enumerate() {
                        let values = strip.iter().skip(image).step_by(n);
                        for (y, value) in y[i * OUTPUTS..][..b.len()].iter_mut().zip(values) {
                            y.write(*value);
                        }
                    }
                }
                Ok(())
            })
        })
    };
    // SAFETY: the tasks' rows are all images, and their strips all outputs.
    #[expect(unsafe_code, reason = "large answers are not set to zero first")]
    unsafe {
        filled(batch * n_out, every_row)
    }
}

/// wᵀ `[I, O]`, packed: laid out for use again and again.
pub(super) struct FrozenLinear {
    /// (I, O)
    size: (usize, usize),
    weight: Vec<f32>,
}

impl FrozenLinear {
    pub(super) fn new(w: &[f32], size: (usize, usize)) -> Self {
        let mut weight = vec![0.0; packed_len(size)];
        pack_transposed_shared(&mut weight, w, size);
        Self { size, weight }
    }

    pub(super) fn inputs(&self) -> usize {
        self.size.0
    }

    /// activation(x wᵀ + b) of any number of rows.
    pub(super) fn run(&self, x: &[f32], b: &[f32], activation: Activation) -> Result<Vec<f32>> {
        let (n_in, n_out) = self.size;
        let batch = x.len() / n_in;
        let n = items_per_task(batch, n_in * n_out);
        let (inputs, outputs) = (every(n_in, n), every(n_out, n));
        let columns = Columns::packed(&self.weight, self.size);
        let every_row = |y: &mut [MaybeUninit<f32>]| {
            y.par_chunks_mut(n * n_out).zip(x.par_chunks(n * n_in)).try_for_each(|(y, x)| {
                let n = x.len() / n_in;
                let rows = Rows { values: x, starts: &inputs[..n], runs: 1, run_len: n_in, run_stride: 0 };
                product((y.into(), &outputs[..n]), rows, columns, b, activation)
            })
        };
        // SAFETY: the tasks' rows are all rows, and a product writes all columns.
        #[expect(unsafe_code, reason = "large answers are not set to zero first")]
        unsafe {
            filled(batch * n_out, every_row)
        }
    }
}
