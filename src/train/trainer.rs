//! The training loop's body: one call, one step. No thread, no clock, no file.

use std::sync::Arc;

use candle_core::{Device, Tensor};

use crate::config::RunConfig;
use crate::data::{Dataset, Split};
use crate::model::{ImageShape, Snapshot, Vae};
use crate::rng::{Rng, Stream};
use crate::train::optimizer::Adam;
use crate::train::{Checkpoint, Evaluation, StepStats, Terms, TrainError, evaluate};

/// A model in training.
pub struct Trainer {
    config: RunConfig,
    data: Arc<Dataset>,
    split: Split,
    vae: Vae,
    adam: Adam,
    /// Steps done.
    step: u64,
    /// Order of the training images in the epoch under way, and which epoch that is.
    order: Vec<u32>,
    order_epoch: Option<u64>,
}

impl Trainer {
    /// A new model on `data`, everything drawn from `config.train.seed`.
    pub fn new(config: RunConfig, data: Arc<Dataset>) -> Result<Self, TrainError> {
        let vae = Vae::new(&config.model, shape_of(&data), config.train.seed)?;
        Self::with_model(config, data, vae)
    }

    /// Goes on from `checkpoint` exactly as if training had never stopped.
    pub fn resume(config: RunConfig, data: Arc<Dataset>, checkpoint: &Checkpoint) -> Result<Self, TrainError> {
        let lookup = |name: &str| checkpoint.tensor(name).cloned();
        let vae = Vae::from_torch(&config.model, shape_of(&data), &lookup)?;
        let mut trainer = Self::with_model(config, data, vae)?;
        trainer.adam.load_moments(&lookup)?;
        trainer.step = checkpoint.step;
        Ok(trainer)
    }

    fn with_model(config: RunConfig, data: Arc<Dataset>, vae: Vae) -> Result<Self, TrainError> {
        let split = data.split(config.data.validation_fraction, config.train.seed);
        if split.train.is_empty() {
            return Err(TrainError::NoImages(data.name.clone()));
        }
        let adam = Adam::new(vae.params())?;
        Ok(Self { config, data, split, vae, adam, step: 0, order: Vec::new(), order_epoch: None })
    }

    /// Steps of one epoch; the last batch of an epoch may be smaller.
    pub fn steps_per_epoch(&self) -> u64 {
        self.split.train.len().div_ceil(self.config.train.batch) as u64
    }

    /// Steps of the whole run.
    pub fn total_steps(&self) -> u64 {
        self.steps_per_epoch() * self.config.train.epochs as u64
    }

    /// Steps done.
    pub fn step_count(&self) -> u64 {
        self.step
    }

    /// Passes over the training images done.
    pub fn epoch(&self) -> f64 {
        self.step as f64 / self.steps_per_epoch() as f64
    }

    /// Whether an epoch has just ended.
    pub fn at_epoch_end(&self) -> bool {
        self.step > 0 && self.step.is_multiple_of(self.steps_per_epoch())
    }

    /// β of the next step: linear warm-up from 0, then constant (Bowman et al. 2016; Sønderby et al. 2016).
    fn beta(&self) -> f64 {
        let train = &self.config.train;
        let warmed = if train.warmup_epochs > 0.0 { (self.epoch() / train.warmup_epochs).min(1.0) } else { 1.0 };
        train.beta * warmed
    }

    /// Draws the next batch, follows the gradient once. On `Err` the weights are those of the step before.
    ///
    /// The returned `seconds` is 0: the trainer has no clock.
    pub fn step(&mut self) -> Result<StepStats, TrainError> {
        let (beta, lr) = (self.beta(), self.config.train.lr);
        let x = self.next_batch()?; // [B, P]
        let n_images = x.dim(0)?;
        let n_samples = self.config.train.mc_samples;
        let eps = self.noise(n_samples * n_images)?; // [L·B, d]

        let (elbo, loss, grads) = self.vae.gradients(&x, &eps, n_samples, beta, self.config.train.free_bits)?;

        let step = self.step + 1;
        if !loss.is_finite() {
            return Err(TrainError::NotFinite { step });
        }
        let sigma = self.vae.sigma()?;
        self.adam.step(&grads, step, lr)?;
        self.step = step;

        let terms = Terms {
            recon_nats: f64::from(elbo.recon.mean_all()?.to_scalar::<f32>()?),
            kl_nats: f64::from(elbo.kl.mean(0)?.sum_all()?.to_scalar::<f32>()?),
        };
        Ok(StepStats { step, epoch: self.epoch(), seconds: 0.0, terms, beta, lr, sigma, n_images })
    }

