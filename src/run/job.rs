//! From a run folder to something the training thread can do.

use std::path::Path;
use std::sync::Arc;

use crate::data::Dataset;
use crate::run::{FolderRecorder, Parent, RunError, RunRecord, SavedRun, checkpoint};
use crate::threads::WakeUp;
use crate::train::{Job, Trainer};

/// Makes `folder` and the job that trains a new run in it.
pub fn begin(folder: &Path, record: RunRecord, data: Arc<Dataset>, wake: WakeUp) -> Result<Job, RunError> {
    let config = record.config.clone();
    let recorder = Box::new(FolderRecorder::create(folder, record, Arc::clone(&data))?);
    let threads = config.train.threads;
    Ok(Job { make: Box::new(move || Trainer::new(config, data)), recorder, wake, threads, seconds_before: 0.0 })
}

/// The same, with the weights that `parent` has now, as far as they fit.
///
/// They are the new run's checkpoint at step 0, so that it can go on from its very beginning.
pub fn branch(
    folder: &Path,
    record: RunRecord,
    parent: &SavedRun,
    data: Arc<Dataset>,
    wake: WakeUp,
) -> Result<Job, RunError> {
    let saved = parent.checkpoint.as_ref().ok_or_else(|| RunError::NoCheckpoint(parent.folder.clone()))?;
    let first = Trainer::from_weights(record.config.clone(), Arc::clone(&data), saved)
        .and_then(|(trainer, kept, all)| Ok((trainer.checkpoint()?, kept, all)));
    let (first, parameters_kept, parameters) = first.map_err(|e| RunError::Weights(e.to_string()))?;
    let parent = Parent { run: parent.name(), step: saved.step, parameters_kept, parameters };
    let record = RunRecord { parent: Some(parent), ..record };
    let config = record.config.clone();
    let recorder = Box::new(FolderRecorder::create(folder, record, Arc::clone(&data))?);
    checkpoint::write(folder, &first)?;
    let threads = config.train.threads;
    let make = move || Trainer::resume(config, data, &first);
    Ok(Job { make: Box::new(make), recorder, wake, threads, seconds_before: 0.0 })
}

/// The job that goes on with `run` on `data`, which must be the images it was trained on.
pub fn go_on(run: SavedRun, data: Arc<Dataset>, wake: WakeUp) -> Result<Job, RunError> {
    run.record.check_data(&data)?;
    let config = run.record.config.clone();
    let recorder = Box::new(FolderRecorder::resume(&run, Arc::clone(&data))?);
    let (threads, seconds_before) = (config.train.threads, run.seconds());
    let make = move || {
        let trainer = match &run.checkpoint {
            Some(checkpoint) => Trainer::resume(config, data, checkpoint),
            None => Trainer::new(config, data),
        };
        Ok(trainer?.with_marks(run.record.marks))
    };
    Ok(Job { make: Box::new(make), recorder, wake, threads, seconds_before })
}
