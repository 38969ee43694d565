//! A better z for one image than the encoder gave.

use crate::latent::Subject;
use crate::state::walk::Held;
use crate::state::{Action, AppState, Effect, NoticeKind, OwnAction, Pinned};

use super::OwnErrand;

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct RefinedView {
    /// The image.
    pub subject: Subject,
    /// The better point, `[d]`.
    pub z: Vec<f32>,
    /// Mean of p(x|z) there.
    pub image: Vec<u8>,
    /// −log p(x|z) at the encoder's mean, nats.
    pub before_nats: f64,
    /// The same at `z`.
    pub after_nats: f64,
    /// Steps of the model that was asked.
    pub step: u64,
}

/// How far the search is.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Refinement {
    /// Nothing is looked for.
    #[default]
    None,
    /// It is under way.
    Running {
        /// The image.
        subject: Subject,
        /// Share of the steps allowed, 0 to 1.
        share: f32,
        /// −log p(x|z) now, nats.
        nats: Option<f64>,
    },
    /// It has ended.
    Done(RefinedView),
}

/// A better z is looked for.
#[derive(Debug, Clone, PartialEq)]
pub enum RefinementAction {
    /// Begin with the selected image, at its mean.
    Begin,
    /// Stop.
    Stop,
    /// Share of the steps allowed, and −log p(x|z) there in nats.
    Progress(f32, f64),
    /// It has ended; `None` when it was stopped.
    Ended(Option<RefinedView>),
    /// It failed; the sentence for the user.
    Failed(String),
    /// Put a pin at the better point.
    Pin,
    /// Move the point there.
    Go,
}

impl Refinement {
    /// What was found for this image.
    pub fn found(&self, subject: Subject) -> Option<&RefinedView> {
        match self {
            Self::Done(view) if view.subject == subject => Some(view),
            _ => None,
        }
    }

    /// Whether it is under way.
    pub fn is_running(&self) -> bool {
        matches!(self, Self::Running { .. })
    }
}

/// Applies one action.
pub fn apply(state: &mut AppState, action: RefinementAction, effects: &mut Vec<Effect>) {
    match action {
        RefinementAction::Begin if !state.own.refinement.is_running() => {
            let Some(view) = &state.walk.selected_view else { return };
            let (subject, start) = (view.subject, view.mu.clone());
            state.own.refinement = Refinement::Running { subject, share: 0.0, nats: None };
            effects.push(Effect::Own(OwnErrand::Refine { subject, start }));
        }
        RefinementAction::Begin => {}
        RefinementAction::Stop => effects.push(Effect::Own(OwnErrand::StopRefining)),
        RefinementAction::Progress(now, value) => {
            if let Refinement::Running { share, nats, .. } = &mut state.own.refinement {
                (*share, *nats) = (now, Some(value));
            }
        }
        // What was begun for another model ends unheard.
        RefinementAction::Ended(Some(view)) if state.own.refinement.is_running() => {
            let is_shown = state.walk.selected == Some(view.subject) && state.walk.held == Held::Nothing;
            if is_shown && view.z.len() == state.walk.z.len() {
                state.remember();
                state.walk.z.clone_from(&view.z);
            }
            state.own.refinement = Refinement::Done(view);
            state.walk.version += 1;
        }
        RefinementAction::Ended(_) => state.own.refinement = Refinement::None,
        RefinementAction::Failed(reason) => {
            state.own.refinement = Refinement::None;
            state.notices.push(NoticeKind::Error(reason));
        }
        RefinementAction::Pin => {
            if let Refinement::Done(view) = &state.own.refinement {
                let pinned = Pinned { z: view.z.clone(), subject: None };
                state.remember();
                state.walk.put_pin(None, pinned);
            }
        }
        RefinementAction::Go => {
            if let Refinement::Done(view) = &state.own.refinement {
                let z = view.z.clone();
                state.remember();
                state.walk.z = z;
            }
        }
    }
}

impl From<RefinementAction> for Action {
    fn from(action: RefinementAction) -> Self {
        Self::Own(OwnAction::Refinement(action))
    }
}
