//! `timeline/`: the weights as they were at earlier epochs, within a budget of disk space.
//!
//! The first is the model before its first step. When the budget is used up every other of them makes room, so that the
//! rest lie evenly over the run. A file that is not whole is as good as none: nothing of a run depends on them.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::files;
use crate::model::{Snapshot, Vae};
use crate::run::{RunError, RunRecord, Status, checkpoint};
use crate::train::Checkpoint;

/// Its name in the run's folder.
pub const FOLDER: &str = "timeline";
/// More than a slider or an animation has use for.
const MOST: usize = 64;
/// What a file's name begins and ends with; between them is the step.
const NAME: (&str, &str) = ("step-", ".safetensors");

/// A point of the run's past that can be looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// Training steps behind it.
    pub step: u64,
    /// Passes over the training images behind it.
    pub epoch: f64,
}

/// Writes the models of one run down.
pub struct Timeline {
    folder: PathBuf,
    budget: u64,
    steps_per_epoch: u64,
    /// Steps of the models on disk, in order.
    kept: Vec<u64>,
    /// Every so many epochs are kept.
    every: u64,
}

impl Timeline {
    /// The timeline of the run in `run`, which has come as far as `step`: what lies after that does not count any more.
    pub fn open(run: &Path, record: &RunRecord, step: u64) -> Result<Self, RunError> {
        let folder = run.join(FOLDER);
        // What lies elsewhere is not this run's to take away.
        if folder.is_symlink() {
            return Err(RunError::damaged(
                &folder,
                &"it is a link, and a run keeps to its own folder; take the link away",
            ));
        }
        let mut kept = steps(&folder);
        for later in kept.iter().filter(|kept| **kept > step) {
            remove(&file(&folder, *later))?;
        }
        kept.retain(|kept| *kept <= step);
        let steps_per_epoch = record.steps_per_epoch();
        // Others were not written by a timeline.
        kept.retain(|kept| kept.is_multiple_of(steps_per_epoch));
        let epochs: Vec<u64> = kept.iter().map(|step| step / steps_per_epoch).collect();
        let mut every = 1;
        while epochs.len() > 1 && epochs.iter().all(|epoch| epoch.is_multiple_of(2 * every)) {
            every *= 2; // At most the last epoch, which is not 0: there is one file for each.
        }
        let budget = record.config.train.timeline_mb as u64 * 1_000_000;
        Ok(Self { folder, budget, steps_per_epoch, kept, every })
    }

    /// Whether the model after `step` steps is one to keep.
    pub fn wants(&self, step: u64) -> bool {
        let epoch = step / self.steps_per_epoch;
        self.budget > 0
            && step.is_multiple_of(self.steps_per_epoch)
            && epoch.is_multiple_of(self.every)
            && self.kept.last().is_none_or(|last| *last < step)
    }

    /// Keeps a model that is wanted, and takes others away when there are too many.
    pub fn keep(&mut self, snapshot: &Snapshot) -> Result<(), RunError> {
        let tensors = snapshot.vae().params().iter().map(|param| {
            let values = param.layout.to_torch(&param.values)?;
            Ok((param.name.clone(), values))
        });
        let mut tensors: Vec<_> =
            tensors.collect::<candle_core::Result<_>>().map_err(crate::model::ModelError::from)?;
        tensors.extend(snapshot.vae().pixels().to_torch()?);
        let path = file(&self.folder, snapshot.step);
        let failed = |reason: String| RunError::Io { verb: "write", path: path.clone(), reason };
        let bytes = checkpoint::to_bytes(&Checkpoint { step: snapshot.step, seconds: 0.0, tensors }).map_err(failed)?;
        let room = (self.budget / bytes.len().max(1) as u64).min(MOST as u64) as usize;
        if room < 2 {
            return Ok(());
        }
        fs::create_dir_all(&self.folder).map_err(|e| RunError::write(&self.folder, &e))?;
        files::write_unsynced(&path, &bytes).map_err(|e| RunError::write(&path, &e))?;
        self.kept.push(snapshot.step);
        while self.kept.len() > room {
            self.every = self.every.saturating_mul(2);
            let stays = |step: &u64| (step / self.steps_per_epoch).is_multiple_of(self.every);
            for step in self.kept.iter().filter(|step| !stays(step)) {
                remove(&file(&self.folder, *step))?;
            }
            self.kept.retain(stays);
        }
        Ok(())
    }
}

/// The moments of the run in `run` that can be looked at, in order; none when there is no timeline.
pub fn moments(run: &Path) -> Result<Vec<Moment>, RunError> {
    let record = RunRecord::read(run)?;
    let moment = |step: u64| Moment { step, epoch: step as f64 / record.steps_per_epoch() as f64 };
    // Of a run that went back to an earlier step what came later does not count.
    let counts = |step: &u64| record.status == Status::Running || *step <= record.step;
    Ok(steps(&run.join(FOLDER)).into_iter().filter(counts).map(moment).collect())
}

/// The same, and the moment of `model` at its place among them.
pub fn moments_with(run: &Path, model: &Snapshot) -> Result<Vec<Moment>, RunError> {
    let record = RunRecord::read(run)?;
    let mut moments = moments(run)?;
    if let Err(at) = moments.binary_search_by_key(&model.step, |moment| moment.step) {
        let epoch = model.step as f64 / record.steps_per_epoch() as f64;
        moments.insert(at, Moment { step: model.step, epoch });
    }
    Ok(moments)
}

