//! A frozen copy of the model that may cross threads.

use std::sync::{Arc, OnceLock};

use candle_core::{Device, Tensor};

use crate::kernels::sigmoid;
use crate::math::Diagonal;
use crate::model::network::FrozenNetwork;
use crate::model::{ImageShape, ModelError, Vae};

/// The model as it was at one step, for decoding and encoding outside training.
#[derive(Debug, Clone)]
pub struct Snapshot {
    vae: Vae,
    /// The decoder laid out for speed, by whoever decodes first: many snapshots are never decoded.
    decoder: Arc<OnceLock<FrozenNetwork>>,
    /// Training steps behind it.
    pub step: u64,
    /// Passes over the training images behind it.
    pub epoch: f64,
}

/// q(z|x) of some images, as plain numbers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Encoded {
    /// μ, `[n, d]`.
    pub mu: Vec<f32>,
    /// σ, `[n, d]`; zero in a plain autoencoder.
    pub sigma: Vec<f32>,
}

impl Encoded {
    /// q(z|x) of a single image.
    pub fn diagonal(&self) -> Diagonal {
        let wide = |values: &[f32]| values.iter().map(|v| f64::from(*v)).collect();
        Diagonal { mu: wide(&self.mu), sigma: wide(&self.sigma) }
    }

    /// Takes in those of other images, after its own.
    pub fn append(&mut self, other: Self) {
        self.mu.extend(other.mu);
        self.sigma.extend(other.sigma);
    }
}

impl Snapshot {
    /// Copies `vae`, so that training may go on.
    pub fn of(vae: &Vae, step: u64, epoch: f64) -> Result<Self, ModelError> {
        Ok(Self::new(vae.frozen_copy()?, step, epoch))
    }

    /// Takes a frozen `vae` as it is.
    pub fn new(vae: Vae, step: u64, epoch: f64) -> Self {
        Self { vae, decoder: Arc::default(), step, epoch }
    }

    /// The model itself.
    pub fn vae(&self) -> &Vae {
        &self.vae
    }

    /// Shape of its images.
    pub fn shape(&self) -> ImageShape {
        self.vae.shape
    }

    /// Dimensions of z.
    pub fn latent_dim(&self) -> usize {
        self.vae.config.latent_dim
    }

    /// Mean of p(x|z) at each point: z `[n, d]` → `[n, side² · channels]` in [0, 1].
    pub fn decode(&self, z: &[f32]) -> Result<Vec<f32>, ModelError> {
        check_rows("a latent point", z, self.latent_dim())?; // [n, d]
        let decoder = if let Some(decoder) = self.decoder.get() {
            decoder
        } else {
            let decoder = self.vae.decoder.freeze()?;
            self.decoder.get_or_init(|| decoder)
        };
        let mut image = decoder.run(z)?; // [n · P] logits
        sigmoid(&mut image);
        Ok(image)
    }

    /// q(z|x) of images `[n, side² · channels]` in [0, 1].
    pub fn encode(&self, images: &[f32]) -> Result<Encoded, ModelError> {
        let x = rows("an image", images, self.shape().pixels())?; // [n, P]
        let q = self.vae.encode(&x)?; // [n, d]
        q.plain()
    }
}

/// `values` as a matrix with `columns` columns.
fn rows(what: &'static str, values: &[f32], columns: usize) -> Result<Tensor, ModelError> {
    check_rows(what, values, columns)?;
    Ok(Tensor::from_slice(values, (values.len() / columns, columns), &Device::Cpu)?)
}

/// Whether `values` are whole rows of `columns` values, at least one.
fn check_rows(what: &'static str, values: &[f32], columns: usize) -> Result<(), ModelError> {
    if values.is_empty() || !values.len().is_multiple_of(columns) {
        return Err(ModelError::Length { what, got: values.len(), expected: columns });
    }
    Ok(())
}

/// Values in [0, 1] as bytes, rounded to nearest.
pub fn to_bytes(values: &[f32]) -> Vec<u8> {
    values.iter().map(|v| (v * 255.0).round().clamp(0.0, 255.0) as u8).collect()
}
