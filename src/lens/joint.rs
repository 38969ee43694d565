//! One image under one model: log p(x, z) = log p(x|z) + log p(z) wherever it is asked for, and q(z|x).

use std::cell::Cell;

use candle_core::{Device, Tensor};

use crate::lens::LensError;
use crate::math::Diagonal;
use crate::math::diagonal::log_standard;
use crate::model::{ModelError, Snapshot};

/// Values decoded at once: 4 MB in f32.
const VALUES_AT_ONCE: usize = 1 << 20;
/// Points decoded at once, however small the image.
const MOST_AT_ONCE: usize = 1024;

/// An image and a variational model that looks at it.
#[derive(Debug)]
pub struct Joint<'a> {
    snapshot: &'a Snapshot,
    /// q(z|x).
    pub q: Diagonal,
    pixels: Vec<f32>,
    /// The image as often as points are decoded at once, `[B, P]`.
    x: Tensor,
    decodes: Cell<usize>,
}

impl<'a> Joint<'a> {
    /// Of one image `[P]` in [0, 1], as the model observes it ([`crate::model::Vae::observe`]).
    pub fn new(snapshot: &'a Snapshot, pixels: &[f32]) -> Result<Self, LensError> {
        let n_pixels = snapshot.shape().pixels();
        if !snapshot.vae().is_variational() {
            return Err(LensError::PlainAutoencoder);
        }
        if pixels.len() != n_pixels {
            return Err(ModelError::Length { what: "an image", got: pixels.len(), expected: n_pixels }.into());
        }
        let at_once = (VALUES_AT_ONCE / n_pixels).clamp(1, MOST_AT_ONCE);
        let q = snapshot.encode(pixels)?.diagonal();
        let x = Tensor::from_slice(pixels, (1, n_pixels), &Device::Cpu)?.repeat((at_once, 1))?; // [B, P]
        Ok(Self { snapshot, q, pixels: pixels.to_vec(), x, decodes: Cell::new(0) })
    }

    /// d, dimensions of z.
    pub fn latent_dim(&self) -> usize {
        self.snapshot.latent_dim()
    }

    /// Points decoded so far.
    pub fn decodes(&self) -> usize {
        self.decodes.get()
    }

    /// Points decoded in one pass.
    pub fn at_once(&self) -> usize {
        self.x.dims().first().copied().unwrap_or(1)
    }

    /// log p(x|z) in nats at points z `[n, d]`: `[n]`. Summed in f32, so it is good to about 10⁻⁶ of itself.
    pub fn log_likelihood(&self, z: &[f64]) -> Result<Vec<f64>, LensError> {
        let d = self.latent_dim();
        let mut logs = Vec::with_capacity(z.len() / d);
        for points in z.chunks(d * self.at_once()) {
            let n = points.len() / d;
            let points: Vec<f32> = points.iter().map(|v| *v as f32).collect();
            let points = Tensor::from_vec(points, (n, d), &Device::Cpu)?; // [n, d]
            let nll = self.snapshot.vae().reconstruction(&points, &self.x.narrow(0, 0, n)?)?; // [n]
            logs.extend(nll.to_vec1::<f32>()?.iter().map(|v| -f64::from(*v)));
            self.decodes.set(self.decodes() + n);
        }
        Ok(logs)
    }

    /// log p(x, z) = log p(x|z) + log p(z) in nats at points z `[n, d]`: `[n]`.
    pub fn log_joint(&self, z: &[f64]) -> Result<Vec<f64>, LensError> {
        let mut logs = self.log_likelihood(z)?;
        logs.iter_mut().zip(z.chunks_exact(self.latent_dim())).for_each(|(log, z)| *log += log_standard(z));
        Ok(logs)
    }

    /// log w = log p(x, z) − log q(z|x) in nats at points z `[n, d]`: `[n]`. Their mean under q is the ELBO, and the
    /// logarithm of the mean of w is log p(x).
    pub fn log_weights(&self, z: &[f64]) -> Result<Vec<f64>, LensError> {
        let mut logs = self.log_joint(z)?;
        logs.iter_mut().zip(z.chunks_exact(self.latent_dim())).for_each(|(log, z)| *log -= self.q.log_density(z));
        Ok(logs)
    }

    /// log p(x|z) in nats at points z `[n, d]`, `[n]`, and its gradient by z, `[n, d]`.
    pub fn log_likelihood_and_slope(&self, z: &[f64]) -> Result<(Vec<f64>, Vec<f64>), LensError> {
        let n = z.len() / self.latent_dim();
        let narrow: Vec<f32> = z.iter().map(|v| *v as f32).collect();
        let (nll, slope) = self.snapshot.misfit_and_slope(&narrow, &self.pixels.repeat(n))?;
        self.decodes.set(self.decodes() + n);
        let negative = |values: Vec<f32>| values.into_iter().map(|v| -f64::from(v)).collect();
        Ok((negative(nll), negative(slope)))
    }

    /// log p(x, z) in nats at one point z `[d]`, and its gradient by z, `[d]`.
    pub fn log_joint_and_slope(&self, z: &[f64]) -> Result<(f64, Vec<f64>), LensError> {
        let (log, mut slope) = self.log_likelihood_and_slope(z)?;
        slope.iter_mut().zip(z).for_each(|(slope, z)| *slope -= z);
        Ok((log_standard(z) + log.iter().sum::<f64>(), slope))
    }
}
