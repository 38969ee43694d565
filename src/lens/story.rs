//! One image's whole way through the model: x → q(z|x) → z → p(x|z) → ELBO, every term a number.

use std::ops::ControlFlow;

use crate::data::{self, Dataset};
use crate::lens::LensError;
use crate::math::Diagonal;
use crate::math::gaussian::{LOG_2PI, sigma_likelihood};
use crate::model::{ModelError, Snapshot};

/// Images per forward pass.
const BATCH: usize = 256;

/// log p(x|z), written out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reconstruction {
    /// log N(x; f(z), σ² I) = −‖x − f(z)‖² / 2σ² − P (log σ + ½ log 2π): least squares and a constant.
    Gaussian {
        /// σ in pixel units.
        sigma: f64,
        /// ‖x − f(z)‖², over pixels in [0, 1].
        squared_error: f64,
        /// ‖x − f(z)‖² / 2σ², nats.
        scaled_error_nats: f64,
        /// −P (log σ + ½ log 2π), nats; the same for every image.
        constant_nats: f64,
    },
    /// Σ x log f(z) + (1 − x) log (1 − f(z)).
    Bernoulli {
        /// ‖x − f(z)‖², over pixels in [0, 1].
        squared_error: f64,
        /// Σ x log x + (1 − x) log (1 − x), nats: the most there is, when f(z) = x.
        best_nats: f64,
        /// The sum itself, nats.
        log_likelihood_nats: f64,
    },
}

/// What the model makes of one image with one ε.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// q(z|x); σ is zero in a plain autoencoder.
    pub q: Diagonal,
    /// ε, `[d]`.
    pub eps: Vec<f64>,
    /// z = μ + σ ⊙ ε, `[d]`.
    pub z: Vec<f64>,
    /// f(z), the mean of p(x|z), `[P]` in [0, 1].
    pub decoded: Vec<f32>,
    /// log p(x|z), written out.
    pub reconstruction: Reconstruction,
    /// KL(q ‖ p) of each dimension, nats, `[d]`; `None` in a plain autoencoder.
    pub kl_per_dim_nats: Option<Vec<f64>>,
}

/// The story of one image `[P]` in [0, 1], as the model observes it, with ε `[d]`.
pub fn story(snapshot: &Snapshot, pixels: &[f32], eps: &[f64]) -> Result<Story, LensError> {
    let n_pixels = snapshot.shape().pixels();
    if pixels.len() != n_pixels {
        return Err(ModelError::Length { what: "an image", got: pixels.len(), expected: n_pixels }.into());
    }
    if eps.len() != snapshot.latent_dim() {
        let (got, expected) = (eps.len(), snapshot.latent_dim());
        return Err(ModelError::Length { what: "the noise", got, expected }.into());
    }
    let q = snapshot.encode(pixels)?.diagonal();
    let z = q.reparameterise(eps);
    let decoded = snapshot.decode(&z.iter().map(|v| *v as f32).collect::<Vec<_>>())?;
    let reconstruction = reconstruction(snapshot.vae().sigma(), pixels, &decoded);
    let kl_per_dim_nats = snapshot.vae().is_variational().then(|| q.kl_per_dim());
    Ok(Story { q, eps: eps.to_vec(), z, decoded, reconstruction, kl_per_dim_nats })
}

fn reconstruction(sigma: Option<f64>, x: &[f32], f: &[f32]) -> Reconstruction {
    let pairs = || x.iter().zip(f).map(|(x, f)| (f64::from(*x), f64::from(*f)));
    let squared_error = pairs().map(|(x, f)| (x - f) * (x - f)).sum();
    match sigma {
        Some(sigma) => Reconstruction::Gaussian {
            sigma,
            squared_error,
            scaled_error_nats: squared_error / (2.0 * sigma * sigma),
            constant_nats: -(x.len() as f64) * (sigma.ln() + 0.5 * LOG_2PI),
        },
        None => Reconstruction::Bernoulli {
            squared_error,
            best_nats: pairs().map(|(x, _)| bernoulli(x, x)).sum(),
            log_likelihood_nats: pairs().map(|(x, f)| bernoulli(x, f)).sum(),
        },
    }
}

