//! Run folders that were cut, edited, or made to do harm.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::config::{Arch, ModelConfig, RunConfig, Size};
use crate::data::Dataset;
use crate::latent::Direction;
use crate::model::{Snapshot, Vae};
use crate::rng::{Rng, Stream};
use crate::run::{
    FolderRecorder, Listing, RunError, RunRecord, SavedRun, checkpoint, directions, history, job, record, timeline,
};
use crate::train::{Recorder, StepStats, StopReason, Trainer};

/// A small run of three epochs, with everything that a run has.
struct Made {
    around: TempDir,
    data: Arc<Dataset>,
}

impl Made {
    fn new() -> Self {
        let around = tempfile::tempdir().unwrap();
        let data = Arc::new(Dataset::made("greys", (16, 1), (0..20).flat_map(|i| [10 * i as u8; 256]).collect()));
        let made = Self { around, data };
        let mut config = RunConfig::default();
        (config.model.hidden, config.train.batch, config.train.epochs) = (4, 6, 3);
        let record = RunRecord::new(&made.data, config.clone());
        let mut recorder = FolderRecorder::create(&made.run(), record, None, Arc::clone(&made.data)).unwrap();
        let mut trainer = Trainer::new(config, Arc::clone(&made.data)).unwrap();
        for _ in 0..trainer.total_steps() {
            if recorder.wants_moment(trainer.step_count()) {
                recorder.moment(&trainer.snapshot().unwrap()).unwrap();
            }
            let stats: StepStats = trainer.step().unwrap();
            recorder.steps(&[stats]).unwrap();
        }
        recorder.checkpoint(&trainer.checkpoint().unwrap(), Some(&StopReason::Finished)).unwrap();
        let kept = BTreeMap::from([("lighter".to_owned(), Direction { unit: vec![0.6, -0.8], scale: 2.5 })]);
        directions::write(&made.run(), &kept).unwrap();
        made
    }

    fn run(&self) -> PathBuf {
        self.around.path().join("greys-01")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.run().join(name)
    }

    /// Everything that the program does with a run's files, short of writing any, in words when it is refused.
    fn open(&self) -> Vec<String> {
        let (folder, mut said) = (self.run(), Vec::new());
        let opened = SavedRun::open(&folder).and_then(|run| {
            run.watch();
            let snapshot: Snapshot = run.snapshot()?;
            snapshot.decode(&[0.3, -0.2])?;
            run.total_steps();
            Ok(())
        });
        said.extend(opened.err().map(|e| e.to_string()));
        said.extend(directions::read(&folder).err().map(|e| e.to_string()));
        match timeline::moments(&folder) {
            Ok(moments) => {
                let loaded = moments.iter().map(|moment| timeline::load(&folder, moment.step));
                said.extend(loaded.filter_map(|moment| moment.err().map(|e| e.to_string())));
            }
            Err(error) => said.push(error.to_string()),
        }
        let listing = Listing::read(self.around.path(), &[], &[]).unwrap();
        assert!(listing.runs.len() + listing.unreadable.len() <= 1);
        said.extend(listing.unreadable);
        said.extend(listing.runs.into_iter().filter_map(|mut run| run.draw().err().map(|e| e.to_string())));
        said
    }

    /// Goes on with it for a step; what was refused was refused before anything was written.
    fn go_on(&self) -> Result<(), String> {
        let refused = |e: RunError| e.to_string();
        let run = SavedRun::open(&self.run()).map_err(refused)?;
        let job = job::go_on(run, Arc::clone(&self.data), Arc::new(|_| {})).map_err(refused)?;
        let mut trainer = (job.make)().map_err(|e| e.to_string())?;
        trainer.step().map(drop).map_err(|e| e.to_string())
    }

    /// The bytes of every file, by name.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        for entry in walkdir::WalkDir::new(self.around.path()).sort_by_file_name() {
            let entry = entry.unwrap();
            if entry.file_type().is_file() {
                files.insert(entry.path().to_owned(), fs::read(entry.path()).unwrap());
            }
        }
        files
    }
}

