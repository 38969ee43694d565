//! The run under way: its phase, its progress, and what the big button does next.

use std::path::PathBuf;

use crate::config::{Kind, RunConfig};
use crate::model::ImageShape;
use crate::state::{History, OpenedRun};
use crate::train::{Alarm, AlarmKind, Event, Mark, StopReason, Watch};

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
#[derive(Debug, Clone)]
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
    /// Whether the run can be taken up again at all: its images are there.
    pub has_its_images: bool,
    /// Steps of one epoch; 0 when not known yet.
    pub steps_per_epoch: u64,
    /// What was changed while it trained.
    pub marks: Vec<Mark>,
    /// Looks out for trouble.
    pub watch: Watch,
    /// Alarms that were closed.
    pub dismissed: Vec<AlarmKind>,
    /// Epochs that a run is prolonged by.
    pub more_epochs: usize,
    /// The run that begins when this one has ended.
    pub branch: Option<Box<RunConfig>>,
}

/// How much longer a run goes on when nothing else was said.
const MORE_EPOCHS: usize = 10;

impl Default for TrainingState {
    fn default() -> Self {
        Self {
            phase: Phase::Idle,
            run: None,
            model: None,
            model_run: None,
            total_steps: 0,
            history: History::default(),
            can_continue: false,
            has_its_images: true,
            steps_per_epoch: 0,
            marks: Vec::new(),
            watch: Watch::default(),
            dismissed: Vec::new(),
            more_epochs: MORE_EPOCHS,
            branch: None,
        }
    }
}

impl TrainingState {
    /// What the big button does.
    pub fn primary(&self) -> Primary {
        match &self.phase {
            Phase::Running => Primary::Pause,
            Phase::Paused => Primary::Continue,
            Phase::Starting | Phase::Pausing | Phase::Stopping => Primary::Wait,
            Phase::Ended(_) if self.can_continue || self.can_prolong() => Primary::Continue,
            Phase::Idle | Phase::Ended(_) => Primary::Train,
        }
    }

    /// Whether a training thread is at work or waits.
    pub fn is_active(&self) -> bool {
        !matches!(self.phase, Phase::Idle | Phase::Ended(_))
    }

    /// Whether steps are made.
    pub fn is_moving(&self) -> bool {
        matches!(self.phase, Phase::Running | Phase::Pausing | Phase::Stopping)
    }

    /// Whether there is a run that takes changes.
    pub fn is_steerable(&self) -> bool {
        matches!(self.phase, Phase::Running | Phase::Pausing | Phase::Paused)
    }

    /// Whether the run, should there be one, has a prior and so a bound.
    pub fn is_variational(&self) -> bool {
        self.run.as_ref().is_none_or(|r| r.config.model.kind == Kind::Vae)
    }

    /// Whether the ended run can be given more epochs.
    pub fn can_prolong(&self) -> bool {
        let ended = matches!(self.phase, Phase::Ended(StopReason::Finished | StopReason::Asked));
        ended && self.has_its_images && self.step() > 0 && self.run.as_ref().is_some_and(|r| r.folder.is_some())
    }

    /// Whether a run that has ended can be taken up again: it has its images and a folder.
    pub fn can_go_on(&self) -> bool {
        !self.is_active() && self.has_its_images && self.run.as_ref().is_some_and(|r| r.folder.is_some())
    }

    /// Whether every epoch was done, so that going on takes more of them.
    pub fn is_at_its_end(&self) -> bool {
        !self.is_active() && self.total_steps > 0 && self.step() >= self.total_steps
    }

    /// Whether a new run can begin with the weights of this one.
    pub fn can_branch(&self) -> bool {
        let waits = matches!(self.phase, Phase::Starting | Phase::Stopping | Phase::Idle);
        !waits && self.has_its_images && self.step() > 0 && self.run.as_ref().is_some_and(|r| r.folder.is_some())
    }

    /// What is wrong and was not closed, the worst first.
    pub fn alarms(&self) -> Vec<Alarm> {
        let diverged = match &self.phase {
            Phase::Ended(StopReason::Diverged(divergence)) => Some(Alarm::Diverged(divergence.clone())),
            _ => None,
        };
        // Where numbers ended, what else is wrong no longer matters.
        let watched = if diverged.is_none() { self.watch.alarms() } else { Vec::new() };
        let all = diverged.into_iter().chain(watched);
        all.filter(|alarm| !self.dismissed.contains(&alarm.kind())).collect()
    }

    /// Forgets the run.
    pub fn clear(&mut self) {
        *self = Self { more_epochs: self.more_epochs, ..Self::default() };
    }

    /// Begins a new run.
    pub fn begin(&mut self, config: RunConfig) {
        let watch = Watch::new(&config.model);
        let run = Some(Run { name: String::new(), folder: None, config });
        let (model, model_run, more_epochs) = (self.model, self.model_run.take(), self.more_epochs);
        *self = Self { phase: Phase::Starting, run, watch, model, model_run, more_epochs, ..Self::default() };
    }

    /// Shows a run that was read from disk.
    pub fn show(&mut self, opened: OpenedRun) {
        let finished = || if opened.can_continue { StopReason::Asked } else { StopReason::Finished };
        let ended = opened.diverged.map_or_else(finished, StopReason::Diverged);
        let diverged = matches!(ended, StopReason::Diverged(_));
        *self = Self {
            phase: Phase::Ended(ended),
            run: Some(Run { name: opened.name, folder: Some(opened.folder), config: opened.config }),
            total_steps: opened.total_steps,
            steps_per_epoch: opened.steps_per_epoch,
            history: *opened.history,
            can_continue: opened.can_continue && !diverged,
            has_its_images: opened.has_its_images,
            marks: opened.marks,
            watch: *opened.watch,
            more_epochs: self.more_epochs,
            ..Self::default()
        };
    }

    /// Forgets what was measured after the step that is kept.
    pub fn reread(&mut self, kept: OpenedRun) {
        (self.history, self.marks, self.watch) = (*kept.history, kept.marks, *kept.watch);
        (self.total_steps, self.steps_per_epoch) = (kept.total_steps, kept.steps_per_epoch);
        if let Some(run) = &mut self.run {
            run.config = kept.config;
        }
    }

    /// Takes in what the training thread said.
    pub fn apply(&mut self, event: Event) {
        match event {
            Event::Started { total_steps, steps_per_epoch } => {
                (self.total_steps, self.steps_per_epoch) = (total_steps, steps_per_epoch);
                if self.phase == Phase::Starting {
                    self.phase = Phase::Running;
                }
            }
            Event::Steps(steps) => {
                for step in &steps {
                    self.watch.step(step);
                }
                self.history.extend(&steps);
            }
            Event::Validation(stats) => {
                self.watch.validation(&stats);
                self.history.validated(stats);
            }
            Event::Changed { config, marks, total_steps } => {
                if marks != self.marks {
                    self.watch.changed();
                    self.dismissed.clear();
                }
                (self.marks, self.total_steps) = (marks, total_steps);
                if let Some(run) = &mut self.run {
                    run.config = *config;
                }
            }
            Event::Paused if self.phase != Phase::Stopping => self.phase = Phase::Paused,
            Event::Resumed if self.phase != Phase::Stopping => self.phase = Phase::Running,
            Event::Paused | Event::Resumed | Event::Snapshot(_) | Event::Saved(_) | Event::Refused(_) => {}
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
