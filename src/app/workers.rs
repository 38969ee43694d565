//! The workers of the window: started by effects, listened to once a frame.

use std::path::PathBuf;
use std::sync::Arc;

use crate::app::comparison::Comparison;
use crate::app::dialog;
use crate::app::directions;
use crate::app::export::{self, Order};
use crate::app::historian::{self, Found};
use crate::app::keeper::{self, Errand};
use crate::app::latest::Latest;
use crate::app::librarian::{self, Places};
use crate::app::loader::{self, Loaded};
use crate::app::opener;
use crate::app::own::OwnWorkers;
use crate::app::pathfinder::Pathfinders;
use crate::app::runs::{self, OpenedModel, Ready};
use crate::app::save_curves::{self, SaveOrder};
use crate::app::task::Task;
use crate::curves::Format;
use crate::data::{Cache, Dataset};
use crate::latent::{Question, Service};
use crate::model::Snapshot;
use crate::state::timeline::{Look, TimelineAction};
use crate::state::{
    self, Action, AppState, CurvesOrder, DrawnCurves, Effect, ExportSettings, ExportWish, OwnErrand, RunsAction, View,
};
use crate::threads::WakeUp;
use crate::train::{Command, Event, Worker};
use crate::ui::dots::{self, Painted};

/// A training thread, and the folder it writes into.
struct Training {
    folder: PathBuf,
    worker: Worker,
}

/// Every worker the window owns.
pub struct Workers {
    wake: WakeUp,
    /// Where new runs are recorded, and where old ones go.
    places: Places,
    /// Where prepared images are kept.
    cache: Option<PathBuf>,
    service: Service,
    painter: Latest<dots::Order, Painted>,
    curves: Latest<CurvesOrder, DrawnCurves>,
    trainer: Option<Training>,
    /// Runs that were told to stop because other images were opened; kept until they have.
    retired: Vec<Training>,
    loader: Option<Task<Loaded>>,
    starter: Option<Task<Ready>>,
    dialogs: Vec<Task<Action>>,
    exporters: Vec<Task<Action>>,
    /// Others who say nothing but actions: they write curves, or keep prepared images.
    helpers: Vec<Task<Action>>,
    /// The last reader of the list; whoever was before is told to stop.
    lister: Option<Task<Action>>,
    /// The run that the open one is held against.
    comparison: Comparison,
    historian: Latest<Look, Result<Found, String>>,
    pathfinders: Pathfinders,
    directions: directions::Keeper,
    own: OwnWorkers,
    data: Option<Arc<Dataset>>,
    /// The newest model.
    snapshot: Option<Arc<Snapshot>>,
    /// The step of an earlier model that shall be shown in its place, and the model once it is read.
    then: Option<(u64, Option<Arc<Snapshot>>)>,
    view: View,
}

impl Workers {
    /// Starts the threads that decode and paint; the others are started when they are needed.
    pub fn new(wake: WakeUp, places: Places, cache: Option<PathBuf>) -> anyhow::Result<Self> {
        let service = Service::spawn(Arc::clone(&wake))?;
        let painter = Latest::spawn("painter", Arc::clone(&wake), dots::Order::paint).map_err(anyhow::Error::msg)?;
        let curves = Latest::spawn("curves", Arc::clone(&wake), CurvesOrder::draw).map_err(anyhow::Error::msg)?;
        let historian = historian::spawn(Arc::clone(&wake)).map_err(anyhow::Error::msg)?;
        Ok(Self {
            wake,
            historian,
            places,
            cache,
            service,
            painter,
            curves,
            trainer: None,
            retired: Vec::new(),
            loader: None,
            starter: None,
            dialogs: Vec::new(),
            exporters: Vec::new(),
            helpers: Vec::new(),
            lister: None,
            comparison: Comparison::default(),
            pathfinders: Pathfinders::default(),
            directions: directions::Keeper::default(),
            own: OwnWorkers::default(),
            data: None,
            snapshot: None,
            then: None,
            view: View::default(),
        })
    }

