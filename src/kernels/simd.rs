//! exp, log and the logistic function as loops the compiler turns into vector code, and the switch that picks, at run
//! time, the widest instructions this processor has.

use rayon::prelude::*;

use super::op::items_per_task;

/// Writes `fn name(args)`, which runs `body::<true>` compiled for AVX2 and FMA where the processor has both, and
/// `body::<false>` elsewhere. `body` must be `#[inline(always)]`; its parameter says whether `mul_add` is one
/// instruction (true) or a slow library call (false).
macro_rules! dispatch {
    ($($(#[$doc:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),*) $(-> $ret:ty)? = $body:ident;)*) => {$(
        $(#[$doc])* $vis fn $name($($arg: $ty),*) $(-> $ret)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,fma")]
                fn wide($($arg: $ty),*) $(-> $ret)? {
                    $body::<true>($($arg),*)
                }
                if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                    // SAFETY: the processor was just asked for both features.
                    #[expect(unsafe_code, reason = "a call across target features")]
                    return unsafe { wide($($arg),*) };
                }
            }
            $body::<{ cfg!(target_arch = "aarch64") }>($($arg),*)
        }
    )*};
}
pub(super) use dispatch;

/// a·b + c
#[inline(always)]
pub(super) fn mul_add<const FMA: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}

