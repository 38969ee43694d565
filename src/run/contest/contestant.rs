//! One of those that learned the images: what it encodes, decodes and draws.

use crate::config::Kind;
use crate::data::{self, Dataset};
use crate::lens::Source;
use crate::math::pca::Pca;
use crate::model::{ModelError, Snapshot};

use super::BATCH;

/// How the images were learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Principal component analysis.
    Pca,
    /// A plain autoencoder.
    Ae,
    /// A variational one.
    Vae,
}

impl Method {
    /// Every method, in the order shown.
    pub const ALL: [Self; 3] = [Self::Pca, Self::Ae, Self::Vae];

    /// That of a network.
    pub fn of(kind: Kind) -> Self {
        match kind {
            Kind::Ae => Self::Ae,
            Kind::Vae => Self::Vae,
        }
    }

    /// `pca`, `ae` or `vae`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pca => "pca",
            Self::Ae => Kind::Ae.word(),
            Self::Vae => Kind::Vae.word(),
        }
    }
}

/// What learned the images.
#[derive(Debug, Clone)]
pub enum Learned {
    /// A network, plain or variational.
    Network(Snapshot),
    /// The first axes of a PCA.
    Linear(Pca),
}

/// One of them, at one number of dimensions.
#[derive(Debug, Clone)]
pub struct Contestant {
    /// Dimensions of z that were asked for; a PCA of images that vary in fewer directions has fewer.
    pub latent_dim: usize,
    /// What it learned.
    pub learned: Learned,
    /// Mean squared error per pixel value on the images it learned from.
    pub train_mse: f64,
    /// The same on the images that were held; none when none were.
    pub test_mse: Option<f64>,
    /// Training steps; 0 for PCA.
    pub steps: u64,
}

impl Contestant {
    /// How it learned.
    pub fn method(&self) -> Method {
        match &self.learned {
            Learned::Linear(_) => Method::Pca,
            Learned::Network(snapshot) => Method::of(snapshot.vae().config.kind),
        }
    }

    /// The length of its codes: `latent_dim`, but for a PCA that has fewer axes.
    pub fn code_len(&self) -> usize {
        match &self.learned {
            Learned::Network(_) => self.latent_dim,
            Learned::Linear(pca) => pca.axes.len(),
        }
    }

    /// The codes of images `x`, `[n, P]` in [0, 1]: `[n, k]`. μ(x) of a network, the whitened scores of PCA, which have a
    /// variance of 1 over the images it learned from, so that N(0, I) means the same to all three.
    pub fn codes(&self, x: &[f32]) -> Result<Vec<f32>, ModelError> {
        match &self.learned {
            Learned::Network(snapshot) => Ok(snapshot.encode(x)?.mu),
            Learned::Linear(pca) => {
                let code = |x| pca.whiten(x);
                Ok(x.chunks_exact(pca.mean.len()).flat_map(code).map(|z| z as f32).collect())
            }
        }
    }

    /// The images of codes `z`, `[n, k]`: `[n, P]`, the mean of p(x|z).
    pub fn decode(&self, z: &[f32]) -> Result<Vec<f32>, ModelError> {
        match &self.learned {
            Learned::Network(snapshot) => snapshot.decode(z),
            Learned::Linear(pca) => {
                let image = |z: &[f32]| pca.unwhiten(&z.iter().map(|z| f64::from(*z)).collect::<Vec<_>>());
                Ok(z.chunks_exact(self.code_len().max(1)).flat_map(image).map(|v| v as f32).collect())
            }
        }
    }

    /// What `n` draws z ~ N(0, I) decode to, `[n, P]`; the same z for every method of so many dimensions. For PCA that is
    /// probabilistic PCA without the noise off its plane: x = m + U Λ^½ z, with the images' own variances Λ (Tipping &
    /// Bishop 1999, section 3).
    pub fn drawn(&self, n: usize, seed: u64, round: u64) -> Result<Vec<f32>, ModelError> {
        let z = Source::Prior.points(n, self.latent_dim, seed, round);
        let known = |z: &[f32]| z.iter().take(self.code_len()).copied().collect::<Vec<_>>();
        self.decode(&z.chunks_exact(self.latent_dim).flat_map(known).collect::<Vec<_>>())
    }

