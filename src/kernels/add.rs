//! The sum of two gradients of one tensor. candle's own addition would start a second, spinning pool of threads.

use candle_core::{Device, Result, Tensor, bail};
use rayon::prelude::*;

use super::op::{items_per_task, prepare, tensor_values};
use super::simd::dispatch;

const NAME: &str = "add";

/// a + b of one shape. Nothing is differentiated through it.
///
/// Errors when the shapes differ or a type is not f32.
pub fn add(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    if a.dims() != b.dims() {
        bail!("{NAME}: expected one shape, got {:?} and {:?}", a.dims(), b.dims())
    }
    let (a, b) = (prepare(NAME, a)?, prepare(NAME, b)?);
    let (a_storage, a_layout) = a.storage_and_layout();
    let (b_storage, b_layout) = b.storage_and_layout();
    let mut sum = tensor_values(NAME, &a_storage, a_layout)?.to_vec();
    let b_values = tensor_values(NAME, &b_storage, b_layout)?;
    accumulate_shared(&mut sum, b_values);
    Tensor::from_vec(sum, a.shape(), &Device::Cpu)
}

/// sum ← sum + b, in the current pool.
pub(super) fn accumulate_shared(sum: &mut [f32], b: &[f32]) {
    let n = items_per_task(sum.len(), 1);
    sum.par_chunks_mut(n).zip(b.par_chunks(n)).for_each(|(sum, b)| accumulate(sum, b));
}

dispatch! {
    fn accumulate(sum: &mut [f32], b: &[f32]) = accumulate_body;
}

#[inline(always)]
fn accumulate_body<const FMA: bool>(sum: &mut [f32], b: &[f32]) {
    for (sum, b) in sum.iter_mut().zip(b) {
        *sum += b;
    }
}
