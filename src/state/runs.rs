//! The runs on disk: the list, and which of them are drawn over the curves.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rust_i18n::t;

use crate::config::differing;
use crate::curves::Source;
use crate::run::{Listing, Summary, name_of};
use crate::state::lens::Page;
use crate::state::{Action, AppState, Effect, NoticeKind, comparison};

/// Something about the runs on disk.
#[derive(Debug, Clone)]
pub enum RunsAction {
    /// Shows the list in place of the settings, or not.
    Show(bool),
    /// Read the list again.
    List,
    /// The list was read.
    Listed(Arc<Listing>),
    /// Shows what can be done with a run, or no longer.
    Select(PathBuf),
    /// Draws a run's curves over those of the open one, or no longer.
    Overlay(PathBuf),
    /// Hides a run among the curves that are drawn, or shows it again.
    Hide(PathBuf),
    /// Its curves were read.
    CurvesRead(PathBuf, Source),
    /// Its curves could not be read.
    CurvesFailed(PathBuf, String),
    /// The name being typed for the selected run; `None` when it keeps its own.
    TypeName(Option<String>),
    /// Gives the selected run the typed name.
    Rename,
    /// A run's folder is now called otherwise.
    Renamed {
        /// As it was.
        from: PathBuf,
        /// As it is.
        to: PathBuf,
    },
    /// Moves a run to the trash.
    Trash(PathBuf),
    /// It is there.
    Trashed(PathBuf),
    /// The last of a run that was left while it trained is on disk.
    Kept(PathBuf),
    /// Shows a run's folder in the system's file manager.
    Reveal(PathBuf),
}

/// Something to be done with the runs on disk.
#[derive(Debug, Clone, PartialEq)]
pub enum Errand {
    /// Read the list: of these, pictures are known.
    List {
        /// Runs that were opened from other places.
        elsewhere: Vec<PathBuf>,
        /// The list as it was.
        known: Arc<Listing>,
    },
    /// Read a run's curves.
    ReadCurves(PathBuf),
    /// Give a run's folder another name.
    Rename {
        /// The folder.
        from: PathBuf,
        /// Its new name.
        name: String,
    },
    /// Move a run to the trash.
    Trash(PathBuf),
    /// Show a folder in the system's file manager.
    Reveal(PathBuf),
}

/// A run drawn over the curves.
#[derive(Debug, Clone)]
pub struct Overlaid {
    /// Its folder.
    pub folder: PathBuf,
    /// Its curves, once they are read.
    pub source: Option<Source>,
}

/// The runs on disk.
#[derive(Debug, Clone, Default)]
pub struct RunsState {
    /// Whether the list is shown in place of the settings.
    pub open: bool,
    /// The list as last read.
    pub listing: Arc<Listing>,
    /// Counts the lists read.
    pub version: u64,
    /// The run whose buttons are shown.
    pub selected: Option<PathBuf>,
    /// The name being typed for it.
    pub typed: Option<String>,
    /// Runs drawn over the curves.
    pub overlaid: Vec<Overlaid>,
    /// Of the runs that are drawn, those that are hidden.
    pub hidden: Vec<PathBuf>,
    /// Counts changes of what is drawn over the curves.
    pub overlays: u64,
    elsewhere: Vec<PathBuf>,
    /// Runs that were left while they trained, and that are being saved.
    leaving: Vec<PathBuf>,
}

impl RunsState {
    /// The run in `folder`.
    pub fn run(&self, folder: &Path) -> Option<&Summary> {
        self.listing.runs.iter().find(|run| run.folder == folder)
    }

    /// Whether its curves are, or are going to be, drawn over those of the open run.
    pub fn is_overlaid(&self, folder: &Path) -> bool {
        self.overlaid.iter().any(|overlaid| overlaid.folder == folder)
    }

    /// The settings on which the runs of the list do not agree.
    pub fn differing(&self) -> Vec<&'static str> {
        let configs: Vec<_> = self.listing.runs.iter().map(|run| &run.record.config).collect();
        differing(&configs)
    }

    /// A run was opened, maybe from a place of its own.
    pub fn opened(&mut self, folder: &Path) {
        if !self.elsewhere.iter().any(|known| known == folder) {
            self.elsewhere.push(folder.to_owned());
        }
    }

    /// A run was left while it trained: it will be said when it is saved.
    pub fn left(&mut self, folder: Option<PathBuf>) {
        self.leaving.extend(folder);
    }

    /// Whether the run in `folder` was left while it trained and is not saved yet.
    pub fn is_leaving(&self, folder: &Path) -> bool {
        self.leaving.iter().any(|leaving| leaving == folder)
    }

    /// What reads the list again.
    pub fn list(&self) -> Effect {
        let (elsewhere, known) = (self.elsewhere.clone(), Arc::clone(&self.listing));
        Effect::Library(Errand::List { elsewhere, known })
    }

    fn forget(&mut self, folder: &Path) {
        self.elsewhere.retain(|known| known != folder);
        self.overlaid.retain(|overlaid| overlaid.folder != folder);
        self.hidden.retain(|hidden| hidden != folder);
        self.overlays += 1;
        (self.selected, self.typed) = (None, None);
    }
}

