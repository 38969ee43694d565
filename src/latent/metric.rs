//! What a step through latent space costs.
//!
//! ds² = ‖df‖² + λ(z) ‖dz‖², λ(z) = g₀ (q₀ / q(z))^(2/d)
//!
//! The first term is how much the decoded image changes, f(z) the mean of p(x|z): the pull-back metric JᵀJ (Arvanitidis
//! et al. 2018; Shao et al. 2018; Chen et al. 2018). By itself it does not know where the data are: away from them a
//! decoder hardly changes any more, and the shortest way would lead there (Hauberg 2018). So a second term makes volume
//! dear where the aggregate posterior q is thin, in inverse proportion to it (Arvanitidis et al. 2022, the prior-based
//! metric). q₀ is the density that one image in twenty falls below and g₀ the mean of ‖df‖²/‖dz‖² between neighbours, so
//! that both terms weigh the same at the edge of what is known and the first one alone counts inside.

use std::sync::Arc;

use crate::latent::Density;
use crate::model::{ModelError, Snapshot};

/// Percentile of the images at which the known region is said to end.
const EDGE: f64 = 5.0;
/// λ/g₀ at most: farther out everything is equally unknown.
const MOST: f64 = 1e4;

/// The metric of one model and the images it was shown.
#[derive(Debug, Clone)]
pub struct Metric {
    /// The model.
    pub snapshot: Arc<Snapshot>,
    /// Where its images lie.
    pub density: Arc<Density>,
    /// g₀; zero leaves the pull-back metric alone.
    pub scale: f64,
}

impl Metric {
    /// λ at a point.
    pub fn lambda(&self, z: &[f32]) -> f64 {
        if self.scale == 0.0 { 0.0 } else { self.scale * self.thinness(self.density.log_density(z)) }
    }

    /// λ at a point and its gradient, `[d]`: ∇λ = −2/d λ ∇ log q, zero where λ has reached its largest value.
    pub fn lambda_and_slope(&self, z: &[f32]) -> (f64, Vec<f64>) {
        if self.scale == 0.0 {
            return (0.0, vec![0.0; z.len()]);
        }
        let (log_q, slope) = self.density.log_density_and_slope(z);
        let thinness = self.thinness(log_q);
        let factor = if thinness < MOST { -2.0 / z.len() as f64 * self.scale * thinness } else { 0.0 };
        (self.scale * thinness, slope.iter().map(|s| factor * f64::from(*s)).collect())
    }

    /// N Σ_i ‖f_{i+1} − f_i‖² + ½ (λ_i + λ_{i+1}) ‖z_{i+1} − z_i‖², N pieces: the energy of a curve through the nodes z
    /// `[N + 1, d]`, never below its squared length; and its gradient by every node.
    pub fn energy(&self, z: &[f32]) -> Result<(f64, Vec<f64>), ModelError> {
        let (d, pixels) = (self.snapshot.latent_dim(), self.snapshot.shape().pixels());
        let decoded = self.snapshot.decode_for_gradient(z)?; // [N + 1, P]
        let f = &decoded.images;
        let nodes: Vec<&[f32]> = z.chunks_exact(d).collect();
        let pieces = nodes.len().saturating_sub(1);
        let lambda: Vec<(f64, Vec<f64>)> = nodes.iter().map(|z| self.lambda_and_slope(z)).collect();
        let (mut energy, mut slope_f, mut slope_z) = (0.0, vec![0.0_f32; f.len()], vec![0.0_f64; z.len()]);
        let twice = 2.0 * pieces as f64;
        for i in 0..pieces {
            for p in i * pixels..(i + 1) * pixels {
                let change = f[p + pixels] - f[p];
                energy += f64::from(change * change);
                slope_f[p + pixels] += twice as f32 * change;
                slope_f[p] -= twice as f32 * change;
            }
            let ((here, here_slope), (there, there_slope)) = (&lambda[i], &lambda[i + 1]);
            let moved2 = squared(nodes[i], nodes[i + 1]);
            energy += 0.5 * (here + there) * moved2;
            for j in 0..d {
                let moved = f64::from(nodes[i + 1][j] - nodes[i][j]);
                let pull = 0.5 * twice * (here + there) * moved;
                slope_z[(i + 1) * d + j] += pull + 0.25 * twice * there_slope[j] * moved2;
                slope_z[i * d + j] += 0.25 * twice * here_slope[j] * moved2 - pull;
            }
        }
        let through_f = decoded.pull_back(slope_f)?; // [N + 1, d]
        slope_z.iter_mut().zip(through_f).for_each(|(slope, more)| *slope += f64::from(more));
        Ok((pieces as f64 * energy, slope_z))
    }

    /// (q₀ / q)^(2/d)
    fn thinness(&self, log_q: f64) -> f64 {
        let log_edge = self.density.at_percentile(EDGE);
        (2.0 / self.density.latent_dim() as f64 * (log_edge - log_q)).exp().min(MOST)
    }
}

/// ‖a − b‖²
pub(super) fn squared(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum()
}
