//! One step of Adam over one parameter, in place and in one pass.

use std::cell::RefCell;

use candle_core::{CpuStorage, InplaceOp1, Layout, Result, Tensor, Var, bail};
use rayon::prelude::*;

use super::op::{items_per_task, prepare, tensor_values};
use super::simd::dispatch;

const NAME: &str = "adam_step";
/// The constants of Kingma & Ba 2015, algorithm 1, with PyTorch's ε.
const BETA_1: f64 = 0.9;
const BETA_2: f64 = 0.999;
const EPSILON: f32 = 1e-8;

/// Values of a block: five slices of it fit into the first-level cache.
const BLOCK: usize = 1024;
/// Multiplications that one root and one division are worth.
const COST: usize = 16;

/// Adam (Kingma & Ba 2015, algorithm 1), with both moments corrected for starting at zero, as PyTorch writes it:
/// p ← p − lr · m̂ / (√v̂ + ε), m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ); β₁ = 0.9, β₂ = 0.999, ε = 1e-8.
///
/// `param` and `moments`, which start at zero, change in place; `step` is t and counts from 1. A mean follows the new
/// values by its share: mean ← mean + share · (p − mean).
///
/// Errors when the sizes differ, `step` is 0, or a type is not f32.
pub fn adam_step(param: &Var, grad: &Tensor, moments: Moments<'_>, step: u64, lr: f64) -> Result<()> {
    let n = param.elem_count();
    let Moments { m, v, mean } = &moments;
    let mean_len = mean.as_ref().map_or(n, |(mean, _)| mean.len());
    if grad.dims() != param.dims() || [m.len(), v.len(), mean_len] != [n; 3] || step == 0 {
        bail!(
            "{NAME}: parameter {:?}, gradient {:?}, moments of {} and {} values, mean of {mean_len}, step {step}",
            param.dims(),
            grad.dims(),
            m.len(),
            v.len()
        )
    }
    let grad = prepare(NAME, grad)?;
    let (storage, layout) = grad.storage_and_layout();
    let grad = tensor_values(NAME, &storage, layout)?;
    let t = step as f64;
    let rates = Rates {
        step_size: (lr / (1.0 - BETA_1.powf(t))) as f32,
        v_scale: (1.0 / (1.0 - BETA_2.powf(t)).sqrt()) as f32,
    };
    param.inplace_op1(&AdamStep { grad, moments: RefCell::new(moments), rates })
}

/// What is kept of a parameter from step to step, each `[n]`.
pub struct Moments<'a> {
    /// Mean of the gradients.
    pub m: &'a mut [f32],
    /// Mean of their squares.
    pub v: &'a mut [f32],
    /// A mean of the parameter itself, and the share in (0, 1] by which it follows.
    pub mean: Option<(&'a mut [f32], f64)>,
}

/// What the step number makes of the learning rate.
#[derive(Clone, Copy)]
struct Rates {
    /// lr / (1 − β₁ᵗ)
    step_size: f32,
    /// 1 / √(1 − β₂ᵗ)
    v_scale: f32,
}

struct AdamStep<'a> {
    grad: &'a [f32],
    /// candle hands the operation out as shared.
    moments: RefCell<Moments<'a>>,
    rates: Rates,
}

impl InplaceOp1 for AdamStep<'_> {
    fn name(&self) -> &'static str {
        NAME
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
        let CpuStorage::F32(storage) = storage else { bail!("{NAME}: expected an f32 parameter") };
        let range = layout.contiguous_offsets();
        let Some(param) = range.and_then(|(start, end)| storage.get_mut(start..end)) else {
            bail!("{NAME}: expected a contiguous parameter, got shape {:?}", layout.dims())
        };
        let Ok(mut moments) = self.moments.try_borrow_mut() else { bail!("{NAME}: the moments are in use") };
        let Moments { m, v, mean } = &mut *moments;
        let rates = self.rates;
        let n = items_per_task(param.len(), COST);
        let moments = m.par_chunks_mut(n).zip(v.par_chunks_mut(n));
        let tasks = param.par_chunks_mut(n).zip(self.grad.par_chunks(n)).zip(moments);
        match mean {
            None => tasks.for_each(|((param, grad), (m, v))| update(param, grad, m, v, rates)),
            Some((mean, share)) => {
                let share = *share as f32;
                tasks.zip(mean.par_chunks_mut(n)).for_each(|(((param, grad), (m, v)), mean)| {
                    // Block by block, so that the new values are still in the cache.
                    let moments = m.chunks_mut(BLOCK).zip(v.chunks_mut(BLOCK)).zip(mean.chunks_mut(BLOCK));
                    for ((param, grad), ((m, v), mean)) in param.chunks_mut(BLOCK).zip(grad.chunks(BLOCK)).zip(moments)
                    {
                        update(param, grad, m, v, rates);
                        follow(mean, param, share);
                    }
                });
            }
        }
        Ok(())
    }
}

dispatch! {
    fn update(param: &mut [f32], grad: &[f32], m: &mut [f32], v: &mut [f32], rates: Rates) = update_body;
    fn follow(mean: &mut [f32], param: &[f32], share: f32) = follow_body;
}

#[inline(always)]
fn update_body<const FMA: bool>(param: &mut [f32], grad: &[f32], m: &mut [f32], v: &mut [f32], rates: Rates) {
    const B1: f32 = BETA_1 as f32;
    const B2: f32 = BETA_2 as f32;
    const C1: f32 = (1.0 - BETA_1) as f32;
    const C2: f32 = (1.0 - BETA_2) as f32;
    for (((p, g), m), v) in param.iter_mut().zip(grad).zip(m).zip(v) {
        *m = B1 * *m + C1 * g;
        *v = B2 * *v + C2 * g * g;
        *p -= rates.step_size * *m / (v.sqrt() * rates.v_scale + EPSILON);
    }
}

#[inline(always)]
fn follow_body<const FMA: bool>(mean: &mut [f32], param: &[f32], share: f32) {
    for (mean, p) in mean.iter_mut().zip(param) {
        *mean += share * (p - *mean);
    }
}
