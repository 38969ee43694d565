//! How well known a place in latent space is: the density of the encoded images.
//!
//! q(z) = 1/N Σ_i N(z; μ_i, diag σ_i²), the aggregate posterior (Hoffman & Johnson 2016). A plain autoencoder has no σ;
//! there every image has the bandwidth of Scott's rule (Scott 1992, section 6.3.2), σ_j = s_j N^(−1/(d + 4)) with s_j the
//! standard deviation of the means in dimension j.
//!
//! A density by itself says little in many dimensions. So it is also given as the percentile that it would have among
//! the images, each of which is judged by the others (leave one out).

use std::f64::consts::PI;

use rayon::prelude::*;

use crate::data::evenly;
use crate::latent::Grid;
use crate::math::gaussian::LOG_2PI;

/// Values that a query goes through, about, and with it the number of components: a query takes 40 to 80 µs.
const VALUES: usize = 1 << 17;
/// Components at least and at most, where there are so many images.
const COMPONENTS: [usize; 2] = [2048, 16_384];
/// Images whose own densities make the percentiles, at most.
const JUDGES: usize = 4096;
/// A component so many nats below the largest adds nothing that f64 could hold.
const NEGLIGIBLE: f32 = 40.0;
/// Standard deviations around a component within which it counts on a map.
const REACH: f64 = 6.0;
/// σ below it is taken for it, so that a point has a density.
const SMALLEST_SIGMA: f32 = 1e-6;

/// The density of encoded images, as a mixture of Gaussians.
#[derive(Debug, Clone, PartialEq)]
pub struct Density {
    latent_dim: usize,
    /// The image that each component is of, ascending.
    owners: Vec<u32>,
    /// μ, dimension after dimension: `[d, K]`.
    mu: Vec<f32>,
    /// 1/σ², the same way.
    precision: Vec<f32>,
    /// −Σ_j log σ_j − d/2 log 2π of each component, `[K]`.
    log_peak: Vec<f32>,
    /// log q of some images by the others, ascending.
    judges: Vec<f64>,
}

impl Density {
    /// Of images with these means and standard deviations, `[n, d]` each; σ is zero in a plain autoencoder. Of many images
    /// evenly taken ones become components (4096 where d is 32).
    pub fn new(mu: &[f32], sigma: &[f32], latent_dim: usize) -> Self {
        let d = latent_dim.max(1);
        let images = mu.len() / d;
        let [least, most] = COMPONENTS;
        let owners = evenly(images, (VALUES / d).clamp(least, most));
        let bandwidth = sigma.iter().all(|s| *s == 0.0).then(|| scott(mu, d, owners.len()));
        let mut density = Self {
            latent_dim: d,
            mu: Vec::with_capacity(owners.len() * d),
            precision: Vec::with_capacity(owners.len() * d),
            log_peak: vec![-0.5 * d as f32 * LOG_2PI as f32; owners.len()],
            owners,
            judges: Vec::new(),
        };
        for j in 0..d {
            for (&owner, peak) in density.owners.iter().zip(&mut density.log_peak) {
                let at = owner as usize * d + j;
                let own = || sigma.get(at).copied().unwrap_or_default();
                let sigma = bandwidth.as_ref().map_or_else(own, |all| all[j]).max(SMALLEST_SIGMA);
                density.mu.push(mu[at]);
                density.precision.push(1.0 / (sigma * sigma));
                *peak -= sigma.ln();
            }
        }
        let judges: Vec<u32> = evenly(images, JUDGES);
        let own = judges.into_par_iter().map(|idx| density.of_image(mu, idx as usize));
        density.judges = own.collect();
        density.judges.sort_unstable_by(f64::total_cmp);
        density
    }

    /// Dimensions of z.
    pub fn latent_dim(&self) -> usize {
        self.latent_dim
    }

    /// Number of components.
    pub fn components(&self) -> usize {
        self.owners.len()
    }

    /// The images that the components are of, ascending.
    pub fn owners(&self) -> &[u32] {
        &self.owners
    }

    /// μ of a component, `[d]`.
    pub fn mean(&self, k: usize) -> Vec<f32> {
        self.mu.iter().skip(k).step_by(self.components().max(1)).copied().collect()
    }

