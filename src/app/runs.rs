//! Runs on disk, as the window uses them: a new one is made, an old one is read or goes on.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::task::Task;
use crate::config::RunConfig;
use crate::data::{Dataset, Source};
use crate::model::Snapshot;
use crate::run::history::Row;
use crate::run::{RunError, RunRecord, SavedRun, job};
use crate::state::{Action, History, OpenedRun};
use crate::threads::WakeUp;
use crate::train::Job;

/// The model of a run that was opened.
pub struct OpenedModel(pub Arc<Snapshot>);

/// What the starting thread says.
pub enum Ready {
    /// Something for the state.
    Action(Action),
    /// A run can be trained.
    Job(String, PathBuf, Box<Job>),
}

impl From<Action> for Ready {
    fn from(action: Action) -> Self {
        Self::Action(action)
    }
}

/// Reads the run in the folder `text`; `None` when it is no run folder.
pub fn read(text: &str) -> Result<Option<SavedRun>, RunError> {
    let folder = Path::new(text);
    SavedRun::is_in(folder).then(|| SavedRun::open(folder)).transpose()
}

/// The history of `run` and its model; on other images than its own it can be looked at but not go on.
pub fn show(run: SavedRun, has_its_images: bool) -> Result<(OpenedRun, Option<OpenedModel>), RunError> {
    let model = match run.checkpoint {
        Some(_) => Some(OpenedModel(Arc::new(run.snapshot()?))),
        None => None,
    };
    let opened = OpenedRun {
        name: run.name(),
        total_steps: run.total_steps(),
        can_continue: has_its_images && run.step() < run.total_steps(),
        history: Box::new(history(&run.rows)),
        config: run.record.config,
        folder: run.folder,
    };
    Ok((opened, model))
}

fn history(rows: &[Row]) -> History {
    let validation = rows.iter().filter_map(|row| row.validation.clone()).collect();
    History::recorded(rows.iter().map(|row| &row.step), validation)
}

/// Makes the folder of a new run inside `runs`, on the thread `starter`.
pub fn start(wake: WakeUp, runs: PathBuf, config: RunConfig, data: Arc<Dataset>) -> Result<Task<Ready>, String> {
    let worker_wake = Arc::clone(&wake);
    Task::spawn("starter", wake, move |post| {
        let begun = begin(&runs, config, &data, &worker_wake);
        post.send(begun.unwrap_or_else(|error| Ready::Action(Action::RunFailed(error.to_string()))));
    })
}

/// Takes the first free name: `fashion-01`, `fashion-02`, …
fn begin(runs: &Path, config: RunConfig, data: &Arc<Dataset>, wake: &WakeUp) -> Result<Ready, RunError> {
    let short = data.name.parse::<Source>().map_or_else(|_| "images".into(), |source| source.short_name());
    let record = RunRecord::new(data, config);
    let mut number = 1;
    loop {
        let name = format!("{short}-{number:02}");
        let folder = runs.join(&name);
        match job::begin(&folder, record.clone(), Arc::clone(data), Arc::clone(wake)) {
            Ok(job) => return Ok(Ready::Job(name, folder, Box::new(job))),
            Err(RunError::NotEmpty(_)) => number += 1,
            Err(error) => return Err(error),
        }
    }
}

/// Lets the run in `folder` go on, on the thread `starter`.
pub fn resume(wake: WakeUp, folder: PathBuf, data: Arc<Dataset>) -> Result<Task<Ready>, String> {
    let worker_wake = Arc::clone(&wake);
    Task::spawn("starter", wake, move |post| {
        let ready = SavedRun::open(&folder).and_then(|run| {
            let name = run.name();
            Ok(Ready::Job(name, folder, Box::new(job::go_on(run, data, worker_wake)?)))
        });
        post.send(ready.unwrap_or_else(|error| Ready::Action(Action::RunFailed(error.to_string()))));
    })
}
