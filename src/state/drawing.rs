//! Which curves were drawn, and when they are to be drawn again.

use std::sync::Arc;

use crate::curves::{Drawn, Order, Source, Want};
use crate::state::{AppState, History};

/// A curve is drawn again when it has grown by this share: about a pixel of its width. So after a million steps it
/// takes as little of the processor as after a thousand.
const GROWTH: usize = 256;

/// Curves to be drawn, and whose they are.
#[derive(Debug, Clone)]
pub struct CurvesOrder {
    of: Arc<()>,
    order: Order,
}

/// Curves that were drawn, and whose they are.
#[derive(Debug, Clone)]
pub struct DrawnCurves {
    of: Arc<()>,
    drawn: Arc<Drawn>,
}

/// What was last asked for.
#[derive(Debug, Clone)]
struct Asked {
    of: Arc<()>,
    want: Want,
    n_steps: usize,
    n_held: usize,
    overlays: u64,
}

/// The curves on screen.
#[derive(Debug, Clone, Default)]
pub struct Drawing {
    shown: Option<DrawnCurves>,
    asked: Option<Asked>,
}

impl CurvesOrder {
    /// Draws them.
    pub fn draw(self) -> DrawnCurves {
        DrawnCurves { of: self.of, drawn: Arc::new(self.order.draw()) }
    }
}

impl Drawing {
    /// Takes curves in; those of another run are left.
    pub fn take(&mut self, drawn: DrawnCurves, history: &History) {
        if history.is(&drawn.of) {
            self.shown = Some(drawn);
        }
    }
}

impl AppState {
    /// The curves of the run, once they were drawn.
    pub fn curves_drawn(&self) -> Option<&Drawn> {
        let shown = self.drawing.shown.as_ref()?;
        self.training.history.is(&shown.of).then_some(&*shown.drawn)
    }

    /// What the curves are drawn from.
    pub fn curves_order(&self) -> CurvesOrder {
        let own = Some(self.curves_source()).filter(|source| !source.steps.is_empty());
        let sources = own.into_iter().chain(self.overlays().cloned()).collect();
        let order = Order { want: self.curves.want_for_file(), sources };
        CurvesOrder { of: self.training.history.identity(), order }
    }

    /// The same, to be written into a file.
    pub fn curves_for_file(&self) -> Order {
        self.curves_order().order
    }

    fn curves_source(&self) -> Source {
        let run = self.training.run.as_ref().map_or_else(String::new, |run| run.name.clone());
        let of_images = self.data.set.as_ref().map(|data| data.side * data.side * data.channels);
        let of_model = self.training.model.map(|model| model.shape.pixels());
        self.training.history.source(run, of_images.or(of_model).unwrap_or(1))
    }

    /// Whether the curves are to be drawn again; remembers that they were asked for.
    pub(super) fn asks_for_curves(&mut self) -> bool {
        let Some(want) = self.curves.want() else { return false };
        let history = &self.training.history;
        let (n_steps, n_held) = (history.n_steps(), history.validation.len());
        let enough = |before: usize| {
            let grown = n_steps.saturating_sub(before);
            // What has come to rest is drawn to the last step.
            let rests = !self.training.is_moving();
            grown > 0 && (rests || grown >= (before / GROWTH).max(1))
        };
        let overlays = self.runs.overlays;
        let due = self.drawing.asked.as_ref().is_none_or(|asked| {
            asked.want != want
                || !history.is(&asked.of)
                || (asked.n_held, asked.overlays) != (n_held, overlays)
                || enough(asked.n_steps)
        });
        if !due || (n_steps == 0 && self.overlays().next().is_none()) {
            return false;
        }
        self.drawing.asked = Some(Asked { of: history.identity(), want, n_steps, n_held, overlays });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::RunConfig;
    use crate::state::{Action, CurvesChange, Effect, Phase, update};
    use crate::train::{Event, StepStats, StopReason, Terms};

    fn steps(from: u64, to: u64) -> Action {
        let terms = Terms { recon_nats: 1.0, kl_nats: 2.0 };
        let step = |step| {
            let (epoch, seconds) = (step as f64, step as f64);
            StepStats { step, epoch, seconds, terms, beta: 1.0, lr: 1.0, sigma: None, n_images: 1 }
        };
        Action::Training(Event::Steps((from..=to).map(step).collect()))
    }

    /// A window that trains and has room for curves.
    fn training() -> AppState {
        let mut state = AppState::new();
        state.training.begin(RunConfig::default());
        state.training.phase = Phase::Running;
        update(&mut state, Action::Curves(CurvesChange::Columns(300)));
        state
    }

    fn draws(state: &mut AppState, action: Action) -> bool {
        update(state, action).contains(&Effect::DrawCurves)
    }

    #[test]
    fn a_growing_run_is_drawn_again_pixel_by_pixel() {
        let mut state = training();
        assert!(draws(&mut state, steps(1, 1)) && draws(&mut state, steps(2, 2)));
        assert!(draws(&mut state, steps(3, 10_000)));
        assert!(!draws(&mut state, steps(10_001, 10_038)));
        assert!(draws(&mut state, steps(10_039, 10_040)));
        assert!(!draws(&mut state, steps(10_041, 10_041)));
        // What has ended is drawn to its last step, once.
        assert!(draws(&mut state, Action::Training(Event::Stopped(StopReason::Asked))));
        assert!(!draws(&mut state, Action::ToggleHelp));
    }

    #[test]
    fn another_view_is_drawn_at_once_and_a_closed_one_is_not() {
        let mut state = training();
        update(&mut state, steps(1, 1000));
        assert!(draws(&mut state, Action::Curves(CurvesChange::ZoomX((2.0, 3.0)))));
        assert!(draws(&mut state, Action::Curves(CurvesChange::Smoothing(0.5))));
        // The cursor and the colours of the lines need no new curves.
        assert!(!draws(&mut state, Action::Curves(CurvesChange::Point(Some(2.5)))));
        update(&mut state, Action::Curves(CurvesChange::Open));
        assert!(!draws(&mut state, steps(1001, 2000)));
        assert!(draws(&mut state, Action::Curves(CurvesChange::Open)));
    }

    #[test]
    fn curves_of_the_run_before_are_not_shown() {
        let mut state = training();
        update(&mut state, steps(1, 10));
        let order = state.curves_order();
        update(&mut state, Action::CurvesDrawn(order.clone().draw()));
        assert_eq!(state.curves_drawn().unwrap().n_steps, 10);
        state.training.begin(RunConfig::default());
        assert!(state.curves_drawn().is_none());
        // Nor when they come late.
        update(&mut state, Action::CurvesDrawn(order.draw()));
        assert!(state.curves_drawn().is_none());
    }
}