    /// log q(z) in nats; −∞ when there are no images.
    pub fn log_density(&self, z: &[f32]) -> f64 {
        log_mean(&self.exponents(z))
    }

    /// log q(z) in nats and its gradient by z, `[d]`:
    ///
    /// ∇ log q(z) = Σ_k w_k (μ_k − z) / σ_k², w_k the share of component k in q(z)
    pub fn log_density_and_slope(&self, z: &[f32]) -> (f64, Vec<f32>) {
        let exponents = self.exponents(z);
        let log_q = log_mean(&exponents);
        let largest = exponents.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let n = self.components();
        let (mut total, mut slope) = (0.0_f64, vec![0.0_f64; self.latent_dim]);
        for (k, exponent) in exponents.iter().enumerate().filter(|(_, e)| **e > largest - NEGLIGIBLE) {
            let weight = f64::from(exponent - largest).exp();
            total += weight;
            for (j, (slope, z)) in slope.iter_mut().zip(z).enumerate() {
                *slope += weight * f64::from((self.mu[j * n + k] - z) * self.precision[j * n + k]);
            }
        }
        (log_q, slope.iter().map(|s| (s / total.max(f64::MIN_POSITIVE)) as f32).collect())
    }

    /// log q at the mean of image `idx` by the other images, in nats: `mu` is `[n, d]`, as given to [`Density::new`].
    pub fn of_image(&self, mu: &[f32], idx: usize) -> f64 {
        let Some(z) = mu.get(idx * self.latent_dim..(idx + 1) * self.latent_dim) else { return f64::NEG_INFINITY };
        let mut exponents = self.exponents(z);
        if let Ok(own) = self.owners.binary_search(&(idx as u32)) {
            exponents.swap_remove(own);
        }
        log_mean(&exponents)
    }

    /// The share of the images, in percent, whose own density is lower: 0 is off everything that is known.
    pub fn percentile(&self, log_density: f64) -> f64 {
        let lower = self.judges.partition_point(|own| *own < log_density);
        100.0 * lower as f64 / self.judges.len().max(1) as f64
    }

    /// The percentile of a place, judged without the image whose Gaussian is highest there: where an image lies by itself
    /// the place is as little known as that image is to the others.
    pub fn percentile_at(&self, z: &[f32]) -> f64 {
        let mut exponents = self.exponents(z);
        let highest = (0..exponents.len()).max_by(|a, b| exponents[*a].total_cmp(&exponents[*b]));
        if let Some(highest) = highest {
            exponents.swap_remove(highest);
        }
        self.percentile(log_mean(&exponents))
    }

    /// The log density in nats that a percentile in [0, 100] has; −∞ when there are no images.
    pub fn at_percentile(&self, percentile: f64) -> f64 {
        let last = self.judges.len().saturating_sub(1);
        let at = (percentile / 100.0 * last as f64).round() as usize;
        self.judges.get(at.min(last)).copied().unwrap_or(f64::NEG_INFINITY)
    }

    /// log q(a, b) in nats at every cell of a grid, row by row: the density of the images as they are projected on the
    /// plane, which is exact for Gaussians. −∞ where no image is near.
    ///
    /// a = uᵀ(z − z₀) has the mean uᵀ(μ − z₀) and the variance Σ u_j² σ_j²; the covariance with b is Σ u_j v_j σ_j²
    ///
    /// A cell stands for its surroundings: both variances grow by (s/2)², s the side of a cell, so that an image narrower
    /// than a cell is not lost between two.
    pub fn on_grid(&self, grid: &Grid) -> Vec<f32> {
        let mut sum = vec![0.0_f64; grid.n_cells()];
        let step = f64::from(grid.step);
        for k in 0..self.components() {
            let shadow = self.shadow(grid, k);
            let [a, b] = shadow.mean;
            let [reach_a, reach_b] = [shadow.var[0], shadow.var[1]].map(|var| REACH * var.sqrt());
            let columns = between((a - reach_a - f64::from(grid.a0)) / step, 2.0 * reach_a / step, grid.columns);
            let rows = between((f64::from(grid.b0) - b - reach_b) / step, 2.0 * reach_b / step, grid.rows);
            for cell in rows.flat_map(|row| columns.clone().map(move |column| row * grid.columns + column)) {
                let [at_a, at_b] = grid.place(cell).map(f64::from);
                sum[cell] += shadow.density(at_a - a, at_b - b);
            }
        }
        let n = self.components().max(1) as f64;
        sum.iter().map(|sum| (sum / n).ln() as f32).collect()
    }

