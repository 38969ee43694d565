//! Directions that stand for an attribute: from one group of images to another, or named and kept with the run; and the
//! analogy A − B + C. What they lead to is decoded with the strip, so that it follows the hand.

pub mod groups;

use std::collections::BTreeMap;
use std::path::PathBuf;

use rust_i18n::t;

use crate::latent::{Direction, Subject, analogy};
use crate::state::{Action, AppState, Effect, Group, NoticeKind, Pinned, Run};
use groups::Between;
pub use groups::{Groups, Side};

/// How strong a direction may be: 0 stays, 1 goes as far as the groups' means are apart.
pub const STRENGTHS: std::ops::RangeInclusive<f32> = -2.0..=2.0;
/// The strengths of the pictures in a row.
pub const FILM: [f32; 7] = [-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0];

/// What a direction is applied to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Start {
    /// The point.
    #[default]
    Point,
    /// The selected image.
    Selected,
}

/// The three images of an analogy.
pub type Slots = [Option<Pinned>; 3];

/// What is decoded for them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DirectionsView {
    /// Where the direction leads, then one image for each of [`FILM`]; empty without a direction.
    pub directed: Vec<Vec<u8>>,
    /// What the analogy comes to.
    pub analogy: Option<Vec<u8>>,
}

/// The groups, the directions and the analogy.
#[derive(Debug, Clone)]
pub struct Directions {
    /// The groups of images.
    pub groups: Groups,
    /// What is between them.
    pub between: Between,
    /// Those that are kept with the run, by name.
    pub saved: BTreeMap<String, Direction>,
    /// The one of them that is in use; `None` is the one between the groups.
    pub chosen: Option<String>,
    /// How far along it.
    pub strength: f32,
    /// What it is applied to.
    pub start: Start,
    /// A, B and C of A − B + C.
    pub slots: Slots,
    /// What is decoded.
    pub view: DirectionsView,
    /// The run whose directions are shown.
    folder: Option<PathBuf>,
}

impl Default for Directions {
    fn default() -> Self {
        Self {
            groups: Groups::default(),
            between: Between::default(),
            saved: BTreeMap::new(),
            chosen: None,
            strength: 1.0,
            start: Start::Point,
            slots: Slots::default(),
            view: DirectionsView::default(),
            folder: None,
        }
    }
}

/// Something about directions.
#[derive(Debug, Clone, PartialEq)]
pub enum DirectionsAction {
    /// Images inside an outline become a group.
    Lasso {
        /// Which.
        side: Side,
        /// The outline in (a, b).
        outline: Vec<[f32; 2]>,
        /// Whether those that are in it stay.
        adds: bool,
    },
    /// A class becomes a group.
    Take(Side, Group),
    /// Let go of both groups.
    Clear,
    /// A becomes B, and B becomes A.
    Swap,
    /// So far along the direction.
    SetStrength(f32),
    /// Apply it to this.
    SetStart(Start),
    /// Put the point where the direction leads.
    PutPoint,
    /// Use a kept one, or the one between the groups.
    Choose(Option<String>),
    /// Keep the one in use under this name.
    Keep(String),
    /// Call a kept one otherwise: from, to.
    Rename(String, String),
    /// Keep one no longer.
    Forget(String),
    /// Those of the run in this folder were read.
    Listed(PathBuf, BTreeMap<String, Direction>),
    /// Copy the one in use as JSON.
    Copy,
    /// Write those of the run into its exports.
    Export,
    /// Put the selected image, or without one the point, into a slot of the analogy.
    Fill(usize),
    /// Put this image there.
    FillWith(usize, Subject),
    /// Take what is in a slot out.
    Empty(usize),
    /// Put the point where the analogy leads.
    PutAnalogy,
}

/// What has to be done outside for them.
#[derive(Debug, Clone, PartialEq)]
pub struct DirectionsErrand {
    /// The run's folder.
    pub folder: PathBuf,
    /// What is done there.
    pub what: Errand,
}

/// Something done with the directions in a run's folder.
#[derive(Debug, Clone, PartialEq)]
pub enum Errand {
    /// Read them.
    Read,
    /// Keep one.
    Keep(String, Direction),
    /// Call one otherwise: from, to.
    Rename(String, String),
    /// Keep one no longer.
    Forget(String),
    /// Write these of this run's model into its exports.
    Export(Box<Run>, BTreeMap<String, Direction>),
}

