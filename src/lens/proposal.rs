//! Where log p(x) is sampled: q(z|x), and beside it what catches the parts of p(z|x) that q misses.
//!
//! p(x) = E_r[p(x, z) / r(z)], r = Σ_c n_c/K r_c, with n_c samples of component c, each weighted by the whole mixture:
//! the balance heuristic (Veach & Guibas 1995, section 3). With q at a share of n_q/K no weight exceeds K/n_q times the
//! one that q alone would give: a defensive mixture (Hesterberg 1995). Its components:
//!
//! - q, half of the samples, and q with three times its σ;
//! - the prior;
//! - Gaussians at modes of p(z|x) by their curvature there (Laplace), widened, for an encoder that is far off.
//!
//! Modes are searched without a single draw, so the estimate of p(x) has no bias. The standard error takes the samples as
//! independent draws of r; that their numbers are fixed makes the true one a little smaller.

use std::ops::ControlFlow;

use nalgebra::{DMatrix, SymmetricEigen};

use crate::lens::quadrature::{DIMENSIONS, scan};
use crate::lens::sampling::placed_samples;
use crate::lens::{Joint, LensError, Sampled, Samples};
use crate::math::Diagonal;
use crate::math::diagonal::log_standard;
use crate::math::importance::LogMean;
use crate::math::lbfgs;
use crate::math::mixture::Component;
use crate::rng::Rng;

/// Fewer samples than this are all of q, as Burda et al. (2016) have them.
const MIXED_FROM: usize = 16;
/// Fewer samples than this are not worth the search for modes, which costs as much as some hundred.
const FITTED_FROM: usize = 200;
/// Shares of q with its σ enlarged and of the prior: without modes, and with.
const DEFENCE: [f64; 2] = [0.25, 0.0625];
const ENLARGED: f64 = 3.0;
/// Shares of all modes together, and how many of their standard deviations wide: a posterior has longer tails than its peak
/// tells, and may be bent.
const MODES: [(f64, f64); 2] = [(0.25, 1.5), (0.125, 4.0)];
/// Modes kept at most, and those that hold e⁻¹² of the highest one's mass are not.
const MOST_MODES: usize = 3;
const NEGLIGIBLE_NATS: f64 = 12.0;
/// The scan before the search in the plane: places along each axis, and how far from the origin.
const SCAN: (f64, usize) = (4.0, 17);
/// Steps of a search.
const STEPS: usize = 12;
/// The full curvature is asked for in so many dimensions at most; beyond, the mode gets the σ of q.
const MOST_DIMENSIONS: usize = 32;
/// The least and the largest standard deviation of a mode.
const WIDTHS: [f64; 2] = [1e-5, 1.0];

/// Samples of the mixture, q's own among them.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// Those of q; half of all, or all when they are few.
    pub of_q: Samples,
    /// log p(x) by all of them.
    pub log_px: Sampled,
}

/// `n` samples of one image. The first are q's. `go_on` is told how many there are; `Ok(None)` when it breaks.
pub fn drawn(
    joint: &Joint<'_>,
    n: usize,
    mut noise: Rng,
    go_on: &dyn Fn(usize) -> ControlFlow<()>,
) -> Result<Option<Drawn>, LensError> {
    let proposal = Proposal::new(joint, n)?;
    let Some((of_q, mut places)) = placed_samples(joint, proposal.of_q(), &mut noise, go_on)? else {
        return Ok(None);
    };
    let mut log_likelihood = of_q.log_likelihood.clone();
    let others = proposal.others(&mut noise, joint.latent_dim());
    for z in others.chunks(joint.latent_dim() * joint.at_once()) {
        if go_on(log_likelihood.len()).is_break() {
            return Ok(None);
        }
        log_likelihood.extend(joint.log_likelihood(z)?);
    }
    places.extend(others);
    let mut mean = LogMean::default();
    for (z, log) in places.chunks_exact(joint.latent_dim()).zip(log_likelihood) {
        mean.push(log + log_standard(z) - proposal.log_density(z));
    }
    Ok(Some(Drawn { of_q, log_px: mean.into() }))
}

