//! The lens: the theory in numbers of one image. What was ordered of the thread that computes them, how far it is, and
//! what it found.

pub mod code;
pub mod contest;
pub mod divergence;
pub mod generate;
mod study;
mod views;

use crate::latent::Subject;
use crate::lens::{PlainCodes, Start};
use crate::state::{Action, AppState, Effect, Phase, WalkAction, walk};

pub use code::CodeOrder;
pub use contest::{Contest, ContestAction, ContestErrand, ContestNews};
pub use divergence::{DivergenceAction, Divergences};
pub use generate::{GenerateAction, Generating};
pub use study::StudyOrder;
pub use views::{AscentView, BoundView, Found, Known, StoryView};

/// Steps of the ascent that Play goes on for.
const PLAYED_STEPS: usize = 300;

/// What is looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Page {
    /// x → q(z|x) → z → p(x|z), and the sum.
    #[default]
    Image,
    /// log p(x) = ELBO + KL(q ‖ p(z|x)).
    Bound,
    /// The ELBO of one image, maximised by hand.
    Ascent,
    /// Two distributions and what parts them.
    Divergences,
    /// The model as a code for the images.
    Code,
    /// New images.
    Generate,
    /// AE, VAE and PCA on the same images.
    Contest,
}

impl Page {
    /// Every page, in the order shown.
    pub const ALL: [Self; 7] =
        [Self::Image, Self::Bound, Self::Ascent, Self::Divergences, Self::Code, Self::Generate, Self::Contest];

    /// Whether it is about the selected image.
    pub fn is_of_an_image(self) -> bool {
        matches!(self, Self::Image | Self::Bound | Self::Ascent)
    }
}

/// The climb that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Climb {
    /// Where it begins.
    pub start: Start,
    /// Steps to take.
    pub steps: usize,
    /// Counts beginnings, so that a new one begins anew.
    pub begun: u64,
}

impl Default for Climb {
    fn default() -> Self {
        Self { start: Start::Prior, steps: 0, begun: 0 }
    }
}

/// What is to be computed.
#[derive(Debug, Clone, PartialEq)]
pub struct LensOrder {
    /// For which page.
    pub page: Page,
    /// Of which image.
    pub subject: Subject,
    /// Step of the model.
    pub step: u64,
    /// ε of the sample z = μ + σ ⊙ ε, `[d]`; empty for zero.
    pub eps: Vec<f32>,
    /// Share and seed of the images that were held, when these are the run's own.
    pub held: Option<(f64, u64)>,
    /// Whether the model trains on, and the next order follows soon.
    pub trains: bool,
    /// The climb.
    pub climb: Climb,
}

/// Something about the lens.
#[derive(Debug, Clone)]
pub enum LensAction {
    /// Shows the lens in place of the map, or the map again.
    Show(bool),
    /// Turns to a page.
    Turn(Page),
    /// Bits in place of nats, or nats again.
    SetBits(bool),
    /// Selects the image so many places on.
    Step(isize),
    /// Begins the climb anew.
    Begin(Start),
    /// So many steps more.
    Climb(usize),
    /// Climbs on its own, or waits.
    Play(bool),
    /// Computes it again by the newest model.
    Refresh,
    /// This share is done.
    Progress(f32),
    /// Something was found, by the model of this step; more may follow.
    Found(LensOrder, u64, Box<Found>),
    /// Something about the page of divergences.
    Divergence(DivergenceAction),
    /// What the images themselves say was counted.
    Counted(CodeOrder, Box<PlainCodes>),
    /// Something about the page of new images.
    Generate(GenerateAction),
    /// Something about the page of AE, VAE and PCA.
    Contest(ContestAction),
    /// The thread is done; the sentence for the user when it failed.
    Ended(Result<(), String>),
}

impl From<LensAction> for Action {
    fn from(action: LensAction) -> Self {
        Self::Lens(action)
    }
}