impl AppState {
    /// The direction in use.
    pub fn direction(&self) -> Option<&Direction> {
        let Directions { saved, chosen, between, .. } = &self.directions;
        let direction = chosen.as_ref().map_or(between.direction.as_ref(), |name| saved.get(name));
        direction.filter(|direction| direction.unit.len() == self.walk.z.len())
    }

    /// What it is applied to, `[d]`.
    pub fn direction_start(&self) -> Option<&[f32]> {
        match self.directions.start {
            Start::Point => Some(&self.walk.z[..]).filter(|z| !z.is_empty()),
            Start::Selected => self.selected_mean(),
        }
    }

    /// Where it leads from there with a strength, `[d]`.
    pub fn directed(&self, strength: f32) -> Option<Vec<f32>> {
        Some(self.direction()?.apply(self.direction_start()?, strength))
    }

    /// What the analogy comes to, `[d]`.
    pub fn analogy(&self) -> Option<Vec<f32>> {
        let d = self.walk.z.len();
        let z =
            |slot: &Option<Pinned>| slot.as_ref().map(|pin| pin.z.clone()).filter(|z| !z.is_empty() && z.len() == d);
        let [a, b, c] = self.directions.slots.each_ref().map(z);
        Some(analogy(&a?, &b?, &c?))
    }

    /// What is decoded for them: where the direction leads, the row of pictures, the analogy.
    pub fn directions_wanted(&self) -> Vec<Vec<f32>> {
        let strengths = [self.directions.strength].into_iter().chain(FILM);
        strengths.filter_map(|strength| self.directed(strength)).chain(self.analogy()).collect()
    }

    /// Takes in what was decoded, in that order.
    pub fn take_directions(&mut self, mut images: Vec<Vec<u8>>) {
        let analogy = self.analogy().and_then(|_| images.pop());
        self.directions.view = DirectionsView { directed: images, analogy };
    }

    /// The kept directions, and the one between the groups, which has no name of its own.
    fn exported_directions(&self) -> BTreeMap<String, Direction> {
        let Directions { saved, between, .. } = &self.directions;
        let between = between.direction.clone().map(|direction| (t!("directions.between").into_owned(), direction));
        let fits = |(_, direction): &(String, Direction)| direction.unit.len() == self.walk.z.len();
        between.into_iter().chain(saved.clone()).filter(fits).collect()
    }

    /// Why directions cannot be written yet.
    pub fn directions_missing(&self) -> Option<String> {
        let text = match (&self.directions.folder, self.exported_directions().is_empty()) {
            (None, _) => t!("directions.needs_run"),
            (_, true) => t!("directions.none"),
            (Some(_), false) => return None,
        };
        Some(text.into_owned())
    }

    /// The run in whose folder directions are kept, once it has one.
    pub fn directions_folder(&self) -> Option<&PathBuf> {
        self.directions.folder.as_ref()
    }
}

/// Keeps up with the run, the means and the images; asks for the directions of another run.
pub fn keep_up(state: &mut AppState, effects: &mut Vec<Effect>) {
    let folder = state.training.model_run.as_ref().and_then(|run| run.folder.as_ref());
    if folder != state.directions.folder.as_ref() {
        let folder = folder.cloned();
        state.directions.saved.clear();
        state.directions.chosen = None;
        state.directions.folder.clone_from(&folder);
        effects.extend(folder.map(|folder| Effect::Directions(DirectionsErrand { folder, what: Errand::Read })));
    }
    let d = state.map.latent_dim.unwrap_or_default();
    state.directions.between.keep_up(&state.directions.groups, state.map.means.as_ref(), d);
    for i in 0..state.directions.slots.len() {
        let subject = state.directions.slots.get(i).and_then(|slot| slot.as_ref()?.subject);
        let mean = subject.and_then(|subject| state.mean_of(subject)).map(<[f32]>::to_vec);
        if let (Some(mean), Some(Some(pin))) = (mean, state.directions.slots.get_mut(i)) {
            pin.z = mean;
        }
    }
}

