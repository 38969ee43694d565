//! The variational autoencoder (Kingma & Welling 2014) and, with the bound switched off, the plain autoencoder.
//!
//! Prior p(z) = N(0, I). Encoder q(z|x) = N(μ(x), diag σ(x)²). Decoder p(x|z).
//!
//! log p(x) ≥ ELBO = E_q[log p(x|z)] − KL(q(z|x) ‖ p(z))

use candle_core::Tensor;

use crate::config::{Kind, ModelConfig};
use crate::model::ModelError;
use crate::model::decoder::Decoder;
use crate::model::encoder::Encoder;
use crate::model::likelihood::Pixels;
use crate::model::params::{Builder, Param, Source};
use crate::model::shape::ImageShape;

/// The whole model.
#[derive(Debug, Clone)]
pub struct Vae {
    /// What it was built from.
    pub config: ModelConfig,
    /// Shape of the images it reads and writes.
    pub shape: ImageShape,
    encoder: Encoder,
    decoder: Decoder,
    pixels: Pixels,
    params: Vec<Param>,
}

/// q(z|x) of a batch.
#[derive(Debug, Clone)]
pub struct Posterior {
    /// μ(x) `[B, d]`.
    pub mu: Tensor,
    /// log σ(x)² `[B, d]`; `None` in a plain autoencoder, where q is a point.
    pub log_var: Option<Tensor>,
}

/// The two terms of the negative ELBO, per image, in nats.
#[derive(Debug, Clone)]
pub struct Elbo {
    /// −log p(x|z) `[B]`, z one sample of q(z|x).
    pub recon: Tensor,
    /// KL(q(z|x) ‖ p(z)) of each dimension `[B, d]`; zero in a plain autoencoder.
    pub kl: Tensor,
}

impl Posterior {
    /// z = μ + σ ⊙ ε (Kingma & Welling 2014, section 2.4): eps `[B, d]` → z `[B, d]`.
    pub fn reparameterise(&self, eps: &Tensor) -> Result<Tensor, ModelError> {
        let Some(log_var) = &self.log_var else { return Ok(self.mu.clone()) };
        let sigma = (log_var * 0.5)?.exp()?; // [B, d]
        Ok((&self.mu + (sigma * eps)?)?) // [B, d]
    }

    /// KL(N(μ, σ²) ‖ N(0, 1)) = ½ (μ² + σ² − 1 − log σ²), each dimension: `[B, d]`
    /// (Kingma & Welling 2014, appendix B).
    pub fn kl_to_prior(&self) -> Result<Tensor, ModelError> {
        let Some(log_var) = &self.log_var else { return Ok(self.mu.zeros_like()?) };
        let twice = ((self.mu.sqr()? + log_var.exp()?)? - log_var)?; // [B, d]
        Ok(twice.affine(0.5, -0.5)?) // [B, d]
    }

    /// The same posterior `times` times over, image after image in blocks: `[times · B, d]`.
    pub fn repeat(&self, times: usize) -> Result<Self, ModelError> {
        let repeat = |t: &Tensor| Tensor::cat(&vec![t; times], 0);
        Ok(Self { mu: repeat(&self.mu)?, log_var: self.log_var.as_ref().map(repeat).transpose()? })
    }
}

impl Elbo {
    /// What training minimises, `[]`: mean over images of
    ///
    /// reconstruction + β Σ_j max(λ, KL_j)
    ///
    /// with KL_j the batch's mean in dimension j and λ the free bits (Kingma et al. 2016, eq. 15).
    pub fn loss(&self, beta: f64, free_bits: f64) -> Result<Tensor, ModelError> {
        let recon = self.recon.mean_all()?; // []
        let kl = self.kl.mean(0)?; // [d]
        let kl = if free_bits > 0.0 { kl.maximum(free_bits)? } else { kl };
        Ok((recon + (kl.sum_all()? * beta)?)?) // []
    }
}

impl Vae {
    /// A new model with weights drawn from `seed`.
    pub fn new(config: &ModelConfig, shape: ImageShape, seed: u64) -> Result<Self, ModelError> {
        Self::build(config, shape, Source::Seed(seed))
    }

    /// A model whose parameters a file gives by PyTorch's name, in PyTorch's layout.
    pub fn from_torch(
        config: &ModelConfig,
        shape: ImageShape,
        lookup: &dyn Fn(&str) -> Option<Tensor>,
    ) -> Result<Self, ModelError> {
        Self::build(config, shape, Source::Torch(lookup))
    }

    /// The same model with storage of its own, through which no gradient is tracked.
    pub fn frozen_copy(&self) -> Result<Self, ModelError> {
        Self::build(&self.config, self.shape, Source::Frozen(&self.params))
    }

    fn build(config: &ModelConfig, shape: ImageShape, source: Source<'_>) -> Result<Self, ModelError> {
        let mut builder = Builder::new(source);
        let encoder = Encoder::new(config, shape, &mut builder)?;
        let decoder = Decoder::new(config, shape, &mut builder)?;
        let pixels = Pixels::new(config, &mut builder)?;
        Ok(Self { config: config.clone(), shape, encoder, decoder, pixels, params: builder.finish() })
    }

    /// q(z|x): x `[B, P]` in [0, 1].
    pub fn encode(&self, x: &Tensor) -> Result<Posterior, ModelError> {
        self.encoder.forward(x)
    }

    /// Logits of p(x|z): z `[B, d]` → `[B, P]`.
    pub fn decode(&self, z: &Tensor) -> Result<Tensor, ModelError> {
        self.decoder.forward(z)
    }

    /// −log p(x|z) of each image: z `[B, d]`, x `[B, P]` → `[B]` nats.
    pub fn reconstruction(&self, z: &Tensor, x: &Tensor) -> Result<Tensor, ModelError> {
        self.pixels.nll(&self.decode(z)?, x)
    }

    /// Both terms of the bound, with `n_samples` samples of z per image: x `[B, P]`, eps `[n_samples · B, d]`.
    pub fn elbo(&self, x: &Tensor, eps: &Tensor, n_samples: usize) -> Result<Elbo, ModelError> {
        let q = self.encode(x)?; // μ, log σ²: [B, d]
        let kl = q.kl_to_prior()?; // [B, d]
        if n_samples == 1 {
            let z = q.reparameterise(eps)?; // [B, d]
            return Ok(Elbo { recon: self.reconstruction(&z, x)?, kl });
        }
        let z = q.repeat(n_samples)?.reparameterise(eps)?; // [L·B, d]
        let targets = Tensor::cat(&vec![x; n_samples], 0)?; // [L·B, P]
        let recon = self.reconstruction(&z, &targets)?; // [L·B]
        Ok(Elbo { recon: recon.reshape((n_samples, ()))?.mean(0)?, kl })
    }

    /// σ of the likelihood in pixel units; `None` for Bernoulli.
    pub fn sigma(&self) -> Result<Option<f64>, ModelError> {
        self.pixels.sigma()
    }

    /// Whether the bound is on.
    pub fn is_variational(&self) -> bool {
        self.config.kind == Kind::Vae
    }

    /// Every parameter, in the order they were made.
    pub fn params(&self) -> &[Param] {
        &self.params
    }
}
