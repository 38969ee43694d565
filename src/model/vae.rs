//! The variational autoencoder (Kingma & Welling 2014) and, with the bound switched off, the plain autoencoder.
//!
//! Prior p(z) = N(0, I). Encoder q(z|x) = N(μ(x), diag σ(x)²). Decoder p(x|z).
//!
//! log p(x) ≥ ELBO = E_q[log p(x|z)] − KL(q(z|x) ‖ p(z))

use candle_core::Tensor;

use crate::config::{Kind, ModelConfig};
use crate::model::decoder::decoder;
use crate::model::encoder::Encoder;
use crate::model::likelihood::Pixels;
use crate::model::network::Network;
use crate::model::params::{Builder, Param, Source};
use crate::model::shape::ImageShape;
use crate::model::{Encoded, ModelError};

/// The whole model.
#[derive(Debug, Clone)]
pub struct Vae {
    /// What it was built from.
    pub config: ModelConfig,
    /// Shape of the images it reads and writes.
    pub shape: ImageShape,
    pub(super) encoder: Encoder,
    pub(super) decoder: Network,
    pub(super) pixels: Pixels,
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

    /// The same as plain numbers.
    pub fn plain(&self) -> Result<Encoded, ModelError> {
        let mu = self.mu.flatten_all()?.to_vec1::<f32>()?;
        let sigma = match &self.log_var {
            Some(log_var) => (log_var * 0.5)?.exp()?.flatten_all()?.to_vec1::<f32>()?,
            None => vec![0.0; mu.len()],
        };
        Ok(Encoded { mu, sigma })
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
        let log_var = self.log_var.as_ref().map(|t| repeat(t, times)).transpose()?;
        Ok(Self { mu: repeat(&self.mu, times)?, log_var })
    }
}

/// Rows `times` times over, in blocks: `[B, n]` → `[times · B, n]`.
pub(super) fn repeat(rows: &Tensor, times: usize) -> Result<Tensor, ModelError> {
    Ok(if times == 1 { rows.clone() } else { Tensor::cat(&vec![rows; times], 0)? })
}

