//! AE, VAE and PCA on the same images: what is planned, how far it is, and what each of them has come to.

mod found;

use std::path::PathBuf;
use std::sync::Arc;

use crate::config::{DataConfig, LATENT_DIMS, RunConfig};
use crate::data::Dataset;
use crate::run::contest::{Method, Progress};
use crate::state::data::held_for_validation;
use crate::state::lens::LensAction;
use crate::state::{Action, AppState, Effect};

pub use found::{Codes, ContestNews, Entry, Scene, Unseen};

/// Held images that are shown, and new ones of each draw.
pub const SHOWN: usize = 10;
/// Held images on a map, at most.
pub const MAPPED: usize = 2000;
/// Images of another kind whose errors are taken, at most.
pub const UNSEEN: usize = 5000;
/// Numbers of dimensions that can be asked for at one go.
const MOST_DIMS: usize = 8;

/// What is to be trained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// Numbers of dimensions, as they were typed.
    pub dims: String,
    /// Epochs of each network.
    pub epochs: usize,
    /// Of the split, the weights and the noise.
    pub seed: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self { dims: "2, 8, 32".into(), epochs: 10, seed: 0 }
    }
}

impl Budget {
    /// The numbers of dimensions in ascending order, each once; `None` unless they are one to eight numbers that a model
    /// can have.
    pub fn parsed(&self) -> Option<Vec<usize>> {
        let words = self.dims.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
        let mut dims = words.map(|word| word.parse().ok()).collect::<Option<Vec<usize>>>()?;
        dims.sort_unstable();
        dims.dedup();
        let can_be = (1..=MOST_DIMS).contains(&dims.len()) && dims.iter().all(|d| LATENT_DIMS.contains(d));
        can_be.then_some(dims)
    }
}

/// What is asked of the thread `contest`.
#[derive(Debug, Clone, PartialEq)]
pub enum ContestErrand {
    /// Train anew, in place of what is under way.
    Start(Box<ContestOrder>),
    /// Leave what is under way.
    Cancel,
    /// Draw other samples.
    Draw(u64),
    /// Ask for a folder with the system's dialog.
    ChooseFolder,
    /// Take the errors on the images of this folder or sample.
    Unseen(String),
    /// Leave the images of another kind.
    CancelUnseen,
}

/// What is to be trained, and on what.
#[derive(Debug, Clone, PartialEq)]
pub struct ContestOrder {
    /// Counts contests, so that what is said of one before is not taken for this one's.
    pub round: u64,
    /// Settings of the networks.
    pub config: RunConfig,
    /// Numbers of dimensions.
    pub dims: Vec<usize>,
    /// Which draw is made of each.
    pub draw: u64,
}

/// Something about the page.
#[derive(Debug, Clone)]
pub enum ContestAction {
    /// The budget changed.
    Plan(Budget),
    /// Trains.
    Start,
    /// Leaves what is under way; what has ended stays.
    Cancel,
    /// Looks at this number of dimensions.
    Choose(usize),
    /// Every map in a square of its own, or all in the same.
    SetOwnScale(bool),
    /// Draws other samples.
    Again,
    /// Asks for a folder.
    ChooseFolder,
    /// The dialog closed; `None` when nothing was chosen, or no dialog exists.
    FolderChosen(Option<PathBuf>),
    /// The field for a folder changed.
    TypeUnseen(String),
    /// Takes the errors on the images of this folder or sample.
    LookAt(String),
    /// Does not look at them after all.
    CancelReading,
    /// The thread says this of the contest of this round.
    Heard(u64, ContestNews),
}

impl ContestAction {
    /// A folder was chosen in the system's dialog, or none.
    pub fn chosen(folder: Option<PathBuf>) -> Action {
        LensAction::Contest(Self::FolderChosen(folder)).into()
    }
}

/// The page.
#[derive(Debug, Clone, Default)]
pub struct Contest {
    /// What is trained next.
    pub budget: Budget,
    /// What is or was trained: the budget, and the load its images are of.
    pub begun: Option<(Budget, u64)>,
    /// Whether it is under way.
    pub runs: bool,
    /// How far it is; nothing before the first network.
    pub progress: Option<Progress>,
    /// Its images.
    pub scene: Option<Scene>,
    /// Who has ended, in that order.
    pub entries: Vec<Entry>,
    /// Dimensions that are looked at.
    pub chosen: usize,
    /// Whether every map has a square of its own.
    pub own_scale: bool,
    /// The draw that is wanted.
    pub draw: u64,
    /// The images of another kind.
    pub unseen: Option<Unseen>,
    /// The folder or sample that is being read.
    pub reading: Option<String>,
    /// What stands in the field for a folder.
    pub unseen_text: String,
    /// Why something could not be done.
    pub failed: Option<String>,
    /// Changes whenever what was found does.
    pub version: u64,
    round: u64,
}

