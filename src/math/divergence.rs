//! Divergences and entropies: of Gaussians in a plane, of discrete distributions, and by Monte Carlo. Nats throughout.

use crate::math::Running;
use crate::math::gaussian::LOG_2PI;

/// Entropy of N(μ, σ²): H = ½ log 2πeσ².
pub fn normal_entropy(sigma: f64) -> f64 {
    0.5 * (LOG_2PI + 1.0) + sigma.ln()
}

/// N(μ, Σ) in the plane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gaussian2 {
    /// μ.
    pub mean: [f64; 2],
    /// Standard deviations along the axes, above zero.
    pub sigma: [f64; 2],
    /// Their correlation, in (−1, 1).
    pub rho: f64,
}

impl Gaussian2 {
    /// Σ = [[σ₁², ρσ₁σ₂], [ρσ₁σ₂, σ₂²]].
    pub fn covariance(&self) -> [[f64; 2]; 2] {
        let [a, b] = self.sigma;
        let between = self.rho * a * b;
        [[a * a, between], [between, b * b]]
    }

    /// det Σ = σ₁² σ₂² (1 − ρ²).
    fn log_det(&self) -> f64 {
        2.0 * (self.sigma[0].ln() + self.sigma[1].ln()) + (1.0 - self.rho * self.rho).ln()
    }

    /// dᵀ Σ⁻¹ d = ((d₁/σ₁)² − 2ρ d₁d₂/σ₁σ₂ + (d₂/σ₂)²) / (1 − ρ²)
    fn square(&self, d: [f64; 2]) -> f64 {
        let [a, b] = [d[0] / self.sigma[0], d[1] / self.sigma[1]];
        (a * a - 2.0 * self.rho * a * b + b * b) / (1.0 - self.rho * self.rho)
    }

    /// log N(z; μ, Σ) = −log 2π − ½ log det Σ − ½ (z − μ)ᵀ Σ⁻¹ (z − μ)
    pub fn log_density(&self, z: [f64; 2]) -> f64 {
        -LOG_2PI - 0.5 * self.log_det() - 0.5 * self.square([z[0] - self.mean[0], z[1] - self.mean[1]])
    }

    /// z = μ + L ε, Σ = L Lᵀ (Cholesky).
    pub fn place(&self, eps: [f64; 2]) -> [f64; 2] {
        let along = self.rho * eps[0] + (1.0 - self.rho * self.rho).sqrt() * eps[1];
        [self.mean[0] + self.sigma[0] * eps[0], self.mean[1] + self.sigma[1] * along]
    }

    /// H = 1 + log 2π + ½ log det Σ.
    pub fn entropy(&self) -> f64 {
        1.0 + LOG_2PI + 0.5 * self.log_det()
    }

    /// KL(self ‖ other) = ½ [tr(Σ₂⁻¹ Σ₁) + (μ₂ − μ₁)ᵀ Σ₂⁻¹ (μ₂ − μ₁) − 2 + log det Σ₂ / det Σ₁]
    pub fn kl(&self, other: &Self) -> f64 {
        let [[a, c], [_, b]] = self.covariance();
        let [s, t] = other.sigma;
        let trace = (a / (s * s) - 2.0 * other.rho * c / (s * t) + b / (t * t)) / (1.0 - other.rho * other.rho);
        let apart = other.square([other.mean[0] - self.mean[0], other.mean[1] - self.mean[1]]);
        0.5 * (trace + apart - 2.0 + other.log_det() - self.log_det())
    }
}

/// KL(p ‖ q) = E_p[log p(z) − log q(z)] as the mean of samples of p, which may come for as long as one likes.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SampledKl(Running);

impl SampledKl {
    /// Takes in log p(z) and log q(z) of one z ~ p, nats.
    pub fn push(&mut self, log_p: f64, log_q: f64) {
        self.0.push(log_p - log_q);
    }

    /// Samples so far.
    pub fn count(&self) -> u64 {
        self.0.count()
    }

    /// The estimate in nats; it may be negative, which KL never is.
    pub fn nats(&self) -> f64 {
        self.0.mean()
    }

    /// Its standard error in nats, which falls as 1/√n; `None` for fewer than two samples.
    pub fn standard_error_nats(&self) -> Option<f64> {
        self.0.standard_error()
    }
}

/// Weights as probabilities: each over their sum; `None` when one is negative, or none above zero, or one no number.
pub fn normalised(weights: &[f64]) -> Option<Vec<f64>> {
    let sum: f64 = weights.iter().sum();
    let valid = sum > 0.0 && sum.is_finite() && weights.iter().all(|w| *w >= 0.0);
    valid.then(|| weights.iter().map(|w| w / sum).collect())
}

/// H(p) = −Σ p log p, with 0 log 0 = 0.
pub fn entropy(p: &[f64]) -> f64 {
    cross_entropy(p, p)
}

/// H(p, q) = −Σ p log q: the mean length of a code made for q when p sends; ∞ when q excludes what p allows.
pub fn cross_entropy(p: &[f64], q: &[f64]) -> f64 {
    let terms = p.iter().zip(q).filter(|(p, _)| **p > 0.0).map(|(p, q)| -p * q.ln());
    // 0.0 − x·0 would print as −0.
    terms.sum::<f64>() + 0.0
}

