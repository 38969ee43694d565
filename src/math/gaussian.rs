//! Gaussians: densities and divergences.

use std::f64::consts::PI;

/// log N(x; μ, σ²) in nats.
///
/// log N(x; μ, σ²) = −½ log 2π − log σ − (x − μ)² / 2σ²
pub fn log_normal(x: f64, mu: f64, sigma: f64) -> f64 {
    let d = (x - mu) / sigma;
    -0.5 * (2.0 * PI).ln() - sigma.ln() - 0.5 * d * d
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(got: f64, expected: f64) {
        assert!((got - expected).abs() < 1e-12 * (1.0 + expected.abs()), "{got} against {expected}");
    }

    // scipy.stats.norm.logpdf(x, mu, sigma), SciPy 1.14:
    //   logpdf(0.3, -0.2, 0.7), logpdf(2.0, 0.0, 1.0)
    #[test]
    fn log_density_agrees_with_scipy() {
        close(log_normal(0.3, -0.2, 0.7), -0.817_365_629_676_108_6);
        close(log_normal(2.0, 0.0, 1.0), -2.918_938_533_204_672_5);
    }
}
