//! Reconstruction losses from logits, summed over the pixels of each image.

use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

use super::op::{gradient, items_per_task, prepare, tensor_values, values};
use super::simd::{dispatch, exp_neg, ln_1p, logistic};

/// −log p(x|z) of each image in nats, for independent Bernoulli pixels with logits l: logits `[B, P]`, x `[B, P]` in
/// [0, 1] → `[B]`. Finite for any finite logit. x is data: no gradient flows to it.
///
/// Σ max(l, 0) − l x + log(1 + e^−|l|), which is −Σ x log f + (1 − x) log(1 − f) with f = 1 / (1 + e⁻ˡ)
/// (Kingma & Welling 2014, appendix C.1).
///
/// Errors when a shape or type is another one.
pub fn bernoulli_nll(logits: &Tensor, x: &Tensor) -> Result<Tensor> {
    loss(BERNOULLI_NLL, logits, x)
}

/// ∂loss/∂logits `[B, P]`, where `grads` is ∂loss/∂[`bernoulli_nll`] `[B]`.
pub fn bernoulli_nll_backward(logits: &Tensor, x: &Tensor, grads: &Tensor) -> Result<Tensor> {
    BERNOULLI_NLL.backward(logits, x, grads)
}

/// Squared error of m = 1 / (1 + e⁻ˡ) against x in squared pixel units, Σ (m − x)²: logits `[B, P]`, x `[B, P]` → `[B]`.
/// x is data: no gradient flows to it.
///
/// Errors when a shape or type is another one.
pub fn sigmoid_sse(logits: &Tensor, x: &Tensor) -> Result<Tensor> {
    loss(SIGMOID_SSE, logits, x)
}

/// ∂loss/∂logits `[B, P]`, where `grads` is ∂loss/∂[`sigmoid_sse`] `[B]`.
pub fn sigmoid_sse_backward(logits: &Tensor, x: &Tensor, grads: &Tensor) -> Result<Tensor> {
    SIGMOID_SSE.backward(logits, x, grads)
}

const BERNOULLI_NLL: Loss = Loss { name: "bernoulli_nll", sum: nll_sum, gradient: nll_gradient };
const SIGMOID_SSE: Loss = Loss { name: "sigmoid_sse", sum: sse_sum, gradient: sse_gradient };

/// A sum over pixels and its derivative.
struct Loss {
    name: &'static str,
    /// (logits, x) of one block of pixels → their sum.
    sum: fn(&[f32], &[f32]) -> f32,
    /// (d, logits, x, g): d ← g · ∂sum/∂logit.
    gradient: fn(&mut [f32], &[f32], &[f32], f32),
}

/// Multiplications that one exponential is worth.
const COST: usize = 16;

/// Pixels that are summed in f32 before f64 takes over.
const BLOCK: usize = 1024;

fn loss(loss: Loss, logits: &Tensor, x: &Tensor) -> Result<Tensor> {
    let (logits, x) = (prepare(loss.name, logits)?, prepare(loss.name, &x.detach())?);
    logits.apply_op2(&x, loss)
}

impl Loss {
    /// (B, P)
    fn sizes(&self, logits: &[usize], x: &[usize]) -> Result<(usize, usize)> {
        match logits {
            &[batch, pixels] if logits == x => Ok((batch, pixels)),
            _ => bail!("{}: expected logits [B, P] and x [B, P], got {logits:?} and {x:?}", self.name),
        }
    }

    fn backward(&self, logits: &Tensor, x: &Tensor, grads: &Tensor) -> Result<Tensor> {
        let (batch, pixels) = self.sizes(logits.dims(), x.dims())?;
        let grads = prepare(self.name, grads)?;
        let (l_storage, l_layout) = logits.storage_and_layout();
        let (x_storage, x_layout) = x.storage_and_layout();
        let (g_storage, g_layout) = grads.storage_and_layout();
        let l_values = tensor_values(self.name, &l_storage, l_layout)?;
        let x_values = tensor_values(self.name, &x_storage, x_layout)?;
        let g_values = tensor_values(self.name, &g_storage, g_layout)?;
        let mut d = vec![0.0; batch * pixels];
        if pixels > 0 {
            let n = items_per_task(batch, pixels * COST);
            d.par_chunks_mut(n * pixels).enumerate().for_each(|(task, d)| {
                let (first, len) = (task * n, d.len());
                let images = l_values.chunks_exact(pixels).zip(x_values.chunks_exact(pixels)).zip(g_values);
                let images = images.skip(first).take(len / pixels);
                for (d, ((logits, x), g)) in d.chunks_exact_mut(pixels).zip(images) {
                    (self.gradient)(d, logits, x, *g);
                }
            });
        }
        gradient(d, logits)
    }
}

