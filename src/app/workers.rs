//! The workers of the window: started by effects, listened to once a frame.

mod listen;

use std::path::PathBuf;
use std::sync::Arc;

use crate::app::comparison::Comparison;
use crate::app::dialog;
use crate::app::directions;
use crate::app::export::{self, Order};
use crate::app::historian::{self, Found};
use crate::app::inspector::Inspectors;
use crate::app::keeper::{self, Errand};
use crate::app::latest::Latest;
use crate::app::lens::LensWorkers;
use crate::app::librarian::{self, Places};
use crate::app::loader::{self, Loaded};
use crate::app::opener;
use crate::app::own::OwnWorkers;
use crate::app::pathfinder::Pathfinders;
use crate::app::runs::{self, Ready};
use crate::app::save_curves::{self, SaveOrder};
use crate::app::task::Task;
use crate::config::RunConfig;
use crate::curves::Format;
use crate::data::{Cache, Dataset};
use crate::latent::{Question, Service};
use crate::model::Snapshot;
use crate::state::lens::{ContestAction, ContestErrand};
use crate::state::timeline::Look;
use crate::state::{
    self, Action, AppState, CurvesOrder, DrawnCurves, Effect, ExportSettings, ExportWish, OwnErrand, View,
};
use crate::threads::WakeUp;
use crate::train::{Command, Worker};
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
    inspectors: Inspectors,
    directions: directions::Keeper,
    own: OwnWorkers,
    lens: LensWorkers,
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
            inspectors: Inspectors::default(),
            directions: directions::Keeper::default(),
            own: OwnWorkers::default(),
            lens: LensWorkers::default(),
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
        let wake = Arc::clone(&self.wake);
        match effect {
            Effect::OpenDialog => {
                self.dialogs.push(dialog::open_folder(wake, Action::DialogClosed).map_err(Action::Failed)?);
            }
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
            Effect::StartRun(config) => self.start(*config, None, state)?,
            Effect::BranchRun { config, from } => self.start(*config, Some(from), state)?,
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
            Effect::FindWays(order) => self.pathfinders.order(wake, order, self.question()).map_err(Action::Failed)?,
            Effect::Lists(errand) => self.inspectors.perform(wake, errand, state, self.question())?,
            Effect::OpenFile(path) => self.helpers.push(opener::spawn(wake, path).map_err(Action::Failed)?),
            Effect::Directions(errand) => self.directions.send(&wake, errand, self.shown())?,
            Effect::Own(OwnErrand::Choose) => {
                self.dialogs.push(dialog::choose_images(wake).map_err(Action::Failed)?);
            }
            Effect::Own(errand) => self.own.perform(wake, errand, self.question())?,
            Effect::Study(order) => self.lens.study(wake, order, self.question()).map_err(Action::Failed)?,
            Effect::Lens(order) => self.lens.order(wake, order, self.question()).map_err(Action::Failed)?,
            Effect::Contest(ContestErrand::ChooseFolder) => {
                self.dialogs.push(dialog::open_folder(wake, ContestAction::chosen).map_err(Action::Failed)?);
            }
            Effect::Contest(errand) => {
                self.lens.contest(wake, errand, self.data.clone()).map_err(Action::Failed)?;
            }
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
            | Effect::SetLanguage(_)
            | Effect::ToggleTheme
            | Effect::SetFullscreen(_)
            | Effect::Copy(_)
            | Effect::CopyPoint => {}
        }
        Ok(())
    }

    /// Begins a new run, with the weights in `from` when there are some.
    fn start(&mut self, config: RunConfig, from: Option<PathBuf>, state: &AppState) -> Result<(), Action> {
        let Some(data) = self.data.clone() else { return Ok(()) };
        self.retire();
        let (wake, known) = (Arc::clone(&self.wake), Arc::clone(&state.runs.listing));
        let starter = runs::start(wake, self.places.runs.clone(), config, data, from, known);
        self.starter = Some(starter.map_err(Action::RunFailed)?);
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