/// eˣ for x ≤ 0, to 2 units in the last place; below −87 it stays at e⁻⁸⁷. NaN stays NaN.
///
/// With n = round(x / ln 2) and r = x − n·ln 2: eˣ = 2ⁿ·eʳ, |r| ≤ ½ ln 2 (Cephes `expf`, S. Moshier).
#[inline(always)]
pub(super) fn exp_neg<const FMA: bool>(x: f32) -> f32 {
    // ln 2 in two parts, the first of few enough bits that n times it is exact.
    const LN_2_HIGH: f32 = 355.0 / 512.0;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    // Adding 1.5·2²³ rounds to an integer, which then stands in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    let x = if x < -87.0 { -87.0 } else { x };
    let shifted = mul_add::<FMA>(x, std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = mul_add::<FMA>(n, -LN_2_HIGH, x);
    let r = mul_add::<FMA>(n, -LN_2_LOW, r);
    let p = mul_add::<FMA>(1.987_569_1e-4, r, 1.398_2e-3);
    let p = mul_add::<FMA>(p, r, 8.333_452e-3);
    let p = mul_add::<FMA>(p, r, 4.166_579_6e-2);
    let p = mul_add::<FMA>(p, r, 1.666_666_5e-1);
    let p = mul_add::<FMA>(p, r, 0.5);
    let p = mul_add::<FMA>(p, r * r, r + 1.0);
    // Adds n to the exponent; what `ROUND` left above the integer falls off the top.
    f32::from_bits(p.to_bits().wrapping_add(shifted.to_bits() << 23))
}

/// ln(1 + u) for u in [0, 1], to a few units in the last place.
///
/// With s = u / (2 + u): ln(1 + u) = 2 artanh s = 2 (s + s³/3 + s⁵/5 + …), s ≤ 1/3: eight terms.
#[inline(always)]
pub(super) fn ln_1p<const FMA: bool>(u: f32) -> f32 {
    let s = u / (2.0 + u);
    let s2 = s * s;
    let p = mul_add::<FMA>(1.0 / 15.0, s2, 1.0 / 13.0);
    let p = mul_add::<FMA>(p, s2, 1.0 / 11.0);
    let p = mul_add::<FMA>(p, s2, 1.0 / 9.0);
    let p = mul_add::<FMA>(p, s2, 1.0 / 7.0);
    let p = mul_add::<FMA>(p, s2, 1.0 / 5.0);
    let p = mul_add::<FMA>(p, s2, 1.0 / 3.0);
    mul_add::<FMA>(2.0 * s * s2, p, 2.0 * s)
}

/// 1 / (1 + e⁻ˣ)
#[inline(always)]
pub(super) fn logistic<const FMA: bool>(x: f32) -> f32 {
    let e = exp_neg::<FMA>(-x.abs());
    let numerator = if x < 0.0 { e } else { 1.0 };
    numerator / (1.0 + e)
}

/// tanh x to 3 units in the last place.
///
/// tanh |x| = (1 − e⁻²ˣ) / (1 + e⁻²ˣ); near 0, where that cancels, an odd polynomial (Cephes `tanhf`, S. Moshier).
#[inline(always)]
pub(super) fn tanh<const FMA: bool>(x: f32) -> f32 {
    let (a, x2) = (x.abs(), x * x);
    let p = mul_add::<FMA>(-5.704_988_7e-3, x2, 2.063_909e-2);
    let p = mul_add::<FMA>(p, x2, -5.373_971_6e-2);
    let p = mul_add::<FMA>(p, x2, 1.333_144_2e-1);
    let p = mul_add::<FMA>(p, x2, -3.333_328e-1);
    let near = mul_add::<FMA>(p * x2, a, a);
    let e = exp_neg::<FMA>(-2.0 * a);
    let far = (1.0 - e) / (1.0 + e);
    (if a < 0.625 { near } else { far }).copysign(x)
}

dispatch! {
    /// See [`sigmoid`].
    fn sigmoid_dispatched(values: &mut [f32]) = sigmoid_body;
}

/// v ← 1 / (1 + e⁻ᵛ) for every value, in the current pool: logits to pixel intensities in [0, 1]. NaN stays NaN.
pub fn sigmoid(values: &mut [f32]) {
    // An exponential is worth some sixteen multiplications.
    let n = items_per_task(values.len(), 16);
    values.par_chunks_mut(n).for_each(sigmoid_dispatched);
}

#[inline(always)]
fn sigmoid_body<const FMA: bool>(values: &mut [f32]) {
    for v in values {
        *v = logistic::<FMA>(*v);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both bodies, whatever this processor picks, against f64.
    #[track_caller]
    fn check(x: f32, expected: f64, actual: [f32; 2], tolerance: f64) {
        for v in actual {
            assert!((f64::from(v) - expected).abs() <= tolerance * expected.abs(), "at {x}: {v} instead of {expected}");
        }
    }

    #[test]
    fn elementary_functions_are_accurate() {
        for i in 0..=87_000 {
            let x = -(i as f32) / 1000.0;
            check(x, f64::from(x).exp(), [exp_neg::<false>(x), exp_neg::<true>(x)], 2.5e-7);
            let u = i as f32 / 87_000.0;
            check(u, f64::from(u).ln_1p(), [ln_1p::<false>(u), ln_1p::<true>(u)], 4e-7);
            for x in [x / 8.0, -x / 8.0] {
                check(x, f64::from(x).tanh(), [tanh::<false>(x), tanh::<true>(x)], 2.5e-7);
            }
            for x in [x, -x] {
                let exact = 1.0 / (1.0 + (-f64::from(x)).exp());
                check(x, exact, [logistic::<false>(x), logistic::<true>(x)], 4e-7);
            }
        }
    }

    #[test]
    fn sigmoid_takes_any_length_and_any_value() {
        for len in 0..40 {
            let mut values: Vec<f32> = (0..len).map(|i| i as f32 - 20.0).collect();
            let mut portable = values.clone();
            sigmoid(&mut values);
            sigmoid_body::<false>(&mut portable);
            for (i, (v, p)) in values.iter().zip(&portable).enumerate() {
                let x = i as f32 - 20.0;
                check(x, 1.0 / (1.0 + (-f64::from(x)).exp()), [*v, *p], 4e-7);
            }
        }
        let mut extremes = [f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, f32::NAN];
        sigmoid(&mut extremes);
        assert!(extremes[4].is_nan());
        for (v, expected) in extremes.into_iter().zip([1.0, 0.0, 1.0, 0.0]) {
            assert!((v - expected).abs() < 1e-30, "{v} instead of {expected}");
        }
    }
}
