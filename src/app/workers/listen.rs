//! What the workers say, once a frame.

use std::sync::Arc;

use super::{Training, Workers, describe};
use crate::app::historian::Found;
use crate::app::keeper::Errand;
use crate::app::loader::Loaded;
use crate::app::runs::{OpenedModel, Ready};
use crate::state::timeline::TimelineAction;
use crate::state::{Action, RunsAction, View};
use crate::train::{Event, Worker};

impl Workers {
    /// Everything the workers have said since the last call.
    pub fn listen(&mut self) -> Vec<Action> {
        let mut actions = Vec::new();
        self.listen_to_loader(&mut actions);
        self.listen_to_starter(&mut actions);
        self.listen_to_trainer(&mut actions);
        self.listen_to_historian(&mut actions);
        actions.extend(self.service.answers().try_iter().map(Action::Answered));
        actions.extend(self.comparison.listen(&self.wake, self.view.point.as_ref()));
        actions.extend(self.curves.results().map(|result| result.map_or_else(Action::Failed, Action::CurvesDrawn)));
        for helpers in [&mut self.dialogs, &mut self.exporters, &mut self.helpers] {
            helpers.retain(|helper| !helper.poll_into(&mut actions));
        }
        self.lister.take_if(|lister| lister.poll_into(&mut actions));
        self.pathfinders.poll(&mut actions);
        self.inspectors.poll(&mut actions);
        self.retired.retain(|training| {
            let ended = training.worker.events().try_iter().any(|event| matches!(event, Event::Stopped(_)));
            if ended {
                actions.push(RunsAction::Kept(training.folder.clone()).into());
            }
            !ended
        });
        self.own.poll(&mut actions);
        self.lens.poll(&mut actions);
        actions
    }

    fn listen_to_loader(&mut self, actions: &mut Vec<Action>) {
        let Some(loader) = &self.loader else { return };
        let (messages, ended) = loader.poll();
        if ended {
            self.loader = None;
        }
        for message in messages {
            match message {
                Loaded::Action(action) => actions.push(action),
                Loaded::Opened(opened, model, unsaved) => {
                    let keep = |unsaved| Errand::Save(unsaved, Arc::clone(&opened.data));
                    if let Err(failed) = self.keep(unsaved.map_or(Errand::Measure, keep)) {
                        actions.push(failed);
                    }
                    self.data = Some(Arc::clone(&opened.data));
                    self.snapshot = None;
                    self.view = View::default();
                    self.retire();
                    actions.push(Action::Opened(opened));
                    if let Some(OpenedModel(snapshot)) = model {
                        actions.push(Action::ModelReady(describe(&snapshot)));
                        self.snapshot = Some(snapshot);
                    }
                    self.ask();
                }
            }
        }
    }

    fn listen_to_starter(&mut self, actions: &mut Vec<Action>) {
        let Some(starter) = &self.starter else { return };
        let (messages, ended) = starter.poll();
        if ended {
            self.starter = None;
        }
        for message in messages {
            match message {
                Ready::Action(Action::Failed(text)) => actions.push(Action::RunFailed(text)),
                Ready::Action(action) => actions.push(action),
                Ready::Job(name, folder, job) => match Worker::spawn(*job) {
                    Ok(worker) => {
                        self.trainer = Some(Training { folder: folder.clone(), worker });
                        actions.push(Action::RunStarted { name, folder });
                    }
                    Err(error) => actions.push(Action::RunFailed(error.to_string())),
                },
            }
        }
    }

    fn listen_to_trainer(&mut self, actions: &mut Vec<Action>) {
        let Some(trainer) = &self.trainer else { return };
        let mut newest = None;
        let mut ended = false;
        for event in trainer.worker.events().try_iter() {
            match event {
                Event::Snapshot(snapshot) => newest = Some(snapshot),
                event => {
                    ended |= matches!(event, Event::Stopped(_));
                    actions.push(Action::Training(event));
                }
            }
        }
        if let Some(snapshot) = newest {
            actions.push(Action::ModelReady(describe(&snapshot)));
            self.snapshot = Some(snapshot);
            self.ask();
        }
        if ended {
            self.trainer = None;
        }
    }

    fn listen_to_historian(&mut self, actions: &mut Vec<Action>) {
        let results: Vec<_> = self.historian.results().collect();
        for result in results {
            let Found { folder, moments, then: found } = match result.and_then(|found| found) {
                Ok(found) => found,
                Err(reason) => {
                    actions.push(Action::Failed(reason));
                    continue;
                }
            };
            actions.push(Action::Timeline(TimelineAction::Listed(folder, moments)));
            let Some(found) = found else { continue };
            if let Some((step, then)) = &mut self.then
                && *step == found.step
                && then.as_ref().is_none_or(|then| then.step != found.step)
            {
                actions.push(Action::Timeline(TimelineAction::Shown(found.step)));
                *then = Some(found);
                self.ask();
            }
        }
    }
}
