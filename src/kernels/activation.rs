//! The non-linearity that is fused after the bias.

use super::simd::dispatch;

/// What a layer applies to its sum. Fused, so that it costs no extra pass over memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// The sum itself.
    None,
    /// max(0, sum). NaN stays NaN. The derivative at 0 is 0, as in PyTorch (candle's own is 1).
    Relu,
}

impl Activation {
    /// Of one sum.
    #[inline(always)]
    pub(super) fn of(self, sum: f32) -> f32 {
        if self == Self::Relu && sum < 0.0 { 0.0 } else { sum }
    }

    /// rows ← activation(rows + bias), for `rows` of the length of `bias`.
    pub(super) fn apply(self, rows: &mut [f32], bias: &[f32]) {
        if bias.is_empty() {
            return;
        }
        match self {
            Self::None => add_bias(rows, bias),
            Self::Relu => add_bias_relu(rows, bias),
        }
    }

    /// sums ← ∂loss/∂sum from ∂loss/∂output, where `outputs` is what [`Activation::apply`] left.
    pub(super) fn backward(self, sums: &mut [f32], grads: &[f32], outputs: &[f32]) {
        match self {
            Self::None => sums.copy_from_slice(grads),
            Self::Relu => mask(sums, grads, outputs),
        }
    }
}

dispatch! {
    fn add_bias(rows: &mut [f32], bias: &[f32]) = add_bias_body;
    fn add_bias_relu(rows: &mut [f32], bias: &[f32]) = add_bias_relu_body;
    fn mask(sums: &mut [f32], grads: &[f32], outputs: &[f32]) = mask_body;
    pub(super) fn add_column_sums(sums: &mut [f32], rows: &[f32]) = add_column_sums_body;
}

#[inline(always)]
fn add_bias_body<const FMA: bool>(rows: &mut [f32], bias: &[f32]) {
    for row in rows.chunks_exact_mut(bias.len()) {
        for (v, b) in row.iter_mut().zip(bias) {
            *v += b;
        }
    }
}

#[inline(always)]
fn add_bias_relu_body<const FMA: bool>(rows: &mut [f32], bias: &[f32]) {
    for row in rows.chunks_exact_mut(bias.len()) {
        for (v, b) in row.iter_mut().zip(bias) {
            *v = Activation::Relu.of(*v + b);
        }
    }
}

#[inline(always)]
fn mask_body<const FMA: bool>(sums: &mut [f32], grads: &[f32], outputs: &[f32]) {
    for ((s, g), y) in sums.iter_mut().zip(grads).zip(outputs) {
        *s = if *y > 0.0 { *g } else { 0.0 };
    }
}

/// sums ← sums + Σ rows: the gradient of a bias.
#[inline(always)]
fn add_column_sums_body<const FMA: bool>(sums: &mut [f32], rows: &[f32]) {
    if sums.is_empty() {
        return;
    }
    for row in rows.chunks_exact(sums.len()) {
        for (s, v) in sums.iter_mut().zip(row) {
            *s += v;
        }
    }
}
