//! The gradient of the loss, as training takes it.
//!
//! candle differentiates the formulas of the paper, whose tensors are small. The two networks, whose tensors are large,
//! are cut out of its graph: their inputs are its leaves, and [`crate::model::network`] leads back through them.

use candle_core::backprop::GradStore;
use candle_core::{Tensor, Var};

use crate::model::ModelError;
use crate::model::likelihood::Pixels;
use crate::model::vae::{Elbo, Posterior, Vae, mean_of_samples, repeat};

/// What a batch says.
pub struct Gradients {
    /// The bound.
    pub elbo: Elbo,
    /// The loss in nats per image.
    pub loss: f32,
    /// The gradient of the loss by every parameter.
    pub grads: GradStore,
    /// p(x|z), with the σ that is best for the batch.
    pub pixels: Pixels,
}

impl Vae {
    /// What [`Vae::elbo`], [`Elbo::loss`] and its `backward` give, several times faster; with the σ that is best for this
    /// batch, when it is not given.
    pub fn gradients(
        &self,
        x: &Tensor,
        eps: &Tensor,
        n_samples: usize,
        beta: f64,
        free_bits: f64,
    ) -> Result<Gradients, ModelError> {
        // Forward: x → q ┊ → z ┊ → logits → misfit ┊ → loss, where ┊ is a cut.
        let encoded = self.encoder.trace(x)?;
        let q = leaves(&encoded.0)?; // μ, log σ²: [B, d]
        let z = q.repeat(n_samples)?.reparameterise(eps)?; // [L·B, d]
        let decoded = self.decoder.trace(&leaf(&z)?)?;
        let logits = decoded.last().unwrap_or(&z); // [L·B, P]
        let targets = repeat(x, n_samples)?; // [L·B, P]
        let misfit = leaf(&self.pixels.misfit(logits, &targets)?)?; // [L·B]
        let pixels = self.pixels.optimal(&misfit, self.shape.pixels())?;
        let recon = mean_of_samples(&pixels.nll_at(&misfit, self.shape.pixels())?, n_samples)?; // [B]
        let elbo = Elbo { recon, kl: q.kl_to_prior()? };
        let loss = elbo.loss(beta, free_bits)?; // []

        // Back: the decoder gives ∂loss/∂z, and z·∂loss/∂z stands for it in the graph of q.
        let mut grads = loss.backward()?;
        let d_misfit = grads.remove(&misfit).map_or_else(|| misfit.zeros_like(), Ok)?; // [L·B]
        let d_logits = self.pixels.misfit_backward(logits, &targets, &d_misfit)?; // [L·B, P]
        let dz = self.decoder.backward(&decoded, d_logits, &mut grads)?; // [L·B, d]
        let through_z = dz.map_or_else(|| z.zeros_like(), |dz| &z * dz)?.sum_all()?; // []
        let slopes = (&loss + through_z)?.backward()?;
        let slope = |t: &Tensor| slopes.get(t).cloned().map_or_else(|| t.zeros_like(), Ok);
        let dq = Posterior { mu: slope(&q.mu)?, log_var: q.log_var.as_ref().map(slope).transpose()? }; // [B, d]
        self.encoder.backward(&encoded, &dq, &mut grads)?;
        Ok(Gradients { elbo, loss: loss.to_scalar::<f32>()?, grads, pixels })
    }
}

/// The values of a tensor as the beginning of a graph.
fn leaf(values: &Tensor) -> Result<Tensor, ModelError> {
    Ok(Var::from_tensor(&values.detach())?.into_inner())
}

fn leaves(q: &Posterior) -> Result<Posterior, ModelError> {
    Ok(Posterior { mu: leaf(&q.mu)?, log_var: q.log_var.as_ref().map(leaf).transpose()? })
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;
    use crate::config::{Arch, Kind, Likelihood, ModelConfig};
    use crate::model::ImageShape;
    use crate::rng::{Rng, Stream};

    const SHAPE: ImageShape = ImageShape { side: 17, channels: 3 };

    fn normals(counter: u64, rows: usize, columns: usize) -> Tensor {
        let values = Rng::new(5, Stream::TrainNoise, counter).normals(rows * columns);
        Tensor::from_vec(values, (rows, columns), &Device::Cpu).unwrap()
    }

    /// Against candle's own way back through the whole graph.
    #[track_caller]
    fn check(kind: Kind, arch: Arch, likelihood: Likelihood, n_samples: usize, free_bits: f64) {
        let config =
            ModelConfig { kind, arch, likelihood, latent_dim: 3, sigma: 0.4, hidden: 7, ..ModelConfig::default() };
        let mut vae = Vae::new(&config, SHAPE, 3).unwrap();
        let x = normals(9, 5, SHAPE.pixels()).affine(0.2, 0.5).unwrap().clamp(0.0, 1.0).unwrap(); // [B, P]
        let eps = normals(2, 5 * n_samples, 3); // [L·B, d]
        let Gradients { elbo, loss, grads, pixels } = vae.gradients(&x, &eps, n_samples, 0.7, free_bits).unwrap();
        vae.pixels_mut().follow(&pixels, 1.0);
        let stock = vae.elbo(&x, &eps, n_samples).unwrap();
        let stock_loss = stock.loss(0.7, free_bits).unwrap();
        let expected = stock_loss.backward().unwrap();
        let flat = |t: &Tensor| t.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        assert_eq!(loss, stock_loss.to_scalar::<f32>().unwrap());
        assert_eq!(flat(&elbo.recon), flat(&stock.recon));
        assert_eq!(flat(&elbo.kl), flat(&stock.kl));
        for param in vae.params() {
            let (got, expected) = (flat(grads.get(&param.values).unwrap()), flat(expected.get(&param.values).unwrap()));
            let scale = expected.iter().fold(1e-3_f32, |most, v| most.max(v.abs()));
            let furthest = got.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(furthest <= 2e-6 * scale, "{} {config:?}: off by {furthest} of {scale}", param.name);
        }
    }

    #[test]
    fn the_cut_graph_has_the_gradient_of_the_whole() {
        for arch in Arch::ALL {
            for likelihood in Likelihood::ALL {
                check(Kind::Vae, *arch, *likelihood, 1, 0.0);
                check(Kind::Vae, *arch, *likelihood, 3, 0.2);
                check(Kind::Ae, *arch, *likelihood, 1, 0.0);
            }
        }
    }
}
