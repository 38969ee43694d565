//! Draws from q(z|x) of the selected image: z = μ + t · σ ⊙ ε, with ε ~ N(0, I) drawn once and t moved by hand.

use crate::latent::Subject;
use crate::rng::{Rng, Stream};
use crate::state::{Action, AppState};

/// The seed of what is drawn from a posterior.
const POSTERIOR: u64 = 0;
/// Where t may be.
pub const RANGE: std::ops::RangeInclusive<f32> = -3.0..=3.0;

/// What was drawn.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Epsilon {
    /// ε, `[d]`; empty before the first draw.
    pub drawn: Vec<f32>,
    /// How far along it the point is: 0 is μ, 1 the draw.
    pub t: f32,
    /// The image it was drawn for.
    pub subject: Option<Subject>,
    draws: u64,
}

/// Something is drawn from the selected image's posterior.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum EpsilonAction {
    /// Draw another ε and go to it.
    Draw,
    /// t is about to be moved: one move to take back.
    Hold,
    /// Go there along ε.
    Scrub(f32),
}

/// Applies one action; without an encoded image nothing happens.
pub fn apply(state: &mut AppState, action: EpsilonAction) {
    let Some(view) = &state.walk.selected_view else { return };
    let (subject, d) = (view.subject, view.mu.len());
    match action {
        EpsilonAction::Hold => return state.remember(),
        EpsilonAction::Draw => {
            state.remember();
            let epsilon = &mut state.epsilon;
            epsilon.drawn = Rng::new(POSTERIOR, Stream::Demand, epsilon.draws).normals(d);
            (epsilon.t, epsilon.subject, epsilon.draws) = (1.0, Some(subject), epsilon.draws + 1);
        }
        EpsilonAction::Scrub(t) => state.epsilon.t = t.clamp(*RANGE.start(), *RANGE.end()),
    }
    let epsilon = &state.epsilon;
    let Some(view) = state.walk.selected_view.as_ref().filter(|_| epsilon.subject == Some(subject)) else { return };
    if epsilon.drawn.len() != d || state.walk.z.len() != d {
        return;
    }
    let along = view.mu.iter().zip(&view.sigma).zip(&epsilon.drawn);
    state.walk.z = along.map(|((mu, sigma), e)| mu + epsilon.t * sigma * e).collect();
    state.map.hovered = None;
}

impl From<EpsilonAction> for Action {
    fn from(action: EpsilonAction) -> Self {
        Self::Epsilon(action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::SelectedView;

    fn state() -> AppState {
        let mut state = AppState::new();
        state.map.enter(2);
        state.walk.enter(2);
        let subject = Subject::Image(4);
        let (mu, sigma) = (vec![1.0, -2.0], vec![0.5, 0.1]);
        let view = SelectedView { subject, mu, sigma, reconstruction: Vec::new(), recon_nats: 0.0, kl_nats: 0.0 };
        state.walk.selected = Some(subject);
        state.walk.selected_view = Some(view);
        state
    }

    #[test]
    fn the_point_goes_to_the_draw_and_follows_along_its_direction() {
        let mut state = state();
        apply(&mut state, EpsilonAction::Draw);
        let drawn = state.epsilon.drawn.clone();
        assert_eq!(state.walk.z, [1.0 + 0.5 * drawn[0], -2.0 + 0.1 * drawn[1]]);
        apply(&mut state, EpsilonAction::Scrub(0.0));
        assert_eq!(state.walk.z, [1.0, -2.0]);
        apply(&mut state, EpsilonAction::Scrub(-9.0));
        assert_eq!(state.walk.z, [1.0 - 1.5 * drawn[0], -2.0 + -3.0 * 0.1 * drawn[1]]);
        apply(&mut state, EpsilonAction::Draw);
        assert_ne!(state.epsilon.drawn, drawn);
        state.undo();
        state.undo();
        assert_eq!(state.walk.z, [0.0, 0.0]);
    }

    #[test]
    fn a_draw_for_one_image_does_not_move_another() {
        let mut state = state();
        apply(&mut state, EpsilonAction::Draw);
        state.walk.selected_view.as_mut().unwrap().subject = Subject::Image(5);
        let z = state.walk.z.clone();
        apply(&mut state, EpsilonAction::Scrub(2.0));
        assert_eq!(state.walk.z, z);
    }
}
