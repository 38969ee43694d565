//! Figures of all images, and which of them most lie between.

use std::sync::Arc;

use crate::latent::Figures;

/// What lies beyond, on each side, does not stretch the colours.
const BEYOND: f32 = 0.02;

impl Figures {
    /// Of these values, one an image.
    pub fn new(values: Vec<f32>) -> Self {
        let mut sorted: Vec<f32> = values.iter().copied().filter(|v| v.is_finite()).collect();
        let last = sorted.len().saturating_sub(1);
        let mut at = |share: f32| {
            let i = (share * last as f32).round() as usize;
            if i < sorted.len() { *sorted.select_nth_unstable_by(i, f32::total_cmp).1 } else { 0.0 }
        };
        let range = [at(BEYOND), at(1.0 - BEYOND)];
        Self { values: Arc::new(values), range }
    }
}

/// KL(N(μ, σ²) ‖ N(0, I)) of each row of `[n, d]`, in nats:
///
/// Σ_j ½ (μ_j² + σ_j² − 1) − log σ_j   (Kingma & Welling 2014, appendix B)
pub fn kl_nats(mu: &[f32], sigma: &[f32], latent_dim: usize) -> Vec<f32> {
    let rows = mu.chunks_exact(latent_dim.max(1)).zip(sigma.chunks_exact(latent_dim.max(1)));
    let one = |(m, s): (&f32, &f32)| 0.5 * (m * m + s * s - 1.0) - s.ln();
    rows.map(|(mu, sigma)| mu.iter().zip(sigma).map(one).sum()).collect()
}

/// Root mean square of two images' difference, in hundredths of the range of a pixel.
pub fn error_percent(image: &[f32], reconstruction: &[f32]) -> f32 {
    let squares: f32 = image.iter().zip(reconstruction).map(|(x, f)| (x - f) * (x - f)).sum();
    100.0 * (squares / image.len().max(1) as f32).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::gaussian;

    #[test]
    fn kl_is_that_of_the_closed_form_in_f64() {
        let (mu, sigma) = ([0.3_f32, -1.2, 2.0, 0.0], [0.5_f32, 0.9, 0.1, 1.0]);
        let of = |i: usize| gaussian::kl_to_standard(f64::from(mu[i]), f64::from(sigma[i]));
        let got = kl_nats(&mu, &sigma, 2);
        let expected = [of(0) + of(1), of(2) + of(3)];
        assert!(got.iter().zip(expected).all(|(g, e)| (f64::from(*g) - e).abs() < 1e-5), "{got:?} {expected:?}");
    }

    #[test]
    fn the_range_leaves_two_in_a_hundred_out_on_each_side() {
        let figures = Figures::new((0..=100).rev().map(|i| i as f32).collect());
        assert_eq!(figures.range, [2.0, 98.0]);
        assert_eq!(Figures::new(Vec::new()).range, [0.0, 0.0]);
        assert_eq!(error_percent(&[0.0, 1.0, 0.5, 0.5], &[0.0, 0.0, 0.5, 0.5]), 50.0);
    }
}
