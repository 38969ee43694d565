//! Gradients by z of what is decoded, the weights held: what moves through latent space asks for.

use candle_core::backprop::GradStore;
use candle_core::{Device, Tensor, Var};

use crate::model::{ModelError, Snapshot};

/// The decoder at some points, and the way back from there.
#[derive(Debug)]
pub struct Decoded<'a> {
    snapshot: &'a Snapshot,
    /// Every layer's answer; the first is z.
    trace: Vec<Tensor>,
    /// f(z), the mean of p(x|z), `[n, P]` in [0, 1].
    pub images: Vec<f32>,
}

impl Snapshot {
    /// f(z), the mean of p(x|z), at points `[n, d]`, with the way back.
    pub fn decode_for_gradient(&self, z: &[f32]) -> Result<Decoded<'_>, ModelError> {
        let z = self.points(z)?; // [n, d]
        let trace = self.vae().decoder.trace(&z)?;
        let logits = trace.last().unwrap_or(&z).flatten_all()?; // [n · P]
        let mut images = logits.to_vec1::<f32>()?;
        crate::kernels::sigmoid(&mut images);
        Ok(Decoded { snapshot: self, trace, images })
    }

    /// −log p(x|z) in nats at points z `[n, d]`, `[n]`, and its gradient by z, `[n, d]`: x is `[n, P]` in [0, 1].
    pub fn misfit_and_slope(&self, z: &[f32], x: &[f32]) -> Result<(Vec<f32>, Vec<f32>), ModelError> {
        let (vae, z) = (self.vae(), self.points(z)?); // [n, d]
        let n = z.dim(0)?;
        if x.len() != n * vae.shape.pixels() {
            return Err(ModelError::Length { what: "an image", got: x.len(), expected: n * vae.shape.pixels() });
        }
        let x = Tensor::from_slice(x, (n, vae.shape.pixels()), &Device::Cpu)?; // [n, P]
        let trace = vae.decoder.trace(&z)?;
        let logits = trace.last().unwrap_or(&z); // [n, P]
        let misfit = Var::from_tensor(&vae.pixels.misfit(logits, &x)?)?; // [n]
        let nll = vae.pixels.nll_at(&misfit, vae.shape.pixels())?; // [n]
        let d_misfit = nll.sum_all()?.backward()?.remove(&misfit); // [n]
        let d_misfit = d_misfit.map_or_else(|| misfit.zeros_like(), Ok)?;
        let d_logits = vae.pixels.misfit_backward(logits, &x, &d_misfit)?; // [n, P]
        Ok((nll.to_vec1::<f32>()?, self.lead_back(&trace, d_logits)?))
    }

    /// Points as the beginning of a graph.
    fn points(&self, z: &[f32]) -> Result<Tensor, ModelError> {
        let d = self.latent_dim();
        if z.is_empty() || !z.len().is_multiple_of(d) {
            return Err(ModelError::Length { what: "a latent point", got: z.len(), expected: d });
        }
        Ok(Var::from_slice(z, (z.len() / d, d), &Device::Cpu)?.into_inner())
    }

    /// From ∂loss/∂logits `[n, P]` to ∂loss/∂z, `[n, d]`.
    fn lead_back(&self, trace: &[Tensor], d_logits: Tensor) -> Result<Vec<f32>, ModelError> {
        let mut nothing_else = GradStore::default();
        let dz = self.vae().decoder.backward(trace, d_logits, &mut nothing_else)?; // [n, d]
        Ok(dz.map(|dz| dz.flatten_all()?.to_vec1::<f32>()).transpose()?.unwrap_or_default())
    }
}