/// x log f + (1 − x) log (1 − f), with 0 log 0 = 0; f is kept as far from 0 and 1 as f32 can tell.
fn bernoulli(x: f64, f: f64) -> f64 {
    let term = |share: f64, of: f64| if share > 0.0 { share * of.max(f64::from(f32::MIN_POSITIVE)).ln() } else { 0.0 };
    term(x, f) + term(1.0 - x, 1.0 - f)
}

impl Reconstruction {
    /// log p(x|z), nats.
    pub fn log_likelihood_nats(&self) -> f64 {
        match *self {
            Self::Gaussian { scaled_error_nats, constant_nats, .. } => constant_nats - scaled_error_nats,
            Self::Bernoulli { log_likelihood_nats, .. } => log_likelihood_nats,
        }
    }

    /// ‖x − f(z)‖², over pixels in [0, 1].
    pub fn squared_error(&self) -> f64 {
        match *self {
            Self::Gaussian { squared_error, .. } | Self::Bernoulli { squared_error, .. } => squared_error,
        }
    }
}

impl Story {
    /// KL(q ‖ p), nats; `None` in a plain autoencoder.
    pub fn kl_nats(&self) -> Option<f64> {
        self.kl_per_dim_nats.as_ref().map(|kl| kl.iter().sum())
    }

    /// log p(x|z) − KL(q ‖ p), nats: the ELBO by this one ε. `None` in a plain autoencoder.
    pub fn elbo_nats(&self) -> Option<f64> {
        Some(self.reconstruction.log_likelihood_nats() - self.kl_nats()?)
    }
}

/// ‖x − f(μ)‖² of some images of `data`, over pixels in [0, 1]. `go_on` is told how many are done; `Ok(None)` when it
/// breaks.
pub fn squared_errors(
    snapshot: &Snapshot,
    data: &Dataset,
    indices: &[u32],
    go_on: &dyn Fn(usize) -> ControlFlow<()>,
) -> Result<Option<Vec<f64>>, ModelError> {
    let n_pixels = snapshot.shape().pixels();
    let (mut errors, mut pixels) = (Vec::with_capacity(indices.len()), Vec::new());
    for batch in indices.chunks(BATCH) {
        if go_on(errors.len()).is_break() {
            return Ok(None);
        }
        snapshot.vae().observe(data, batch, &mut pixels);
        let decoded = snapshot.decode(&snapshot.encode(&pixels)?.mu)?; // [n, P]
        errors.extend(data::squared_errors(&pixels, &decoded, n_pixels));
    }
    Ok(Some(errors))
}

/// The likelihood of σ: the mean of log p(x|z) over some images, as a function of the σ of a Gaussian decoder.
#[derive(Debug, Clone, PartialEq)]
pub struct SigmaCurve {
    /// (σ, nats per image), σ ascending in equal ratios.
    pub points: Vec<(f64, f64)>,
    /// σ̂, where the slope is zero: σ̂² is the mean squared error.
    pub best_sigma: f64,
    /// The curve there, nats per image.
    pub best_nats: f64,
}