impl Contest {
    /// Numbers of dimensions of which somebody has ended, in ascending order.
    pub fn dims(&self) -> Vec<usize> {
        let mut dims: Vec<usize> = self.entries.iter().map(|entry| entry.latent_dim).collect();
        dims.sort_unstable();
        dims.dedup();
        dims
    }

    /// One of them at the dimensions that are looked at, once it has ended.
    pub fn shown(&self, method: Method) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.method == method && entry.latent_dim == self.chosen)
    }

    fn look_at(&mut self, source: &str) -> Option<Effect> {
        let source = source.trim().to_owned();
        if source.is_empty() || self.begun.is_none() {
            return None;
        }
        self.failed = None;
        self.reading = Some(source.clone());
        Some(Effect::Contest(ContestErrand::Unseen(source)))
    }

    fn forget(&mut self) {
        self.round += 1;
        self.begun = None;
        self.runs = false;
        self.progress = None;
        self.scene = None;
        self.entries.clear();
        self.unseen = None;
        self.reading = None;
        self.failed = None;
    }
}

/// Why it cannot begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hindrance {
    /// No images are open.
    NoImages,
    /// None of them would be held.
    NoneHeld,
    /// The dimensions are no list of what a model can have.
    Dims,
}

/// What stands in the way of a contest, if anything.
pub fn hindrance(state: &AppState) -> Option<Hindrance> {
    let held = |data: &Arc<Dataset>| held_for_validation(data.len(), state.settings.data.validation_fraction);
    match &state.data.set {
        None => Some(Hindrance::NoImages),
        Some(data) if held(data) == 0 => Some(Hindrance::NoneHeld),
        Some(_) if state.lens.contest.budget.parsed().is_none() => Some(Hindrance::Dims),
        Some(_) => None,
    }
}

/// Applies one action.
pub fn apply(state: &mut AppState, action: ContestAction, effects: &mut Vec<Effect>) {
    let mut ask = |errand| effects.push(Effect::Contest(errand));
    let page = &mut state.lens.contest;
    match action {
        ContestAction::Plan(budget) => page.budget = budget,
        ContestAction::Start => start(state, effects),
        ContestAction::Cancel => ask(ContestErrand::Cancel),
        ContestAction::Choose(dim) => {
            page.chosen = dim;
            page.version += 1;
        }
        ContestAction::SetOwnScale(own) => page.own_scale = own,
        ContestAction::Again => {
            page.draw += 1;
            ask(ContestErrand::Draw(page.draw));
        }
        ContestAction::ChooseFolder => ask(ContestErrand::ChooseFolder),
        ContestAction::FolderChosen(None) => {}
        ContestAction::FolderChosen(Some(folder)) => effects.extend(page.look_at(&folder.display().to_string())),
        ContestAction::TypeUnseen(text) => page.unseen_text = text,
        ContestAction::LookAt(source) => effects.extend(page.look_at(&source)),
        ContestAction::CancelReading => ask(ContestErrand::CancelUnseen),
        ContestAction::Heard(round, news) => {
            if round == page.round {
                hear(page, news);
            }
        }
    }
}

fn hear(page: &mut Contest, news: ContestNews) {
    page.version += u64::from(!matches!(news, ContestNews::Progress(_)));
    match news {
        ContestNews::Scene(scene) => page.scene = Some(*scene),
        ContestNews::Progress(progress) => page.progress = Some(progress),
        ContestNews::Ended(entry) => page.entries.push(*entry),
        ContestNews::Drawn(draw, images) if draw == page.draw => {
            page.entries.iter_mut().zip(images).for_each(|(entry, images)| entry.drawn = images);
        }
        // A newer one was asked for.
        ContestNews::Drawn(..) => {}
        ContestNews::Unseen(unseen, errors) => {
            page.entries.iter_mut().zip(errors).for_each(|(entry, errors)| entry.unseen = Some(errors));
            page.unseen = Some(unseen);
            page.reading = None;
        }
        ContestNews::NoUnseen(reason) => {
            page.failed = reason;
            page.reading = None;
        }
        ContestNews::Over(result) => {
            page.runs = false;
            page.progress = None;
            page.failed = result.err();
        }
    }
}

