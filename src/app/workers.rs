//! The workers of the window: started by effects, listened to once a frame.

use std::path::PathBuf;
use std::sync::Arc;

use crate::app::dialog::{self, Answered};
use crate::app::export::{self, Order};
use crate::app::keeper::{self, Errand};
use crate::app::latest::Latest;
use crate::app::librarian::{self, Places};
use crate::app::loader::{self, Loaded};
use crate::app::own;
use crate::app::runs::{self, OpenedModel, Ready};
use crate::app::save_curves::{self, SaveOrder};
use crate::app::task::Task;
use crate::curves::Format;
use crate::data::{Cache, Dataset};
use crate::latent::{Question, Service};
use crate::model::Snapshot;
use crate::state::{
    self, Action, AppState, CurvesOrder, DrawnCurves, Effect, ExportKind, Model, OwnErrand, RefinementAction, View,
};
use crate::threads::WakeUp;
use crate::train::{Command, Event, Worker};
use crate::ui::dots;

/// A picture of the points, and what it was painted from.
pub type Painted = (dots::Order, egui::ColorImage);

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
    trainer: Option<Worker>,
    /// Runs that were told to stop because other images were opened; kept until they have.
    retired: Vec<Worker>,
    loader: Option<Task<Loaded>>,
    starter: Option<Task<Ready>>,
    dialogs: Vec<Task<Answered>>,
    /// Those who say nothing but actions: they export, or keep prepared images.
    helpers: Vec<Task<Action>>,
    /// The last reader of the list; whoever was before is told to stop.
    lister: Option<Task<Action>>,
    /// Looks for a better z of one image.
    refiner: Option<Task<Action>>,
    data: Option<Arc<Dataset>>,
    snapshot: Option<Arc<Snapshot>>,
    view: View,
}

impl Workers {
    /// Starts the threads that decode and paint; the others are started when they are needed.
    pub fn new(wake: WakeUp, places: Places, cache: Option<PathBuf>) -> anyhow::Result<Self> {
        let service = Service::spawn(Arc::clone(&wake))?;
        let paint = |order: dots::Order| {
            let image = order.paint();
            (order, image)
        };
        let painter = Latest::spawn("painter", Arc::clone(&wake), paint).map_err(anyhow::Error::msg)?;
        let curves = Latest::spawn("curves", Arc::clone(&wake), CurvesOrder::draw).map_err(anyhow::Error::msg)?;
        Ok(Self {
            wake,
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
            helpers: Vec::new(),
            lister: None,
            refiner: None,
            data: None,
            snapshot: None,
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
        actions.extend(self.service.answers().try_iter().map(Action::Answered));
        actions.extend(self.curves.results().map(|result| result.map_or_else(Action::Failed, Action::CurvesDrawn)));
        let mut save_to = Vec::new();
        self.dialogs.retain(|dialog| {
            let (messages, ended) = dialog.poll();
            for message in messages {
                match message {
                    Answered::Action(action) => actions.push(action),
                    Answered::SaveTo(kind, path) => save_to.push(Action::ExportTo(kind, path)),
                    Answered::SaveCurvesTo(format, path) => save_to.push(Action::SaveCurvesTo(format, path)),
                }
            }
            !ended
        });
        actions.extend(save_to);
        self.helpers.retain(|helper| {
            let (messages, ended) = helper.poll();
            actions.extend(messages);
            !ended
        });
        self.lister.take_if(|lister| {
            let (messages, ended) = lister.poll();
            actions.extend(messages);
            ended
        });
        self.refiner.take_if(|refiner| {
            let (messages, ended) = refiner.poll();
            actions.extend(messages);
            ended
        });
        self.retired.retain(|worker| !worker.events().try_iter().any(|event| matches!(event, Event::Stopped(_))));
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
                        self.trainer = Some(worker);
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
        for event in trainer.events().try_iter() {
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

    /// Does what the state asked for; returns what cannot be done.
    pub fn perform(&mut self, effect: Effect, state: &AppState) -> Result<(), Action> {
        let wake = Arc::clone(&self.wake);
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
                let starter = runs::start(wake, self.places.runs.clone(), *config, data, None);
                self.starter = Some(starter.map_err(Action::RunFailed)?);
            }
            Effect::BranchRun { config, from } => {
                let Some(data) = self.data.clone() else { return Ok(()) };
                self.retire();
                let starter = runs::start(wake, self.places.runs.clone(), *config, data, Some(from));
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
                    trainer.send(command);
                }
            }
            Effect::Ask(view) => {
                self.view = view;
                self.ask();
            }
            Effect::Own(errand) => self.see_to_own(errand)?,
            Effect::Library(errand) => self.send_librarian(errand)?,
            Effect::DrawCurves => self.curves.order(state.curves_order()),
            Effect::SaveCurves(format, true) => {
                self.dialogs.push(dialog::save_curves(wake, format).map_err(Action::Failed)?);
            }
            Effect::SaveCurves(format, false) => self.save_curves(state, format, None)?,
            Effect::SaveCurvesTo(format, path) => self.save_curves(state, format, Some(path))?,
            Effect::Export(kind, true) => {
                self.dialogs.push(dialog::save_picture(wake, kind).map_err(Action::Failed)?);
            }
            Effect::Export(kind, false) => self.export(kind, None, state)?,
            Effect::ExportTo(kind, path) => self.export(kind, Some(path), state)?,
            Effect::SetTheme(_) | Effect::SetFullscreen(_) | Effect::Copy(_) => {}
        }
        Ok(())
    }

    fn see_to_own(&mut self, errand: OwnErrand) -> Result<(), Action> {
        let wake = Arc::clone(&self.wake);
        match errand {
            OwnErrand::Choose => self.dialogs.push(dialog::choose_images(wake).map_err(Action::Failed)?),
            OwnErrand::Bring { sources, target, selects } => {
                self.helpers.push(own::bring(wake, sources, target, selects).map_err(Action::Failed)?);
            }
            OwnErrand::Refine { subject, start } => {
                let question = self.question();
                let refiner = own::refine_z(wake, question, subject, start);
                self.refiner = Some(refiner.map_err(|reason| RefinementAction::Failed(reason).into())?);
            }
            OwnErrand::StopRefining => self.refiner.iter().for_each(Task::cancel),
            OwnErrand::Paste => {}
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

    fn export(&mut self, kind: ExportKind, file: Option<PathBuf>, state: &AppState) -> Result<(), Action> {
        let Some(snapshot) = self.snapshot.clone() else { return Ok(()) };
        let order = Order::new(state, kind, snapshot, self.data.clone(), file).map_err(Action::Failed)?;
        let exporter = export::spawn(Arc::clone(&self.wake), order).map_err(Action::Failed)?;
        self.helpers.push(exporter);
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
            trainer.send(Command::Stop);
            self.retired.push(trainer);
        }
    }

    fn ask(&self) {
        self.service.ask(self.question());
    }

    fn question(&self) -> Question {
        Question { snapshot: self.snapshot.clone(), data: self.data.clone(), view: self.view.clone() }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        // A dialog ends when the user answers it, not when the window does.
        self.dialogs.drain(..).for_each(Task::leave);
    }
}

fn describe(snapshot: &Snapshot) -> Model {
    Model { step: snapshot.step, latent_dim: snapshot.latent_dim(), shape: snapshot.shape() }
}