/// The curve from σ̂/`reach` to σ̂·`reach` for images of `n_pixels` values with these squared errors ‖x − f(z)‖², at
/// least one of them; `None` when all are zero, where the likelihood has no maximum.
pub fn sigma_curve(squared_errors: &[f64], n_pixels: usize, reach: f64, n_points: usize) -> Option<SigmaCurve> {
    let mean = squared_errors.iter().sum::<f64>() / squared_errors.len() as f64;
    let best_sigma = (mean / n_pixels as f64).sqrt();
    if !(best_sigma > 0.0 && best_sigma.is_finite()) {
        return None;
    }
    let nats = |sigma: f64| sigma_likelihood(mean, n_pixels, sigma);
    let at = |i: usize| best_sigma * reach.powf(2.0 * i as f64 / n_points.saturating_sub(1).max(1) as f64 - 1.0);
    let points = (0..n_points).map(at).map(|sigma| (sigma, nats(sigma))).collect();
    Some(SigmaCurve { points, best_sigma, best_nats: nats(best_sigma) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Kind, Likelihood};
    use crate::lens::Joint;
    use crate::lens::made::{SHAPE, config, image, snapshot};
    use crate::math::gaussian::log_normal;
    use crate::model::Vae;

    #[test]
    fn the_terms_add_up_to_what_the_model_says() {
        for likelihood in Likelihood::ALL {
            let snapshot = snapshot(*likelihood, 2, 1.6);
            let x = image(&snapshot, 1);
            let told = story(&snapshot, &x, &[0.7, -1.1]).unwrap();
            let joint = Joint::new(&snapshot, &x).unwrap();
            let expected = joint.log_likelihood(&told.z).unwrap()[0];
            let got = told.reconstruction.log_likelihood_nats();
            assert!((got - expected).abs() < 1e-4 * expected.abs().max(1.0), "{likelihood}: {got} against {expected}");
            let error: f64 = x.iter().zip(&told.decoded).map(|(x, f)| f64::from(x - f).powi(2)).sum();
            assert!((told.reconstruction.squared_error() - error).abs() < 1e-4);
            let elbo = expected - joint.q.kl_to_standard();
            assert!((told.elbo_nats().unwrap() - elbo).abs() < 1e-4 * elbo.abs(), "{told:?}");
            for j in 0..2 {
                assert!((told.z[j] - told.q.mu[j] - told.q.sigma[j] * told.eps[j]).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn a_plain_autoencoder_has_no_bound() {
        let config = config(Kind::Ae, Likelihood::Bernoulli, 2);
        let plain = Snapshot::of(&Vae::new(&config, SHAPE, 0).unwrap(), 0, 0.0).unwrap();
        let told = story(&plain, &[0.25; 256], &[3.0, 3.0]).unwrap();
        assert_eq!((told.elbo_nats(), &told.z), (None, &told.q.mu));
        let Reconstruction::Bernoulli { best_nats, log_likelihood_nats, .. } = told.reconstruction else { panic!() };
        // 256 pixels with the entropy of one quarter.
        assert!((best_nats + 256.0 * 0.562_335_144_618_808_3).abs() < 1e-9 && best_nats > log_likelihood_nats);
        let error = story(&plain, &[0.25; 256], &[3.0]).unwrap_err().to_string();
        assert!(error.contains("the noise has 1 values"), "{error}");
    }

    #[test]
    fn the_likelihood_of_sigma_has_its_maximum_at_the_mean_squared_error() {
        let (x, f) = ([0.1, 0.7, 0.4, 1.0], [0.2, 0.5, 0.4, 0.6]);
        let errors: f64 = x.iter().zip(&f).map(|(x, f): (&f64, &f64)| (x - f).powi(2)).sum();
        let curve = sigma_curve(&[errors, errors + 0.1], 4, 10.0, 201).unwrap();
        assert!((curve.best_sigma.powi(2) - (errors + 0.05) / 4.0).abs() < 1e-12);
        let highest = curve.points.iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        assert!((highest.0 / curve.best_sigma - 1.0).abs() < 1e-9 && highest.1 <= curve.best_nats + 1e-12);
        let (first, last) = (curve.points[0].0, curve.points[200].0);
        assert!((last / first - 100.0).abs() < 1e-9 && curve.points.len() == 201);
        // One image: the sum of its pixels' log densities.
        let alone = sigma_curve(&[errors], 4, 3.0, 5).unwrap();
        for (sigma, nats) in alone.points {
            let expected: f64 = x.iter().zip(&f).map(|(x, f)| log_normal(*x, *f, sigma)).sum();
            assert!((nats - expected).abs() < 1e-12, "{nats} against {expected}");
        }
        assert_eq!(sigma_curve(&[0.0], 4, 3.0, 5), None);
    }
}
