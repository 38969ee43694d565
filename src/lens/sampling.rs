//! Samples of q(z|x) of one image, and what their log weights say: the ELBO, log p(x), and the curve between the two.

use std::ops::ControlFlow;

use crate::lens::{Joint, LensError};
use crate::math::Running;
use crate::math::importance::{LogMean, log_prior_over_posterior};
use crate::rng::Rng;

/// What is known of a sampled figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampled {
    /// Nats.
    pub nats: f64,
    /// Its standard error in nats; none for a single sample.
    pub standard_error_nats: Option<f64>,
}

/// Samples z ~ q(z|x) of one image.
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    /// log p(x|z) of each, nats.
    pub log_likelihood: Vec<f64>,
    /// log q(z|x) − log p(z) of each, nats; their mean is KL(q ‖ p).
    pub log_ratio: Vec<f64>,
    /// KL(q ‖ p) in closed form, nats.
    pub kl_nats: f64,
}

/// One point of the curve from the ELBO to log p(x).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// K, samples inside the logarithm.
    pub samples: usize,
    /// L_K, the mean over all groups of K samples there are.
    pub bound: Sampled,
}

/// `n` samples of one image. `go_on` is told how many there are; `Ok(None)` when it breaks.
pub fn samples(
    joint: &Joint<'_>,
    n: usize,
    mut noise: Rng,
    go_on: &dyn Fn(usize) -> ControlFlow<()>,
) -> Result<Option<Samples>, LensError> {
    Ok(placed_samples(joint, n, &mut noise, go_on)?.map(|(samples, _)| samples))
}

/// The same, with the places z, `[n, d]`.
pub(super) fn placed_samples(
    joint: &Joint<'_>,
    n: usize,
    noise: &mut Rng,
    go_on: &dyn Fn(usize) -> ControlFlow<()>,
) -> Result<Option<(Samples, Vec<f64>)>, LensError> {
    let d = joint.latent_dim();
    let mut all = Samples { log_likelihood: Vec::new(), log_ratio: Vec::new(), kl_nats: joint.q.kl_to_standard() };
    let mut places = Vec::with_capacity(n * d);
    while all.log_likelihood.len() < n {
        if go_on(all.log_likelihood.len()).is_break() {
            return Ok(None);
        }
        let count = joint.at_once().min(n - all.log_likelihood.len());
        let eps: Vec<f64> = noise.normals(count * d).into_iter().map(f64::from).collect();
        let z: Vec<f64> = eps.chunks_exact(d).flat_map(|eps| joint.q.reparameterise(eps)).collect();
        all.log_likelihood.extend(joint.log_likelihood(&z)?);
        let ratio = |(eps, z): (&[f64], &[f64])| -log_prior_over_posterior(z, eps, &joint.q.sigma);
        all.log_ratio.extend(eps.chunks_exact(d).zip(z.chunks_exact(d)).map(ratio));
        places.extend(z);
    }
    Ok(Some((all, places)))
}

impl Samples {
    /// log w = log p(x|z) + log p(z) − log q(z|x), nats.
    pub fn log_weights(&self) -> impl Iterator<Item = f64> {
        self.log_likelihood.iter().zip(&self.log_ratio).map(|(likelihood, ratio)| likelihood - ratio)
    }

    /// E_q[log p(x|z)].
    pub fn expected_log_likelihood(&self) -> Sampled {
        self.log_likelihood.iter().copied().collect::<Running>().into()
    }

    /// ELBO = E_q[log p(x|z)] − KL(q ‖ p), with KL in closed form.
    pub fn elbo(&self) -> Sampled {
        let Sampled { nats, standard_error_nats } = self.expected_log_likelihood();
        Sampled { nats: nats - self.kl_nats, standard_error_nats }
    }

    /// KL(q ‖ p) by the samples, to hold against [`Samples::kl_nats`].
    pub fn sampled_kl(&self) -> Sampled {
        self.log_ratio.iter().copied().collect::<Running>().into()
    }

    /// L_K = log 1/K Σ w, K all samples (Burda et al. 2016, eq. 8). Where q misses a part of p(z|x) it falls short of
    /// log p(x) by more than its error tells; [`crate::lens::drawn`] does not.
    pub fn log_px(&self) -> Sampled {
        let mut mean = LogMean::default();
        self.log_weights().for_each(|log| mean.push(log));
        mean.into()
    }

    /// L_K for K = 1, 2, 5, 10, … up to all samples: `E[L_K]` grows with K from the ELBO to log p(x) (Burda et al. 2016,
    /// theorem 1). The samples are cut into groups of K; with ten groups or more the error is that of their mean,
    /// otherwise that of each by the delta method.
    pub fn curve(&self) -> Vec<CurvePoint> {
        let logs: Vec<f64> = self.log_weights().collect();
        let decades = (0..).flat_map(|k| [1, 2, 5].map(|m| m * 10_usize.pow(k)));
        let mut sizes: Vec<usize> = decades.take_while(|size| *size < logs.len()).collect();
        sizes.push(logs.len());
        let point = |samples: usize| CurvePoint { samples, bound: of_groups(&logs, samples.max(1)) };
        sizes.into_iter().map(point).collect()
    }
}

fn of_groups(logs: &[f64], size: usize) -> Sampled {
    let (mut mean, mut variance) = (Running::default(), 0.0);
    for group in logs.chunks_exact(size) {
        let mut of_group = LogMean::default();
        for log in group {
            of_group.push(*log);
        }
        mean.push(of_group.value());
        variance += of_group.standard_error().map_or(f64::NAN, |error| error * error);
    }
    let n = mean.count();
    let by_delta = Some(variance.sqrt() / n as f64).filter(|error| error.is_finite());
    let standard_error_nats = if n >= 10 { mean.standard_error() } else { by_delta };
    Sampled { nats: mean.mean(), standard_error_nats }
}

impl From<Running> for Sampled {
    fn from(mean: Running) -> Self {
        Self { nats: mean.mean(), standard_error_nats: mean.standard_error() }
    }
}

impl From<LogMean> for Sampled {
    fn from(mean: LogMean) -> Self {
        Self { nats: mean.value(), standard_error_nats: mean.standard_error() }
    }
}