fn start(state: &mut AppState, effects: &mut Vec<Effect>) {
    let page = &mut state.lens.contest;
    let (Some(dims), Some(_)) = (page.budget.parsed(), &state.data.set) else { return };
    page.forget();
    page.begun = Some((page.budget.clone(), state.data.version));
    page.runs = true;
    if !dims.contains(&page.chosen) {
        page.chosen = dims.first().copied().unwrap_or_default();
    }
    let mut config = state.settings.clone();
    (config.train.epochs, config.train.seed) = (page.budget.epochs, page.budget.seed);
    // As the images were loaded, whatever the settings would load.
    let validation_fraction = config.data.validation_fraction;
    config.data = DataConfig { validation_fraction, ..state.data.loaded_with.clone() };
    let order = ContestOrder { round: page.round, config, dims, draw: page.draw };
    effects.push(Effect::Contest(ContestErrand::Start(Box::new(order))));
}

/// A contest ends with its images.
pub fn keep_up(state: &mut AppState, effects: &mut Vec<Effect>) {
    let version = state.data.version;
    if state.lens.contest.begun.as_ref().is_some_and(|(_, of)| *of != version) {
        state.lens.contest.forget();
        effects.push(Effect::Contest(ContestErrand::Cancel));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dimensions_are_read_as_people_write_them() {
        let parsed = |dims: &str| Budget { dims: dims.into(), ..Budget::default() }.parsed();
        assert_eq!(Budget::default().parsed(), Some(vec![2, 8, 32]));
        assert_eq!(parsed(" 16 2,,3  2"), Some(vec![2, 3, 16]));
        for wrong in ["", "two", "1, 2", "2, 65", "2; 3", "2 3 4 5 6 7 8 9 10"] {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
    }

    fn news(state: &mut AppState, round: u64, news: ContestNews) {
        apply(state, ContestAction::Heard(round, news), &mut Vec::new());
    }

    fn entry(drawn: u8) -> Entry {
        let codes = Codes { axes: [0, 1], points: Arc::default() };
        let (held, back, drawn) = (Arc::default(), Arc::default(), Arc::new(vec![drawn]));
        let (method, latent_dim) = (Method::Ae, 2);
        Entry { method, latent_dim, train_mse: 0.1, test_mse: 0.2, held, unseen: None, back, codes, drawn }
    }

    #[test]
    fn what_is_said_of_a_contest_before_is_not_taken_for_this_ones() {
        let mut state = AppState::new();
        state.data.set = Some(Arc::new(Dataset::made("ten", (16, 1), vec![0; 2560])));
        let mut effects = Vec::new();
        for _ in 0..2 {
            apply(&mut state, ContestAction::Start, &mut effects);
        }
        let rounds: Vec<u64> = effects
            .iter()
            .map(|effect| match effect {
                Effect::Contest(ContestErrand::Start(order)) => order.round,
                other => panic!("{other:?}"),
            })
            .collect();
        news(&mut state, rounds[0], ContestNews::Ended(Box::new(entry(1))));
        assert!(state.lens.contest.entries.is_empty());
        news(&mut state, rounds[1], ContestNews::Ended(Box::new(entry(1))));
        assert_eq!(state.lens.contest.dims(), [2]);

        apply(&mut state, ContestAction::Again, &mut effects);
        apply(&mut state, ContestAction::Again, &mut effects);
        let drawn = |state: &AppState| state.lens.contest.entries[0].drawn[0];
        news(&mut state, rounds[1], ContestNews::Drawn(1, vec![Arc::new(vec![7])]));
        assert_eq!(drawn(&state), 1, "another draw was asked for since");
        news(&mut state, rounds[1], ContestNews::Drawn(2, vec![Arc::new(vec![8])]));
        assert_eq!(drawn(&state), 8);

        state.data.version += 1;
        effects.clear();
        keep_up(&mut state, &mut effects);
        keep_up(&mut state, &mut effects);
        assert_eq!(effects, [Effect::Contest(ContestErrand::Cancel)], "other images were opened");
        assert!(state.lens.contest.entries.is_empty() && !state.lens.contest.runs);
    }
}
