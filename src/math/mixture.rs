//! Mixtures of Gaussians with full covariance, and one round of the EM algorithm that fits them (Dempster et al. 1977;
//! Bishop 2006, section 9.2.2).

use serde::{Deserialize, Serialize};

use crate::math::gaussian::LOG_2PI;
use crate::math::importance::LogMean;

/// Added to every variance, so that no component shrinks to a point: the default of scikit-learn.
const LEAST_VARIANCE: f64 = 1e-6;
/// A component that no point belongs to keeps this many.
const LEAST_POINTS: f64 = 1e-9;

/// π N(μ, Σ).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Component {
    /// π, its share of the mixture.
    pub weight: f64,
    /// μ, `[d]`.
    pub mean: Vec<f64>,
    /// L with L Lᵀ = Σ, lower triangular, `[d, d]` row after row.
    factor: Vec<f64>,
}

/// Σ π_k N(μ_k, Σ_k).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mixture {
    /// The components, in no particular order; their weights sum to 1.
    pub components: Vec<Component>,
}

impl Component {
    /// `None` when `covariance`, `[d, d]`, is not positive definite.
    pub fn new(weight: f64, mean: Vec<f64>, covariance: &[f64]) -> Option<Self> {
        let factor = cholesky(covariance, mean.len())?;
        Some(Self { weight, mean, factor })
    }

    /// Σ, `[d, d]` row after row.
    pub fn covariance(&self) -> Vec<f64> {
        let rows = || self.factor.chunks_exact(self.mean.len().max(1));
        rows().flat_map(|a| rows().map(move |b| a.iter().zip(b).map(|(a, b)| a * b).sum())).collect()
    }

    /// (z − μ)ᵀ Σ⁻¹ (z − μ) = |y|² with L y = z − μ.
    pub fn square(&self, z: &[f64]) -> f64 {
        let mut y: Vec<f64> = Vec::with_capacity(z.len());
        for ((row, z), mean) in self.factor.chunks_exact(self.mean.len().max(1)).zip(z).zip(&self.mean) {
            let known: f64 = row.iter().zip(&y).map(|(l, y)| l * y).sum();
            let diagonal = row.get(y.len()).copied().unwrap_or(1.0);
            y.push((z - mean - known) / diagonal);
        }
        y.iter().map(|y| y * y).sum()
    }

    /// log N(μ; μ, Σ) = −Σ log L_jj − d/2 log 2π, in nats.
    pub fn log_peak(&self) -> f64 {
        let diagonal = self.factor.iter().step_by(self.mean.len() + 1);
        -diagonal.map(|l| l.ln() + 0.5 * LOG_2PI).sum::<f64>()
    }

    /// log N(z; μ, Σ), in nats.
    pub fn log_density(&self, z: &[f64]) -> f64 {
        self.log_peak() - 0.5 * self.square(z)
    }

    /// z = μ + L ε, `[d]`.
    pub fn place(&self, eps: &[f64]) -> Vec<f64> {
        let rows = self.factor.chunks_exact(self.mean.len().max(1));
        let moved = |row: &[f64]| row.iter().zip(eps).map(|(l, e)| l * e).sum::<f64>();
        rows.zip(&self.mean).map(|(row, mean)| mean + moved(row)).collect()
    }
}

impl Mixture {
    /// log Σ π_k N(z; μ_k, Σ_k), in nats.
    pub fn log_density(&self, z: &[f64]) -> f64 {
        log_sum(&self.log_joint(z))
    }

    /// The component whose share of the weights holds `u` in [0, 1), for drawing one.
    pub fn component_at(&self, u: f64) -> Option<&Component> {
        let mut below = 0.0;
        let holds = |component: &&Component| {
            below += component.weight;
            u < below
        };
        self.components.iter().find(holds).or(self.components.last())
    }

    /// How much of each point belongs to each component, points `[n, d]` → `[n, K]`, and the mean log-likelihood of the
    /// points in nats (the E step).
    ///
    /// γ_k(z) = π_k N(z; μ_k, Σ_k) / Σ π N(z; μ, Σ)
    pub fn responsibilities(&self, points: &[f64], d: usize) -> (Vec<f64>, f64) {
        let (mut shares, mut total, mut n) = (Vec::new(), 0.0, 0.0);
        for z in points.chunks_exact(d) {
            let logs = self.log_joint(z);
            let all = log_sum(&logs);
            shares.extend(logs.iter().map(|log| (log - all).exp()));
            total += all;
            n += 1.0;
        }
        (shares, total / n)
    }

