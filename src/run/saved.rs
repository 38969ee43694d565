//! A run as it lies on disk.

use std::path::{Path, PathBuf};

use crate::config::ConfigError;
use crate::model::{Snapshot, Vae};
use crate::run::history::{self, Row};
use crate::run::{RunError, RunRecord, checkpoint, record};
use crate::train::mark::{self, Change, Moment};
use crate::train::{Checkpoint, StepStats, ValidationStats, Watch};

/// A run that was read from its folder.
#[derive(Debug, Clone)]
pub struct SavedRun {
    /// The folder.
    pub folder: PathBuf,
    /// `run.json`.
    pub record: RunRecord,
    /// `history.csv` up to the checkpoint.
    pub rows: Vec<Row>,
    /// The last checkpoint; `None` when the run was cut off before its first.
    pub checkpoint: Option<Checkpoint>,
}

/// The name of the run in `folder`: the last part of its path.
pub fn name_of(folder: &Path) -> String {
    folder.file_name().map_or_else(|| "run".into(), |name| name.to_string_lossy().into_owned())
}

impl SavedRun {
    /// Whether `folder` holds a run.
    pub fn is_in(folder: &Path) -> bool {
        folder.join(record::FILE).is_file()
    }

    /// Reads the run in `folder`.
    pub fn open(folder: &Path) -> Result<Self, RunError> {
        let record = RunRecord::read(folder)?;
        let checkpoint = checkpoint::read(folder, &record)?;
        let rows = history::read(folder, checkpoint.as_ref().map_or(0, |c| c.step))?;
        Ok(Self { folder: folder.to_owned(), record, rows, checkpoint })
    }

    /// The folder's own name.
    pub fn name(&self) -> String {
        let whole = self.folder.canonicalize().unwrap_or_else(|_| self.folder.clone());
        name_of(&whole)
    }

    /// Changes settings from the next step on. What was changed after the checkpoint does not count any more.
    ///
    /// Errors when a value is out of range or needs a new run.
    pub fn change(&mut self, changes: &[Change]) -> Result<(), ConfigError> {
        let epoch = self.step() as f64 / self.steps_per_epoch() as f64;
        let now = Moment { step: self.step(), epoch, seconds: self.seconds() };
        mark::change(&mut self.record.config, &mut self.record.marks, changes, now)
    }

    /// Every step that counts.
    pub fn steps(&self) -> impl Iterator<Item = &StepStats> {
        self.rows.iter().map(|row| &row.step)
    }

    /// Every validation that counts.
    pub fn validations(&self) -> impl Iterator<Item = &ValidationStats> {
        self.rows.iter().filter_map(|row| row.validation.as_ref())
    }

    /// The trained model.
    pub fn snapshot(&self) -> Result<Snapshot, RunError> {
        let saved = self.checkpoint.as_ref().ok_or_else(|| RunError::NoCheckpoint(self.folder.clone()))?;
        let lookup = |name: &str| saved.tensor(name).cloned();
        let vae = Vae::from_torch(&self.record.config.model, self.record.shape(), &lookup)
            .map_err(|e| RunError::damaged(&self.folder.join(checkpoint::FILE), &e))?;
        Ok(Snapshot::of(&vae, saved.step, self.rows.last().map_or(0.0, |r| r.step.epoch))?)
    }

    /// What the rows have to say about how it goes.
    pub fn watch(&self) -> Watch {
        let mut watch = Watch::new(&self.record.config.model);
        for row in &self.rows {
            if self.record.marks.iter().any(|mark| mark.step + 1 == row.step.step) {
                watch.changed();
            }
            watch.step(&row.step);
            row.validation.iter().for_each(|held| watch.validation(held));
        }
        if self.record.marks.iter().any(|mark| mark.step == self.step()) {
            watch.changed();
        }
        watch
    }

    /// Steps of one epoch.
    pub fn steps_per_epoch(&self) -> u64 {
        self.record.steps_per_epoch()
    }

    /// Steps of the whole run.
    pub fn total_steps(&self) -> u64 {
        self.steps_per_epoch() * self.record.config.train.epochs as u64
    }

    /// Steps done.
    pub fn step(&self) -> u64 {
        self.checkpoint.as_ref().map_or(0, |c| c.step)
    }

    /// Wall time of training so far.
    pub fn seconds(&self) -> f64 {
        self.checkpoint.as_ref().map_or(0.0, |c| c.seconds)
    }
}
