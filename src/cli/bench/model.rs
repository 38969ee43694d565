//! The yardstick models.

use std::sync::Arc;

use crate::config::{Arch, RunConfig};
use crate::data::Dataset;
use crate::model::ImageShape;
use crate::rng::{Rng, Stream};
use crate::train::{TrainError, Trainer};

/// A model whose speed is known elsewhere too.
#[derive(Debug, Clone, Copy)]
pub struct Yardstick {
    /// Its key in the report.
    pub name: &'static str,
    arch: Arch,
    /// Shape of its images.
    pub shape: ImageShape,
    latent_dim: usize,
    /// Images per step.
    pub batch: usize,
}

/// The three, smallest first.
pub const YARDSTICKS: &[Yardstick] = &[
    Yardstick { name: "mlp", arch: Arch::Mlp, shape: ImageShape { side: 28, channels: 1 }, latent_dim: 2, batch: 128 },
    Yardstick {
        name: "conv28",
        arch: Arch::Conv,
        shape: ImageShape { side: 28, channels: 1 },
        latent_dim: 2,
        batch: 128,
    },
    Yardstick {
        name: "conv64",
        arch: Arch::Conv,
        shape: ImageShape { side: 64, channels: 3 },
        latent_dim: 32,
        batch: 64,
    },
];

impl Yardstick {
    /// A trainer on sixteen batches of noise.
    pub fn trainer(&self) -> Result<Trainer, TrainError> {
        let mut config = RunConfig::default();
        config.model.arch = self.arch;
        config.model.latent_dim = self.latent_dim;
        config.train.batch = self.batch;
        config.data.validation_fraction = 0.0;
        Trainer::new(config, Arc::new(noise_images(self.batch * 16, self.shape)))
    }

    /// Floating-point operations of one training step: two for each multiply-add, once forward, once for the
    /// gradient of the weights, once for that of the input, which the first layer does without.
    pub fn flops_per_step(&self) -> f64 {
        let (encoder_and_decoder, first) = self.multiply_adds();
        2.0 * self.batch as f64 * (3.0 * encoder_and_decoder - first)
    }

    /// Multiply-adds per image: of all layers, and of the first one.
    fn multiply_adds(&self) -> (f64, f64) {
        let d = self.latent_dim;
        let (layers, heads): (Vec<usize>, usize) = match self.arch {
            Arch::Mlp => {
                let h = RunConfig::default().model.hidden;
                (vec![self.shape.pixels() * h, h * h], h * d)
            }
            Arch::Conv => {
                let maps = self.shape.maps();
                let taps = 16;
                let stages = maps.iter().zip(maps.iter().skip(1));
                let layers = stages.map(|(from, to)| to.side * to.side * to.channels * from.channels * taps).collect();
                (layers, maps.last().map_or(0, |m| m.len()) * d)
            }
        };
        let body: usize = layers.iter().sum();
        // The decoder mirrors the encoder; the encoder has two heads, μ and log σ².
        ((2 * body + 3 * heads) as f64, layers.first().copied().unwrap_or(0) as f64)
    }
}

fn noise_images(n: usize, shape: ImageShape) -> Dataset {
    let noise = Rng::new(0, Stream::TrainNoise, 0).uniforms(n * shape.pixels(), 127.0);
    Dataset::made("noise", (shape.side, shape.channels), noise.iter().map(|v| (v + 127.0) as u8).collect())
}
