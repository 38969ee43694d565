//! Expectations under q(z|x) by nodes: E_q[f(z)] ≈ Σ w f(μ + σ ⊙ ε).

use crate::lens::{Joint, LensError};
use crate::math::Diagonal;
use crate::math::hermite::gauss_hermite;
use crate::rng::{Rng, Stream};

/// Nodes of Gauss and Hermite that weigh less say nothing, and those of a regular lattice that weigh less against its
/// middle.
const LIGHTEST: [f64; 2] = [1e-12, 1e-14];
/// A regular lattice ends so many σ from the mean.
const REACH: f64 = 7.0;

/// ε with their weights, which sum to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Nodes {
    /// `[n, d]`
    eps: Vec<f64>,
    weights: Vec<f64>,
}

impl Nodes {
    /// Gauss-Hermite nodes of the plane, `n` along each axis.
    pub fn hermite(n: usize) -> Self {
        Self::in_the_plane(&gauss_hermite(n), LIGHTEST[0])
    }

    /// Nodes of the plane at equal distances, `n` along each axis, weighted by N(ε; 0, I). Where log p(x|z) has the
    /// corners of a ReLU they beat those of Gauss and Hermite, which lie as far apart as 1/√n.
    pub fn regular(n: usize) -> Self {
        let at = |i: usize| REACH * (2.0 * i as f64 / (n - 1) as f64 - 1.0);
        let weight = |eps: f64| (-0.5 * eps * eps).exp();
        let total: f64 = (0..n).map(|i| weight(at(i))).sum();
        let axis: Vec<(f64, f64)> = (0..n).map(|i| (at(i), weight(at(i)) / total)).collect();
        Self::in_the_plane(&axis, LIGHTEST[1] / (total * total))
    }

    /// Every pair of the nodes of an axis that weighs more than `lightest`.
    fn in_the_plane(axis: &[(f64, f64)], lightest: f64) -> Self {
        let pairs = axis.iter().flat_map(|(a, wa)| axis.iter().map(move |(b, wb)| ([*a, *b], wa * wb)));
        let (eps, weights): (Vec<[f64; 2]>, Vec<f64>) = pairs.filter(|(_, weight)| *weight > lightest).unzip();
        Self { eps: eps.as_flattened().to_vec(), weights }
    }

    /// Draws in `d` dimensions and their mirror images, which take out all that is odd in ε.
    pub fn drawn(seed: u64, counter: u64, n: usize, d: usize) -> Self {
        let half = Rng::new(seed, Stream::AscentNoise, counter).normals(n * d);
        let half = || half.iter().map(|eps| f64::from(*eps));
        Self { eps: half().chain(half().map(|eps| -eps)).collect(), weights: vec![0.5 / n as f64; 2 * n] }
    }

    fn places(&self, q: &Diagonal) -> Vec<f64> {
        self.eps.chunks_exact(q.mu.len()).flat_map(|eps| q.reparameterise(eps)).collect()
    }

    /// E_q[log p(x|z)] − KL(q ‖ p), nats.
    pub fn elbo(&self, joint: &Joint<'_>, q: &Diagonal) -> Result<f64, LensError> {
        let logs = joint.log_likelihood(&self.places(q))?;
        let expected: f64 = logs.iter().zip(&self.weights).map(|(log, weight)| log * weight).sum();
        Ok(expected - q.kl_to_standard())
    }

    /// The ELBO's gradient by μ and by log σ, `[d]` each.
    pub fn slope(&self, joint: &Joint<'_>, q: &Diagonal) -> Result<(Vec<f64>, Vec<f64>), LensError> {
        let d = q.mu.len();
        let (_, slopes) = joint.log_likelihood_and_slope(&self.places(q))?;
        let mut by_mu: Vec<f64> = q.mu.iter().map(|mu| -mu).collect();
        let mut by_log_sigma: Vec<f64> = q.sigma.iter().map(|sigma| 1.0 - sigma * sigma).collect();
        for ((g, eps), weight) in slopes.chunks_exact(d).zip(self.eps.chunks_exact(d)).zip(&self.weights) {
            for j in 0..d {
                by_mu[j] += weight * g[j];
                by_log_sigma[j] += weight * g[j] * eps[j] * q.sigma[j];
            }
        }
        Ok((by_mu, by_log_sigma))
    }
}