    /// log (w_k N(z; μ_k, σ_k²)) without the weight, `[K]`.
    fn exponents(&self, z: &[f32]) -> Vec<f32> {
        let n = self.components();
        let mut exponents = self.log_peak.clone();
        // Dimension after dimension, so that the loop over components runs in lanes.
        for ((z, mu), precision) in
            z.iter().zip(self.mu.chunks_exact(n.max(1))).zip(self.precision.chunks_exact(n.max(1)))
        {
            for ((exponent, mu), precision) in exponents.iter_mut().zip(mu).zip(precision) {
                let away = z - mu;
                *exponent -= 0.5 * precision * away * away;
            }
        }
        exponents
    }

    /// Component k as it is projected on the plane of a grid.
    fn shadow(&self, grid: &Grid, k: usize) -> Shadow {
        let (n, plane) = (self.components(), &grid.plane);
        let (mut mean, mut var) = ([0.0; 2], [0.0; 3]);
        for j in 0..self.latent_dim.min(plane.origin.len()) {
            let (u, v) = (f64::from(plane.u[j]), f64::from(plane.v[j]));
            let away = f64::from(self.mu[j * n + k] - plane.origin[j]);
            let sigma2 = 1.0 / f64::from(self.precision[j * n + k]);
            mean = [mean[0] + u * away, mean[1] + v * away];
            var = [var[0] + u * u * sigma2, var[1] + v * v * sigma2, var[2] + u * v * sigma2];
        }
        let within_cell = (0.5 * f64::from(grid.step)).powi(2);
        Shadow { mean, var: [var[0] + within_cell, var[1] + within_cell, var[2]] }
    }
}

/// log 1/K Σ exp
fn log_mean(exponents: &[f32]) -> f64 {
    let largest = exponents.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if largest == f32::NEG_INFINITY {
        return f64::NEG_INFINITY;
    }
    let counted = exponents.iter().filter(|e| **e > largest - NEGLIGIBLE);
    let sum: f64 = counted.map(|e| f64::from(e - largest).exp()).sum();
    f64::from(largest) + (sum / exponents.len() as f64).ln()
}

/// A Gaussian over (a, b).
struct Shadow {
    mean: [f64; 2],
    /// Var a, Var b, Cov(a, b).
    var: [f64; 3],
}

impl Shadow {
    /// N at (a, b) from the mean.
    fn density(&self, a: f64, b: f64) -> f64 {
        let [aa, bb, ab] = self.var;
        let det = aa * bb - ab * ab;
        let distance2 = (bb * a * a - 2.0 * ab * a * b + aa * b * b) / det;
        (-0.5 * distance2).exp() / (2.0 * PI * det.sqrt())
    }
}

/// The cells `first..first + span` of a row of n, as far as they are there.
fn between(first: f64, span: f64, n: usize) -> std::ops::Range<usize> {
    let clamped = |v: f64| v.clamp(0.0, n as f64) as usize;
    clamped(first.ceil())..clamped((first + span).floor() + 1.0)
}

/// The bandwidth of Scott's rule in each dimension, for `n` components.
fn scott(mu: &[f32], d: usize, n: usize) -> Vec<f32> {
    let images = (mu.len() / d).max(1) as f64;
    let factor = (n.max(1) as f64).powf(-1.0 / (d as f64 + 4.0));
    let of_dimension = |j: usize| {
        let column = || mu.iter().skip(j).step_by(d).map(|v| f64::from(*v));
        let mean = column().sum::<f64>() / images;
        let squares: f64 = column().map(|v| (v - mean).powi(2)).sum();
        (factor * (squares / (images - 1.0).max(1.0)).sqrt()) as f32
    };
    (0..d).map(of_dimension).collect()
}

#[cfg(test)]
mod tests;
