//! Runs on disk, as the window uses them: a new one is made, an old one is read or goes on.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rust_i18n::t;

use crate::app::task::Task;
use crate::config::RunConfig;
use crate::data::{Dataset, Source};
use crate::model::Snapshot;
use crate::run::library::names_in;
use crate::run::{Listing, Parent, RunError, RunRecord, SavedRun, job};
use crate::state::{Action, History, Model, OpenedRun};
use crate::threads::WakeUp;
use crate::train::{Change, Job};
use crate::ui::format::count;

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

/// What the window knows of a model.
pub fn model_of(snapshot: &Snapshot) -> Model {
    Model { step: snapshot.step, latent_dim: snapshot.latent_dim(), shape: snapshot.shape() }
}

/// Reads the run in the folder `text`; `None` when it is no run folder.
pub fn read(text: &str) -> Result<Option<SavedRun>, RunError> {
    let folder = Path::new(text);
    SavedRun::is_in(folder).then(|| SavedRun::open(folder)).transpose()
}

/// The history of `run` and its model; on other images than its own it can be looked at but not go on.
pub fn show(run: &SavedRun, has_its_images: bool) -> Result<(OpenedRun, Option<OpenedModel>), RunError> {
    let model = match run.checkpoint {
        Some(_) => Some(OpenedModel(Arc::new(run.snapshot()?))),
        None => None,
    };
    Ok((describe(run, has_its_images), model))
}

fn describe(run: &SavedRun, has_its_images: bool) -> OpenedRun {
    OpenedRun {
        name: run.name(),
        folder: run.folder.clone(),
        config: run.record.config.clone(),
        history: Box::new(History::recorded(run.steps(), run.validations().cloned().collect())),
        total_steps: run.total_steps(),
        steps_per_epoch: run.steps_per_epoch(),
        can_continue: has_its_images && run.step() < run.total_steps(),
        has_its_images,
        marks: run.record.marks.clone(),
        watch: Box::new(run.watch()),
        diverged: run.record.diverged.clone(),
    }
}

/// Reads the run in `folder` again, on the thread `starter`.
pub fn reread(wake: WakeUp, folder: PathBuf) -> Result<Task<Ready>, String> {
    Task::spawn("starter", wake, move |post| {
        let read = SavedRun::open(&folder).map(|run| Action::RunReread(Box::new(describe(&run, true))));
        post.send(Ready::Action(read.unwrap_or_else(|error| Action::Failed(error.to_string()))));
    })
}

/// Makes the folder of a new run inside `runs`, on the thread `starter`; with the weights of the run in `parent`, if any.
/// It is called like none of the runs that are `shown`.
pub fn start(
    wake: WakeUp,
    runs: PathBuf,
    config: RunConfig,
    data: Arc<Dataset>,
    parent: Option<PathBuf>,
    shown: Arc<Listing>,
) -> Result<Task<Ready>, String> {
    let worker_wake = Arc::clone(&wake);
    Task::spawn("starter", wake, move |post| {
        let mut taken = names_in(&runs);
        taken.extend(shown.runs.iter().map(|run| run.name.clone()));
        match begin(&runs, config, &data, parent.as_deref(), &taken, &worker_wake) {
            Ok(Begun { name, folder, job, parent }) => {
                let text = parent.map(|parent| inherited(&name, &parent));
                post.send(Ready::Job(name, folder, Box::new(job)));
                if let Some(text) = text {
                    post.send(Ready::Action(Action::Tell(text)));
                }
            }
            Err(error) => post.send(Ready::Action(Action::RunFailed(error.to_string()))),
        }
    })
}

/// A run that can be trained.
struct Begun {
    name: String,
    folder: PathBuf,
    job: Job,
    /// Where its first weights come from.
    parent: Option<Parent>,
}

/// What the run called `name` begins with.
fn inherited(name: &str, parent: &Parent) -> String {
    let Parent { run, step, parameters_kept: kept, parameters: of } = parent;
    let (kept, of) = (*kept, *of);
    let text = match kept {
        0 => t!("runs.inherits_none", name = name, parent = run),
        kept if kept == of => t!("runs.inherits_all", name = name, parent = run, step = step),
        kept => t!(
            "runs.inherits_some",
            name = name,
            parent = run,
            step = step,
            kept = count(kept as u64),
            of = count(of as u64)
        ),
    };
    text.into_owned()
}

/// Takes the first free name: `fashion-01`, `fashion-02`, …
fn begin(
    runs: &Path,
    config: RunConfig,
    data: &Arc<Dataset>,
    parent: Option<&Path>,
    taken: &BTreeSet<String>,
    wake: &WakeUp,
) -> Result<Begun, RunError> {
    let short = data.name.parse::<Source>().map_or_else(|_| "images".into(), |source| source.short_name());
    let record = RunRecord::new(data, config);
    let parent = parent.map(SavedRun::open).transpose()?;
    let mut number = 1;
    loop {
        let name = format!("{short}-{number:02}");
        if taken.contains(&name) {
            number += 1;
            continue;
        }
        let folder = runs.join(&name);
        let record = RunRecord { first_name: Some(name.clone()), ..record.clone() };
        let (data, wake) = (Arc::clone(data), Arc::clone(wake));
        let job = match &parent {
            Some(parent) => job::branch(&folder, record, parent, data, wake).map(|(job, parent)| (job, Some(parent))),
            None => job::begin(&folder, record, data, wake).map(|job| (job, None)),
        };
        match job {
            Ok((job, parent)) => return Ok(Begun { name, folder, job, parent }),
            Err(RunError::NotEmpty(_)) => number += 1,
            Err(error) => return Err(error),
        }
    }
}

/// Lets the run in `folder` go on with `changes`, on the thread `starter`.
pub fn resume(wake: WakeUp, folder: PathBuf, changes: Vec<Change>, data: Arc<Dataset>) -> Result<Task<Ready>, String> {
    let worker_wake = Arc::clone(&wake);
    Task::spawn("starter", wake, move |post| {
        let ready = SavedRun::open(&folder).and_then(|mut run| {
            let name = run.name();
            if !changes.is_empty() {
                run.change(&changes)?;
            }
            post.send(Ready::Action(Action::RunReread(Box::new(describe(&run, true)))));
            Ok(Ready::Job(name, folder, Box::new(job::go_on(run, data, worker_wake)?)))
        });
        post.send(ready.unwrap_or_else(|error| Ready::Action(Action::RunFailed(error.to_string()))));
    })
}