impl AppState {
    /// What reads the list of runs again, while somebody looks at it.
    pub fn list_runs_if_shown(&self) -> Option<Effect> {
        let in_lens = self.lens.open && self.lens.page == Page::Code;
        (self.runs.open || in_lens).then(|| self.runs.list())
    }

    /// Whether `folder` is the open run's.
    pub fn is_open_run(&self, folder: &Path) -> bool {
        self.training.run.as_ref().is_some_and(|run| run.folder.as_deref() == Some(folder))
    }

    /// Whether the run in `folder` is being trained, or waits.
    pub fn is_trained_now(&self, folder: &Path) -> bool {
        self.training.is_active() && self.is_open_run(folder)
    }

    /// Runs drawn over the open one's curves.
    pub fn overlays(&self) -> impl Iterator<Item = &Source> {
        let shown = |overlaid: &&Overlaid| !self.is_open_run(&overlaid.folder);
        self.runs.overlaid.iter().filter(shown).filter_map(|overlaid| overlaid.source.as_ref())
    }

    /// The runs that are drawn, each with its folder and name: the open one first, once it has made a step.
    pub fn drawn_runs(&self) -> impl Iterator<Item = (&Path, &str)> {
        let open = self.training.run.as_ref().filter(|_| self.training.history.n_steps() > 0);
        let open = open.map(|run| (run.folder.as_deref().unwrap_or(Path::new("")), run.name.as_str()));
        let overlaid = self.runs.overlaid.iter().filter(|overlaid| !self.is_open_run(&overlaid.folder));
        let overlaid = overlaid.filter_map(|o| Some((o.folder.as_path(), o.source.as_ref()?.run.as_str())));
        open.into_iter().chain(overlaid)
    }

    /// Those of them that are hidden, by their place; none when there is but one, which has no legend to show it again.
    pub fn hidden_runs(&self) -> Vec<usize> {
        let is_hidden = |folder: &Path| self.runs.hidden.iter().any(|hidden| hidden == folder);
        let places = self.drawn_runs().enumerate().filter(|(_, (folder, _))| is_hidden(folder)).map(|(i, _)| i);
        if self.drawn_runs().nth(1).is_some() { places.collect() } else { Vec::new() }
    }

    /// Which of the drawn runs the one in `folder` is: the open run comes first, once it has made a step.
    pub fn drawn_as(&self, folder: &Path) -> Option<usize> {
        self.drawn_runs().position(|(drawn, _)| drawn == folder)
    }
}

/// Applies an action.
pub fn apply(state: &mut AppState, action: RunsAction, effects: &mut Vec<Effect>) {
    let runs = &mut state.runs;
    let mut ask = |errand| effects.push(Effect::Library(errand));
    match action {
        RunsAction::Show(open) => {
            runs.open = open;
            state.lists.open = false;
            if open {
                effects.push(runs.list());
            }
        }
        RunsAction::List => effects.push(runs.list()),
        RunsAction::Listed(listing) => {
            runs.listing = listing;
            runs.version += 1;
        }
        RunsAction::Select(folder) => {
            runs.typed = None;
            runs.selected = (runs.selected.as_ref() != Some(&folder)).then_some(folder);
        }
        RunsAction::Overlay(folder) => {
            runs.overlays += 1;
            if runs.is_overlaid(&folder) {
                runs.overlaid.retain(|overlaid| overlaid.folder != folder);
                runs.hidden.retain(|hidden| *hidden != folder);
            } else {
                runs.overlaid.push(Overlaid { folder: folder.clone(), source: None });
                ask(Errand::ReadCurves(folder));
            }
        }
        RunsAction::Hide(folder) if runs.hidden.contains(&folder) => runs.hidden.retain(|hidden| *hidden != folder),
        RunsAction::Hide(folder) => runs.hidden.push(folder),
        RunsAction::CurvesRead(folder, source) => {
            runs.overlays += 1;
            runs.overlaid.iter_mut().filter(|o| o.folder == folder).for_each(|o| o.source = Some(source.clone()));
        }
        RunsAction::CurvesFailed(folder, reason) => {
            runs.overlaid.retain(|overlaid| overlaid.folder != folder);
            state.notices.push(NoticeKind::Error(reason));
        }
        RunsAction::TypeName(name) => runs.typed = name,
        RunsAction::Rename => rename(state, effects),
        RunsAction::Renamed { from, to } => renamed(state, &from, &to, effects),
        RunsAction::Trash(folder) => trash(state, folder, effects),
        RunsAction::Trashed(folder) => trashed(state, &folder, effects),
        RunsAction::Kept(folder) => {
            runs.leaving.retain(|leaving| *leaving != folder);
            effects.extend(state.list_runs_if_shown());
        }
        RunsAction::Reveal(folder) => ask(Errand::Reveal(folder)),
    }
}

