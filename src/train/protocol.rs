//! What the training thread says and is told: plain data.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::config::RunConfig;
use crate::model::Snapshot;
use crate::train::{Change, Checkpoint, Mark, TrainError};

/// The terms of the bound, mean over images.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Terms {
    /// −E_q[log p(x|z)], nats per image.
    pub recon_nats: f64,
    /// KL(q(z|x) ‖ p(z)), nats per image; 0 in a plain autoencoder.
    pub kl_nats: f64,
}

impl Terms {
    /// ELBO = −reconstruction − KL, nats per image; β plays no part.
    pub fn elbo_nats(self) -> f64 {
        -self.recon_nats - self.kl_nats
    }
}

/// One training step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepStats {
    /// Counted from 1.
    pub step: u64,
    /// Passes over the training images after this step.
    pub epoch: f64,
    /// Wall time of training so far, pauses left out.
    pub seconds: f64,
    /// Of this step's batch.
    pub terms: Terms,
    /// β at this step.
    pub beta: f64,
    /// Adam's step size.
    pub lr: f64,
    /// σ of the likelihood in pixel units; `None` for Bernoulli.
    pub sigma: Option<f64>,
    /// Images in the batch.
    pub n_images: usize,
}

/// The held images after an epoch.
#[derive(Debug, Clone, PartialEq)]
pub struct ValidationStats {
    /// Steps before it.
    pub step: u64,
    /// Passes over the training images before it.
    pub epoch: f64,
    /// Wall time of training so far.
    pub seconds: f64,
    /// Mean over the held images.
    pub terms: Terms,
    /// KL of each latent dimension, nats per image.
    pub kl_per_dim_nats: Vec<f64>,
    /// [`crate::train::Evaluation::active_units`]; `None` in runs that were recorded without.
    pub active_units: Option<usize>,
}

impl ValidationStats {
    /// The one with the highest ELBO.
    pub fn best<'a>(all: impl IntoIterator<Item = &'a Self>) -> Option<&'a Self> {
        all.into_iter().max_by(|a, b| a.terms.elbo_nats().total_cmp(&b.terms.elbo_nats()))
    }
}

/// What the worker may be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Stop after this step and wait.
    Pause,
    /// Go on.
    Resume,
    /// Make one step, then wait.
    Step,
    /// Change settings from the next step on; whether the run waits or goes on stays as it is.
    Change(Vec<Change>),
    /// Write a checkpoint now; whether the run waits or goes on stays as it is.
    Save,
    /// End the run; what was learned is kept.
    Stop,
}

/// What the worker says.
#[derive(Debug, Clone)]
pub enum Event {
    /// The model is built; training begins (or waits, when the run was opened paused).
    Started {
        /// Steps of the whole run.
        total_steps: u64,
        /// Steps of one epoch.
        steps_per_epoch: u64,
    },
    /// Steps since the last such event, in order.
    Steps(Vec<StepStats>),
    /// The held images were evaluated.
    Validation(ValidationStats),
    /// A frozen copy of the model, at least every 250 ms.
    Snapshot(Arc<Snapshot>),
    /// Training waits.
    Paused,
    /// Training goes on.
    Resumed,
    /// Settings were changed: those after the change, every mark of the run, and the steps it now has.
    Changed {
        /// The settings.
        config: Box<RunConfig>,
        /// Every mark.
        marks: Vec<Mark>,
        /// Steps of the whole run.
        total_steps: u64,
    },
    /// The checkpoint that was asked for is on the disk: after so many steps.
    Saved(u64),
    /// A change that cannot be made; the sentence for the user.
    Refused(String),
    /// The last word.
    Stopped(StopReason),
}

/// Why a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StopReason {
    /// Every epoch was done.
    Finished,
    /// [`Command::Stop`], or nobody listens any more.
    Asked,
    /// A number was not finite; an earlier state is kept.
    Diverged(Divergence),
    /// It could not go on; the sentence for the user.
    Failed(String),
}

/// Where numbers ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Divergence {
    /// The step that was not made, counted from 1.
    pub step: u64,
    /// What was not finite: `the loss`, `the gradient of encoder.fc1.weight`.
    pub what: String,
    /// The step whose state is kept. Weights that make the next loss infinite are no good state, however finite they
    /// are: it lies further back.
    pub kept: u64,
}

impl Divergence {
    /// At `step`, with the weights of the step before.
    pub fn at(step: u64, what: impl Into<String>) -> Self {
        Self { step, what: what.into(), kept: step.saturating_sub(1) }
    }
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, what, kept } = self;
        write!(f, "{what} was not finite at step {step}; step {kept} is kept: go on from it with a lower learning rate")
    }
}

/// Where a run is written down; [`crate::run`] keeps one on disk, `()` forgets.
pub trait Recorder: Send {
    /// Steps since the last call, in order.
    fn steps(&mut self, steps: &[StepStats]) -> Result<(), TrainError>;
    /// After every epoch, and after the steps before it were told.
    fn validation(&mut self, stats: &ValidationStats) -> Result<(), TrainError>;
    /// Settings were changed, before the first step they act on; every mark of the run.
    fn changed(&mut self, _config: &RunConfig, _marks: &[Mark]) -> Result<(), TrainError> {
        Ok(())
    }
    /// Whether the model after `step` steps, which may be looked back at later, is wanted.
    fn wants_moment(&self, _step: u64) -> bool {
        false
    }
    /// The model as it is now, when it is wanted.
    fn moment(&mut self, _snapshot: &Snapshot) -> Result<(), TrainError> {
        Ok(())
    }
    /// Now and then, at every pause, and at the end.
    fn checkpoint(&mut self, checkpoint: &Checkpoint, ended: Option<&StopReason>) -> Result<(), TrainError>;
}

impl Recorder for () {
    fn steps(&mut self, _: &[StepStats]) -> Result<(), TrainError> {
        Ok(())
    }
    fn validation(&mut self, _: &ValidationStats) -> Result<(), TrainError> {
        Ok(())
    }
    fn checkpoint(&mut self, _: &Checkpoint, _: Option<&StopReason>) -> Result<(), TrainError> {
        Ok(())
    }
}
