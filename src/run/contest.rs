//! Plain autoencoder, VAE and PCA on the same images: the same split, seed and budget of steps for both networks, and the
//! best linear map there is. The error is the mean of (x − f(x))² over pixel values in [0, 1], at z = μ, on the images
//! that were held.
//!
//! An autoencoder with linear layers finds the plane of PCA (Baldi & Hornik 1989), so its error is what a network that
//! is not linear has to beat.

pub mod contestant;

use std::ops::ControlFlow;
use std::sync::Arc;

use rayon::ThreadPool;

use crate::config::{Kind, RunConfig};
use crate::data::{Dataset, Split, evenly};
use crate::math::pca::{Pca, pca_of};
use crate::model::ModelError;
use crate::threads::pool;
use crate::train::{TrainError, Trainer, evaluate};

pub use contestant::{Contestant, Learned, Method};

/// The smaller of images and pixels is at most this for PCA, whose time grows with its cube.
const PCA_SIDE: usize = 3000;
/// Images projected at once.
const BATCH: usize = 256;

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Networks that are trained.
    pub networks: usize,
    /// Networks in all.
    pub of: usize,
    /// What is trained now.
    pub method: Method,
    /// Its dimensions of z.
    pub latent_dim: usize,
    /// Its steps so far.
    pub step: u64,
    /// Its steps in all.
    pub total_steps: u64,
    /// Steps of one epoch.
    pub steps_per_epoch: u64,
}

/// What is told while it goes on.
#[derive(Debug)]
pub enum News<'a> {
    /// Before every step.
    Step(Progress),
    /// This one has ended; PCA comes first, at every number of dimensions.
    Ended(&'a Contestant),
}

