//! The training loop's body: one call, one step. No thread, no clock, no file.

use std::collections::VecDeque;
use std::sync::Arc;

use candle_core::{Device, Tensor};

use crate::config::{RunConfig, TrainConfig};
use crate::data::{Dataset, Split};
use crate::model::{Gradients, ImageShape, Snapshot, Vae};
use crate::rng::{Rng, Stream};
use crate::train::augment::augment;
use crate::train::mark::{self, Change, Mark, Moment};
use crate::train::optimizer::{Adam, Rule, to_go_on};
use crate::train::{Checkpoint, Divergence, Evaluation, StepStats, Terms, TrainError, evaluate};

/// A model in training.
pub struct Trainer {
    /// The settings of the next step.
    config: RunConfig,
    /// What was changed, or will be when its step comes.
    marks: Vec<Mark>,
    data: Arc<Dataset>,
    split: Split,
    vae: Vae,
    adam: Adam,
    /// Steps done.
    step: u64,
    /// Order of the training images in the epoch under way, and which epoch that is.
    order: Vec<u32>,
    order_epoch: Option<u64>,
    /// Where to go back to when numbers end: the last two states at a distance of [`BACK`], oldest first.
    back: VecDeque<Checkpoint>,
}

/// Steps between two states to go back to. A copy costs a fifth of a step, so this is little; and what ends in numbers
/// that are none has begun some steps before.
const BACK: u64 = 100;

impl Trainer {
    /// A new model on `data`, everything drawn from `config.train.seed`.
    pub fn new(config: RunConfig, data: Arc<Dataset>) -> Result<Self, TrainError> {
        let vae = Vae::new(&config.model, shape_of(&data), config.train.seed)?;
        Self::with_model(config, data, vae)
    }

    /// Goes on from `checkpoint` exactly as if training had never stopped.
    pub fn resume(config: RunConfig, data: Arc<Dataset>, checkpoint: &Checkpoint) -> Result<Self, TrainError> {
        let lookup = |name: &str| checkpoint.tensor(name).cloned();
        let vae = Vae::from_torch(&config.model, shape_of(&data), &|name| to_go_on(&lookup, name))?;
        let mut trainer = Self::with_model(config, data, vae)?;
        trainer.adam.load_moments(&lookup)?;
        trainer.step = checkpoint.step;
        Ok(trainer)
    }

    /// A new run whose weights are those of `from`, as far as their names and shapes are the same; the others are drawn.
    /// Also returns how many parameters were taken over, and of how many.
    pub fn from_weights(
        config: RunConfig,
        data: Arc<Dataset>,
        from: &Checkpoint,
    ) -> Result<(Self, usize, usize), TrainError> {
        let drawn = Vae::new(&config.model, shape_of(&data), config.train.seed)?;
        let mut tensors = Vec::with_capacity(drawn.params().len());
        let mut taken = 0;
        for param in drawn.params() {
            let own = param.layout.to_torch(&param.values)?;
            let old = from.tensor(&param.name).filter(|old| old.dims() == own.dims());
            taken += usize::from(old.is_some());
            tensors.push((param.name.as_str(), old.cloned().unwrap_or(own)));
        }
        // σ is measured again at the first step.
        let pixels = drawn.pixels().to_torch()?;
        let pixels = pixels.map(|(name, own)| (from.tensor(&name).cloned().unwrap_or(own), name));
        tensors.extend(pixels.iter().map(|(tensor, name)| (name.as_str(), tensor.clone())));
        let lookup = |name: &str| tensors.iter().find(|(n, _)| *n == name).map(|(_, tensor)| tensor.clone());
        let vae = Vae::from_torch(&config.model, shape_of(&data), &lookup)?;
        let all = drawn.params().len();
        Ok((Self::with_model(config, data, vae)?, taken, all))
    }

    fn with_model(config: RunConfig, data: Arc<Dataset>, vae: Vae) -> Result<Self, TrainError> {
        let split = data.split(config.data.validation_fraction, config.train.seed);
        if split.train.is_empty() {
            return Err(TrainError::NoImages(data.name.clone()));
        }
        let adam = Adam::new(vae.params())?;
        let marks = Vec::new();
        let (order, back) = (Vec::new(), VecDeque::new());
        Ok(Self { config, marks, data, split, vae, adam, step: 0, order, order_epoch: None, back })
    }

    /// The run's marks; the settings so far are those after all of them. What was changed after the step that training
    /// goes on from will be changed again when its step comes.
    #[must_use]
    pub fn with_marks(mut self, marks: Vec<Mark>) -> Self {
        self.config = mark::at_step(&self.config, &marks, self.step);
        self.marks = marks;
        self
    }

    /// Changes settings from the next step on.
    pub fn change(&mut self, changes: &[Change], seconds: f64) -> Result<(), TrainError> {
        let now = Moment { step: self.step, epoch: self.epoch(), seconds };
        // Those to come do not count any more.
        self.marks.retain(|mark| mark.step <= now.step);
        Ok(mark::change(&mut self.config, &mut self.marks, changes, now)?)
    }