/// r.
struct Proposal {
    /// q first.
    parts: Vec<Part>,
}

/// A Gaussian at one or more scales.
struct Part {
    shape: Shape,
    /// log of its density at its mean, nats.
    log_peak: f64,
    /// By how much σ is enlarged, and n_c.
    scales: Vec<(f64, usize)>,
}

enum Shape {
    Diagonal(Diagonal),
    Full(Component),
}

impl Shape {
    fn square(&self, z: &[f64]) -> f64 {
        match self {
            Self::Diagonal(gaussian) => gaussian.square(z),
            Self::Full(gaussian) => gaussian.square(z),
        }
    }

    fn log_peak(&self) -> f64 {
        match self {
            Self::Diagonal(gaussian) => gaussian.log_peak(),
            Self::Full(gaussian) => gaussian.log_peak(),
        }
    }

    fn place(&self, eps: &[f64]) -> Vec<f64> {
        match self {
            Self::Diagonal(gaussian) => gaussian.reparameterise(eps),
            Self::Full(gaussian) => gaussian.place(eps),
        }
    }
}

impl Proposal {
    fn new(joint: &Joint<'_>, n: usize) -> Result<Self, LensError> {
        let modes = if n < FITTED_FROM { Vec::new() } else { modes(joint)? };
        let count = |share: f64| if n < MIXED_FROM { 0 } else { (share * n as f64) as usize };
        let defence = count(DEFENCE[usize::from(!modes.is_empty())]);
        let share = 1.0 / modes.len().max(1) as f64;
        let of_mode = MODES.map(|(all, scale)| (scale, count(all * share)));
        let other = 2 * defence + modes.len() * of_mode.iter().map(|(_, count)| count).sum::<usize>();
        let part = |shape: Shape, scales| Part { log_peak: shape.log_peak(), shape, scales };
        let q = part(Shape::Diagonal(joint.q.clone()), vec![(1.0, n - other), (ENLARGED, defence)]);
        let prior = part(Shape::Diagonal(Diagonal::standard(joint.latent_dim())), vec![(1.0, defence)]);
        let fitted = modes.into_iter().map(|shape| part(shape, of_mode.to_vec()));
        Ok(Self { parts: [q, prior].into_iter().chain(fitted).collect() })
    }

    /// Samples of q.
    fn of_q(&self) -> usize {
        self.parts.iter().flat_map(|part| &part.scales).map(|(_, count)| *count).next().unwrap_or(0)
    }

    /// Samples of the other components, `[n, d]`.
    fn others(&self, noise: &mut Rng, d: usize) -> Vec<f64> {
        let each = self.parts.iter().flat_map(|part| part.scales.iter().map(move |scale| (&part.shape, *scale)));
        let mut places = Vec::new();
        for (shape, (scale, count)) in each.skip(1) {
            let eps: Vec<f64> = noise.normals(count * d).into_iter().map(|eps| scale * f64::from(eps)).collect();
            places.extend(eps.chunks_exact(d).flat_map(|eps| shape.place(eps)));
        }
        places
    }

    /// log r(z) in nats, z `[d]`.
    fn log_density(&self, z: &[f64]) -> f64 {
        let (mut sum, mut n) = (LogMean::default(), 0);
        for part in &self.parts {
            let square = part.shape.square(z);
            for (scale, count) in part.scales.iter().filter(|(_, count)| *count > 0) {
                let log = part.log_peak - z.len() as f64 * scale.ln() - 0.5 * square / (scale * scale);
                sum.push((*count as f64).ln() + log);
                n += count;
            }
        }
        // The sum is the mean times the number of terms.
        sum.value() + (sum.count() as f64).ln() - (n as f64).ln()
    }
}