    /// Has the points painted; the latest order wins.
    pub fn paint(&self, order: dots::Order) {
        self.painter.order(order);
    }

    /// The pictures that were painted since the last call.
    pub fn painted(&self) -> impl Iterator<Item = Result<Painted, String>> {
        self.painter.results()
    }

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
        self.directions.poll(&self.wake, &mut actions);
        self.retired.retain(|training| {
            let ended = training.worker.events().try_iter().any(|event| matches!(event, Event::Stopped(_)));
            if ended {
                actions.push(RunsAction::Kept(training.folder.clone()).into());
            }
            !ended
        });
        self.own.poll(&mut actions);
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
                        actions.push(Action::ModelReady(runs::model_of(&snapshot)));
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
            actions.push(Action::ModelReady(runs::model_of(&snapshot)));
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

    /// Looks back, or at the newest model again. What is shown stays until the next is read.
    fn look(&mut self, look: Look) {
        let before = self.then.take();
        let looked_back = before.is_some();
        self.then = look.step.map(|step| (step, before.and_then(|(_, then)| then)));
        if looked_back && self.then.is_none() {
            self.ask();
        }
        self.historian.order(look);
    }

    /// The model that is shown: an earlier one while somebody looks back.
    fn shown(&self) -> Option<Arc<Snapshot>> {
        self.then.as_ref().and_then(|(_, then)| then.clone()).or_else(|| self.snapshot.clone())
    }

    /// Does what the state asked for; returns what cannot be done.
    pub fn perform(&mut self, effect: Effect, state: &AppState) -> Result<(), Action> {
        let (wake, shown) = (Arc::clone(&self.wake), Arc::clone(&state.runs.listing));
        match effect {
            Effect::OpenDialog => self.dialogs.push(dialog::open_folder(wake).map_err(Action::Failed)?),
            Effect::Load { source, config } => {
                // The last load wins; the one before is told to stop and is waited for, which takes one file.
                self.loader = None;
                let limit = state.data.kept.limit();
                let cache = self.cache.clone().filter(|_| limit > 0).map(|folder| Cache::new(folder, limit));
                let loader = loader::spawn(wake, source, config, cache);
                self.loader = Some(loader.map_err(|e| Action::LoadFailed(Some(e)))?);
            }
            Effect::ClearKept => self.keep(Errand::Clear)?,
            Effect::CancelLoad => self.loader.iter().for_each(Task::cancel),
            Effect::StartRun(config) => {
                let Some(data) = self.data.clone() else { return Ok(()) };
                self.retire();
                let starter = runs::start(wake, self.places.runs.clone(), *config, data, None, shown);
                self.starter = Some(starter.map_err(Action::RunFailed)?);
            }
            Effect::BranchRun { config, from } => {
                let Some(data) = self.data.clone() else { return Ok(()) };
                self.retire();
                let starter = runs::start(wake, self.places.runs.clone(), *config, data, Some(from), shown);
                self.starter = Some(starter.map_err(Action::RunFailed)?);
            }
            Effect::RereadRun(folder) => self.starter = Some(runs::reread(wake, folder).map_err(Action::Failed)?),
            Effect::ResumeRun { folder, changes } => {
                let Some(data) = self.data.clone() else { return Ok(()) };
                self.retire();
                self.starter = Some(runs::resume(wake, folder, changes, data).map_err(Action::RunFailed)?);
            }
            Effect::Command(command) => {
                if let Some(trainer) = &self.trainer {
                    trainer.worker.send(command);
                }
            }
            Effect::Ask(view) => {
                self.view = view;
                self.ask();
            }
            Effect::ReadOther(folder) => self.comparison.begin(wake, folder).map_err(Action::Failed)?,
            Effect::LeaveOther => self.comparison.leave(),
            Effect::FindWays(order) => {
                self.pathfinders.cancel();
                if let (Some(order), Some(snapshot), Some(data)) = (order, self.shown(), self.data.clone()) {
                    self.pathfinders.send(wake, order, snapshot, data).map_err(Action::Failed)?;
                }
            }
            Effect::OpenFile(path) => self.helpers.push(opener::spawn(wake, path).map_err(Action::Failed)?),
            Effect::Directions(errand) => self.directions.send(&wake, errand, self.shown())?,
            Effect::Own(OwnErrand::Choose) => {
                self.dialogs.push(dialog::choose_images(wake).map_err(Action::Failed)?);
            }
            Effect::Own(errand) => self.own.perform(wake, errand, self.question())?,
            Effect::Library(errand) => self.send_librarian(errand)?,
            Effect::Look(look) => self.look(look),
            Effect::DrawCurves => self.curves.order(state.curves_order()),
            Effect::SaveCurves(format, true) => {
                self.dialogs.push(dialog::save_curves(wake, format).map_err(Action::Failed)?);
            }
            Effect::SaveCurves(format, false) => self.save_curves(state, format, None)?,
            Effect::SaveCurvesTo(format, path) => self.save_curves(state, format, Some(path))?,
            Effect::Export(ExportWish::Asked(settings)) => {
                self.dialogs.push(dialog::save_picture(wake, settings).map_err(Action::Failed)?);
            }
            Effect::Export(ExportWish::Numbered(settings)) => self.export(settings, None, state)?,
            Effect::Export(ExportWish::Into(settings, path)) => self.export(settings, Some(path), state)?,
            Effect::Export(ExportWish::Cancelled) => self.exporters.iter().for_each(Task::cancel),
            Effect::SetTheme(_)
            | Effect::ToggleTheme
            | Effect::SetFullscreen(_)
            | Effect::Copy(_)
            | Effect::CopyPoint => {}
        }
        Ok(())
    }

