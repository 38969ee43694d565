//! Gaussians: densities and divergences.

/// log N(x; μ, σ²) in nats.
///
/// log N(x; μ, σ²) = −½ log 2π − log σ − (x − μ)² / 2σ²
pub fn log_normal(x: f64, mu: f64, sigma: f64) -> f64 {
    let d = (x - mu) / sigma;
    -0.5 * LOG_2PI - sigma.ln() - 0.5 * d * d
}

/// KL(N(μ₁, σ₁²) ‖ N(μ₂, σ₂²)) in nats; never negative, zero only for equal Gaussians.
///
/// KL = ½ [log(σ₂²/σ₁²) + (σ₁² + (μ₁ − μ₂)²) / σ₂² − 1]
pub fn kl(mu1: f64, sigma1: f64, mu2: f64, sigma2: f64) -> f64 {
    let ratio = (sigma1 / sigma2).powi(2);
    0.5 * (ratio + ((mu1 - mu2) / sigma2).powi(2) - 1.0 - ratio.ln())
}

/// KL(N(μ, σ²) ‖ N(0, 1)) in nats (Kingma & Welling 2014, appendix B).
///
/// KL = −log σ + (σ² + μ² − 1) / 2
pub fn kl_to_standard(mu: f64, sigma: f64) -> f64 {
    -sigma.ln() + 0.5 * (sigma * sigma + mu * mu - 1.0)
}

/// log 2π.
pub const LOG_2PI: f64 = 1.837_877_066_409_345_3;

/// log of the likelihood of σ in nats, for P values whose squared errors sum to S; its maximum is at σ² = S / P.
///
/// Σ log N(x; f, σ²) = −S / 2σ² − P (log σ + ½ log 2π)
pub fn sigma_likelihood(squared_error: f64, n_values: usize, sigma: f64) -> f64 {
    -squared_error / (2.0 * sigma * sigma) - n_values as f64 * (sigma.ln() + 0.5 * LOG_2PI)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(got: f64, expected: f64) {
        assert!((got - expected).abs() < 1e-11 * (1.0 + expected.abs()), "{got} against {expected}");
    }

    // scipy.stats.norm.logpdf(0.3, -0.2, 0.7) and logpdf(2.0, 0.0, 1.0), SciPy 1.17.
    #[test]
    fn log_density_agrees_with_scipy() {
        close(log_normal(0.3, -0.2, 0.7), -0.817_365_630_082_266_7);
        close(log_normal(2.0, 0.0, 1.0), -2.918_938_533_204_672_7);
        assert_eq!(LOG_2PI, (2.0 * std::f64::consts::PI).ln());
    }

    // Quadrature of the definition, not the formula (SciPy 1.17):
    //   f = lambda x: norm.pdf(x, m1, s1) * (norm.logpdf(x, m1, s1) - norm.logpdf(x, m2, s2))
    //   quad(f, m1 - 12 * s1, m1 + 12 * s1, epsabs=1e-13, epsrel=1e-13, limit=500)
    #[test]
    fn divergence_agrees_with_quadrature_of_its_definition() {
        close(kl(0.3, 0.5, -0.2, 1.5), 0.709_723_399_779_220_9);
        close(kl(-0.2, 1.5, 0.3, 0.5), 3.401_387_711_331_89);
        close(kl(0.7, 0.4, 0.0, 1.0), 0.741_290_731_874_155);
        close(kl_to_standard(0.7, 0.4), 0.741_290_731_874_155);
    }

    #[test]
    fn divergence_is_zero_only_between_equals() {
        close(kl(0.4, 0.3, 0.4, 0.3), 0.0);
        assert!(kl(0.4, 0.3, 0.4, 0.300_1) > 0.0 && kl(0.4, 0.3, 0.400_1, 0.3) > 0.0);
    }
}