/// Why the run in `folder` has to stay where it is; `trained` is said of one that trains.
fn in_use(state: &AppState, folder: &Path, trained: Cow<'_, str>) -> Option<String> {
    if state.is_trained_now(folder) {
        return Some(trained.into_owned());
    }
    state.runs.is_leaving(folder).then(|| t!("runs.being_saved", name = name_of(folder)).into_owned())
}

fn trash(state: &mut AppState, folder: PathBuf, effects: &mut Vec<Effect>) {
    match in_use(state, &folder, t!("runs.trash_refused", name = name_of(&folder))) {
        Some(text) => state.notices.push(NoticeKind::Error(text)),
        None => effects.push(Effect::Library(Errand::Trash(folder))),
    }
}

fn rename(state: &mut AppState, effects: &mut Vec<Effect>) {
    let (Some(from), Some(typed)) = (state.runs.selected.clone(), state.runs.typed.take()) else { return };
    let name = typed.trim().to_owned();
    if name.is_empty() || name == name_of(&from) {
        return;
    }
    let is_no_name = name.contains(['/', '\\', ':', '\0']) || name.starts_with('.');
    let refused = in_use(state, &from, t!("runs.rename_refused", name = name_of(&from)))
        .or_else(|| is_no_name.then(|| t!("runs.no_name", name = name).into_owned()));
    match refused {
        Some(text) => state.notices.push(NoticeKind::Error(text)),
        None => effects.push(Effect::Library(Errand::Rename { from, name })),
    }
}

fn renamed(state: &mut AppState, from: &Path, to: &Path, effects: &mut Vec<Effect>) {
    for run in [&mut state.training.run, &mut state.training.model_run].into_iter().flatten() {
        if run.folder.as_deref() == Some(from) {
            (run.name, run.folder) = (name_of(to), Some(to.to_owned()));
        }
    }
    comparison::renamed(state, from, to, &name_of(to));
    if Path::new(&state.data.source) == from {
        state.data.source = to.display().to_string();
        state.data.path_text.clone_from(&state.data.source);
    }
    let runs = &mut state.runs;
    let places = runs.elsewhere.iter_mut().chain(runs.overlaid.iter_mut().map(|overlaid| &mut overlaid.folder));
    for place in places.chain(&mut runs.hidden).chain(&mut runs.selected).filter(|place| *place == from) {
        to.clone_into(place);
    }
    for overlaid in runs.overlaid.iter_mut().filter(|overlaid| overlaid.folder == to) {
        overlaid.source.iter_mut().for_each(|source| source.run = name_of(to));
        runs.overlays += 1;
    }
    effects.push(runs.list());
}

fn trashed(state: &mut AppState, folder: &Path, effects: &mut Vec<Effect>) {
    if state.is_compared_with(folder) || state.is_open_run(folder) {
        comparison::close(state, effects);
    }
    if state.is_open_run(folder) {
        // What it learned can still be walked; there is no folder to go on in.
        state.training.can_continue = false;
        state.training.run.iter_mut().for_each(|run| run.folder = None);
    }
    state.training.model_run.iter_mut().filter(|run| run.folder.as_deref() == Some(folder)).for_each(|run| {
        run.folder = None;
    });
    if let Some(data) = state.data.set.as_ref().filter(|_| Path::new(&state.data.source) == folder) {
        state.data.source = data.name.clone();
        state.data.path_text.clone_from(&state.data.source);
    }
    let runs = &mut state.runs;
    runs.forget(folder);
    effects.push(runs.list());
    state.notices.push(NoticeKind::Info(t!("runs.trashed", name = name_of(folder)).into_owned()));
}

impl From<RunsAction> for Action {
    fn from(action: RunsAction) -> Self {
        Self::Runs(action)
    }
}
