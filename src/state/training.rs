//! The run under way: its phase, its progress, and what the big button does next.

use std::path::PathBuf;

use crate::config::{Kind, RunConfig};
use crate::model::ImageShape;
use crate::state::{History, OpenedRun};
use crate::train::{Event, StopReason};

/// Where a run stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Phase {
    /// There is no run.
    #[default]
    Idle,
    /// The model is being built.
    Starting,
    /// Steps are made.
    Running,
    /// A pause was asked for.
    Pausing,
    /// It waits.
    Paused,
    /// Its end was asked for.
    Stopping,
    /// It ended, or was opened from disk.
    Ended(StopReason),
}

/// What the big button does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Primary {
    /// Start a new run.
    Train,
    /// Pause the run.
    Pause,
    /// Let the run go on.
    Continue,
    /// Nothing: something was asked for and has not happened yet.
    Wait,
}

/// What a run is called and made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Its name.
    pub name: String,
    /// Its folder.
    pub folder: Option<PathBuf>,
    /// Its settings.
    pub config: RunConfig,
}

/// The newest model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Model {
    /// Steps behind it.
    pub step: u64,
    /// Dimensions of z.
    pub latent_dim: usize,
    /// Shape of its images.
    pub shape: ImageShape,
}

/// The run under way.
#[derive(Debug, Clone, Default)]
pub struct TrainingState {
    /// Where it stands.
    pub phase: Phase,
    /// The run, once it was begun.
    pub run: Option<Run>,
    /// The newest model.
    pub model: Option<Model>,
    /// The run it is of, which until the first model of a new run is the one before.
    pub model_run: Option<Run>,
    /// Steps of the whole run.
    pub total_steps: u64,
    /// What was measured.
    pub history: History,
    /// Whether the ended run has epochs left.
    pub can_continue: bool,
}

impl TrainingState {
    /// What the big button does.
    pub fn primary(&self) -> Primary {
        match &self.phase {
            Phase::Running => Primary::Pause,
            Phase::Paused => Primary::Continue,
            Phase::Starting | Phase::Pausing | Phase::Stopping => Primary::Wait,
            Phase::Ended(_) if self.can_continue => Primary::Continue,
            Phase::Idle | Phase::Ended(_) => Primary::Train,
        }
    }

    /// Whether a training thread is at work or waits.
    pub fn is_active(&self) -> bool {
        !matches!(self.phase, Phase::Idle | Phase::Ended(_))
    }

    /// Whether the run, should there be one, has a prior and so a bound.
    pub fn is_variational(&self) -> bool {
        self.run.as_ref().is_none_or(|r| r.config.model.kind == Kind::Vae)
    }

    /// Forgets the run.
    pub fn clear(&mut self) {
        *self = Self { history: History::new(self.history.smoothing()), ..Self::default() };
    }

    /// Begins a new run.
    pub fn begin(&mut self, config: RunConfig) {
        let history = History::new(self.history.smoothing());
        let run = Some(Run { name: String::new(), folder: None, config });
        let model_run = self.model_run.take();
        *self = Self { phase: Phase::Starting, run, history, model: self.model, model_run, ..Self::default() };
    }

    /// Shows a run that was read from disk.
    pub fn show(&mut self, opened: OpenedRun) {
        let mut history = *opened.history;
        history.set_smoothing(self.history.smoothing());
        let ended = if opened.can_continue { StopReason::Asked } else { StopReason::Finished };
        *self = Self {
            phase: Phase::Ended(ended),
            run: Some(Run { name: opened.name, folder: Some(opened.folder), config: opened.config }),
            model: None,
            model_run: None,
            total_steps: opened.total_steps,
            history,
            can_continue: opened.can_continue,
        };
    }

    /// Takes in what the training thread said.
    pub fn apply(&mut self, event: Event) {
        match event {
            Event::Started { total_steps, .. } => {
                self.total_steps = total_steps;
                if self.phase == Phase::Starting {
                    self.phase = Phase::Running;
                }
            }
            Event::Steps(steps) => self.history.extend(&steps),
            Event::Validation(stats) => self.history.validated(stats),
            Event::Paused if self.phase != Phase::Stopping => self.phase = Phase::Paused,
            Event::Resumed if self.phase != Phase::Stopping => self.phase = Phase::Running,
            Event::Paused | Event::Resumed | Event::Snapshot(_) | Event::Changed { .. } | Event::Refused(_) => {}
            Event::Stopped(reason) => {
                let kept = self.run.as_ref().is_some_and(|r| r.folder.is_some());
                self.can_continue = kept && reason == StopReason::Asked && self.step() < self.total_steps;
                self.phase = Phase::Ended(reason);
            }
        }
    }

    /// Steps done.
    pub fn step(&self) -> u64 {
        self.history.last().map_or(0, |s| s.step)
    }

    /// Share of the run done, 0 to 1.
    pub fn share(&self) -> f32 {
        if self.total_steps == 0 { 0.0 } else { self.step() as f32 / self.total_steps as f32 }
    }

    /// The epoch under way, counted from 1, and epochs in all.
    pub fn epoch(&self) -> Option<(usize, usize)> {
        let epochs = self.run.as_ref()?.config.train.epochs;
        let done = self.history.last().map_or(0.0, |s| s.epoch);
        Some((((done - 1e-9).max(0.0).floor() as usize + 1).min(epochs), epochs))
    }

    /// Seconds of training left at the speed of late.
    pub fn eta_secs(&self) -> Option<f64> {
        let (_, steps_per_sec) = self.history.rates()?;
        let left = self.total_steps.saturating_sub(self.step());
        (self.phase == Phase::Running && left > 0).then(|| left as f64 / steps_per_sec)
    }
}
