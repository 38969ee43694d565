//! Writes a run down while it is trained.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::RunConfig;
use crate::data::Dataset;
use crate::files::Clash;
use crate::latent::{self, table};
use crate::model::{Encoded, Snapshot, Vae};
use crate::run::history::{self, Row};
use crate::run::{RunError, RunRecord, SavedRun, Status, Timeline, checkpoint};
use crate::train::{Checkpoint, Mark, Recorder, StepStats, StopReason, TrainError, ValidationStats};

/// Keeps a run folder up to date. Rows wait in memory until the next checkpoint.
pub struct FolderRecorder {
    folder: PathBuf,
    record: RunRecord,
    data: Arc<Dataset>,
    rows: Vec<Row>,
    timeline: Timeline,
}

impl FolderRecorder {
    /// Makes the folder of a new run, which begins at `first` when there is one; a folder that holds anything is left
    /// alone.
    pub fn create(
        folder: &Path,
        record: RunRecord,
        first: Option<&Checkpoint>,
        data: Arc<Dataset>,
    ) -> Result<Self, RunError> {
        let io = |e: std::io::Error| RunError::write(folder, &e);
        std::fs::create_dir_all(folder).map_err(io)?;
        if crate::files::holds_something(folder).map_err(io)? {
            return Err(RunError::NotEmpty(folder.to_owned()));
        }
        // Of a run that was cut off while its first file was written.
        crate::files::remove_leftovers(folder).map_err(io)?;
        // Before the record makes it a run: one that is cut off here must not begin with other weights later.
        first.map_or(Ok(()), |first| checkpoint::write(folder, first))?;
        record.write(folder)?;
        history::write(folder, record.config.model.latent_dim, &[])?;
        let timeline = Timeline::open(folder, &record, 0)?;
        Ok(Self { folder: folder.to_owned(), record, data, rows: Vec::new(), timeline })
    }

    /// Goes on with a run that was read from its folder: what lies after its checkpoint is taken away.
    pub fn resume(run: &SavedRun, data: Arc<Dataset>) -> Result<Self, RunError> {
        let best_elbo_nats = best(None, &run.rows);
        let record =
            RunRecord { status: Status::Running, reason: None, diverged: None, best_elbo_nats, ..run.record.clone() };
        let timeline = Timeline::open(&run.folder, &record, run.step())?;
        crate::files::remove_leftovers(&run.folder).map_err(|e| RunError::write(&run.folder, &e))?;
        history::write(&run.folder, record.config.model.latent_dim, &run.rows)?;
        record.write(&run.folder)?;
        Ok(Self { folder: run.folder.clone(), record, data, rows: Vec::new(), timeline })
    }

    fn save(&mut self, saved: &Checkpoint, ended: Option<&StopReason>) -> Result<(), RunError> {
        let record = &mut self.record;
        record.status = ended.into();
        record.reason = match ended {
            Some(StopReason::Failed(reason)) => Some(reason.clone()),
            Some(StopReason::Diverged(divergence)) => Some(divergence.to_string()),
            _ => None,
        };
        record.diverged = match ended {
            Some(StopReason::Diverged(divergence)) => Some(divergence.clone()),
            _ => None,
        };
        // A run that went back keeps what was before.
        self.rows.retain(|row| row.step.step <= saved.step);
        record.step = saved.step;
        record.seconds = saved.seconds;
        record.epoch = saved.step as f64 / record.steps_per_epoch() as f64;
        if let Some(last) = self.rows.last() {
            record.train = Some(last.step.terms.into());
        }
        if let Some(held) = self.rows.iter().rev().find_map(|row| row.validation.as_ref()) {
            record.validation = Some(held.terms.into());
        }
        record.best_elbo_nats = best(record.best_elbo_nats, &self.rows);
        history::append(&self.folder, record.config.model.latent_dim, &self.rows)?;
        self.rows.clear();
        checkpoint::write(&self.folder, saved)?;
        record.write(&self.folder)?;
        match ended {
            Some(StopReason::Finished | StopReason::Asked) => self.write_latents(saved),
            _ => Ok(()),
        }
    }

    fn write_latents(&self, saved: &Checkpoint) -> Result<(), RunError> {
        let RunRecord { config, .. } = &self.record;
        let vae = Vae::from_torch(&config.model, self.record.shape(), &|name| saved.tensor(name).cloned())?;
        let snapshot = Snapshot::of(&vae, saved.step, self.record.epoch)?;
        let split = self.data.split(config.data.validation_fraction, config.train.seed);
        let Some(Encoded { mu, .. }) = latent::encode(&snapshot, &self.data, &|_| true)? else { return Ok(()) };
        let (path, d) = (self.folder.join(table::FILE), config.model.latent_dim);
        Ok(table::write(&path, &mu, d, &self.data, Some(&split), Clash::Replace)?)
    }
}

/// The better of `before` and the best ELBO of a validation in `rows`, nats per image.
pub(super) fn best(before: Option<f64>, rows: &[Row]) -> Option<f64> {
    let elbos = rows.iter().filter_map(|row| Some(row.validation.as_ref()?.terms.elbo_nats()));
    elbos.chain(before).max_by(f64::total_cmp)
}

impl Recorder for FolderRecorder {
    fn steps(&mut self, steps: &[StepStats]) -> Result<(), TrainError> {
        self.rows.extend(steps.iter().map(|&step| Row { step, validation: None }));
        Ok(())
    }

    fn validation(&mut self, stats: &ValidationStats) -> Result<(), TrainError> {
        if let Some(row) = self.rows.last_mut() {
            row.validation = Some(stats.clone());
        }
        Ok(())
    }

    fn changed(&mut self, config: &RunConfig, marks: &[Mark]) -> Result<(), TrainError> {
        self.record.config = config.clone();
        self.record.marks = marks.to_vec();
        Ok(self.record.write(&self.folder)?)
    }

    fn wants_moment(&self, step: u64) -> bool {
        self.timeline.wants(step)
    }

    fn moment(&mut self, snapshot: &Snapshot) -> Result<(), TrainError> {
        Ok(self.timeline.keep(snapshot)?)
    }

    fn checkpoint(&mut self, saved: &Checkpoint, ended: Option<&StopReason>) -> Result<(), TrainError> {
        Ok(self.save(saved, ended)?)
    }
}
