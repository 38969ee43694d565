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
    let recorder = Box::new(FolderRecorder::create(folder, record, None, Arc::clone(&data))?);
    let threads = config.train.threads;
    Ok(Job { make: Box::new(move || Trainer::new(config, data)), recorder, wake, threads, seconds_before: 0.0 })
}

/// The same, with the weights that `parent` has now, as far as they fit.
///
/// They are the new run's checkpoint at step 0, so that it can go on from its very beginning. Says too which weights
/// those are.
pub fn branch(
    folder: &Path,
    record: RunRecord,
    parent: &SavedRun,
    data: Arc<Dataset>,
    wake: WakeUp,
) -> Result<(Job, Parent), RunError> {
    let saved = parent.checkpoint.as_ref().ok_or_else(|| RunError::NoCheckpoint(parent.folder.clone()))?;
    let first = Trainer::from_weights(record.config.clone(), Arc::clone(&data), saved)
        .and_then(|(trainer, kept, all)| Ok((trainer.checkpoint()?, kept, all)));
    let (first, parameters_kept, parameters) = first.map_err(|e| RunError::Weights(e.to_string()))?;
    let parent = Parent { run: parent.name(), step: saved.step, parameters_kept, parameters };
    let record = RunRecord { parent: Some(parent.clone()), ..record };
    let config = record.config.clone();
    let recorder = Box::new(FolderRecorder::create(folder, record, Some(&first), Arc::clone(&data))?);
    let threads = config.train.threads;
    let make = move || Trainer::resume(config, data, &first);
    Ok((Job { make: Box::new(make), recorder, wake, threads, seconds_before: 0.0 }, parent))
}

/// The job that goes on with `run` on `data`, which must be the images it was trained on.
pub fn go_on(run: SavedRun, data: Arc<Dataset>, wake: WakeUp) -> Result<Job, RunError> {
    run.record.check_data(&data)?;
    if let Some(parent) = run.record.parent.as_ref().filter(|_| run.checkpoint.is_none()) {
        return Err(RunError::NoFirstWeights { folder: run.folder.clone(), parent: parent.run.clone() });
    }
    let config = run.record.config.clone();
    // Before anything is written: a run that cannot go on is left as it is.
    let resumed = match &run.checkpoint {
        Some(checkpoint) => {
            let resumed = Trainer::resume(config.clone(), Arc::clone(&data), checkpoint);
            Some(resumed.map_err(|e| RunError::damaged(&run.folder.join(checkpoint::FILE), &e))?)
        }
        None => None,
    };
    let recorder = Box::new(FolderRecorder::resume(&run, Arc::clone(&data))?);
    let (threads, seconds_before) = (config.train.threads, run.seconds());
    let make = move || {
        let trainer = resumed.map_or_else(|| Trainer::new(config, data), Ok)?;
        Ok(trainer.with_marks(run.record.marks))
    };
    Ok(Job { make: Box::new(make), recorder, wake, threads, seconds_before })
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device, Tensor};

    use super::*;
    use crate::config::RunConfig;
    use crate::train::Checkpoint;

    fn config(seed: u64) -> RunConfig {
        let mut config = RunConfig::default();
        (config.model.hidden, config.train.seed, config.train.threads) = (8, seed, 1);
        config
    }

    fn images() -> Arc<Dataset> {
        Arc::new(Dataset::made("greys", (16, 1), (0..20).flat_map(|i| [10 * i as u8; 256]).collect()))
    }

    /// A run of seed 1 that waits at its first step.
    fn parent(data: &Arc<Dataset>) -> SavedRun {
        let record = RunRecord::new(data, config(1));
        let checkpoint = Trainer::new(config(1), Arc::clone(data)).unwrap().checkpoint().unwrap();
        SavedRun { folder: "greys-01".into(), record, rows: Vec::new(), checkpoint: Some(checkpoint) }
    }

    fn weights(checkpoint: &Checkpoint) -> Vec<f32> {
        let weight = checkpoint.tensor("encoder.fc1.weight").unwrap();
        weight.flatten_all().unwrap().to_vec1().unwrap()
    }

    #[test]
    fn a_branch_that_was_cut_off_before_its_first_step_begins_with_the_weights_it_was_given() {
        let (folder, data) = (tempfile::tempdir().unwrap(), images());
        let (folder, parent) = (folder.path().join("greys-02"), parent(&data));
        let record = RunRecord::new(&data, config(2));
        // The job is never done.
        let (_, inherited) = branch(&folder, record, &parent, Arc::clone(&data), Arc::new(|_| {})).unwrap();
        assert_eq!((inherited.run.as_str(), inherited.parameters_kept), ("greys-01", inherited.parameters));
        let job = go_on(SavedRun::open(&folder).unwrap(), Arc::clone(&data), Arc::new(|_| {})).unwrap();
        let began = (job.make)().unwrap().checkpoint().unwrap();
        assert_eq!((began.step, weights(&began)), (0, weights(parent.checkpoint.as_ref().unwrap())));
        drop(job.recorder);
        // Without them it does not begin with others.
        std::fs::remove_file(folder.join("checkpoint.safetensors")).unwrap();
        let refused = go_on(SavedRun::open(&folder).unwrap(), data, Arc::new(|_| {})).map(drop).unwrap_err();
        assert!(refused.to_string().contains("was to begin with the weights of greys-01"), "{refused}");
    }

    #[test]
    fn there_is_no_run_before_its_first_weights_are_there() {
        let (folder, data) = (tempfile::tempdir().unwrap(), images());
        // What cannot be written stands for a program that is killed there.
        let tensors = vec![("w".to_owned(), Tensor::zeros(1, DType::U32, &Device::Cpu).unwrap())];
        let first = Checkpoint { step: 0, seconds: 0.0, tensors };
        let record = RunRecord::new(&data, config(2));
        assert!(FolderRecorder::create(folder.path(), record, Some(&first), data).is_err());
        assert!(!SavedRun::is_in(folder.path()));
    }
}