/// PCA, AE and VAE in this order, for each of `dims`; all but `model.kind` and `model.latent_dim` as in `config`.
/// `told` may end it between two steps: `Ok(None)`.
pub fn contest(
    config: &RunConfig,
    data: &Arc<Dataset>,
    dims: &[usize],
    told: &dyn Fn(News<'_>) -> ControlFlow<()>,
) -> Result<Option<Vec<Contestant>>, TrainError> {
    let mut configs = Vec::new();
    for &latent_dim in dims {
        for kind in [Kind::Ae, Kind::Vae] {
            let mut config = config.clone();
            (config.model.kind, config.model.latent_dim) = (kind, latent_dim);
            config.validate()?;
            configs.push(config);
        }
    }
    let split = data.split(config.data.validation_fraction, config.train.seed);
    if split.train.is_empty() {
        return Err(TrainError::NoImages(data.name.clone()));
    }
    let pool = pool("contest", config.train.threads, true).map_err(|e| TrainError::Thread(e.to_string()))?;
    let mut all = linear(data, &split, dims);
    if all.iter().any(|contestant| told(News::Ended(contestant)).is_break()) {
        return Ok(None);
    }
    let of = configs.len();
    for (networks, config) in configs.into_iter().enumerate() {
        let (method, latent_dim) = (Method::of(config.model.kind), config.model.latent_dim);
        let step = |step, total_steps, steps_per_epoch| {
            told(News::Step(Progress { networks, of, method, latent_dim, step, total_steps, steps_per_epoch }))
        };
        let Some(network) = network(config, data, &split, &pool, &step)? else { return Ok(None) };
        if told(News::Ended(&network)).is_break() {
            return Ok(None);
        }
        all.push(network);
    }
    // By dimension, as asked for; a stable sort keeps PCA, AE and VAE in order.
    all.sort_by_key(|contestant| dims.iter().position(|d| *d == contestant.latent_dim));
    Ok(Some(all))
}

fn network(
    config: RunConfig,
    data: &Arc<Dataset>,
    split: &Split,
    pool: &ThreadPool,
    told: &dyn Fn(u64, u64, u64) -> ControlFlow<()>,
) -> Result<Option<Contestant>, TrainError> {
    let (latent_dim, seed) = (config.model.latent_dim, config.train.seed);
    let mut trainer = pool.install(|| Trainer::new(config, Arc::clone(data)))?;
    let (total, per_epoch) = (trainer.total_steps(), trainer.steps_per_epoch());
    for step in 0..total {
        if told(step, total, per_epoch).is_break() {
            return Ok(None);
        }
        pool.install(|| trainer.step())?;
    }
    let snapshot = trainer.snapshot()?;
    let mse = |indices: &[u32]| -> Result<Option<f64>, ModelError> {
        let found = pool.install(|| evaluate(snapshot.vae(), data, indices, seed, true, &|_| true))?;
        let sse = found.and_then(|evaluation| evaluation.sse).filter(|_| !indices.is_empty());
        Ok(sse.map(|sse| sse / data.pixels_per_image() as f64))
    };
    let (train_mse, test_mse) = (mse(&split.train)?.unwrap_or(f64::NAN), mse(&split.validation)?);
    Ok(Some(Contestant { latent_dim, learned: Learned::Network(snapshot), train_mse, test_mse, steps: total }))
}

/// PCA at each number of dimensions, from one decomposition; none when there are fewer than two images.
fn linear(data: &Dataset, split: &Split, dims: &[usize]) -> Vec<Contestant> {
    let width = data.pixels_per_image();
    // Wide images need all that are looked at in memory, so of these evenly taken ones count.
    let most = if width > PCA_SIDE { PCA_SIDE } else { usize::MAX };
    let some = evenly(split.train.len(), most);
    let taken: Vec<u32> = some.iter().filter_map(|i| split.train.get(*i as usize).copied()).collect();
    let most = dims.iter().copied().max().unwrap_or(0);
    let found = pca_of(taken.len(), width, most, &mut |block, rows| data.batch_into(&taken[block], rows));
    let Some(all) = found else { return Vec::new() };
    let errors = |indices: &[u32]| errors(&all, data, indices);
    let (train, test) = (errors(&split.train), errors(&split.validation));
    let at = |&latent_dim: &usize| {
        let kept = latent_dim.min(all.axes.len());
        let share = |errors: &[f64]| errors.get(kept).copied().unwrap_or(f64::NAN);
        Contestant {
            latent_dim,
            learned: Learned::Linear(all.first(kept)),
            train_mse: share(&train),
            test_mse: (!split.validation.is_empty()).then(|| share(&test)),
            steps: 0,
        }
    };
    dims.iter().map(at).collect()
}

/// Mean squared error per value when the first 0, 1, 2, … axes are kept: ‖x − m‖² − Σ (uᵀ(x − m))².
fn errors(pca: &Pca, data: &Dataset, indices: &[u32]) -> Vec<f64> {
    let (width, mut pixels) = (data.pixels_per_image(), Vec::new());
    let mut sums = vec![0.0; pca.axes.len() + 1];
    for batch in indices.chunks(BATCH) {
        data.batch_into(batch, &mut pixels);
        for x in pixels.chunks_exact(width) {
            let mut left: f64 = x.iter().zip(&pca.mean).map(|(x, m)| (f64::from(*x) - m).powi(2)).sum();
            let codes = pca.project(x);
            for (sum, code) in sums.iter_mut().zip(std::iter::once(0.0).chain(codes)) {
                left -= code * code;
                *sum += left;
            }
        }
    }
    let values = (indices.len() * width).max(1) as f64;
    sums.iter().map(|sum| sum / values).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Likelihood;

    /// Blobs of two positions and a brightness, which vary in three directions that are not linear.
    fn blobs() -> Arc<Dataset> {
        let pixel = |i: usize, p: usize| {
            let (x, y) = ((p % 16) as f64, (p / 16) as f64);
            let (a, b) = (4.0 + (i * 7 % 60) as f64 * 0.13, 4.0 + (i * 11 % 47) as f64 * 0.17);
            (255.0 * (-((x - a).powi(2) + (y - b).powi(2)) / 8.0).exp()) as u8
        };
        let pixels = (0..300).flat_map(|i| (0..256).map(move |p| pixel(i, p))).collect();
        Arc::new(Dataset::made("blobs", (16, 1), pixels))
    }

    fn config() -> RunConfig {
        let mut config = RunConfig::default();
        (config.model.hidden, config.train.epochs, config.train.batch) = (64, 60, 30);
        (config.model.likelihood, config.model.sigma, config.train.threads) = (Likelihood::Gaussian, 0.1, 1);
        config
    }

    #[test]
    fn all_three_stand_side_by_side_and_the_networks_beat_the_plane() {
        let data = blobs();
        let found = contest(&config(), &data, &[2, 6], &|_| ControlFlow::Continue(())).unwrap().unwrap();
        let words: Vec<_> = found.iter().map(|c| (c.method().word(), c.latent_dim)).collect();
        assert_eq!(words, [("pca", 2), ("ae", 2), ("vae", 2), ("pca", 6), ("ae", 6), ("vae", 6)]);
        let test: Vec<f64> = found.iter().map(|c| c.test_mse.unwrap()).collect();
        assert!(test[3] < test[0], "more axes leave less: {test:?}");
        assert!(test[1] < 0.9 * test[0] && test[2] < test[0], "two curved dimensions beat two straight ones: {test:?}");
        assert!(found.iter().all(|c| (c.steps == 0) == (c.method() == Method::Pca)));
    }

    /// The definition: project on the axes, come back, and take the squares.
    #[test]
    fn the_error_of_pca_is_that_of_its_reconstructions() {
        let (data, config) = (blobs(), config());
        let split = data.split(config.data.validation_fraction, config.train.seed);
        for contestant in linear(&data, &split, &[2, 6]) {
            let Learned::Linear(pca) = &contestant.learned else { panic!("not linear") };
            assert_eq!(pca.axes.len(), contestant.latent_dim);
            let (mut sum, mut pixels) = (0.0, Vec::new());
            for idx in &split.validation {
                data.batch_into(&[*idx], &mut pixels);
                let back = pca.reconstruct(&pca.project(&pixels));
                sum += pixels.iter().zip(&back).map(|(x, f)| (f64::from(*x) - f).powi(2)).sum::<f64>();
            }
            let expected = sum / (split.validation.len() * 256) as f64;
            assert!(
                (contestant.test_mse.unwrap() - expected).abs() < 1e-10,
                "{:?} against {expected}",
                contestant.test_mse
            );
            let each = contestant.squared_errors(&data, &split.validation).unwrap();
            let mean = each.iter().sum::<f64>() / (each.len() * 256) as f64;
            assert!((mean - expected).abs() < 1e-7, "{mean} against {expected}");
        }
    }

    #[test]
    fn it_ends_when_told() {
        let stop = |news: News<'_>| {
            let News::Step(p) = news else { return ControlFlow::Continue(()) };
            assert_eq!(p.of, 2);
            if (p.networks, p.step) == (1, 3) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let mut config = config();
        config.train.epochs = 1;
        assert!(contest(&config, &blobs(), &[2], &stop).unwrap().is_none());
        let error = contest(&config, &blobs(), &[1], &stop).unwrap_err().to_string();
        assert!(error.contains("model.latent_dim is 1"), "{error}");
    }
}