/// Gaussians at modes of p(z|x), found from q's mean and, in the plane, from the best places of a coarse scan.
fn modes(joint: &Joint<'_>) -> Result<Vec<Shape>, LensError> {
    let mut starts = vec![joint.q.mu.clone()];
    if joint.latent_dim() == DIMENSIONS {
        starts.extend(scan(joint, SCAN.0, SCAN.1)?.into_iter().take(MOST_MODES).map(|(at, _)| at.to_vec()));
    }
    // With log ∫ p(x, z) dz by Laplace: log p(x, z) at the mode less the log of the Gaussian's peak.
    let mut found: Vec<(f64, Shape)> = Vec::new();
    for start in starts {
        let limits = lbfgs::Limits { steps: STEPS, tolerance: 1e-6 };
        let Some(top) = lbfgs::minimise(&mut Depth(joint), start, limits)? else { continue };
        let known = found.iter().any(|(_, shape)| shape.square(&top.x) < 1.0);
        if top.value.is_finite() && !known {
            let shape = laplace(joint, top.x)?;
            found.push((-top.value - shape.log_peak(), shape));
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    let highest = found.first().map_or(0.0, |(mass, _)| *mass);
    let kept = found.into_iter().filter(|(mass, _)| *mass > highest - NEGLIGIBLE_NATS).take(MOST_MODES);
    Ok(kept.map(|(_, shape)| shape).collect())
}

/// −log p(x, z), to be minimised.
struct Depth<'a, 'b>(&'a Joint<'b>);

impl lbfgs::Problem for Depth<'_, '_> {
    type Error = LensError;

    fn value(&mut self, z: &[f64]) -> Result<(f64, Vec<f64>), LensError> {
        let (log, slope) = self.0.log_joint_and_slope(z)?;
        Ok((-log, slope.iter().map(|s| -s).collect()))
    }

    /// p(z|x) is about as wide as q.
    fn precondition(&self, gradient: Vec<f64>) -> Vec<f64> {
        gradient.iter().zip(&self.0.q.sigma).map(|(g, sigma)| g * sigma * sigma).collect()
    }
}

/// N(z*, H⁻¹), H = −∇² log p(x, z) at a mode z*.
///
/// H_jk ≈ δ_jk − (g_j(z* + h_k e_k) − g_j(z*)) / h_k, g = ∇ log p(x|z), over a step of one standard deviation: that of q
/// first, then that of the first result. A ReLU has no finer curvature.
fn laplace(joint: &Joint<'_>, at: Vec<f64>) -> Result<Shape, LensError> {
    let d = at.len();
    let plain = |mu| Shape::Diagonal(Diagonal { mu, sigma: joint.q.sigma.clone() });
    if d > MOST_DIMENSIONS {
        return Ok(plain(at));
    }
    let mut steps = joint.q.sigma.clone();
    let mut curvature = DMatrix::identity(d, d);
    for _ in 0..2 {
        let mut places = at.repeat(d + 1);
        places.iter_mut().skip(d).step_by(d + 1).zip(&steps).for_each(|(z, step)| *z += step);
        let (_, slopes) = joint.log_likelihood_and_slope(&places)?;
        let (here, aside) = slopes.split_at(d);
        let change = DMatrix::from_fn(d, d, |j, k| (aside[k * d + j] - here[j]) / steps[k]);
        curvature = DMatrix::identity(d, d) - (&change + change.transpose()) * 0.5;
        if curvature.iter().any(|v| !v.is_finite()) {
            return Ok(plain(at));
        }
        steps = (0..d).map(|j| curvature[(j, j)].max(1.0).sqrt().recip().clamp(1e-4, WIDTHS[1])).collect();
    }
    let [narrow, wide] = WIDTHS.map(|width| 1.0 / (width * width));
    let eigen = SymmetricEigen::new(curvature);
    let variances = eigen.eigenvalues.map(|lambda| 1.0 / lambda.clamp(wide, narrow));
    let covariance = &eigen.eigenvectors * DMatrix::from_diagonal(&variances) * eigen.eigenvectors.transpose();
    let found = Component::new(1.0, at.clone(), covariance.as_slice());
    Ok(found.map_or_else(|| plain(at), Shape::Full))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Likelihood;
    use crate::lens::made::{image, sharp, snapshot};
    use crate::lens::{Effort, quadrature, samples};
    use crate::model::Snapshot;
    use crate::rng::Stream;

    fn on<T>(_: T) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn noise(seed: u64) -> Rng {
        Rng::new(seed, Stream::ImportanceNoise, 0)
    }

    /// log p(x) by the mixture and by q alone, less that by quadrature, each over the mixture's standard error.
    fn off(snapshot: &Snapshot, idx: u32, seed: u64) -> [f64; 2] {
        let joint = Joint::new(snapshot, &image(snapshot, idx)).unwrap();
        let exact = quadrature(&joint, Effort::default(), &on).unwrap().unwrap();
        let Sampled { nats, standard_error_nats } = drawn(&joint, 2000, noise(seed), &on).unwrap().unwrap().log_px;
        let error = standard_error_nats.unwrap().hypot(exact.error_nats);
        assert!(error < 0.2, "{error}");
        let alone = samples(&joint, 2000, noise(seed), &on).unwrap().unwrap().log_px();
        [nats, alone.nats].map(|nats| (nats - exact.log_px_nats) / error)
    }

    /// Encoders that were never trained; for the sharp model q misses a posterior of a hundredth by far.
    #[test]
    fn it_is_the_integral_within_its_error_where_q_alone_is_not() {
        let models = [
            snapshot(Likelihood::Gaussian, 2, 1.6),
            snapshot(Likelihood::GaussianLearned, 2, 2.0),
            snapshot(Likelihood::Bernoulli, 2, 2.5),
            sharp(),
        ];
        let cases = models.iter().flat_map(|model| (0..4).map(move |idx| (model, idx)));
        let all: Vec<[f64; 2]> = cases.map(|(model, idx)| off(model, idx, u64::from(idx))).collect();
        let worst = |which: usize| all.iter().map(|off| off[which].abs()).fold(0.0, f64::max);
        let within = all.iter().filter(|[mixed, _]| mixed.abs() < 2.0).count();
        // Of 16 a share of 0.954 is within two standard errors: 15, and fewer than 13 once in 140 times.
        assert!(within >= 13 && worst(0) < 4.0, "{all:?}");
        assert!(worst(1) > 20.0, "q alone would do, nothing is tested: {all:?}");
    }

    /// Σ n_c r_c / n over a regular grid, by the midpoint rule.
    #[test]
    fn the_mixture_is_a_density() {
        let snapshot = snapshot(Likelihood::Bernoulli, 2, 1.6);
        let joint = Joint::new(&snapshot, &image(&snapshot, 1)).unwrap();
        for n in [1, 100, 2000] {
            let proposal = Proposal::new(&joint, n).unwrap();
            assert_eq!(proposal.parts.iter().flat_map(|part| &part.scales).map(|(_, count)| count).sum::<usize>(), n);
            let (half, across) = (24.0, 1600);
            let at = |i: usize| half * ((2 * i + 1) as f64 / across as f64 - 1.0);
            let cell = (2.0 * half / across as f64).powi(2);
            let sum: f64 = (0..across * across)
                .map(|i| proposal.log_density(&[at(i % across), at(i / across)]).exp() * cell)
                .sum();
            assert!((sum - 1.0).abs() < 1e-3, "{n}: {sum}");
        }
    }

    #[test]
    fn few_samples_are_all_of_q_and_the_bound_is_theirs() {
        let snapshot = snapshot(Likelihood::Bernoulli, 3, 1.6);
        let joint = Joint::new(&snapshot, &image(&snapshot, 2)).unwrap();
        let of_q = samples(&joint, 15, noise(3), &on).unwrap().unwrap();
        let found = drawn(&joint, 15, noise(3), &on).unwrap().unwrap();
        assert_eq!(found.of_q, of_q);
        assert!((found.log_px.nats - of_q.log_px().nats).abs() < 1e-9, "{found:?}");
        assert_eq!(drawn(&joint, 1000, noise(3), &on).unwrap().unwrap().of_q.log_ratio.len(), 501);
        let stop = |n: usize| if n > 500 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        assert_eq!(drawn(&joint, 1000, noise(3), &stop).unwrap(), None);
    }
}
