//! The bound and its terms over many images, without touching the weights.

use candle_core::{Device, Tensor};

use crate::data::Dataset;
use crate::kernels::sigmoid_sse;
use crate::model::{Encoded, ModelError, Vae};
use crate::rng::{Rng, Stream};
use crate::train::Terms;

/// A dimension is active when its mean varies more than this over the images: Var_x(μ(x)) > 0.01
/// (Burda et al. 2016, section 2).
pub const ACTIVE_VARIANCE: f64 = 0.01;

/// Images per forward pass.
const BATCH: usize = 256;

/// What a model makes of some images; means over images.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// Images.
    pub n: usize,
    /// Reconstruction and KL, one sample of z per image.
    pub terms: Terms,
    /// Squared error summed over pixels, decoded at z = μ; `None` unless asked for.
    pub sse: Option<f64>,
    /// KL of each dimension, nats per image.
    pub kl_per_dim_nats: Vec<f64>,
    /// Var over the images of μ, each dimension.
    pub mean_variance: Vec<f64>,
    /// q(z|x) of each image, `[n, d]`.
    pub encoded: Encoded,
}

impl Evaluation {
    /// Dimensions with [`ACTIVE_VARIANCE`].
    pub fn active_units(&self) -> usize {
        self.mean_variance.iter().filter(|&&v| v > ACTIVE_VARIANCE).count()
    }
}

/// Evaluates `vae` on the images `indices` of `data`; the noise depends on `seed` and the position alone.
///
/// `go_on` is asked before every batch; `Ok(None)` when it said no.
pub fn evaluate(
    vae: &Vae,
    data: &Dataset,
    indices: &[u32],
    seed: u64,
    with_sse: bool,
    go_on: &dyn Fn(usize) -> bool,
) -> Result<Option<Evaluation>, ModelError> {
    let d = vae.config.latent_dim;
    let (mut recon, mut sse) = (0.0, 0.0);
    let (mut kl, mut sum, mut sum_sq) = (vec![0.0; d], vec![0.0; d], vec![0.0; d]);
    let (mut encoded, mut pixels) = (Encoded::default(), Vec::new());
    for (i, batch) in indices.chunks(BATCH).enumerate() {
        if !go_on(i * BATCH) {
            return Ok(None);
        }
        let n = batch.len();
        vae.observe(data, batch, &mut pixels);
        let x = Tensor::from_slice(&pixels, (n, vae.shape.pixels()), &Device::Cpu)?; // [B, P]
        let noise = Rng::new(seed, Stream::EvalNoise, i as u64).normals(n * d);
        let eps = Tensor::from_vec(noise, (n, d), &Device::Cpu)?; // [B, d]
        let q = vae.encode(&x)?; // [B, d]
        let z = q.reparameterise(&eps)?; // [B, d]
        recon += sum_of(&vae.reconstruction(&z, &x)?)?;
        if with_sse {
            sse += sum_of(&sigmoid_sse(&vae.decode(&q.mu)?, &x)?)?;
        }
        add_columns(&q.kl_to_prior()?, &mut kl, |v| v)?;
        add_columns(&q.mu, &mut sum, |v| v)?;
        add_columns(&q.mu, &mut sum_sq, |v| v * v)?;
        encoded.append(q.plain()?);
    }
    let n = indices.len().max(1) as f64;
    let mean = |total: &f64| total / n;
    let kl_per_dim_nats: Vec<f64> = kl.iter().map(mean).collect();
    let mean_variance = sum.iter().zip(&sum_sq).map(|(s, sq)| (sq / n - (s / n).powi(2)).max(0.0)).collect();
    Ok(Some(Evaluation {
        n: indices.len(),
        terms: Terms { recon_nats: recon / n, kl_nats: kl_per_dim_nats.iter().sum() },
        sse: with_sse.then_some(sse / n),
        kl_per_dim_nats,
        mean_variance,
        encoded,
    }))
}

/// Σ of a vector, in f64.
fn sum_of(values: &Tensor) -> Result<f64, ModelError> {
    Ok(values.to_vec1::<f32>()?.iter().map(|&v| f64::from(v)).sum())
}

/// Adds f of each column of a matrix to `totals`, in f64.
fn add_columns(values: &Tensor, totals: &mut [f64], f: impl Fn(f64) -> f64) -> Result<(), ModelError> {
    for row in values.to_vec2::<f32>()? {
        totals.iter_mut().zip(row).for_each(|(total, v)| *total += f(f64::from(v)));
    }
    Ok(())
}
