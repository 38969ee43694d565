//! From a run folder to something the training thread can do.

use std::path::Path;
use std::sync::Arc;

use crate::data::Dataset;
use crate::run::{FolderRecorder, RunError, RunRecord, SavedRun};
use crate::threads::WakeUp;
use crate::train::{Job, Trainer};

/// Makes `folder` and the job that trains a new run in it.
pub fn begin(folder: &Path, record: RunRecord, data: Arc<Dataset>, wake: WakeUp) -> Result<Job, RunError> {
    let config = record.config.clone();
    let recorder = Box::new(FolderRecorder::create(folder, record, Arc::clone(&data))?);
    let threads = config.train.threads;
    Ok(Job { make: Box::new(move || Trainer::new(config, data)), recorder, wake, threads, seconds_before: 0.0 })
}

/// The job that goes on with `run` on `data`, which must be the images it was trained on.
pub fn go_on(run: SavedRun, data: Arc<Dataset>, wake: WakeUp) -> Result<Job, RunError> {
    run.record.check_data(&data)?;
    let config = run.record.config.clone();
    let recorder = Box::new(FolderRecorder::resume(&run, Arc::clone(&data))?);
    let (threads, seconds_before) = (config.train.threads, run.seconds());
    let make = move || match &run.checkpoint {
        Some(checkpoint) => Trainer::resume(config, data, checkpoint),
        None => Trainer::new(config, data),
    };
    Ok(Job { make: Box::new(make), recorder, wake, threads, seconds_before })
}