/// The lens.
#[derive(Debug, Clone, Default)]
pub struct LensState {
    /// Whether it is shown in place of the map.
    pub open: bool,
    /// The page.
    pub page: Page,
    /// Bits rather than nats.
    pub bits: bool,
    /// The climb that is wanted.
    pub climb: Climb,
    /// The share that is done while the thread is at work, in [0, 1].
    pub progress: Option<f32>,
    /// Why there is nothing, when the last computation failed.
    pub failed: Option<String>,
    /// The page of one image.
    pub image: Option<Known<StoryView>>,
    /// The page of the bound.
    pub bound: Option<Known<BoundView>>,
    /// The page of the ascent.
    pub ascent: Option<Known<AscentView>>,
    /// Changes whenever one of them does.
    pub version: u64,
    /// The page of divergences.
    pub divergences: Divergences,
    /// What the images of the page of codes say without a model.
    pub plain: Option<(CodeOrder, Box<PlainCodes>)>,
    /// The page of new images.
    pub generating: Generating,
    /// The page of AE, VAE and PCA.
    pub contest: Contest,
    asked: Option<LensOrder>,
    studied: Option<StudyOrder>,
}

impl LensState {
    /// Whether the open page counts in nats or in bits, as it is told: codes are counted in bits, errors in neither.
    pub fn has_a_unit(&self) -> bool {
        match self.page {
            Page::Code | Page::Contest => false,
            Page::Divergences => self.divergences.kind != divergence::Kind::Bars,
            Page::Image | Page::Bound | Page::Ascent | Page::Generate => true,
        }
    }

    /// Whether the ascent goes on by itself.
    pub fn climbs(&self) -> bool {
        self.progress.is_some() && self.ascent.as_ref().is_some_and(|a| a.view.ascent.steps < self.climb.steps)
    }

    fn find(&mut self, subject: Subject, step: u64, found: Found) {
        self.version += 1;
        match found {
            Found::Image(view) => self.image = Some(Known { subject, step, view }),
            Found::Bound(view) => self.bound = Some(Known { subject, step, view }),
            Found::Ascent(view) => self.ascent = Some(Known { subject, step, view }),
        }
    }
}

/// Applies one action.
pub fn apply(state: &mut AppState, action: LensAction, effects: &mut Vec<Effect>) {
    let lens = &mut state.lens;
    match action {
        LensAction::Show(open) => show(state, open, effects),
        LensAction::Turn(page) => {
            lens.page = page;
            show(state, true, effects);
        }
        LensAction::SetBits(bits) => lens.bits = bits,
        LensAction::Step(by) => select_next(state, by),
        LensAction::Begin(start) => lens.climb = Climb { start, steps: 0, begun: lens.climb.begun + 1 },
        LensAction::Climb(steps) => lens.climb.steps = steps_taken(lens) + steps,
        LensAction::Play(true) => lens.climb.steps = steps_taken(lens) + PLAYED_STEPS,
        LensAction::Play(false) => lens.climb.steps = steps_taken(lens),
        LensAction::Refresh => lens.asked = None,
        LensAction::Progress(share) if lens.progress.is_some() => lens.progress = Some(share),
        LensAction::Progress(_) => {}
        LensAction::Found(order, step, found) => {
            if lens.asked.as_ref().is_some_and(|asked| asked.subject == order.subject) {
                lens.find(order.subject, step, *found);
            }
        }
        LensAction::Divergence(action) => divergence::apply(state, action),
        LensAction::Counted(order, codes) => lens.plain = Some((order, codes)),
        LensAction::Generate(action) => generate::apply(state, action),
        LensAction::Contest(action) => contest::apply(state, action, effects),
        LensAction::Ended(result) => {
            lens.progress = None;
            lens.failed = result.err();
        }
    }
}

/// The lens in place of the map, with some image selected; or the map.
fn show(state: &mut AppState, open: bool, effects: &mut Vec<Effect>) {
    state.lens.open = open;
    if open && state.lens.page == Page::Code {
        effects.push(state.runs.list());
    }
    // The map does not see the pointer any more.
    state.map.hovered = None;
    if open && state.walk.selected.is_none() && state.data.set.is_some() {
        walk::actions::apply(state, WalkAction::Select(Some(Subject::Image(0))));
    }
}

fn steps_taken(lens: &LensState) -> usize {
    let of_this = lens.ascent.as_ref().filter(|known| known.view.climb.begun == lens.climb.begun);
    of_this.map_or(0, |known| known.view.ascent.steps)
}

