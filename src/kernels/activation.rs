//! The non-linearity that is fused after the bias.

use super::simd::{dispatch, mul_add, tanh};

/// What a layer applies to its sum. Fused, so that it costs no extra pass over memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// The sum itself.
    None,
    /// max(0, sum). NaN stays NaN. The derivative at 0 is 0, as in PyTorch (candle's own is 1).
    Relu,
    /// tanh(sum).
    Tanh,
}

impl Activation {
    /// Of sums that already have their bias.
    pub(super) fn of(self, sums: &mut [f32]) {
        match self {
            Self::None => {}
            Self::Relu => relu(sums),
            Self::Tanh => tanh_of(sums),
        }
    }

    /// Of sums that lack the same bias.
    pub(super) fn after(self, bias: f32, sums: &mut [f32]) {
        for v in &mut *sums {
            *v += bias;
        }
        self.of(sums);
    }

    /// rows ← activation(rows + bias), for `rows` of the length of `bias`.
    pub(super) fn apply(self, rows: &mut [f32], bias: &[f32]) {
        if bias.is_empty() {
            return;
        }
        match self {
            Self::None => add_bias(rows, bias),
            Self::Relu => add_bias_relu(rows, bias),
            Self::Tanh => {
                add_bias(rows, bias);
                tanh_of(rows);
            }
        }
    }

    /// sums ← ∂loss/∂sum from ∂loss/∂output, where `outputs` is what [`Activation::apply`] left.
    pub(super) fn backward(self, sums: &mut [f32], grads: &[f32], outputs: &[f32]) {
        match self {
            Self::None => sums.copy_from_slice(grads),
            Self::Relu => mask(sums, grads, outputs),
            Self::Tanh => tanh_slope(sums, grads, outputs),
        }
    }
}

dispatch! {
    fn add_bias(rows: &mut [f32], bias: &[f32]) = add_bias_body;
    fn add_bias_relu(rows: &mut [f32], bias: &[f32]) = add_bias_relu_body;
    fn relu(sums: &mut [f32]) = relu_body;
    fn tanh_of(sums: &mut [f32]) = tanh_body;
    fn tanh_slope(sums: &mut [f32], grads: &[f32], outputs: &[f32]) = tanh_slope_body;
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
            *v = positive(*v + b);
        }
    }
}

/// max(0, v), but NaN stays NaN.
#[inline(always)]
fn positive(v: f32) -> f32 {
    if v < 0.0 { 0.0 } else { v }
}

#[inline(always)]
fn relu_body<const FMA: bool>(sums: &mut [f32]) {
    for v in sums {
        *v = positive(*v);
    }
}

#[inline(always)]
fn tanh_body<const FMA: bool>(sums: &mut [f32]) {
    for v in sums {
        *v = tanh::<FMA>(*v);
    }
}

/// tanh' = 1 − tanh²
#[inline(always)]
fn tanh_slope_body<const FMA: bool>(sums: &mut [f32], grads: &[f32], outputs: &[f32]) {
    for ((s, g), y) in sums.iter_mut().zip(grads).zip(outputs) {
        *s = *g * mul_add::<FMA>(-*y, *y, 1.0);
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
