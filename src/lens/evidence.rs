//! log p(x), the evidence, which the ELBO bounds from below.
//!
//! log p(x) ≈ log 1/K Σ_k p(x|z_k) p(z_k) / r(z_k), z_k ~ r
//!
//! With r = q(z|x) this is L_K of Burda et al. (2016, eq. 8), whose expectation grows with K from the ELBO to log p(x)
//! (theorem 1). From 16 samples on r is a mixture that also holds what q misses ([`crate::lens::proposal`]); below it is q.
//! K belongs beside every figure in either case.

use std::ops::{ControlFlow, RangeInclusive};

use crate::data::Dataset;
use crate::lens::{Joint, LensError, Sampled, drawn};
use crate::model::Snapshot;
use crate::rng::{Rng, Stream};

/// Importance samples an image may have; the literature uses 5000 (Burda et al. 2016, section 5).
pub const SAMPLES: RangeInclusive<usize> = 1..=5000;

/// A figure and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// log p(x), or its mean, in nats per image.
    pub log_px_nats: f64,
    /// Its standard error; none when there is only one sample, or one image.
    pub standard_error_nats: Option<f64>,
}

/// log p(x) of some images, and what else the same samples say. All means are over the images.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// K, importance samples per image.
    pub samples: usize,
    /// log p(x) of each image, in the order asked for; the error is that of its samples.
    pub images: Vec<Estimate>,
    /// The mean over the images; the error is that of the images, so it holds for the set they were drawn from.
    pub mean: Estimate,
    /// The error of that mean that the samples alone make, so it holds for these images; none with one sample each.
    pub sampling_error_nats: Option<f64>,
    /// Mean of E_q[log p(x|z)]; the error is that of the samples that q drew.
    pub log_likelihood: Sampled,
    /// Mean of KL(q ‖ p) in closed form, nats.
    pub kl_nats: f64,
    /// The same by the samples; the error is theirs.
    pub sampled_kl: Sampled,
}

/// log p(x) of the images `indices` of `data` with `n_samples` importance samples each. The noise depends on `seed` and
/// an image's index alone.
///
/// `go_on` is asked before every pass through the decoder, with the number of images done; `Ok(None)` when it said no.
pub fn evidence(
    snapshot: &Snapshot,
    data: &Dataset,
    indices: &[u32],
    n_samples: usize,
    seed: u64,
    go_on: &dyn Fn(usize) -> bool,
) -> Result<Option<Evidence>, LensError> {
    if !snapshot.vae().is_variational() {
        return Err(LensError::PlainAutoencoder);
    }
    if !SAMPLES.contains(&n_samples) {
        return Err(LensError::Samples { got: n_samples, range: SAMPLES });
    }
    let mut images = Vec::with_capacity(indices.len());
    let (mut likelihoods, mut kls, mut kl_nats) = (Vec::new(), Vec::new(), 0.0);
    let mut pixels = Vec::new();
    for (done, &idx) in indices.iter().enumerate() {
        snapshot.vae().observe(data, &[idx], &mut pixels);
        let joint = Joint::new(snapshot, &pixels)?;
        let noise = Rng::new(seed, Stream::ImportanceNoise, u64::from(idx));
        let ask = |_| if go_on(done) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
        let Some(found) = drawn(&joint, n_samples, noise, &ask)? else { return Ok(None) };
        let Sampled { nats, standard_error_nats } = found.log_px;
        let found = found.of_q;
        images.push(Estimate { log_px_nats: nats, standard_error_nats });
        likelihoods.push(found.expected_log_likelihood());
        kls.push(found.sampled_kl());
        kl_nats += found.kl_nats / indices.len() as f64;
    }
    let mean = mean_of(&images).ok_or(LensError::NoImages)?;
    let errors: Vec<_> = images.iter().map(|image| image.standard_error_nats).collect();
    Ok(Some(Evidence {
        samples: n_samples,
        images,
        mean,
        sampling_error_nats: error_of_mean(&errors),
        log_likelihood: mean_sampled(&likelihoods),
        kl_nats,
        sampled_kl: mean_sampled(&kls),
    }))
}

/// Standard error of the mean of independent figures with these, √(Σ se²) / n.
fn error_of_mean(errors: &[Option<f64>]) -> Option<f64> {
    let squares: Option<f64> = errors.iter().map(|error| error.map(|error| error * error)).sum();
    Some(squares?.sqrt() / errors.len() as f64)
}

fn mean_sampled(figures: &[Sampled]) -> Sampled {
    let nats = figures.iter().map(|figure| figure.nats).sum::<f64>() / figures.len() as f64;
    let errors: Vec<_> = figures.iter().map(|figure| figure.standard_error_nats).collect();
    Sampled { nats, standard_error_nats: error_of_mean(&errors) }
}

/// Mean and its standard error over images, √(Σ (v − v̄)² / n (n − 1)); `None` without images.
fn mean_of(images: &[Estimate]) -> Option<Estimate> {
    if images.is_empty() {
        return None;
    }
    let n = images.len() as f64;
    let log_px_nats = images.iter().map(|e| e.log_px_nats).sum::<f64>() / n;
    let squares: f64 = images.iter().map(|e| (e.log_px_nats - log_px_nats).powi(2)).sum();
    let standard_error_nats = (images.len() > 1).then(|| (squares / (n * (n - 1.0))).sqrt());
    Some(Estimate { log_px_nats, standard_error_nats })
}

#[cfg(test)]
mod tests;