/// Applies one action.
pub fn apply(state: &mut AppState, action: DirectionsAction, effects: &mut Vec<Effect>) {
    match action {
        DirectionsAction::Lasso { side, outline, adds } => lasso(state, side, &outline, adds),
        DirectionsAction::Take(side, group) => take(state, side, state.members_of(group)),
        DirectionsAction::Clear => {
            state.remember();
            state.directions.groups = Groups::default();
        }
        DirectionsAction::Swap => {
            state.remember();
            let groups = &mut state.directions.groups;
            std::mem::swap(&mut groups.a, &mut groups.b);
            state.directions.chosen = None;
        }
        DirectionsAction::SetStrength(strength) => {
            state.directions.strength = strength.clamp(*STRENGTHS.start(), *STRENGTHS.end());
        }
        DirectionsAction::SetStart(start) => state.directions.start = start,
        DirectionsAction::PutPoint => {
            put(state, state.directed(state.directions.strength));
            if state.directions.start == Start::Point {
                // It has been gone.
                state.directions.strength = 0.0;
            }
        }
        DirectionsAction::Choose(chosen) => state.directions.chosen = chosen,
        DirectionsAction::Keep(name) => {
            if let Some(direction) = state.direction().cloned() {
                send(state, Errand::Keep(name, direction), effects);
            }
        }
        DirectionsAction::Rename(from, to) => send(state, Errand::Rename(from, to), effects),
        DirectionsAction::Forget(name) => send(state, Errand::Forget(name), effects),
        DirectionsAction::Listed(folder, saved) if state.directions.folder.as_ref() == Some(&folder) => {
            state.directions.chosen.take_if(|name| !saved.contains_key(name));
            state.directions.saved = saved;
        }
        DirectionsAction::Listed(..) => {}
        DirectionsAction::Copy => {
            let text = state.direction().and_then(|direction| serde_json::to_string_pretty(direction).ok());
            effects.extend(text.map(Effect::Copy));
        }
        DirectionsAction::Export => {
            if let Some(run) = state.training.model_run.clone() {
                send(state, Errand::Export(Box::new(run), state.exported_directions()), effects);
            }
        }
        DirectionsAction::Fill(slot) => {
            let selected = state.walk.selected_view.as_ref();
            let pin = selected.map_or_else(
                || Pinned { z: state.walk.z.clone(), subject: None },
                |view| Pinned { z: view.mu.clone(), subject: Some(view.subject) },
            );
            fill(state, slot, Some(pin).filter(|pin| !pin.z.is_empty()));
        }
        DirectionsAction::FillWith(slot, subject) => {
            let pin = state.mean_of(subject).map(|mean| Pinned { z: mean.to_vec(), subject: Some(subject) });
            fill(state, slot, pin);
        }
        DirectionsAction::Empty(slot) => {
            state.remember();
            if let Some(into) = state.directions.slots.get_mut(slot) {
                *into = None;
            }
        }
        DirectionsAction::PutAnalogy => put(state, state.analogy()),
    }
}

fn lasso(state: &mut AppState, side: Side, outline: &[[f32; 2]], adds: bool) {
    let caught = state.caught(outline);
    if caught.is_empty() {
        let text = if state.map.layers.images { t!("directions.none_caught") } else { t!("directions.none_shown") };
        state.notices.push(NoticeKind::Info(text.into_owned()));
        return;
    }
    let before = if adds { &state.directions.groups.of(side)[..] } else { &[] };
    let mut members = [before, &caught].concat();
    members.sort_unstable();
    members.dedup();
    take(state, side, members);
}

fn take(state: &mut AppState, side: Side, members: Vec<u32>) {
    state.remember();
    state.directions.groups.set(side, members);
    state.directions.chosen = None;
}

fn fill(state: &mut AppState, slot: usize, pin: Option<Pinned>) {
    if pin.is_none() {
        return;
    }
    state.remember();
    if let Some(into) = state.directions.slots.get_mut(slot) {
        *into = pin;
    }
}

/// Puts the point there: one move to take back.
fn put(state: &mut AppState, z: Option<Vec<f32>>) {
    let Some(z) = z else { return };
    state.remember();
    state.walk.play.since = None;
    state.map.hovered = None;
    state.walk.z = z;
}

fn send(state: &AppState, what: Errand, effects: &mut Vec<Effect>) {
    let folder = state.directions.folder.clone();
    effects.extend(folder.map(|folder| Effect::Directions(DirectionsErrand { folder, what })));
}

impl From<DirectionsAction> for Action {
    fn from(action: DirectionsAction) -> Self {
        Self::Directions(action)
    }
}

#[cfg(test)]
mod tests;
