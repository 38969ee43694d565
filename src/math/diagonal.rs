//! Gaussians with independent dimensions: q(z|x) = N(μ, diag σ²).

use crate::math::gaussian::{LOG_2PI, kl_to_standard, log_normal};

/// N(μ, diag σ²).
#[derive(Debug, Clone, PartialEq)]
pub struct Diagonal {
    /// μ, `[d]`.
    pub mu: Vec<f64>,
    /// σ, `[d]`, above zero.
    pub sigma: Vec<f64>,
}

impl Diagonal {
    /// N(0, I) in d dimensions.
    pub fn standard(d: usize) -> Self {
        Self { mu: vec![0.0; d], sigma: vec![1.0; d] }
    }

    /// log q(z) in nats, z `[d]`.
    pub fn log_density(&self, z: &[f64]) -> f64 {
        self.mu.iter().zip(&self.sigma).zip(z).map(|((mu, sigma), z)| log_normal(*z, *mu, *sigma)).sum()
    }

    /// Σ ((z_j − μ_j) / σ_j)², z `[d]`.
    pub fn square(&self, z: &[f64]) -> f64 {
        self.mu.iter().zip(&self.sigma).zip(z).map(|((mu, sigma), z)| ((z - mu) / sigma).powi(2)).sum()
    }

    /// log q(μ) in nats.
    pub fn log_peak(&self) -> f64 {
        -self.sigma.iter().map(|sigma| sigma.ln() + 0.5 * LOG_2PI).sum::<f64>()
    }

    /// z = μ + σ ⊙ ε (Kingma & Welling 2014, section 2.4), `[d]`.
    pub fn reparameterise(&self, eps: &[f64]) -> Vec<f64> {
        self.mu.iter().zip(&self.sigma).zip(eps).map(|((mu, sigma), eps)| mu + sigma * eps).collect()
    }

    /// KL(q ‖ N(0, I)) of each dimension in nats, `[d]`.
    pub fn kl_per_dim(&self) -> Vec<f64> {
        self.mu.iter().zip(&self.sigma).map(|(mu, sigma)| kl_to_standard(*mu, *sigma)).collect()
    }

    /// KL(q ‖ N(0, I)) in nats: the sum over the dimensions.
    pub fn kl_to_standard(&self) -> f64 {
        self.kl_per_dim().iter().sum()
    }
}

/// log N(z; 0, I) in nats.
pub fn log_standard(z: &[f64]) -> f64 {
    z.iter().map(|z| log_normal(*z, 0.0, 1.0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn q() -> Diagonal {
        Diagonal { mu: vec![0.3, -1.2], sigma: vec![0.5, 1.5] }
    }

    // scipy.stats.multivariate_normal([.3, -1.2], np.diag([.25, 2.25])).logpdf([.1, .4]), SciPy 1.17.
    #[test]
    fn the_log_density_agrees_with_scipy() {
        assert!((q().log_density(&[0.1, 0.4]) + 2.199_083_882_846_453_6).abs() < 1e-12);
        assert!((q().log_peak() - 0.5 * q().square(&[0.1, 0.4]) + 2.199_083_882_846_453_6).abs() < 1e-12);
        assert!((log_standard(&[0.1, 0.4]) - Diagonal::standard(2).log_density(&[0.1, 0.4])).abs() < 1e-15);
    }

    /// −½ · 2 log 2π − ½ ε² − log σ₁σ₂ at z = μ + σ ⊙ ε.
    #[test]
    fn a_placed_point_has_the_density_of_its_noise() {
        let eps = [0.7, -2.0];
        let expected = log_standard(&eps) - 0.75_f64.ln();
        assert!((q().log_density(&q().reparameterise(&eps)) - expected).abs() < 1e-12);
        assert_eq!(q().reparameterise(&[0.0, 0.0]), q().mu);
    }
}
