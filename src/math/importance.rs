//! Importance sampling: expectations under one distribution from samples of another, in logarithms.

/// log p(z) − log q(z|x) in nats for p = N(0, I), q = N(μ, diag σ²) and z = μ + σ ⊙ ε; all `[d]`.
///
/// log p(z) − log q(z|x) = Σ_j ½ ε_j² + log σ_j − ½ z_j²
///
/// ε is given rather than found again as (z − μ) / σ, which loses digits where σ is small.
pub fn log_prior_over_posterior(z: &[f64], eps: &[f64], sigma: &[f64]) -> f64 {
    z.iter().zip(eps).zip(sigma).map(|((z, eps), sigma)| 0.5 * eps * eps + sigma.ln() - 0.5 * z * z).sum()
}

/// log of the mean of positive weights that come one by one, as logarithms; needs no room for them.
///
/// log 1/K Σ_k w_k = m + log 1/K Σ_k exp(log w_k − m), m the largest log w_k so far
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogMean {
    count: usize,
    largest: f64,
    /// Σ exp(log w − largest)
    sum: f64,
    /// Σ exp(log w − largest)²
    sum_of_squares: f64,
}

impl Default for LogMean {
    fn default() -> Self {
        Self { count: 0, largest: f64::NEG_INFINITY, sum: 0.0, sum_of_squares: 0.0 }
    }
}

impl LogMean {
    /// Takes in one weight by its logarithm.
    pub fn push(&mut self, log_weight: f64) {
        self.count += 1;
        if log_weight > self.largest {
            let shrink = (self.largest - log_weight).exp();
            self.sum *= shrink;
            self.sum_of_squares *= shrink * shrink;
            self.largest = log_weight;
        }
        // A weight of zero adds nothing, and before any other weight −∞ − (−∞) would be no number.
        if log_weight != f64::NEG_INFINITY {
            let weight = (log_weight - self.largest).exp();
            self.sum += weight;
            self.sum_of_squares += weight * weight;
        }
    }

    /// K, weights so far.
    pub fn count(&self) -> usize {
        self.count
    }

    /// log 1/K Σ w; −∞ when there is no weight above zero.
    pub fn value(&self) -> f64 {
        self.largest + (self.sum / self.count as f64).ln()
    }

    /// Standard error of [`value`](Self::value) by the delta method; `None` for fewer than two weights.
    ///
    /// se(log w̄) = se(w̄) / w̄, se(w̄)² = Σ (w − w̄)² / K (K − 1), and Σ (w − w̄)² = Σ w² − K w̄²
    pub fn standard_error(&self) -> Option<f64> {
        let count = self.count as f64;
        let mean = self.sum / count;
        let squares = (self.sum_of_squares - count * mean * mean).max(0.0);
        (self.count > 1).then(|| (squares / (count * (count - 1.0))).sqrt() / mean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::gaussian::log_normal;

    #[track_caller]
    fn check(log_weights: &[f64], value: f64, standard_error: f64) {
        let mut mean = LogMean::default();
        for &w in log_weights {
            mean.push(w);
        }
        let (got, got_error) = (mean.value(), mean.standard_error().unwrap());
        assert!((got - value).abs() < 1e-12 * value.abs().max(1.0), "{got} against {value}");
        assert!((got_error - standard_error).abs() < 1e-9, "{got_error} against {standard_error}");
    }

    #[test]
    fn small_cases_by_hand() {
        // Weights 1 and 3: mean 2, standard error of the mean 1, over the mean ½.
        check(&[0.0, 3.0_f64.ln()], 2.0_f64.ln(), 0.5);
        check(&[3.0_f64.ln(), 0.0], 2.0_f64.ln(), 0.5);
        // Weights 1, 2, 6: mean 3, Σ(w − 3)² = 14, √(14 / 6) / 3.
        check(&[2.0_f64.ln(), 0.0, 6.0_f64.ln()], 3.0_f64.ln(), (14.0_f64 / 6.0).sqrt() / 3.0);
        // A weight of zero counts as a sample.
        check(&[f64::NEG_INFINITY, 4.0_f64.ln()], 2.0_f64.ln(), 1.0);
        check(&[7.5; 5], 7.5, 0.0);
    }

    #[test]
    fn logarithms_far_from_zero_are_only_shifted() {
        for shift in [-30_000.0, 30_000.0] {
            check(&[shift, shift + 3.0_f64.ln()], shift + 2.0_f64.ln(), 0.5);
        }
    }

    #[test]
    fn one_weight_is_itself_and_says_nothing_of_its_error() {
        let mut mean = LogMean::default();
        mean.push(-123.25);
        assert_eq!((mean.value(), mean.standard_error()), (-123.25, None));
    }

    #[test]
    fn the_ratio_is_that_of_the_densities() {
        let (mu, eps) = ([0.3, -1.2, 0.0, 2.1, -0.4, 0.9], [1.1, -0.6, 0.2, -1.9, 0.0, 0.7]);
        let sigma = [0.1, 0.5, 1.0, 1.5, 2.0, 0.02];
        let z: Vec<f64> = mu.iter().zip(&eps).zip(&sigma).map(|((mu, eps), s)| mu + s * eps).collect();
        let expected: f64 =
            z.iter().zip(&mu).zip(&sigma).map(|((&z, &mu), &s)| log_normal(z, 0.0, 1.0) - log_normal(z, mu, s)).sum();
        let got = log_prior_over_posterior(&z, &eps, &sigma);
        assert!((got - expected).abs() < 1e-4, "{got} against {expected}");
    }
}