impl CustomOp2 for Loss {
    fn name(&self) -> &'static str {
        self.name
    }

    fn cpu_fwd(
        &self,
        logits: &CpuStorage,
        logits_layout: &Layout,
        x: &CpuStorage,
        x_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (batch, pixels) = self.sizes(logits_layout.dims(), x_layout.dims())?;
        let (logits, x) = (values(self.name, logits, logits_layout)?, values(self.name, x, x_layout)?);
        let mut sums = vec![0.0; batch];
        if pixels > 0 {
            let n = items_per_task(batch, pixels * COST);
            sums.par_chunks_mut(n).zip(logits.par_chunks(n * pixels)).zip(x.par_chunks(n * pixels)).for_each(
                |((sums, logits), x)| {
                    let images = logits.chunks_exact(pixels).zip(x.chunks_exact(pixels));
                    for (sum, (logits, x)) in sums.iter_mut().zip(images) {
                        let blocks = logits.chunks(BLOCK).zip(x.chunks(BLOCK));
                        *sum = blocks.map(|(logits, x)| f64::from((self.sum)(logits, x))).sum::<f64>() as f32;
                    }
                },
            );
        }
        Ok((CpuStorage::F32(sums), batch.into()))
    }

    fn bwd(&self, logits: &Tensor, x: &Tensor, _: &Tensor, grads: &Tensor) -> Result<(Option<Tensor>, Option<Tensor>)> {
        Ok((Some(self.backward(logits, x, grads)?), None))
    }
}

dispatch! {
    fn nll_sum(logits: &[f32], x: &[f32]) -> f32 = nll_sum_body;
    fn nll_gradient(d: &mut [f32], logits: &[f32], x: &[f32], g: f32) = nll_gradient_body;
    fn sse_sum(logits: &[f32], x: &[f32]) -> f32 = sse_sum_body;
    fn sse_gradient(d: &mut [f32], logits: &[f32], x: &[f32], g: f32) = sse_gradient_body;
}

/// Σ term(l, x), in eight partial sums, so that the order is fixed and the loop can be vector code.
#[inline(always)]
fn sum_pairs(logits: &[f32], x: &[f32], term: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = [0.0; 8];
    let (l_blocks, x_blocks) = (logits.chunks_exact(8), x.chunks_exact(8));
    let tail: f32 = l_blocks.remainder().iter().zip(x_blocks.remainder()).map(|(l, x)| term(*l, *x)).sum();
    for (l_block, x_block) in l_blocks.zip(x_blocks) {
        for ((lane, l), x) in lanes.iter_mut().zip(l_block).zip(x_block) {
            *lane += term(*l, *x);
        }
    }
    lanes.iter().sum::<f32>() + tail
}

#[inline(always)]
fn nll_sum_body<const FMA: bool>(logits: &[f32], x: &[f32]) -> f32 {
    sum_pairs(logits, x, |l, x| {
        let positive = if l < 0.0 { 0.0 } else { l };
        positive - l * x + ln_1p::<FMA>(exp_neg::<FMA>(-l.abs()))
    })
}

/// ∂nll/∂l = f − x
#[inline(always)]
fn nll_gradient_body<const FMA: bool>(d: &mut [f32], logits: &[f32], x: &[f32], g: f32) {
    for ((d, l), x) in d.iter_mut().zip(logits).zip(x) {
        *d = (logistic::<FMA>(*l) - x) * g;
    }
}

#[inline(always)]
fn sse_sum_body<const FMA: bool>(logits: &[f32], x: &[f32]) -> f32 {
    sum_pairs(logits, x, |l, x| {
        let error = logistic::<FMA>(l) - x;
        error * error
    })
}

/// ∂sse/∂l = 2 (m − x) m (1 − m)
#[inline(always)]
fn sse_gradient_body<const FMA: bool>(d: &mut [f32], logits: &[f32], x: &[f32], g: f32) {
    for ((d, l), x) in d.iter_mut().zip(logits).zip(x) {
        let m = logistic::<FMA>(*l);
        *d = 2.0 * (m - x) * m * (1.0 - m) * g;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(what: &str, actual: f32, exact: f64, scale: f64) {
        assert!((f64::from(actual) - exact).abs() <= 1e-6 * scale, "{what}: {actual} instead of {exact}");
    }

    /// The portable bodies and the ones this processor picks, at every length of tail.
    #[test]
    fn every_body_follows_the_formula() {
        for len in 0..35 {
            let logits: Vec<f32> = (0..len).map(|i| (i as f32 * 1.7).sin() * 12.0).collect();
            let x: Vec<f32> = (0..len).map(|i| (i % 5) as f32 / 4.0).collect();
            let pairs = || logits.iter().zip(&x).map(|(l, x)| (f64::from(*l), f64::from(*x)));
            let m = |l: f64| 1.0 / (1.0 + (-l).exp());
            let nll: f64 = pairs().map(|(l, x)| l.max(0.0) - l * x + (-l.abs()).exp().ln_1p()).sum();
            let sse: f64 = pairs().map(|(l, x)| (m(l) - x).powi(2)).sum();
            for sum in [nll_sum, nll_sum_body::<false>, nll_sum_body::<true>] {
                check("nll", sum(&logits, &x), nll, nll);
            }
            for sum in [sse_sum, sse_sum_body::<false>, sse_sum_body::<true>] {
                check("sse", sum(&logits, &x), sse, sse);
            }
            let mut d = vec![0.0; len];
            for gradient in [nll_gradient, nll_gradient_body::<false>, nll_gradient_body::<true>] {
                gradient(&mut d, &logits, &x, -3.0);
                for (d, (l, x)) in d.iter().zip(pairs()) {
                    check("nll gradient", *d, -3.0 * (m(l) - x), 3.0);
                }
            }
            for gradient in [sse_gradient, sse_gradient_body::<false>, sse_gradient_body::<true>] {
                gradient(&mut d, &logits, &x, -3.0);
                for (d, (l, x)) in d.iter().zip(pairs()) {
                    check("sse gradient", *d, -6.0 * (m(l) - x) * m(l) * (1.0 - m(l)), 3.0);
                }
            }
        }
    }
}