    /// The likeliest mixture when points `[n, d]` belong to its components by these shares `[n, K]` (the M step); `None`
    /// when a covariance is no number.
    ///
    /// N_k = Σ γ_k, π_k = N_k / n, μ_k = Σ γ_k z / N_k, Σ_k = Σ γ_k (z − μ_k)(z − μ_k)ᵀ / N_k
    pub fn from_responsibilities(points: &[f64], d: usize, shares: &[f64], k: usize) -> Option<Self> {
        let n = points.len() as f64 / d as f64;
        let components = (0..k).map(|component| {
            let own = || points.chunks_exact(d).zip(shares.iter().skip(component).step_by(k));
            let mass = own().map(|(_, share)| share).sum::<f64>().max(LEAST_POINTS);
            let mut mean = vec![0.0; d];
            for (z, share) in own() {
                mean.iter_mut().zip(z).for_each(|(mean, z)| *mean += share / mass * z);
            }
            let mut covariance = vec![0.0; d * d];
            for (z, share) in own() {
                let off = || z.iter().zip(&mean).map(|(z, mean)| z - mean);
                let products = off().flat_map(|a| off().map(move |b| a * b));
                covariance.iter_mut().zip(products).for_each(|(sum, ab)| *sum += share / mass * ab);
            }
            covariance.iter_mut().step_by(d + 1).for_each(|variance| *variance += LEAST_VARIANCE);
            Component::new(mass / n, mean, &covariance)
        });
        Some(Self { components: components.collect::<Option<_>>()? })
    }

    /// log π_k N(z; μ_k, Σ_k), `[K]`.
    fn log_joint(&self, z: &[f64]) -> Vec<f64> {
        self.components.iter().map(|c| c.weight.ln() + c.log_density(z)).collect()
    }
}

/// log Σ exp.
fn log_sum(logs: &[f64]) -> f64 {
    let mut mean = LogMean::default();
    for log in logs {
        mean.push(*log);
    }
    mean.value() + (logs.len() as f64).ln()
}