/// KL(p ‖ q) = Σ p log p/q = H(p, q) − H(p); ∞ when q excludes what p allows.
pub fn kl(p: &[f64], q: &[f64]) -> f64 {
    p.iter().zip(q).filter(|(p, _)| **p > 0.0).map(|(p, q)| p * (p / q).ln()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::gaussian;
    use crate::math::normal::quantile;

    #[track_caller]
    fn close(got: f64, expected: f64) {
        assert!((got - expected).abs() < 1e-12 * (1.0 + expected.abs()), "{got} against {expected}");
    }

    fn gaussian2(mean: [f64; 2], [[a, c], [_, b]]: [[f64; 2]; 2]) -> Gaussian2 {
        Gaussian2 { mean, sigma: [a.sqrt(), b.sqrt()], rho: c / (a * b).sqrt() }
    }

    fn two() -> [Gaussian2; 2] {
        [gaussian2([0.3, -0.5], [[0.5, 0.2], [0.2, 0.4]]), gaussian2([-0.2, 0.1], [[1.3, -0.4], [-0.4, 0.9]])]
    }

    // PyTorch 2.15, float64:
    //   p, q = (MultivariateNormal(m, c) for m, c in [([.3, -.5], [[.5, .2], [.2, .4]]), ([-.2, .1], [[1.3, -.4], [-.4, .9]])])
    //   kl_divergence(p, q), kl_divergence(q, p), p.entropy(), q.entropy(), p.log_prob([.7, .1])
    #[test]
    fn gaussians_in_the_plane_agree_with_pytorch() {
        let [p, q] = two();
        close(p.kl(&q), 0.704_929_263_637_372_7);
        close(q.kl(&p), 2.859_984_102_699_261);
        close(p.entropy(), 1.921_586_334_535_190_2);
        close(q.entropy(), 2.842_852_231_835_929_3);
        close(p.log_density([0.7, 0.1]), -1.384_086_334_535_190_1);
        close(p.kl(&p), 0.0);
    }

    #[test]
    fn without_correlation_both_dimensions_add_up() {
        let p = Gaussian2 { mean: [0.3, -1.0], sigma: [0.5, 2.0], rho: 0.0 };
        let q = Gaussian2 { mean: [0.0, 0.5], sigma: [1.5, 0.7], rho: 0.0 };
        close(p.kl(&q), gaussian::kl(0.3, 0.5, 0.0, 1.5) + gaussian::kl(-1.0, 2.0, 0.5, 0.7));
        close(p.entropy(), normal_entropy(0.5) + normal_entropy(2.0));
        // scipy.stats.norm(0, .7).entropy()
        close(normal_entropy(0.7), 1.062_263_589_265_940_2);
    }

    #[test]
    fn samples_come_nearer_as_one_over_the_root_of_their_number() {
        let [p, q] = two();
        let (mut estimate, mut errors) = (SampledKl::default(), Vec::new());
        let mut state = 7_u64;
        // Knuth's generator (The Art of Computer Programming 2, section 3.3.4, line 26), the upper half of its state.
        let mut normal = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            quantile(((state >> 32) as f64 + 0.5) / 2.0_f64.powi(32))
        };
        for _ in 0..40_000 {
            let z = p.place([normal(), normal()]);
            estimate.push(p.log_density(z), q.log_density(z));
            if [400, 40_000].contains(&estimate.count()) {
                let error = estimate.standard_error_nats().unwrap();
                assert!((estimate.nats() - p.kl(&q)).abs() < 3.5 * error, "{estimate:?}");
                errors.push(error);
            }
        }
        assert!((8.0..12.5).contains(&(errors[0] / errors[1])), "{errors:?}");
    }

    // scipy.stats.entropy(p), entropy(q), entropy(p, q), entropy(q, p), SciPy 1.17.
    #[test]
    fn discrete_distributions_agree_with_scipy() {
        let (p, q) = ([0.5, 0.25, 0.2, 0.05], [0.1, 0.4, 0.3, 0.2]);
        close(entropy(&p), 1.164_821_376_724_464_8);
        close(entropy(&q), 1.279_854_225_833_667_6);
        close(kl(&p, &q), 0.536_810_309_227_988_8);
        close(kl(&q, &p), 0.425_956_065_111_311_57);
        close(cross_entropy(&p, &q), 1.701_631_685_952_453_6);
    }

    #[test]
    fn what_never_happens_costs_nothing_and_what_was_excluded_costs_everything() {
        assert_eq!(entropy(&[1.0, 0.0]), 0.0);
        close(kl(&[1.0, 0.0], &[0.5, 0.5]), 2.0_f64.ln());
        assert_eq!(kl(&[0.5, 0.5], &[1.0, 0.0]), f64::INFINITY);
        assert_eq!(cross_entropy(&[0.5, 0.5], &[1.0, 0.0]), f64::INFINITY);
        assert_eq!(normalised(&[1.0, 3.0]), Some(vec![0.25, 0.75]));
        assert!([[-1.0, 2.0], [0.0, 0.0], [f64::NAN, 1.0]].iter().all(|w| normalised(w).is_none()));
    }
}
