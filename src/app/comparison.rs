//! The other run of a comparison: read on the thread `librarian`, and asked by a decoding thread of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::librarian;
use crate::app::runs::model_of;
use crate::app::task::Task;
use crate::latent::{Question, Service, View};
use crate::model::Snapshot;
use crate::run::{RunError, SavedRun};
use crate::state::Action;
use crate::state::comparison::{ComparisonAction, OtherRun};
use crate::threads::WakeUp;
use crate::train::ValidationStats;

/// What the reading thread says.
enum Read {
    /// Something for the state.
    Action(Action),
    /// The run, and its model when it has one.
    Run(PathBuf, Box<OtherRun>, Option<Arc<Snapshot>>),
}

impl From<Action> for Read {
    fn from(action: Action) -> Self {
        Self::Action(action)
    }
}

/// The other run's workers; none while nothing is compared.
#[derive(Default)]
pub struct Comparison {
    /// The run that is wanted.
    folder: Option<PathBuf>,
    /// Whoever reads; one that is no longer wanted is heard to its end, because it cannot be waited for.
    readers: Vec<Task<Read>>,
    model: Option<(Arc<Snapshot>, Service)>,
}

impl Comparison {
    /// Has the run in `folder` read.
    pub fn begin(&mut self, wake: WakeUp, folder: PathBuf) -> Result<(), String> {
        self.leave();
        self.folder = Some(folder.clone());
        self.readers.push(Task::spawn("librarian", wake, move |post| {
            post.send(match read(&folder) {
                Ok((run, model)) => Read::Run(folder, Box::new(run), model),
                Err(error) => Read::Action(ComparisonAction::Failed(folder, error.to_string()).into()),
            });
        })?);
        Ok(())
    }

    /// Nothing is compared any more.
    pub fn leave(&mut self) {
        (self.folder, self.model) = (None, None);
    }

    /// What the workers have said since the last call; `point` is where a model that has just been read is asked.
    pub fn listen(&mut self, wake: &WakeUp, point: Option<&Vec<f32>>) -> Vec<Action> {
        let mut said = Vec::new();
        self.readers.retain(|reader| !reader.poll_into(&mut said));
        let mut actions = Vec::new();
        for message in said {
            match message {
                Read::Action(action) => actions.push(action),
                Read::Run(folder, run, model) if self.folder.as_ref() == Some(&folder) => {
                    actions.push(ComparisonAction::Read(folder, run).into());
                    match model.map(|model| Ok((model, Service::spawn(Arc::clone(wake))?))).transpose() {
                        Ok(model) => self.model = model,
                        Err(error) => actions.push(failed(&error)),
                    }
                    self.ask(point);
                }
                Read::Run(..) => {}
            }
        }
        if let Some((_, service)) = &self.model {
            actions.extend(service.answers().try_iter().map(|answer| ComparisonAction::Answered(answer).into()));
        }
        actions
    }

    /// Asks the other model for the point, if its space has such a point.
    pub fn ask(&self, point: Option<&Vec<f32>>) {
        let Some((snapshot, service)) = &self.model else { return };
        if let Some(point) = point.filter(|point| point.len() == snapshot.latent_dim()) {
            let (snapshot, point) = (Some(Arc::clone(snapshot)), Some(point.clone()));
            let view = View { point, ..View::default() };
            service.ask(Question { snapshot, view, data: None });
        }
    }
}

fn failed(error: &crate::latent::ServiceError) -> Action {
    Action::Failed(error.to_string())
}

fn read(folder: &Path) -> Result<(OtherRun, Option<Arc<Snapshot>>), RunError> {
    let run = SavedRun::open(folder)?;
    let snapshot = run.checkpoint.as_ref().map(|_| run.snapshot().map(Arc::new)).transpose()?;
    let other = OtherRun {
        name: run.name(),
        best: ValidationStats::best(run.validations()).cloned(),
        source: librarian::curves_of(&run),
        model: snapshot.as_deref().map(model_of),
        record: run.record,
    };
    Ok((other, snapshot))
}