    /// The settings of the next step.
    pub fn config(&self) -> &RunConfig {
        &self.config
    }

    /// What was changed, or will be again.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
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

    /// Draws the next batch, follows the gradient once. On `Err` the weights are those of the step before.
    ///
    /// The returned `seconds` is 0: the trainer has no clock.
    pub fn step(&mut self) -> Result<StepStats, TrainError> {
        for mark in self.marks.iter().filter(|mark| mark.step == self.step) {
            self.config.set(&mark.key, &mark.to)?;
        }
        if self.back.back().is_none_or(|last| last.step + BACK <= self.step) {
            if self.back.len() == 2 {
                self.back.pop_front();
            }
            self.back.push_back(self.checkpoint()?);
        }
        let per_step = 1.0 / self.steps_per_epoch() as f64;
        let train = &self.config.train;
        // In the middle of the step: a learning rate that begins or ends at 0 is 0 at no step.
        let (beta, lr) = (train.beta_at(self.epoch()), train.lr_at((self.step as f64 + 0.5) * per_step));
        let (n_samples, free_bits) = (train.mc_samples, train.free_bits);
        let rule = Rule { step: self.step + 1, lr, clip_norm: train.clip_norm, average: train.average };
        let x = self.next_batch()?; // [B, P]
        let n_images = x.dim(0)?;
        let eps = self.noise(n_samples * n_images)?; // [L·B, d]

        let Gradients { elbo, loss, grads, pixels } = self.vae.gradients(&x, &eps, n_samples, beta, free_bits)?;

        let step = rule.step;
        if !loss.is_finite() {
            return Err(TrainError::NotFinite(Divergence::at(step, "the loss")));
        }
        self.adam.step(&grads, rule)?;
        self.vae.pixels_mut().follow(&pixels, sigma_share(step));
        self.step = step;

        let terms = Terms {
            recon_nats: f64::from(elbo.recon.mean_all()?.to_scalar::<f32>()?),
            kl_nats: f64::from(elbo.kl.mean(0)?.sum_all()?.to_scalar::<f32>()?),
        };
        let sigma = pixels.sigma();
        Ok(StepStats { step, epoch: self.epoch(), seconds: 0.0, terms, beta, lr, sigma, n_images })
    }

    /// Goes back to a state that is some way before a step that could not be made; returns its step. What is changed from
    /// here on does not count what was changed after it.
    pub fn go_back(&mut self) -> Result<u64, TrainError> {
        let Some(good) = self.back.pop_front() else { return Ok(self.step) };
        self.back.clear();
        let lookup = |name: &str| good.tensor(name).cloned();
        self.adam.restore(&lookup)?;
        self.vae.restore_pixels(&lookup)?;
        let latest = self.marks.iter().fold(self.config.clone(), |mut config, mark| {
            let _known = config.set(&mark.key, &mark.to);
            config
        });
        self.config = mark::at_step(&latest, &self.marks, good.step);
        (self.step, self.order_epoch) = (good.step, None);
        Ok(self.step)
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
        let Dataset { side, channels, .. } = *self.data;
        let TrainConfig { flip, shift_pixels, seed, .. } = self.config.train;
        augment(&mut pixels, side, channels, flip, shift_pixels, &mut Rng::new(seed, Stream::Augment, self.step));
        if self.config.model.binarise {
            Rng::new(seed, Stream::TrainPixels, self.step).bernoullis(&mut pixels);
        }
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
        Ok(evaluate(&self.averaged()?, &self.data, &self.split.validation, self.config.train.seed, false, go_on)?)
    }

    /// A frozen copy of the model, with the mean of its parameters where one is kept.
    fn averaged(&self) -> Result<Vae, TrainError> {
        Ok(self.vae.frozen_with(&self.adam.averaged()?)?)
    }

    /// The model as it would be used now.
    pub fn snapshot(&self) -> Result<Snapshot, TrainError> {
        Ok(Snapshot::new(self.averaged()?, self.step, self.epoch()))
    }

    /// A deep copy of everything needed to go on.
    pub fn checkpoint(&self) -> Result<Checkpoint, TrainError> {
        let mut tensors = self.adam.to_torch()?;
        tensors.extend(self.vae.pixels().to_torch()?);
        Ok(Checkpoint { step: self.step, seconds: 0.0, tensors })
    }
}

/// How far an optimal σ² goes with the batch of this step, which counts from 1: the stored one is a mean over about the
/// last hundred batches, or over the last tenth of them while they are few. A σ² that is off, MSE/σ² = r, costs
/// P/2 (r − 1 − log r) nats on other images. One batch's own is off by the spread of its images, 3 or 4 % for 128 of
/// MNIST: 0.3 nats. A mean over an epoch still holds what the weights were at its beginning: some 3 nats after the first.
fn sigma_share(step: u64) -> f64 {
    (10.0 / (step as f64 + 9.0)).max(0.01)
}

/// Shape of one image of `data`.
fn shape_of(data: &Dataset) -> ImageShape {
    ImageShape { side: data.side, channels: data.channels }
}

#[cfg(test)]
pub(crate) mod tests;
