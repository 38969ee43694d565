//! log p(x), the evidence, which the ELBO bounds from below.
//!
//! log p(x) ≈ L_K = log 1/K Σ_k p(x|z_k) p(z_k) / q(z_k|x), z_k ~ q(z|x) (Burda et al. 2016, eq. 8)
//!
//! L_1 is a one-sample ELBO; the expectation of L_K grows with K and approaches log p(x) (theorem 1). So K belongs
//! beside every figure.

use std::ops::RangeInclusive;

use candle_core::{Device, Tensor};

use crate::data::Dataset;
use crate::lens::LensError;
use crate::math::importance::{LogMean, log_prior_over_posterior};
use crate::model::{ModelError, Vae};
use crate::rng::{Rng, Stream};

/// Importance samples an image may have; the literature uses 5000 (Burda et al. 2016, section 5).
pub const SAMPLES: RangeInclusive<usize> = 1..=5000;
/// Values decoded at once: 16 MB in f32.
const VALUES_AT_ONCE: usize = 1 << 22;
/// Samples decoded at once, however small the image.
const MOST_AT_ONCE: usize = 512;

/// A figure and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// log p(x), or its mean, in nats per image.
    pub log_px_nats: f64,
    /// Its standard error; none when there is only one sample, or one image.
    pub standard_error_nats: Option<f64>,
}

/// log p(x) of some images.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// K, importance samples per image.
    pub samples: usize,
    /// L_K of each image, in the order asked for; the error is that of its samples.
    pub images: Vec<Estimate>,
    /// The mean over the images; the error is that of the images, so it holds for the set they were drawn from.
    pub mean: Estimate,
}

/// log p(x) of the images `indices` of `data` with `samples` importance samples each. The noise depends on `seed` and
/// an image's index alone, and the first samples are the same whatever their number.
///
/// `go_on` is asked before every image, with the number done; `Ok(None)` when it said no.
pub fn evidence(
    vae: &Vae,
    data: &Dataset,
    indices: &[u32],
    samples: usize,
    seed: u64,
    go_on: &dyn Fn(usize) -> bool,
) -> Result<Option<Evidence>, LensError> {
    if !vae.is_variational() {
        return Err(LensError::PlainAutoencoder);
    }
    if !SAMPLES.contains(&samples) {
        return Err(LensError::Samples { got: samples, range: SAMPLES });
    }
    let mut images = Vec::with_capacity(indices.len());
    let mut pixels = Vec::new();
    for (done, &idx) in indices.iter().enumerate() {
        if !go_on(done) {
            return Ok(None);
        }
        vae.observe(data, &[idx], &mut pixels);
        let noise = Rng::new(seed, Stream::ImportanceNoise, u64::from(idx));
        images.push(estimate(vae, &pixels, samples, noise)?);
    }
    let mean = mean_of(&images).ok_or(LensError::NoImages)?;
    Ok(Some(Evidence { samples, images, mean }))
}

/// L_K of one image, `[P]` in [0, 1].
fn estimate(vae: &Vae, pixels: &[f32], samples: usize, mut noise: Rng) -> Result<Estimate, LensError> {
    let (d, n_pixels) = (vae.config.latent_dim, vae.shape.pixels());
    if pixels.len() != n_pixels {
        return Err(ModelError::Length { what: "an image", got: pixels.len(), expected: n_pixels }.into());
    }
    let x = Tensor::from_slice(pixels, (1, n_pixels), &Device::Cpu)?; // [1, P]
    let q = vae.encode(&x)?; // [1, d]
    let Some(log_var) = &q.log_var else { return Err(LensError::PlainAutoencoder) };
    // σ = exp ½ log σ²
    let log_var = log_var.flatten_all()?.to_vec1::<f32>()?; // [d]
    let sigma: Vec<f64> = log_var.iter().map(|&v| (0.5 * f64::from(v)).exp()).collect();

    let at_once = (VALUES_AT_ONCE / n_pixels).clamp(1, MOST_AT_ONCE).min(samples);
    let (x, q) = (x.repeat((at_once, 1))?, q.repeat(at_once)?); // [B, P], [B, d]
    let mut mean = LogMean::default();
    let mut left = samples;
    while left > 0 {
        // The last pass decodes samples that do not count, which is simpler than narrowing everything.
        let count = left.min(at_once);
        let eps = noise.normals(at_once * d);
        let z = q.reparameterise(&Tensor::from_slice(&eps, (at_once, d), &Device::Cpu)?)?; // [B, d]
        let recon = vae.reconstruction(&z, &x)?.to_vec1::<f32>()?; // [B] −log p(x|z)
        let z = z.flatten_all()?.to_vec1::<f32>()?;
        let samples = recon.iter().zip(z.chunks_exact(d)).zip(eps.chunks_exact(d)).take(count);
        for ((recon, z), eps) in samples {
            // log w = log p(x|z) + log p(z) − log q(z|x)
            mean.push(log_prior_over_posterior(z, eps, &sigma) - f64::from(*recon));
        }
        left -= count;
    }
    Ok(Estimate { log_px_nats: mean.value(), standard_error_nats: mean.standard_error() })
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