    fn send_librarian(&mut self, errand: state::runs::Errand) -> Result<(), Action> {
        let lists = matches!(errand, state::runs::Errand::List { .. });
        let librarian =
            librarian::spawn(Arc::clone(&self.wake), self.places.clone(), errand).map_err(Action::Failed)?;
        if lists {
            self.lister.replace(librarian).into_iter().for_each(|before| {
                before.cancel();
                self.helpers.push(before);
            });
        } else {
            self.helpers.push(librarian);
        }
        Ok(())
    }

    fn export(&mut self, settings: ExportSettings, file: Option<PathBuf>, state: &AppState) -> Result<(), Action> {
        let Some(snapshot) = self.shown() else { return Ok(()) };
        let order = Order::new(state, settings, snapshot, self.data.clone(), file).map_err(Action::Failed)?;
        let exporter = export::spawn(Arc::clone(&self.wake), order).map_err(Action::Failed)?;
        self.exporters.push(exporter);
        Ok(())
    }

    fn save_curves(&mut self, state: &AppState, format: Format, file: Option<PathBuf>) -> Result<(), Action> {
        let order = SaveOrder::new(state, format, file).map_err(Action::Failed)?;
        self.helpers.push(save_curves::spawn(Arc::clone(&self.wake), order).map_err(Action::Failed)?);
        Ok(())
    }

    /// Sends someone to the prepared images, when there is a place for them.
    fn keep(&mut self, errand: Errand) -> Result<(), Action> {
        if let Some(folder) = self.cache.clone() {
            let cache = Cache::new(folder, Cache::LIMIT);
            self.helpers.push(keeper::spawn(Arc::clone(&self.wake), cache, errand).map_err(Action::Failed)?);
        }
        Ok(())
    }

    /// Lets the run under way end by itself: it is kept on disk.
    fn retire(&mut self) {
        self.starter = None;
        if let Some(trainer) = self.trainer.take() {
            trainer.worker.send(Command::Stop);
            self.retired.push(trainer);
        }
    }

    fn ask(&self) {
        self.comparison.ask(self.view.point.as_ref());
        self.service.ask(self.question());
    }

    fn question(&self) -> Question {
        Question { snapshot: self.shown(), data: self.data.clone(), view: self.view.clone() }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        // A dialog ends when the user answers it, not when the window does.
        self.dialogs.drain(..).for_each(Task::leave);
    }
}