    /// Pixels of the next batch, `[B, P]` in [0, 1].
    fn next_batch(&mut self) -> Result<Tensor, TrainError> {
        let epoch = self.step / self.steps_per_epoch();
        if self.order_epoch != Some(epoch) {
            let order = Rng::new(self.config.train.seed, Stream::Shuffle, epoch).permutation(self.split.train.len());
            self.order = order.iter().filter_map(|&i| self.split.train.get(i as usize).copied()).collect();
            self.order_epoch = Some(epoch);
        }
        let batch = self.config.train.batch;
        let start = (self.step % self.steps_per_epoch()) as usize * batch;
        let indices = self.order.get(start..(start + batch).min(self.order.len())).unwrap_or_default();
        let mut pixels = Vec::new();
        self.data.batch_into(indices, &mut pixels);
        Ok(Tensor::from_vec(pixels, (indices.len(), self.data.pixels_per_image()), &Device::Cpu)?)
    }

    /// ε of this step, `[n, d]`.
    fn noise(&self, n: usize) -> Result<Tensor, TrainError> {
        let d = self.config.model.latent_dim;
        let eps = Rng::new(self.config.train.seed, Stream::TrainNoise, self.step).normals(n * d);
        Ok(Tensor::from_vec(eps, (n, d), &Device::Cpu)?)
    }

    /// The held images, or `None` when none are held or `go_on` said no.
    pub fn validate(&self, go_on: &dyn Fn(usize) -> bool) -> Result<Option<Evaluation>, TrainError> {
        if self.split.validation.is_empty() {
            return Ok(None);
        }
        Ok(evaluate(&self.vae, &self.data, &self.split.validation, self.config.train.seed, false, go_on)?)
    }

    /// A frozen copy of the model as it is now.
    pub fn snapshot(&self) -> Result<Snapshot, TrainError> {
        Ok(Snapshot::of(&self.vae, self.step, self.epoch())?)
    }

    /// A deep copy of everything needed to go on.
    pub fn checkpoint(&self) -> Result<Checkpoint, TrainError> {
        Ok(Checkpoint { step: self.step, seconds: 0.0, tensors: self.adam.to_torch()? })
    }
}