/// L with L Lᵀ = `matrix`, `[d, d]`; `None` when it is not positive definite.
///
/// L_ij = (A_ij − Σ_{k<j} L_ik L_jk) / L_jj, L_jj = √(A_jj − Σ_{k<j} L_jk²)
fn cholesky(matrix: &[f64], d: usize) -> Option<Vec<f64>> {
    let mut rows: Vec<Vec<f64>> = Vec::with_capacity(d);
    for (i, wanted) in matrix.chunks_exact(d.max(1)).enumerate() {
        let mut row: Vec<f64> = Vec::with_capacity(d);
        for (j, wanted) in wanted.iter().take(i + 1).enumerate() {
            let above = rows.get(j).unwrap_or(&row);
            let rest = wanted - row.iter().zip(above).map(|(a, b)| a * b).sum::<f64>();
            let value = match above.get(j) {
                Some(diagonal) => rest / diagonal,
                None if rest > 0.0 => rest.sqrt(),
                None => return None,
            };
            row.push(value);
        }
        rows.push(row);
    }
    for row in &mut rows {
        row.resize(d, 0.0);
    }
    Some(rows.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(got: &[f64], expected: &[f64], tolerance: f64) {
        assert_eq!(got.len(), expected.len());
        for (got_one, expected_one) in got.iter().zip(expected) {
            assert!((got_one - expected_one).abs() < tolerance, "{got:?} against {expected:?}");
        }
    }

    #[test]
    fn the_factor_gives_the_matrix_back() {
        let matrix = [4.0, 2.0, -1.0, 2.0, 5.0, 0.5, -1.0, 0.5, 3.0];
        let component = Component::new(1.0, vec![0.0; 3], &matrix).unwrap();
        close(&component.covariance(), &matrix, 1e-12);
        assert_eq!(component.place(&[1.0, 0.0, 0.0]), [2.0, 1.0, -0.5]);
        assert_eq!(Component::new(1.0, vec![0.0; 2], &[1.0, 2.0, 2.0, 1.0]), None);
        assert_eq!(Component::new(1.0, vec![0.0; 1], &[f64::NAN]), None);
    }

    // from scipy.stats import multivariate_normal as N  # SciPy 1.17
    // np.log(.3 * N([.5, -.5], [[.5, .2], [.2, .9]]).pdf(z) + .7 * N([-.2, .1], [[1.5, -.3], [-.3, .7]]).pdf(z))
    #[test]
    fn the_density_agrees_with_scipy() {
        let components = vec![
            Component::new(0.3, vec![0.5, -0.5], &[0.5, 0.2, 0.2, 0.9]).unwrap(),
            Component::new(0.7, vec![-0.2, 0.1], &[1.5, -0.3, -0.3, 0.7]).unwrap(),
        ];
        close(&[Mixture { components }.log_density(&[0.2, -0.1])], &[-1.805_543_969_860_914_6], 1e-12);
    }

    /// Three clouds, and EM from their centres to the end.
    /// ```python
    /// from sklearn.mixture import GaussianMixture  # scikit-learn 1.9
    /// i = np.arange(120); a = i % 3; c = np.array([[-2, .5], [1.5, 1.5], [.5, -2]])
    /// e = np.stack([np.sin(1.7*i) + np.sin(.37*i + 1), np.cos(2.3*i) + np.sin(.91*i)], 1) * .35
    /// e[:, 1] += .5 * e[:, 0] * (a == 1); x = c[a] + e
    /// g = GaussianMixture(3, means_init=c, tol=1e-10, max_iter=1000, reg_covar=1e-6).fit(x)
    /// g.weights_, g.means_, g.covariances_[1], g.score(x), g.score_samples([[.3, .2], [-2, .4]])
    /// ```
    #[test]
    fn em_ends_where_scikit_learn_does() {
        let centres = [[-2.0, 0.5], [1.5, 1.5], [0.5, -2.0]];
        let points: Vec<f64> = (0..120)
            .flat_map(|i| {
                let t = f64::from(i);
                let x = ((1.7 * t).sin() + (0.37 * t + 1.0).sin()) * 0.35;
                let y = ((2.3 * t).cos() + (0.91 * t).sin()) * 0.35;
                let [cx, cy] = centres[i as usize % 3];
                [cx + x, cy + y + if i % 3 == 1 { 0.5 * x } else { 0.0 }]
            })
            .collect();
        let mut shares: Vec<f64> =
            (0..120).flat_map(|i| (0..3).map(move |k| f64::from(u8::from(i % 3 == k)))).collect();
        let mut mixture = Mixture { components: Vec::new() };
        for _ in 0..100 {
            mixture = Mixture::from_responsibilities(&points, 2, &shares, 3).unwrap();
            shares = mixture.responsibilities(&points, 2).0;
        }
        let weights: Vec<f64> = mixture.components.iter().map(|c| c.weight).collect();
        let means: Vec<f64> = mixture.components.iter().flat_map(|c| c.mean.clone()).collect();
        close(&weights, &[0.333_333_333, 0.333_333_333, 0.333_333_333], 1e-8);
        let expected = [-2.011_679_219, 0.492_933_817, 1.511_997_568, 1.512_834_224, 0.514_828_561, -1.987_733_669];
        close(&means, &expected, 1e-7);
        let expected = [0.131_720_445, 0.068_435_673, 0.068_435_673, 0.157_344_829];
        close(&mixture.components[1].covariance(), &expected, 1e-7);
        close(&[mixture.responsibilities(&points, 2).1], &[-1.754_621_776_6], 1e-8);
        let scores = [[0.3, 0.2], [-2.0, 0.4]].map(|z| mixture.log_density(&z));
        close(&scores, &[-8.362_112_163, -0.365_763_532], 1e-6);
    }

    #[test]
    fn components_are_drawn_by_their_weights() {
        let one = |weight: f64| Component::new(weight, vec![weight], &[1.0]).unwrap();
        let mixture = Mixture { components: vec![one(0.25), one(0.75)] };
        let drawn = [0.0, 0.249, 0.25, 0.999, 1.0].map(|u| mixture.component_at(u).unwrap().weight);
        assert_eq!(drawn, [0.25, 0.25, 0.75, 0.75, 0.75]);
    }
}