fn select_next(state: &mut AppState, by: isize) {
    let (Some(data), Some(Subject::Image(idx))) = (&state.data.set, state.walk.selected) else { return };
    let next = idx.saturating_add_signed(by).min(data.len().saturating_sub(1));
    walk::actions::apply(state, WalkAction::Select(Some(Subject::Image(next))));
}

/// Orders what the open page wants and has not been ordered.
pub fn seek(state: &mut AppState, effects: &mut Vec<Effect>) {
    study::seek(state, effects);
    contest::keep_up(state, effects);
    let order = wanted(state);
    if order == state.lens.asked {
        return;
    }
    let lens = &mut state.lens;
    let other = |subject| order.as_ref().is_none_or(|order| order.subject != subject);
    // What is shown of another image would be taken for this one's.
    lens.image.take_if(|known| other(known.subject));
    lens.bound.take_if(|known| other(known.subject));
    lens.ascent.take_if(|known| other(known.subject));
    lens.failed = None;
    lens.progress = order.as_ref().map(|_| 0.0);
    lens.asked.clone_from(&order);
    effects.push(Effect::Lens(order));
}

fn wanted(state: &AppState) -> Option<LensOrder> {
    let lens = &state.lens;
    let (model, subject) = (state.training.model?, state.walk.selected?);
    let page = lens.page;
    if !lens.open || !page.is_of_an_image() || (page != Page::Image && !state.training.is_variational()) {
        return None;
    }
    // One image's terms follow the training, each model after the one before is told; what takes seconds stays until it
    // is asked for again.
    let before = lens.asked.as_ref().filter(|asked| asked.page == page && asked.subject == subject);
    let trains = state.training.phase == Phase::Running;
    let stays = trains && (page != Page::Image || lens.progress.is_some());
    let step = before.filter(|_| stays).map_or(model.step, |asked| asked.step);
    let epsilon = &state.epsilon;
    let drawn = page == Page::Image && epsilon.subject == Some(subject) && epsilon.drawn.len() == model.latent_dim;
    let eps = if drawn { epsilon.drawn.iter().map(|e| e * epsilon.t).collect() } else { Vec::new() };
    let held = held(state);
    let climb = if page == Page::Ascent { lens.climb } else { Climb::default() };
    Some(LensOrder { page, subject, step, eps, held, trains: trains && page == Page::Image, climb })
}

/// Share and seed of the images that were held, when the open ones are the run's own.
fn held(state: &AppState) -> Option<(f64, u64)> {
    let config = state.training.model_run.as_ref().map(|run| &run.config);
    config.filter(|_| state.training.has_its_images).map(|c| (c.data.validation_fraction, c.train.seed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ImageShape;
    use crate::state::Model;

    fn ordered(state: &mut AppState) -> Option<u64> {
        let mut effects = Vec::new();
        seek(state, &mut effects);
        effects.into_iter().find_map(|effect| match effect {
            Effect::Lens(order) => order.map(|order| order.step),
            _ => None,
        })
    }

    fn act(state: &mut AppState, action: LensAction) {
        apply(state, action, &mut Vec::new());
    }

    fn trained_to(state: &mut AppState, step: u64) {
        state.training.model = Some(Model { step, latent_dim: 2, shape: ImageShape { side: 8, channels: 1 } });
    }

    #[test]
    fn models_that_come_faster_than_they_are_told_do_not_end_what_is_computed() {
        let mut state = AppState::new();
        state.training.phase = Phase::Running;
        state.walk.selected = Some(Subject::Image(0));
        trained_to(&mut state, 1);
        assert_eq!(ordered(&mut state), None, "nothing is computed while it is closed");
        act(&mut state, LensAction::Show(true));
        assert_eq!(ordered(&mut state), Some(1));
        trained_to(&mut state, 2);
        trained_to(&mut state, 3);
        assert_eq!(ordered(&mut state), None);
        act(&mut state, LensAction::Ended(Ok(())));
        assert_eq!(ordered(&mut state), Some(3), "the newest follows");
        act(&mut state, LensAction::Ended(Ok(())));
        assert_eq!(ordered(&mut state), None);
        // The last model is told whole.
        state.training.phase = Phase::Paused;
        assert_eq!(ordered(&mut state), Some(3));
        act(&mut state, LensAction::Show(false));
        trained_to(&mut state, 4);
        assert_eq!(ordered(&mut state), None, "nothing is computed once it is closed");
    }
}