#[test]
fn a_file_that_is_cut_or_changed_anywhere_opens_or_is_named_and_nothing_is_written() {
    let made = Made::new();
    let whole = made.files();
    assert_eq!(made.open(), Vec::<String>::new());
    let names = whole.keys().filter_map(|path| path.file_name()).collect::<Vec<_>>();
    assert!(names.len() >= 9, "{names:?}");
    let mut rng = Rng::new(7, Stream::Split, 0);
    let mut refused = 0;
    for (path, bytes) in &whole {
        let name = path.strip_prefix(made.run()).unwrap().to_str().unwrap().to_owned();
        let places: Vec<usize> = rng.permutation(bytes.len()).into_iter().take(24).map(|at| at as usize).collect();
        let cut = (0..24).map(|i| bytes[..bytes.len() * i / 24].to_vec());
        let changed = places.iter().enumerate().map(|(i, at)| {
            let mut changed = bytes.clone();
            changed[*at] ^= 1 << (i % 8);
            changed
        });
        for damaged in cut.chain(changed) {
            fs::write(path, &damaged).unwrap();
            for said in made.open() {
                // The file itself; or the one that it does not fit any more.
                let is_named = said.contains(&name) || said.contains("history.csv") || said.contains("step-");
                assert!(is_named && said.lines().count() == 1, "{name}: {said}");
                refused += 1;
            }
            let mut now = made.files();
            assert!(now.remove(path).is_some_and(|now| now == damaged), "{name} was written");
            assert!(now.iter().all(|(path, bytes)| whole[path] == *bytes) && now.len() + 1 == whole.len());
        }
        fs::write(path, bytes).unwrap();
    }
    assert!(refused > 100, "{refused}");
    assert_eq!(made.open(), Vec::<String>::new());
}

/// Puts `value` at a path such as `data.images` of `run.json`.
fn edit(made: &Made, at: &str, value: Value) {
    let path = made.file(record::FILE);
    let mut record: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let place = at.split('.').fold(&mut record, |value, key| &mut value[key]);
    *place = value;
    fs::write(path, serde_json::to_vec(&record).unwrap()).unwrap();
}

#[test]
fn a_record_with_figures_that_no_run_has_is_refused() {
    let mark =
        |key: &str, to: &str| json!([{"step": 1, "epoch": 0.1, "seconds": 1.0, "key": key, "from": "1", "to": to}]);
    for (at, value, says) in [
        ("format", json!(99), "update the program"),
        ("format", json!("new"), "is damaged"),
        ("data.images", json!(u64::MAX), "is damaged"),
        ("data.train_images", json!(u64::MAX), "is damaged"),
        ("data.side", json!(1_u64 << 40), "is damaged"),
        ("data.channels", json!(2), "is damaged"),
        ("config.model.latent_dim", json!(1_u64 << 40), "model.latent_dim"),
        ("config.model.hidden", json!(1_u64 << 40), "model.hidden"),
        ("config.train.epochs", json!(u64::MAX), "train.epochs"),
        ("config.train.sigma", json!(1), "sigma"),
        ("seconds", json!(-1.0), "is damaged"),
        ("seconds", json!(1e300), "is damaged"),
        ("epoch", json!(1e300), "is damaged"),
        ("marks", mark("train.beta", "much"), "train.beta"),
        ("marks", mark("train.nothing", "1"), "train.nothing"),
    ] {
        let made = Made::new();
        edit(&made, at, value.clone());
        let before = made.files();
        let refused = made.go_on().unwrap_err();
        assert!(refused.contains("run.json") && refused.contains(says), "{at} = {value}: {refused}");
        assert!(made.open().iter().any(|said| said.contains("run.json")));
        assert!(made.files() == before, "{at}");
    }
}

#[test]
fn weights_that_cannot_go_on_are_refused_before_anything_is_written() {
    let made = Made::new();
    let whole = SavedRun::open(&made.run()).unwrap().checkpoint.unwrap();
    for broken in 0..whole.tensors.len() {
        for wrong in ["missing", "of another size", "no numbers"] {
            let mut saved = whole.clone();
            let (name, tensor) = &mut saved.tensors[broken];
            let name = name.clone();
            match wrong {
                "missing" => drop(saved.tensors.remove(broken)),
                "of another size" => *tensor = tensor.flatten_all().unwrap().narrow(0, 0, 1).unwrap(),
                _ => *tensor = (tensor.ones_like().unwrap() * f64::NAN).unwrap(),
            }
            // A bias of one value has that size already; a mean that is missing is one that was never kept.
            let same = wrong == "of another size" && whole.tensors[broken].1.elem_count() == 1;
            if same || name.starts_with("adam.p.") && wrong == "missing" {
                continue;
            }
            checkpoint::write(&made.run(), &saved).unwrap();
            let before = made.files();
            let refused = made.go_on().unwrap_err();
            assert!(
                refused.contains(checkpoint::FILE) && refused.contains(name.trim_start_matches("adam.p.")),
                "{wrong}: {refused}"
            );
            assert!(made.files() == before, "{name} {wrong}");
        }
    }
}

