//! Looking through all images for what is remarkable, on the thread `inspector`, and writing what was found.

use std::sync::Arc;

use rust_i18n::t;

use crate::app::export::FOLDER;
use crate::app::task::{Post, Task, in_own_pool};
use crate::data::Dataset;
use crate::export::{Decoder, Origin, write_list};
use crate::latent::inspect::inspect;
use crate::latent::{List, Lists, Question};
use crate::model::{ModelError, Snapshot};
use crate::state::{Action, AppState, Listed, ListsAction, ListsErrand, Run};
use crate::threads::WakeUp;

/// Pairs that are kept, copies not counted.
const PAIRS: usize = 1000;

/// Whoever looks, those who were told to stop, and whoever writes.
#[derive(Default)]
pub struct Inspectors {
    inspectors: Vec<Task<Action>>,
    writers: Vec<Task<Action>>,
}

impl Inspectors {
    /// Does what was asked; `question` holds the model and the images.
    pub fn perform(
        &mut self,
        wake: WakeUp,
        errand: ListsErrand,
        state: &AppState,
        question: Question,
    ) -> Result<(), Action> {
        match errand {
            ListsErrand::Look => {
                let run = state.training.model_run.clone();
                let (Some(snapshot), Some(data), Some(run)) = (question.snapshot, question.data, run) else {
                    return Err(ListsAction::Ended.into());
                };
                self.inspectors.push(look(wake, snapshot, data, run).map_err(Action::Failed)?);
            }
            ListsErrand::Cancel => self.inspectors.iter().for_each(Task::cancel),
            ListsErrand::Save(list) => {
                let (Some(found), Some(data)) = (state.lists.found.clone(), question.data) else { return Ok(()) };
                self.writers.push(save(wake, found, list, data).map_err(Action::Failed)?);
            }
        }
        Ok(())
    }

    /// What they say; of those who were told to stop, nothing.
    pub fn poll(&mut self, actions: &mut Vec<Action>) {
        self.writers.retain(|writer| !writer.poll_into(actions));
        self.inspectors.retain(|inspector| {
            let (messages, ended) = inspector.poll();
            if !inspector.is_cancelled() {
                actions.extend(messages);
                actions.extend(ended.then_some(Action::Lists(ListsAction::Ended)));
            }
            !ended
        });
    }
}

fn look(wake: WakeUp, snapshot: Arc<Snapshot>, data: Arc<Dataset>, run: Run) -> Result<Task<Action>, String> {
    Task::spawn("inspector", wake, move |post| {
        // All cores, as low as training, so that neither the window nor the decoder waits.
        let found = in_own_pool("inspector", 0, true, || listed(&snapshot, &data, &run, post));
        match found {
            Ok(Some(found)) => post.send(ListsAction::Found(Arc::new(found)).into()),
            Ok(None) => {}
            Err(reason) => post.send(Action::Failed(reason)),
        }
    })
}

fn listed(snapshot: &Snapshot, data: &Dataset, run: &Run, post: &Post<Action>) -> Result<Option<Listed>, ModelError> {
    let inspected = inspect(snapshot, data, PAIRS, &|share| {
        post.progress(ListsAction::Progress(share).into());
        post.go_on()
    })?;
    let decoder = Decoder::of(&Origin { snapshot, run: &run.name, train: &run.config.train });
    Ok(inspected.map(|found| Listed { lists: Lists::from(&found), decoder, folder: run.folder.clone() }))
}

fn save(wake: WakeUp, found: Arc<Listed>, list: List, data: Arc<Dataset>) -> Result<Task<Action>, String> {
    Task::spawn("exporter", wake, move |post| {
        // A run that was moved away since has no exports any more.
        let folder = found.folder.as_ref().filter(|folder| folder.is_dir());
        let written = match folder {
            Some(folder) => write_list(&found.lists, list, &data.names, &found.decoder, &folder.join(FOLDER))
                .map_err(|error| error.to_string()),
            None => Err(t!("export.no_folder").into_owned()),
        };
        post.send(Action::Exported(written));
    })
}