impl Decoded<'_> {
    /// Σ_p J_pᵀ s_p, J the Jacobian of f: from ∂loss/∂f `[n, P]` to ∂loss/∂z, `[n, d]`.
    pub fn pull_back(&self, mut slope: Vec<f32>) -> Result<Vec<f32>, ModelError> {
        // f = logistic(logit), f' = f (1 − f)
        slope.iter_mut().zip(&self.images).for_each(|(slope, f)| *slope *= f * (1.0 - f));
        let pixels = self.snapshot.shape().pixels();
        let d_logits = Tensor::from_vec(slope, (self.images.len() / pixels, pixels), &Device::Cpu)?; // [n, P]
        self.snapshot.lead_back(&self.trace, d_logits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Activation, Arch, Likelihood, ModelConfig};
    use crate::model::{ImageShape, Vae};
    use crate::rng::{Rng, Stream};

    const SHAPE: ImageShape = ImageShape { side: 17, channels: 3 };

    fn snapshot(arch: Arch, likelihood: Likelihood) -> Snapshot {
        // Without the corners of a ReLU, across which no difference agrees.
        let activation = Activation::Tanh;
        let sizes = ModelConfig { latent_dim: 3, sigma: 0.4, hidden: 9, ..ModelConfig::default() };
        let config = ModelConfig { arch, likelihood, activation, ..sizes };
        Snapshot::of(&Vae::new(&config, SHAPE, 3).unwrap(), 0, 0.0).unwrap()
    }

    fn draws(counter: u64, n: usize) -> Vec<f32> {
        Rng::new(5, Stream::TrainNoise, counter).normals(n)
    }

    /// The slope of `loss` by every value of `z`, by central differences.
    #[track_caller]
    fn check(z: &[f32], slope: &[f32], loss: impl Fn(&[f32]) -> f64) {
        for j in 0..z.len() {
            let at = |h: f32| {
                let mut z = z.to_vec();
                z[j] += h;
                loss(&z)
            };
            let (h, got) = (0.01, f64::from(slope[j]));
            let expected = (at(h) - at(-h)) / f64::from(2.0 * h);
            assert!((got - expected).abs() < 0.02 * expected.abs() + 2e-3, "{j}: {got} against {expected}");
        }
    }

    #[test]
    fn a_pull_back_agrees_with_finite_differences() {
        for arch in Arch::ALL {
            let snapshot = snapshot(*arch, Likelihood::Bernoulli);
            let (z, slope) = (draws(0, 6), draws(1, 2 * SHAPE.pixels()));
            let decoded = snapshot.decode_for_gradient(&z).unwrap();
            let plain = snapshot.decode(&z).unwrap();
            assert!(decoded.images.iter().zip(&plain).all(|(a, b)| (a - b).abs() < 1e-6));
            let dot = |z: &[f32]| {
                let f = snapshot.decode(z).unwrap();
                f.iter().zip(&slope).map(|(f, s)| f64::from(*f) * f64::from(*s)).sum::<f64>()
            };
            check(&z, &decoded.pull_back(slope.clone()).unwrap(), dot);
        }
    }

    #[test]
    fn the_slope_of_a_misfit_agrees_with_finite_differences_of_the_likelihood() {
        for likelihood in Likelihood::ALL {
            let snapshot = snapshot(Arch::Mlp, *likelihood);
            let x: Vec<f32> = draws(2, 2 * SHAPE.pixels()).iter().map(|v| (0.5 + 0.2 * v).clamp(0.0, 1.0)).collect();
            let z = draws(3, 6);
            let nll = |z: &[f32]| {
                let z = Tensor::from_slice(z, (2, 3), &Device::Cpu).unwrap();
                let x = Tensor::from_slice(&x, (2, SHAPE.pixels()), &Device::Cpu).unwrap();
                let nll = snapshot.vae().reconstruction(&z, &x).unwrap().to_vec1::<f32>().unwrap();
                nll.iter().map(|v| f64::from(*v)).sum::<f64>()
            };
            let (values, slope) = snapshot.misfit_and_slope(&z, &x).unwrap();
            let total: f64 = values.iter().map(|v| f64::from(*v)).sum();
            assert!((total - nll(&z)).abs() < 1e-4 * total.abs(), "{total} against {}", nll(&z));
            check(&z, &slope, nll);
        }
    }
}
