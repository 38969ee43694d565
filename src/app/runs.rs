//! Runs on disk, as the window uses them: a new one is made, an old one is read or goes on.

use std::path::PathBuf;
use std::sync::Arc;

use crate::app::task::Task;
use crate::config::RunConfig;
use crate::data::Dataset;
use crate::model::Snapshot;
use crate::state::{Action, OpenedRun};
use crate::threads::WakeUp;
use crate::train::{Job, Trainer};

/// A run that was read from its folder.
pub struct FoundRun {
    /// What to open for its images.
    pub source: String,
    /// Its settings.
    pub config: RunConfig,
}

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
pub fn read(text: &str) -> anyhow::Result<Option<FoundRun>> {
    let _ = text;
    Ok(None)
}

impl FoundRun {
    /// The run's history and its model.
    pub fn model(self, data: &Arc<Dataset>) -> anyhow::Result<(OpenedRun, OpenedModel)> {
        let _ = data;
        Err(anyhow::anyhow!("run folders cannot be opened yet"))
    }
}

/// Makes the folder of a new run, on the thread `starter`.
pub fn start(wake: WakeUp, config: RunConfig, data: Arc<Dataset>) -> Result<Task<Ready>, String> {
    let worker_wake = Arc::clone(&wake);
    Task::spawn("starter", wake, move |post| {
        let threads = config.train.threads;
        let name = data.name.rsplit([':', '/']).next().unwrap_or_default().to_owned() + "-01";
        let make = move || Trainer::new(config, data);
        let job = Job { make: Box::new(make), recorder: Box::new(()), wake: worker_wake, threads, seconds_before: 0.0 };
        post.send(Ready::Job(name, PathBuf::new(), Box::new(job)));
    })
}

/// Lets the run in `folder` go on, on the thread `starter`.
pub fn resume(wake: WakeUp, folder: PathBuf, data: Arc<Dataset>) -> Result<Task<Ready>, String> {
    let _ = (wake, folder, data);
    Err("run folders cannot be resumed yet".into())
}
