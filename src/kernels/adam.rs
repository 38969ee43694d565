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

/// Multiplications that one root and one division are worth.
const COST: usize = 16;

/// Adam (Kingma & Ba 2015, algorithm 1), with both moments corrected for starting at zero, as PyTorch writes it:
/// p ← p − lr · m̂ / (√v̂ + ε), m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ); β₁ = 0.9, β₂ = 0.999, ε = 1e-8.
///
/// `param` and the moments `m` and `v`, which start at zero, change in place; `step` is t and counts from 1.
///
/// Errors when the sizes differ, `step` is 0, or a type is not f32.
pub fn adam_step(param: &Var, grad: &Tensor, m: &mut [f32], v: &mut [f32], step: u64, lr: f64) -> Result<()> {
    if grad.dims() != param.dims() || m.len() != param.elem_count() || v.len() != param.elem_count() || step == 0 {
        bail!(
            "{NAME}: parameter {:?}, gradient {:?}, moments of {} and {} values, step {step}",
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
    param.inplace_op1(&AdamStep { grad, moments: RefCell::new((m, v)), rates })
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
    /// (m, v); candle hands the operation out as shared.
    moments: RefCell<(&'a mut [f32], &'a mut [f32])>,
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
        let (m, v) = &mut *moments;
        let rates = self.rates;
        let n = items_per_task(param.len(), COST);
        let moments = m.par_chunks_mut(n).zip(v.par_chunks_mut(n));
        let tasks = param.par_chunks_mut(n).zip(self.grad.par_chunks(n)).zip(moments);
        tasks.for_each(|((param, grad), (m, v))| update(param, grad, m, v, rates));
        Ok(())
    }
}

dispatch! {
    fn update(param: &mut [f32], grad: &[f32], m: &mut [f32], v: &mut [f32], rates: Rates) = update_body;
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