/// The model of the run in `run` as it was after `step` steps.
pub fn load(run: &Path, step: u64) -> Result<Snapshot, RunError> {
    let (record, path) = (RunRecord::read(run)?, file(&run.join(FOLDER), step));
    let saved = checkpoint::load(&path, &record)?;
    if saved.step != step {
        return Err(RunError::damaged(&path, &format!("it says that it is of step {}", saved.step)));
    }
    let vae = Vae::from_torch(&record.config.model, record.shape(), &|name| saved.tensor(name).cloned())
        .map_err(|e| RunError::damaged(&path, &e))?;
    Ok(Snapshot::of(&vae, step, step as f64 / record.steps_per_epoch() as f64)?)
}

fn file(folder: &Path, step: u64) -> PathBuf {
    let (beginning, ending) = NAME;
    folder.join(format!("{beginning}{step:010}{ending}"))
}

fn steps(folder: &Path) -> Vec<u64> {
    let (beginning, ending) = NAME;
    let step = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.ok()?.path();
        let step = path.file_name()?.to_str()?.strip_prefix(beginning)?.strip_suffix(ending)?.parse().ok()?;
        // Step 0 has one name, not "0" and "00" too.
        (path == file(folder, step)).then_some(step)
    };
    let mut steps: Vec<u64> = fs::read_dir(folder).into_iter().flatten().filter_map(step).collect();
    steps.sort_unstable();
    steps
}

fn remove(path: &Path) -> Result<(), RunError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(RunError::write(path, &e)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::RunConfig;
    use crate::data::Dataset;

    const BATCH: usize = 4;

    /// A run on sixteen images, four steps an epoch, with so much room; and a model of it.
    fn made(folder: &Path, timeline_mb: usize) -> (RunRecord, Vae) {
        let mut config = RunConfig::default();
        (config.model.hidden, config.train.batch, config.data.validation_fraction) = (56, BATCH, 0.0);
        config.train.timeline_mb = timeline_mb;
        let record = RunRecord::new(&Dataset::made("dots", (16, 1), vec![0; 16 * 256]), config);
        record.write(folder).unwrap();
        let vae = Vae::new(&record.config.model, record.shape(), 1).unwrap();
        (record, vae)
    }

    /// Goes through the steps of an epoch after the other, as training does.
    fn train(timeline: &mut Timeline, vae: &Vae, steps: std::ops::RangeInclusive<u64>) {
        for step in steps {
            if timeline.wants(step) {
                timeline.keep(&Snapshot::of(vae, step, 0.0).unwrap()).unwrap();
            }
        }
    }

    fn epochs(folder: &Path) -> Vec<f64> {
        moments(folder).unwrap().iter().map(|moment| moment.epoch).collect()
    }

    #[test]
    fn every_epoch_is_kept_and_read_back_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let (record, vae) = made(folder.path(), 128);
        let mut timeline = Timeline::open(folder.path(), &record, 0).unwrap();
        train(&mut timeline, &vae, 0..=13);
        assert_eq!(epochs(folder.path()), [0.0, 1.0, 2.0, 3.0]);
        let (now, then) = (Snapshot::of(&vae, 8, 2.0).unwrap(), load(folder.path(), 8).unwrap());
        assert_eq!((then.step, then.epoch), (8, 2.0));
        assert_eq!(then.decode(&[0.3, -0.7]).unwrap(), now.decode(&[0.3, -0.7]).unwrap());
        let with = |step| {
            let moments = moments_with(folder.path(), &Snapshot::of(&vae, step, 0.0).unwrap()).unwrap();
            moments.iter().map(|moment| moment.epoch).collect::<Vec<_>>()
        };
        assert_eq!((with(8), with(14)), (vec![0.0, 1.0, 2.0, 3.0], vec![0.0, 1.0, 2.0, 3.0, 3.5]));
    }

    #[test]
    fn within_its_budget_it_keeps_evenly_spaced_epochs_also_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        // 56 hidden units on 256 pixels are 0.14 MB: six or seven in a megabyte.
        let (record, vae) = made(folder.path(), 1);
        let mut timeline = Timeline::open(folder.path(), &record, 0).unwrap();
        train(&mut timeline, &vae, 0..=40);
        assert_eq!(epochs(folder.path()), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        // The checkpoint was written after epoch 7: the rest is made again, and then some.
        let mut again = Timeline::open(folder.path(), &record, 28).unwrap();
        assert_eq!(epochs(folder.path()), [0.0, 2.0, 4.0, 6.0]);
        train(&mut again, &vae, 29..=80);
        assert_eq!(epochs(folder.path()), [0.0, 4.0, 8.0, 12.0, 16.0, 20.0]);
        let size: u64 =
            fs::read_dir(folder.path().join(FOLDER)).unwrap().map(|f| f.unwrap().metadata().unwrap().len()).sum();
        assert!(size <= 1_000_000, "{size}");
    }

    #[test]
    fn without_a_budget_nothing_is_kept_and_a_broken_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let (record, vae) = made(folder.path(), 0);
        train(&mut Timeline::open(folder.path(), &record, 0).unwrap(), &vae, 0..=8);
        assert!(epochs(folder.path()).is_empty());
        let (record, vae) = made(folder.path(), 1);
        train(&mut Timeline::open(folder.path(), &record, 0).unwrap(), &vae, 0..=4);
        let file = file(&folder.path().join(FOLDER), 4);
        fs::write(&file, &fs::read(&file).unwrap()[..1000]).unwrap();
        let error = load(folder.path(), 4).unwrap_err().to_string();
        assert!(error.contains("step-0000000004.safetensors is damaged"), "{error}");
    }
}
