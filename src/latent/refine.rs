//! A better z for one image than the encoder gave: gradient descent on z alone, which takes back what amortisation cost
//! (Cremer et al. 2018; Kim et al. 2018).

use std::ops::ControlFlow;

use crate::math::lbfgs::{self, Limits, Problem};
use crate::model::{ModelError, Snapshot};

/// Three steps that gain less than this share are the end.
pub const LIMITS: Limits = Limits { steps: 200, tolerance: 1e-5 };

/// What is lowered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// −log p(x|z): the best reconstruction.
    Reconstruction,
    /// −log p(x|z) − log p(z): the mode of p(z|x), which stays nearer to the prior.
    Posterior,
}

/// A point before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct Refined {
    /// The better point, `[d]`; the start itself when nothing better was found.
    pub z: Vec<f32>,
    /// −log p(x|z) at the start, nats.
    pub before_nats: f64,
    /// The same at `z`; with [`Target::Reconstruction`] never above `before_nats`.
    pub after_nats: f64,
    /// Steps taken.
    pub steps: usize,
}

/// Improves `start` (`[d]`) for the image `x` (`[P]` in [0, 1]). `progress` is told −log p(x|z), or what is lowered, after
/// each step; `Ok(None)` when it ended the search.
pub fn refine(
    snapshot: &Snapshot,
    x: &[f32],
    start: &[f32],
    target: Target,
    progress: &mut dyn FnMut(usize, f64) -> ControlFlow<()>,
) -> Result<Option<Refined>, ModelError> {
    let nll =
        |z: &[f32]| snapshot.misfit_and_slope(z, x).map(|(nll, _)| nll.first().map_or(f64::NAN, |v| f64::from(*v)));
    let before_nats = nll(start)?;
    let mut search = Search { snapshot, x, target, progress };
    let x = start.iter().map(|v| f64::from(*v)).collect();
    let Some(found) = lbfgs::minimise(&mut search, x, LIMITS)? else { return Ok(None) };
    let z: Vec<f32> = found.x.iter().map(|v| *v as f32).collect();
    let after_nats = nll(&z)?;
    Ok(Some(Refined { z, before_nats, after_nats, steps: found.steps }))
}

struct Search<'a> {
    snapshot: &'a Snapshot,
    x: &'a [f32],
    target: Target,
    progress: &'a mut dyn FnMut(usize, f64) -> ControlFlow<()>,
}

impl Problem for Search<'_> {
    type Error = ModelError;

    fn value(&mut self, z: &[f64]) -> Result<(f64, Vec<f64>), ModelError> {
        let narrow: Vec<f32> = z.iter().map(|v| *v as f32).collect();
        let (nll, slope) = self.snapshot.misfit_and_slope(&narrow, self.x)?;
        let mut value: f64 = nll.iter().map(|v| f64::from(*v)).sum();
        let mut slope: Vec<f64> = slope.iter().map(|v| f64::from(*v)).collect();
        if self.target == Target::Posterior {
            // −log N(z; 0, I) = ½ ‖z‖² + a constant
            value += 0.5 * z.iter().map(|v| v * v).sum::<f64>();
            slope.iter_mut().zip(z).for_each(|(slope, z)| *slope += z);
        }
        Ok((value, slope))
    }

    /// A first step as long as the prior is wide is a good guess, whatever the unit of the gradient.
    fn precondition(&self, gradient: Vec<f64>) -> Vec<f64> {
        let norm = gradient.iter().map(|v| v * v).sum::<f64>().sqrt();
        gradient.into_iter().map(|v| v / norm.max(1.0)).collect()
    }

    fn watch(&mut self, steps: usize, value: f64) -> ControlFlow<()> {
        (self.progress)(steps, value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Activation, Arch, Likelihood, ModelConfig};
    use crate::model::{ImageShape, Vae};
    use crate::rng::{Rng, Stream};

    const SHAPE: ImageShape = ImageShape { side: 16, channels: 1 };

    fn snapshot(arch: Arch, likelihood: Likelihood) -> Snapshot {
        let sizes = ModelConfig { latent_dim: 2, sigma: 0.1, hidden: 24, ..ModelConfig::default() };
        let config = ModelConfig { arch, likelihood, activation: Activation::Tanh, ..sizes };
        Snapshot::of(&Vae::new(&config, SHAPE, 3).unwrap(), 0, 0.0).unwrap()
    }

    fn on(_: usize, _: f64) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    #[test]
    fn an_image_that_the_decoder_made_is_found_again() {
        for likelihood in Likelihood::ALL {
            let snapshot = snapshot(Arch::Mlp, *likelihood);
            let made = [0.8_f32, -0.5];
            let x = snapshot.decode(&made).unwrap();
            let found = refine(&snapshot, &x, &[0.0, 0.0], Target::Reconstruction, &mut on).unwrap().unwrap();
            assert!(found.after_nats < found.before_nats, "{found:?}");
            let off = found.z.iter().zip(made).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(off < 0.05, "{likelihood}: {found:?}");
        }
    }

    #[test]
    fn it_is_never_worse_than_the_start_and_the_prior_holds_it_back() {
        let x = Rng::new(1, Stream::TrainNoise, 0)
            .uniforms(SHAPE.pixels(), 0.5)
            .iter()
            .map(|v| v + 0.5)
            .collect::<Vec<_>>();
        for arch in Arch::ALL {
            let snapshot = snapshot(*arch, Likelihood::Gaussian);
            let go = |target| refine(&snapshot, &x, &[1.0, 2.0], target, &mut on).unwrap().unwrap();
            let (free, held) = (go(Target::Reconstruction), go(Target::Posterior));
            assert!(free.after_nats <= free.before_nats, "{free:?}");
            let norm = |z: &[f32]| z.iter().map(|v| v * v).sum::<f32>();
            let lowered = |found: &Refined| found.after_nats + 0.5 * f64::from(norm(&found.z));
            assert!(lowered(&held) <= held.before_nats + 2.5 && lowered(&held) <= lowered(&free) + 0.05, "{held:?}");
        }
    }

    #[test]
    fn it_ends_when_told() {
        let snapshot = snapshot(Arch::Mlp, Likelihood::Bernoulli);
        let x = snapshot.decode(&[1.0, 1.0]).unwrap();
        let mut told = Vec::new();
        let ended = refine(&snapshot, &x, &[0.0, 0.0], Target::Reconstruction, &mut |step, value| {
            told.push(value);
            if step == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(ended.unwrap(), None);
        assert!(told.len() == 3 && told.windows(2).all(|pair| pair[1] < pair[0]), "{told:?}");
    }
}
