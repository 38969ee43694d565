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
        let order = Order { want: self.curves.want_for_file(), sources: vec![self.curves_source()] };
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
        let due = self.drawing.asked.as_ref().is_none_or(|asked| {
            asked.want != want || !history.is(&asked.of) || asked.n_held != n_held || enough(asked.n_steps)
        });
        if !due || n_steps == 0 {
            return false;
        }
        self.drawing.asked = Some(Asked { of: history.identity(), want, n_steps, n_held });
        true
    }
}
