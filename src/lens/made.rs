//! Small models and their images, for the tests of this floor.

use candle_core::{Device, Tensor};

use crate::config::{Arch, Init, Kind, Likelihood, ModelConfig};
use crate::data::Dataset;
use crate::model::snapshot::to_bytes;
use crate::model::{ImageShape, Pixels, Snapshot, Vae};

pub const SHAPE: ImageShape = ImageShape { side: 16, channels: 1 };

pub fn config(kind: Kind, likelihood: Likelihood, latent_dim: usize) -> ModelConfig {
    let (arch, init, sigma) = (Arch::Mlp, Init::Pytorch, 0.3);
    ModelConfig { kind, likelihood, arch, init, sigma, latent_dim, hidden: 16, ..ModelConfig::default() }
}

/// A new model with larger weights: its posteriors are narrower than the prior, and q is not the prior.
pub fn snapshot(likelihood: Likelihood, latent_dim: usize, enlarge: f64) -> Snapshot {
    build(&config(Kind::Vae, likelihood, latent_dim), enlarge)
}

/// With a decoder so sure of its pixels that its posteriors are about a hundredth wide.
pub fn sharp() -> Snapshot {
    build(&ModelConfig { sigma: 0.01, ..config(Kind::Vae, Likelihood::Gaussian, 2) }, 2.5)
}

fn build(config: &ModelConfig, enlarge: f64) -> Snapshot {
    let new = Vae::new(config, SHAPE, 5).unwrap();
    let factor = |name: &str| if name.ends_with("weight") { enlarge } else { 1.0 };
    let log_sigma = Tensor::new(&[0.3_f32.ln()], &Device::Cpu).unwrap();
    let lookup = |name: &str| {
        if name == Pixels::LOG_RMSE {
            return Some(log_sigma.clone());
        }
        let param = new.params().iter().find(|p| p.name == name)?;
        Some((param.layout.to_torch(&param.values).unwrap() * factor(name)).unwrap())
    };
    Snapshot::of(&Vae::from_torch(config, SHAPE, &lookup).unwrap(), 0, 0.0).unwrap()
}

/// What the model decodes at four places.
pub fn images_of(snapshot: &Snapshot) -> Dataset {
    let places = [[0.4, -0.3], [-1.0, 0.6], [0.9, 1.1], [0.0, 0.0]];
    let d = snapshot.latent_dim();
    let z: Vec<f32> = places.iter().flat_map(|place| (0..d).map(|j| place[j % 2])).collect();
    let pixels = to_bytes(&snapshot.decode(&z).unwrap());
    Dataset::made("decoded", (SHAPE.side, SHAPE.channels), pixels)
}

pub fn image(snapshot: &Snapshot, idx: u32) -> Vec<f32> {
    let mut pixels = Vec::new();
    images_of(snapshot).batch_into(&[idx], &mut pixels);
    pixels
}