/// Shape of one image of `data`.
fn shape_of(data: &Dataset) -> ImageShape {
    ImageShape { side: data.side, channels: data.channels }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::config::{Arch, Likelihood};
    use crate::data::ScanReport;

    /// `n` images of a bright square on dark ground, each at a place of its own.
    pub(crate) fn squares(n: usize, side: usize) -> Arc<Dataset> {
        let mut pixels = vec![20_u8; n * side * side];
        for image in 0..n {
            let (top, left) = (image * 3 % (side - 6), image * 5 % (side - 6));
            for row in top..top + 6 {
                let start = image * side * side + row * side + left;
                pixels[start..start + 6].fill(230);
            }
        }
        Arc::new(Dataset {
            name: "squares".into(),
            side,
            channels: 1,
            pixels: pixels.into(),
            classes: Vec::new(),
            labels: vec![None; n],
            names: (0..n).map(|i| format!("{i}.png")).collect(),
            root: None,
            report: ScanReport::default(),
            fingerprint: std::sync::OnceLock::new(),
        })
    }

    pub(crate) fn small_config() -> RunConfig {
        let mut config = RunConfig::default();
        config.model.hidden = 32;
        config.train.batch = 8;
        config.train.epochs = 5;
        config
    }

    fn bits(checkpoint: &Checkpoint) -> Vec<(String, Vec<u32>)> {
        let words =
            |t: &Tensor| t.flatten_all().unwrap().to_vec1::<f32>().unwrap().iter().map(|v| v.to_bits()).collect();
        checkpoint.tensors.iter().map(|(name, tensor)| (name.clone(), words(tensor))).collect()
    }

    fn run(trainer: &mut Trainer, steps: u64) -> Vec<StepStats> {
        (0..steps).map(|_| trainer.step().unwrap()).collect()
    }

    #[test]
    fn eight_images_are_learned_by_heart() {
        for arch in Arch::ALL {
            let mut config = small_config();
            config.model.arch = *arch;
            config.model.hidden = 64;
            config.model.likelihood = Likelihood::Gaussian;
            config.data.validation_fraction = 0.0;
            config.train.lr = 3e-3;
            let data = squares(8, 16);
            let mut trainer = Trainer::new(config, Arc::clone(&data)).unwrap();
            let first = run(&mut trainer, 1)[0].terms;
            let last = run(&mut trainer, 600).last().unwrap().terms;
            let evaluation = evaluate(&trainer.vae, &data, &trainer.split.train, 0, true, &|_| true).unwrap().unwrap();
            let sse = evaluation.sse.unwrap();
            // The eight pictures differ from their mean by 18 in squared error; under 1 they are told apart.
            assert!(sse < 1.0, "{arch}: squared error {sse}");
            assert!(last.elbo_nats() > first.elbo_nats() + 1000.0, "{arch}: {last:?} after {first:?}");
            assert_eq!(evaluation.active_units(), 2, "{arch}");
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_bits_and_another_seed_others() {
        let train = |seed| {
            let mut config = small_config();
            config.train.seed = seed;
            let mut trainer = Trainer::new(config, squares(30, 16)).unwrap();
            (run(&mut trainer, 12), bits(&trainer.checkpoint().unwrap()))
        };
        assert_eq!(train(4), train(4));
        assert_ne!(train(4).1, train(5).1);
    }

    #[test]
    fn going_on_from_a_checkpoint_is_as_if_never_stopped() {
        for arch in Arch::ALL {
            let mut config = small_config();
            config.model.arch = *arch;
            config.model.likelihood = Likelihood::GaussianLearned;
            let data = squares(30, 17);
            let mut whole = Trainer::new(config.clone(), Arc::clone(&data)).unwrap();
            let all = run(&mut whole, 11);
            let mut first = Trainer::new(config.clone(), Arc::clone(&data)).unwrap();
            run(&mut first, 6);
            let mut second = Trainer::resume(config, data, &first.checkpoint().unwrap()).unwrap();
            assert_eq!(run(&mut second, 5), all[6..]);
            assert_eq!(bits(&second.checkpoint().unwrap()), bits(&whole.checkpoint().unwrap()));
        }
    }

    #[test]
    fn an_epoch_shows_every_training_image_once() {
        let mut trainer = Trainer::new(small_config(), squares(30, 16)).unwrap();
        assert_eq!((trainer.split.train.len(), trainer.steps_per_epoch()), (27, 4));
        let shown: usize = run(&mut trainer, 4).iter().map(|s| s.n_images).sum();
        assert_eq!(shown, 27);
        assert!(trainer.at_epoch_end());
        let mut order = trainer.order.clone();
        order.sort_unstable();
        assert_eq!(order, trainer.split.train);
    }

    #[test]
    fn beta_rises_over_the_warm_up() {
        let mut config = small_config();
        config.train.beta = 2.0;
        config.train.warmup_epochs = 2.0;
        let mut trainer = Trainer::new(config, squares(30, 16)).unwrap();
        let betas: Vec<f64> = run(&mut trainer, 10).iter().map(|s| s.beta).collect();
        assert_eq!(betas[..5], [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(betas[8..], [2.0, 2.0]);
    }

    #[test]
    fn a_loss_that_is_not_finite_stops_before_the_weights_change() {
        let mut config = small_config();
        config.train.lr = 1.0;
        config.model.likelihood = Likelihood::Gaussian;
        config.model.sigma = 1e-3;
        let mut trainer = Trainer::new(config, squares(16, 16)).unwrap();
        let failed = loop {
            let before = bits(&trainer.checkpoint().unwrap());
            assert!(trainer.step_count() < 3000, "this run should have diverged");
            if let Err(error) = trainer.step() {
                assert_eq!(bits(&trainer.checkpoint().unwrap()), before);
                break error.to_string();
            }
        };
        assert!(failed.contains("not finite") && failed.contains("lower learning rate"), "{failed}");
    }
}