    /// What becomes of images `x`, `[n, P]` in [0, 1], that are encoded and decoded at z = μ: `[n, P]`.
    pub fn reconstruct(&self, x: &[f32]) -> Result<Vec<f32>, ModelError> {
        match &self.learned {
            Learned::Network(snapshot) => snapshot.decode(&snapshot.encode(x)?.mu),
            Learned::Linear(pca) => {
                let back = |x| pca.reconstruct(&pca.project(x));
                Ok(x.chunks_exact(pca.mean.len()).flat_map(back).map(|v| v as f32).collect())
            }
        }
    }

    /// Σ (x − f(x))² of each of some images of `data`, which may be others than it learned from, over pixel values in
    /// [0, 1]; a network of binary pixels sees them as in `test_mse`.
    pub fn squared_errors(&self, data: &Dataset, indices: &[u32]) -> Result<Vec<f64>, ModelError> {
        let (width, mut pixels) = (data.pixels_per_image(), Vec::new());
        let mut errors = Vec::with_capacity(indices.len());
        for batch in indices.chunks(BATCH) {
            match &self.learned {
                Learned::Network(snapshot) => snapshot.vae().observe(data, batch, &mut pixels),
                Learned::Linear(_) => data.batch_into(batch, &mut pixels),
            }
            let back = self.reconstruct(&pixels)?;
            errors.extend(data::squared_errors(&pixels, &back, width));
        }
        Ok(errors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Init, ModelConfig};
    use crate::math::pca::pca;
    use crate::model::{ImageShape, Vae};

    fn linear(latent_dim: usize) -> Contestant {
        let at = |i: usize| ((i * 31 + i * i % 17 * 5) % 97) as f32 / 97.0 * if i % 6 < 2 { 1.0 } else { 0.3 };
        let rows: Vec<f32> = (0..40 * 6).map(at).collect();
        let learned = Learned::Linear(pca(&rows, 6, latent_dim).unwrap());
        Contestant { latent_dim, learned, train_mse: 0.0, test_mse: None, steps: 0 }
    }

    fn network(latent_dim: usize) -> Contestant {
        let config = ModelConfig { latent_dim, hidden: 16, init: Init::Pytorch, ..ModelConfig::default() };
        let vae = Vae::new(&config, ImageShape { side: 16, channels: 1 }, 5).unwrap();
        let learned = Learned::Network(Snapshot::of(&vae, 0, 0.0).unwrap());
        Contestant { latent_dim, learned, train_mse: 0.0, test_mse: None, steps: 1 }
    }

    /// A reconstruction is what the code decodes to, whatever the method.
    #[test]
    fn codes_decode_to_the_reconstructions() {
        for (contestant, width) in [(linear(3), 6), (network(2), 256)] {
            let x: Vec<f32> = (0..4 * width).map(|i| (i * 7 % 11) as f32 / 11.0).collect();
            let codes = contestant.codes(&x).unwrap();
            assert_eq!(codes.len(), 4 * contestant.code_len());
            let (back, through) = (contestant.decode(&codes).unwrap(), contestant.reconstruct(&x).unwrap());
            let off = back.iter().zip(&through).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(off < 1e-5 && back.len() == x.len(), "{off}");
        }
    }

    /// The draws of PCA have the mean and the variances along its axes that the images have.
    #[test]
    fn draws_of_pca_vary_as_its_images_do() {
        let contestant = linear(2);
        let Learned::Linear(pca) = &contestant.learned else { panic!("not linear") };
        let n = 20_000;
        let drawn = contestant.drawn(n, 0, 0).unwrap();
        for (j, variance) in pca.variance.iter().enumerate() {
            let scores: Vec<f64> = drawn.chunks_exact(6).map(|x| pca.project(x)[j]).collect();
            let mean = scores.iter().sum::<f64>() / n as f64;
            let found = scores.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / (n - 1) as f64;
            // Standard errors: 0.7 % of a σ, 1 % of a variance.
            assert!(mean.abs() < 0.03 * variance.sqrt(), "{mean}");
            assert!((found / variance - 1.0).abs() < 0.04, "{found} against {variance}");
        }
    }

    #[test]
    fn a_pca_with_fewer_axes_than_asked_for_still_draws() {
        let rows = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.9, 0.8, 0.1];
        let learned = Learned::Linear(pca(&rows, 3, 8).unwrap());
        let contestant = Contestant { latent_dim: 8, learned, train_mse: 0.0, test_mse: None, steps: 0 };
        assert_eq!((contestant.code_len(), contestant.drawn(5, 0, 0).unwrap().len()), (2, 15));
    }
}