#[test]
fn what_is_too_large_or_no_file_is_refused_before_it_is_read() {
    for name in [record::FILE, checkpoint::FILE, history::FILE, directions::FILE] {
        let made = Made::new();
        // A terabyte that takes no room on the disk.
        File::options().append(true).open(made.file(name)).unwrap().set_len(1 << 40).unwrap();
        let said = made.open();
        if name == history::FILE {
            // Rows after the checkpoint do not count, whatever they are.
            assert_eq!(said, Vec::<String>::new());
            File::create(made.file(name)).unwrap().set_len(1 << 40).unwrap();
        }
        let said = [said, made.open()].concat();
        assert!(said.iter().any(|said| said.contains(name)), "{name}: {said:?}");
        fs::remove_file(made.file(name)).unwrap();
        assert!(Command::new("mkfifo").arg(made.file(name)).status().unwrap().success());
        let said = made.open();
        // With a pipe for its record it is no run.
        assert!(said.iter().any(|said| said.contains(name) || said.contains("no run.json")), "{name}: {said:?}");
    }
}

#[test]
fn no_model_is_larger_than_the_checkpoint_that_is_let_in() {
    for (arch, hidden, latent_dim, side, channels) in [
        (Arch::Mlp, 1, 2, 16, 1),
        (Arch::Mlp, 300, 64, 16, 3),
        (Arch::Mlp, 40, 2, 128, 3),
        (Arch::Conv, 1, 64, 16, 1),
        (Arch::Conv, 1, 64, 56, 3),
        (Arch::Conv, 1, 2, 128, 3),
    ] {
        let mut config = RunConfig::default();
        config.model = ModelConfig { arch, latent_dim, hidden, ..config.model };
        config.data.size = Size::Side(side);
        let data = Dataset::made("black", (side, channels), vec![0; 4 * side * side * channels]);
        let record = RunRecord::new(&data, config);
        let vae = Vae::new(&record.config.model, record.shape(), 1).unwrap();
        let parameters: usize = vae.params().iter().map(|param| param.values.elem_count()).sum();
        // Weights, means and two moments of four bytes each.
        let most = checkpoint::most_bytes(&record);
        assert!(
            (16 * parameters as u64..256_000_000 + 32 * parameters as u64).contains(&most),
            "{arch} {side}: {most}"
        );
    }
}

#[test]
fn a_timeline_elsewhere_is_left_alone_and_odd_names_in_it_do_no_harm() {
    let made = Made::new();
    // Every name that a step could have had, were it not for zeros and epochs.
    let folder = made.file(timeline::FOLDER);
    for odd in ["step-0", "step-00000000001", "step-1", "step-18446744073709551615", "step-0000000001", "step-../../x"]
    {
        let _no_such_name = fs::write(folder.join(format!("{odd}.safetensors")), "odd");
    }
    made.go_on().unwrap();
    // The folder of another run in its place.
    let other = made.around.path().join("other");
    fs::rename(&folder, &other).unwrap();
    fs::write(other.join("step-0000000099.safetensors"), "later").unwrap();
    symlink(&other, &folder).unwrap();
    let before = made.files();
    let refused = made.go_on().unwrap_err();
    assert!(refused.contains("timeline") && refused.contains("is a link"), "{refused}");
    assert!(made.files() == before);
}

#[test]
fn what_a_link_in_a_run_leads_to_is_not_written_to() {
    let made = Made::new();
    for name in [record::FILE, checkpoint::FILE, history::FILE, directions::FILE] {
        let elsewhere = made.around.path().join(format!("kept-{name}"));
        fs::rename(made.file(name), &elsewhere).unwrap();
        symlink(&elsewhere, made.file(name)).unwrap();
    }
    let elsewhere = |files: BTreeMap<PathBuf, Vec<u8>>| -> Vec<(PathBuf, Vec<u8>)> {
        let is_inside = |path: &Path| path.starts_with(made.run());
        files.into_iter().filter(|(path, _)| !is_inside(path)).collect()
    };
    let before = elsewhere(made.files());
    assert_eq!(before.len(), 4);
    made.go_on().unwrap();
    let run = SavedRun::open(&made.run()).unwrap();
    let mut recorder = FolderRecorder::resume(&run, Arc::clone(&made.data)).unwrap();
    recorder.checkpoint(&run.checkpoint.clone().unwrap(), Some(&StopReason::Asked)).unwrap();
    directions::write(&made.run(), &BTreeMap::new()).unwrap();
    assert!(elsewhere(made.files()) == before);
}