/// The mean over the blocks that [`repeat`] made: `[L · B]` → `[B]`.
pub(super) fn mean_of_samples(values: &Tensor, n_samples: usize) -> Result<Tensor, ModelError> {
    Ok(if n_samples == 1 { values.clone() } else { values.reshape((n_samples, ()))?.mean(0)? })
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
        Self::build(config, shape, Source::Seed(seed, config.init))
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
        self.frozen_with(&self.params)
    }

    /// The same with other values of its parameters, which come in the same order.
    pub fn frozen_with(&self, params: &[Param]) -> Result<Self, ModelError> {
        let copy = Self::build(&self.config, self.shape, Source::Frozen(params))?;
        Ok(Self { pixels: self.pixels.clone(), ..copy })
    }

    fn build(config: &ModelConfig, shape: ImageShape, source: Source<'_>) -> Result<Self, ModelError> {
        let mut builder = Builder::new(source);
        let encoder = Encoder::new(config, shape, &mut builder)?;
        let decoder = decoder(config, shape, &mut builder)?;
        let pixels = Pixels::new(config, &builder)?;
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
        let z = q.repeat(n_samples)?.reparameterise(eps)?; // [L·B, d]
        let recon = self.reconstruction(&z, &repeat(x, n_samples)?)?; // [L·B]
        Ok(Elbo { recon: mean_of_samples(&recon, n_samples)?, kl: q.kl_to_prior()? })
    }

    /// p(x|z) as it is now; training moves its σ when it is not given.
    pub fn pixels(&self) -> &Pixels {
        &self.pixels
    }

    /// Takes σ back from [`Pixels::to_torch`].
    pub fn restore_pixels(&mut self, lookup: &dyn Fn(&str) -> Option<Tensor>) -> Result<(), ModelError> {
        self.pixels = Pixels::new(&self.config, &Builder::new(Source::Torch(lookup)))?;
        Ok(())
    }

    /// The same, to be moved.
    pub fn pixels_mut(&mut self) -> &mut Pixels {
        &mut self.pixels
    }

    /// σ of the likelihood in pixel units; `None` for Bernoulli.
    pub fn sigma(&self) -> Option<f64> {
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

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;
    use crate::config::{Activation, Arch, Likelihood};
    use crate::math::gaussian::kl_to_standard;
    use crate::rng::{Rng, Stream};

    const SHAPE: ImageShape = ImageShape { side: 9, channels: 3 };

    fn config(kind: Kind, arch: Arch, likelihood: Likelihood) -> ModelConfig {
        ModelConfig { kind, arch, likelihood, latent_dim: 3, sigma: 0.4, hidden: 7, ..ModelConfig::default() }
    }

    fn normals(counter: u64, rows: usize, columns: usize) -> Tensor {
        let values = Rng::new(5, Stream::TrainNoise, counter).normals(rows * columns);
        Tensor::from_vec(values, (rows, columns), &Device::Cpu).unwrap()
    }

    /// Images of noise in [0, 1].
    fn images(n: usize) -> Tensor {
        normals(9, n, SHAPE.pixels()).affine(0.2, 0.5).unwrap().clamp(0.0, 1.0).unwrap()
    }

    fn scalar(t: &Tensor) -> f64 {
        f64::from(t.to_scalar::<f32>().unwrap())
    }

    #[test]
    fn kl_to_the_prior_is_the_closed_form_of_each_dimension() {
        let (mu, log_var) = (normals(0, 4, 3), normals(1, 4, 3));
        let kl = Posterior { mu: mu.clone(), log_var: Some(log_var.clone()) }.kl_to_prior().unwrap();
        let flat = |t: &Tensor| t.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        for ((got, mu), log_var) in flat(&kl).iter().zip(flat(&mu)).zip(flat(&log_var)) {
            let expected = kl_to_standard(f64::from(mu), (0.5 * f64::from(log_var)).exp());
            assert!((f64::from(*got) - expected).abs() < 1e-5, "{got} against {expected}");
        }
    }

    /// The directional derivative of the loss along its own gradient, against a central difference in f32; every
    /// parameter takes part.
    #[track_caller]
    fn check_gradient(config: &ModelConfig, free_bits: f64, n_samples: usize) {
        let vae = Vae::new(config, SHAPE, 3).unwrap();
        let (x, eps) = (images(4), normals(2, 4 * n_samples, 3));
        let loss = || vae.elbo(&x, &eps, n_samples).unwrap().loss(0.7, free_bits).unwrap();
        let grads = loss().backward().unwrap();
        for param in vae.params() {
            let var = Var::from_tensor(&param.values).unwrap();
            let grad = grads.get(var.as_tensor()).unwrap_or_else(|| panic!("{} has no gradient", param.name));
            let norm = scalar(&grad.sqr().unwrap().sum_all().unwrap()).sqrt();
            if norm < 1e-4 {
                continue;
            }
            let before = var.as_tensor().copy().unwrap();
            let step = 0.005 / norm.max(1.0);
            let at = |h: f64| {
                var.set(&(&before + (grad * (h / norm)).unwrap()).unwrap()).unwrap();
                scalar(&loss())
            };
            let slope = (at(step) - at(-step)) / (2.0 * step);
            var.set(&before).unwrap();
            assert!((slope - norm).abs() < 0.02 * norm + 5e-3, "{}: {slope} against {norm}", param.name);
        }
    }

    #[test]
    fn gradients_agree_with_finite_differences() {
        for arch in Arch::ALL {
            for likelihood in Likelihood::ALL {
                check_gradient(&config(Kind::Vae, *arch, *likelihood), 0.0, 1);
            }
            check_gradient(&config(Kind::Ae, *arch, Likelihood::Bernoulli), 0.0, 1);
        }
        check_gradient(&config(Kind::Vae, Arch::Mlp, Likelihood::Bernoulli), 0.05, 3);
    }

    #[test]
    fn free_bits_lift_only_the_dimensions_below_them() {
        let kl = Tensor::new(&[[0.1_f32, 2.0], [0.3, 4.0]], &Device::Cpu).unwrap();
        let elbo = Elbo { recon: Tensor::new(&[10.0_f32, 20.0], &Device::Cpu).unwrap(), kl };
        assert!((scalar(&elbo.loss(2.0, 0.0).unwrap()) - (15.0 + 2.0 * 3.2)).abs() < 1e-5);
        assert!((scalar(&elbo.loss(2.0, 0.5).unwrap()) - (15.0 + 2.0 * 3.5)).abs() < 1e-5);
    }

    #[test]
    fn a_plain_autoencoder_is_the_variational_one_without_noise_and_kl() {
        let vae = Vae::new(&config(Kind::Vae, Arch::Conv, Likelihood::Bernoulli), SHAPE, 1).unwrap();
        let torch: Vec<(String, Tensor)> =
            vae.params().iter().map(|p| (p.name.clone(), p.layout.to_torch(&p.values).unwrap())).collect();
        let lookup = |name: &str| torch.iter().find(|(n, _)| n == name).map(|(_, t)| t.clone());
        let ae = Vae::from_torch(&config(Kind::Ae, Arch::Conv, Likelihood::Bernoulli), SHAPE, &lookup).unwrap();
        let (x, zero) = (images(5), Tensor::zeros((5, 3), candle_core::DType::F32, &Device::Cpu).unwrap());
        let with_bound = vae.elbo(&x, &zero, 1).unwrap();
        let without = ae.elbo(&x, &normals(4, 5, 3), 1).unwrap();
        assert_eq!(without.recon.to_vec1::<f32>().unwrap(), with_bound.recon.to_vec1::<f32>().unwrap());
        assert_eq!(scalar(&without.kl.sum_all().unwrap()), 0.0);
        assert!(scalar(&with_bound.kl.sum_all().unwrap()) > 0.0);
        assert_eq!(scalar(&without.loss(5.0, 0.0).unwrap()), scalar(&with_bound.loss(0.0, 0.0).unwrap()));
    }

    #[test]
    fn a_frozen_copy_does_not_follow_training() {
        let vae = Vae::new(&config(Kind::Vae, Arch::Mlp, Likelihood::Bernoulli), SHAPE, 1).unwrap();
        let frozen = vae.frozen_copy().unwrap();
        let z = normals(6, 2, 3);
        let before = frozen.decode(&z).unwrap().to_vec2::<f32>().unwrap();
        for param in vae.params() {
            Var::from_tensor(&param.values).unwrap().set(&param.values.zeros_like().unwrap()).unwrap();
        }
        assert_eq!(frozen.decode(&z).unwrap().to_vec2::<f32>().unwrap(), before);
        assert!(!frozen.decode(&z).unwrap().track_op());
        assert_ne!(vae.decode(&z).unwrap().to_vec2::<f32>().unwrap(), before);
    }

    #[test]
    fn several_samples_average_their_reconstructions() {
        let vae = Vae::new(&config(Kind::Vae, Arch::Mlp, Likelihood::Bernoulli), SHAPE, 2).unwrap();
        let (x, a, b) = (images(2), normals(7, 2, 3), normals(8, 2, 3));
        let recon = |eps: &Tensor, n| vae.elbo(&x, eps, n).unwrap().recon.to_vec1::<f32>().unwrap();
        let both = recon(&Tensor::cat(&[&a, &b], 0).unwrap(), 2);
        for ((both, a), b) in both.iter().zip(recon(&a, 1)).zip(recon(&b, 1)) {
            assert!((both - 0.5 * (a + b)).abs() < 1e-3, "{both} against {a}, {b}");
        }
    }

    /// Batches of one, of a few and of more than a tile, in both architectures.
    #[test]
    fn a_snapshot_decodes_as_its_model_does() {
        let shapes = [(Arch::Mlp, 16, 1), (Arch::Conv, 17, 3), (Arch::Conv, 32, 1)];
        let all = Activation::ALL.iter().flat_map(|a| shapes.map(|(arch, side, channels)| (*a, arch, side, channels)));
        for (activation, arch, side, channels) in all {
            let config = ModelConfig { arch, latent_dim: 3, hidden: 150, activation, ..ModelConfig::default() };
            let vae = Vae::new(&config, ImageShape { side, channels }, 4).unwrap();
            let snapshot = crate::model::Snapshot::of(&vae, 0, 0.0).unwrap();
            for n in [1, 2, 40] {
                let z = Rng::new(3, Stream::TrainNoise, n as u64).normals(n * 3);
                let logits = vae.decode(&Tensor::from_slice(&z, (n, 3), &Device::Cpu).unwrap()).unwrap();
                let mut expected = logits.flatten_all().unwrap().to_vec1::<f32>().unwrap();
                crate::kernels::sigmoid(&mut expected);
                let images = snapshot.decode(&z).unwrap();
                assert_eq!(images, expected, "{arch}, {activation}, {n} points");
            }
        }
    }
}
