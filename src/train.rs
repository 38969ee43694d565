//! Training: a sans-thread [`Trainer`], and the worker thread that drives one.
//!
//! Invariants: the trainer does no IO and owns no thread; what crosses threads is plain data ([`protocol`]) or a
//! frozen [`crate::model::Snapshot`]; no message is lost but progress may be merged; every run ends in exactly one
//! [`Event::Stopped`].

pub mod alarm;
pub mod augment;
mod autosave;
pub mod checkpoint;
pub mod evaluate;
pub mod mark;
pub mod optimizer;
pub mod protocol;
pub mod trainer;
pub mod worker;

pub use alarm::{Alarm, AlarmKind, Cure, Watch};
pub use checkpoint::Checkpoint;
pub use evaluate::{Evaluation, evaluate};
pub use mark::{Change, Mark, Moment, is_live};
pub use protocol::{Command, Divergence, Event, Recorder, StepStats, StopReason, Terms, ValidationStats};
pub use trainer::Trainer;
pub use worker::{Job, Worker};

use crate::config::ConfigError;
use crate::model::ModelError;

/// Why training cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The model failed.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// There is nothing to train on.
    #[error("{0} has no image to train on")]
    NoImages(String),
    /// The loss or a gradient stopped being a number; the weights are those of the step before.
    #[error("{0}")]
    NotFinite(Divergence),
    /// A setting cannot be changed.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A checkpoint does not belong to this run.
    #[error("the checkpoint does not fit: {0}")]
    Checkpoint(String),
    /// The system refused a thread.
    #[error("a training thread could not be started: {0}")]
    Thread(String),
    /// The run folder could not be written.
    #[error("{0}")]
    Record(String),
}

impl From<candle_core::Error> for TrainError {
    fn from(error: candle_core::Error) -> Self {
        Self::Model(error.into())
    }
}
