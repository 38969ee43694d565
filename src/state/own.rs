//! Images that were brought along: dropped on the window, pasted or chosen. They are kept by where they came from, so that
//! they can be brought to the size of any model; a model of another shape never sees the pixels made for the last.

pub mod refinement;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use rust_i18n::t;

use crate::config::DataConfig;
use crate::data::{Bitmap, unit_values};
use crate::latent::inspect::UNLIKE;
use crate::latent::{Figure, OwnImage, Subject, error_percent};
use crate::model::ImageShape;
use crate::state::{Action, AppState, Effect, NoticeKind, Past, Pinned, WalkAction, walk};
use refinement::{Refinement, RefinementAction};

/// Where an image comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum OwnSource {
    /// A file.
    File(PathBuf),
    /// The clipboard.
    Pasted(Arc<Bitmap>),
}

/// What images are brought to.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Shape of the model's images.
    pub shape: ImageShape,
    /// How files become pixels.
    pub config: DataConfig,
    /// Grows when the model or the images become others.
    pub batch: u64,
}

/// Something about images that were brought along.
#[derive(Debug, Clone)]
pub enum OwnAction {
    /// Ask for image files with the system's dialog.
    Choose,
    /// Ask the system for what is in the clipboard.
    Paste,
    /// Files were dropped, chosen or pasted. A folder among them is opened.
    Bring(Vec<OwnSource>),
    /// One waits for a model.
    Waits(OwnSource),
    /// One was read.
    Loaded {
        /// Where it comes from.
        source: OwnSource,
        /// What it was brought to.
        batch: u64,
        /// The image.
        image: Arc<OwnImage>,
        /// Whether it is to be looked at.
        selects: bool,
    },
    /// Put a pin at each that has none, at the end of the way.
    PinAll,
    /// Take one away.
    Remove(usize),
    /// A better z is looked for.
    Refinement(RefinementAction),
}

/// What has to be done outside for them.
#[derive(Debug, Clone, PartialEq)]
pub enum OwnErrand {
    /// Ask for image files.
    Choose,
    /// Ask for what is in the clipboard.
    Paste,
    /// Read these, to be looked at when `selects`; without a target there is no model yet, and they wait.
    Bring {
        /// What to read.
        sources: Vec<OwnSource>,
        /// What to bring them to.
        target: Option<Target>,
        /// Whether the first of them is to be looked at.
        selects: bool,
    },
    /// Look for a better z of this image.
    Refine {
        /// The image.
        subject: Subject,
        /// Where to begin, `[d]`.
        start: Vec<f32>,
    },
    /// Stop looking.
    StopRefining,
}

/// How an image that was brought along compares with those of the data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    /// Which.
    pub subject: Subject,
    /// Share of the images in percent, 0 to 100, that are reconstructed with a smaller error.
    pub error_percentile: f64,
}

impl Standing {
    /// Whether the model meets something that it does not know.
    pub fn is_unlike(&self) -> bool {
        self.error_percentile >= UNLIKE
    }
}

/// The images that were brought along, beside their pixels in [`Walk::own`](crate::state::Walk::own).
#[derive(Debug, Clone, Default)]
pub struct OwnState {
    /// Where each comes from.
    sources: Vec<OwnSource>,
    /// Those that wait for a model.
    waiting: Vec<OwnSource>,
    /// See [`Target::batch`].
    batch: u64,
    /// Those that were taken away; the others keep their numbers.
    hidden: BTreeSet<usize>,
    /// μ of each, `[n, d]`.
    means: Vec<f32>,
    /// To be selected once it is encoded.
    arriving: Option<usize>,
    /// How the selected one compares with the images of the data.
    pub standing: Option<Standing>,
    /// A better z than the encoder's.
    pub refinement: Refinement,
}

impl OwnState {
    /// The numbers of those that are shown.
    pub fn shown(&self) -> impl Iterator<Item = usize> {
        (0..self.sources.len()).filter(|idx| !self.hidden.contains(idx))
    }

    /// μ of one, `[d]`, once it is encoded.
    pub fn mean(&self, idx: usize, latent_dim: usize) -> Option<&[f32]> {
        self.means.get(idx * latent_dim..(idx + 1) * latent_dim)
    }

    /// How many wait for a model.
    pub fn n_waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Forgets what was made of them, but not where they come from.
    fn set_aside(&mut self) {
        let hidden = std::mem::take(&mut self.hidden);
        let kept = self.sources.drain(..).enumerate().filter(|(idx, _)| !hidden.contains(idx));
        self.waiting.extend(kept.map(|(_, source)| source));
        self.batch += 1;
        self.means.clear();
        self.arriving = None;
        self.standing = None;
        self.refinement = Refinement::None;
    }
}

impl AppState {
    /// μ of an image, `[d]`, once it is known.
    pub fn mean_of(&self, subject: Subject) -> Option<&[f32]> {
        match subject {
            Subject::Image(idx) => self.map.mean(idx),
            Subject::Own(idx) => self.own.mean(idx, self.map.latent_dim?),
        }
    }

    /// The model or the images are others: what was brought along has to be read again, and nothing may point to what was
    /// read before. Without a model it waits.
    pub fn reread_own(&mut self, effects: &mut Vec<Effect>) {
        let is_own = |subject: &mut Subject| matches!(subject, Subject::Own(_));
        let selected = self.walk.selected.take_if(is_own).is_some();
        if selected {
            self.walk.selected_view = None;
        }
        for pin in &mut self.walk.pins {
            pin.subject.take_if(is_own);
        }
        if !self.walk.own.is_empty() {
            self.past = Past::default();
        }
        self.walk.own.clear();
        let waited = !self.own.waiting.is_empty();
        self.own.set_aside();
        if self.training.model.is_some() && !self.own.waiting.is_empty() {
            let sources = std::mem::take(&mut self.own.waiting);
            effects.push(self.bring(sources, selected || waited));
        }
    }

    /// Takes in where they lie now; one that has just come is selected.
    pub fn place_own(&mut self, own: &[Arc<OwnImage>], mu: Vec<f32>) {
        let d = self.walk.z.len();
        if own != self.walk.own || mu.len() != own.len() * d {
            return;
        }
        self.own.means = mu;
        for pin in &mut self.walk.pins {
            let Some(Subject::Own(idx)) = pin.subject else { continue };
            if let Some(mean) = self.own.mean(idx, d) {
                pin.z = mean.to_vec();
            }
        }
        if let Some(idx) = self.own.arriving.take() {
            walk::actions::apply(self, WalkAction::Select(Some(Subject::Own(idx))));
        }
    }

    /// Where those that are shown lie on the map.
    pub fn own_places(&self) -> impl Iterator<Item = (usize, [f32; 2])> {
        let mean = |idx| self.own.mean(idx, self.map.latent_dim?).map(|mean| (idx, self.map.coordinates(mean)));
        self.own.shown().filter_map(mean)
    }

    /// Pins at the means of those that are shown and are not pinned yet.
    pub fn unpinned_own(&self) -> Vec<Pinned> {
        let pin = |subject| Some(Pinned { z: self.mean_of(subject)?.to_vec(), subject: Some(subject) });
        let pins = self.own.shown().filter_map(|idx| pin(Subject::Own(idx)));
        pins.filter(|pin| !self.walk.pins.contains(pin)).collect()
    }

    /// Compares the selected image, if it was brought along, with those of the data, whose errors have to be known.
    pub fn judge_own(&mut self) {
        let view = self.walk.selected_view.as_ref();
        let figures = self.map.images.figures.get(&Figure::Error);
        self.own.standing = view.zip(figures).and_then(|(view, figures)| {
            let Subject::Own(idx) = view.subject else { return None };
            let images = [&self.walk.own.get(idx)?.pixels, &view.reconstruction];
            let [x, f] = images.map(|bytes| unit_values(bytes).collect::<Vec<_>>());
            let error = error_percent(&x, &f);
            let better = figures.values.iter().filter(|value| **value < error).count();
            let error_percentile = 100.0 * better as f64 / figures.values.len().max(1) as f64;
            Some(Standing { subject: view.subject, error_percentile })
        });
    }

    fn bring(&self, sources: Vec<OwnSource>, selects: bool) -> Effect {
        let config = self.data.loaded_with.clone();
        let target = self.training.model.map(|model| Target { shape: model.shape, config, batch: self.own.batch });
        Effect::Own(OwnErrand::Bring { sources, target, selects })
    }
}

/// Applies one action.
pub fn apply(state: &mut AppState, action: OwnAction, effects: &mut Vec<Effect>) {
    match action {
        OwnAction::Choose => effects.push(Effect::Own(OwnErrand::Choose)),
        OwnAction::Paste => effects.push(Effect::Own(OwnErrand::Paste)),
        OwnAction::Bring(sources) => effects.push(state.bring(sources, true)),
        // A model may have come while it was looked at.
        OwnAction::Waits(source) if state.training.model.is_some() => effects.push(state.bring(vec![source], true)),
        OwnAction::Waits(source) => {
            state.own.waiting.push(source);
            state.notices.push(NoticeKind::Info(t!("own.waits").into_owned()));
        }
        OwnAction::Loaded { source, batch, selects, .. } if batch != state.own.batch => {
            effects.push(state.bring(vec![source], selects));
        }
        OwnAction::Loaded { source, image, selects, .. } => {
            let idx = state.walk.own.len();
            state.walk.own.push(image);
            state.walk.version += 1;
            state.own.sources.push(source);
            if selects {
                state.own.arriving = Some(idx);
            }
        }
        OwnAction::Remove(idx) if idx < state.own.sources.len() => {
            state.own.hidden.insert(idx);
            if state.walk.selected == Some(Subject::Own(idx)) {
                walk::actions::apply(state, WalkAction::Select(None));
            }
        }
        OwnAction::PinAll => {
            let pins = state.unpinned_own();
            state.remember();
            state.walk.pins.extend(pins);
        }
        OwnAction::Remove(_) => {}
        OwnAction::Refinement(action) => refinement::apply(state, action, effects),
    }
}

impl From<OwnAction> for Action {
    fn from(action: OwnAction) -> Self {
        Self::Own(action)
    }
}

#[cfg(test)]
mod tests;
