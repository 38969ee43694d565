//! What the mouse does on a plot: the cursor that all plots share, panning, zooming, and going back.

use std::ops::RangeInclusive;

use egui::{CursorIcon, PointerButton, Pos2, Rect, Response, Ui};

use crate::curves::Axis;
use crate::curves::chart::Look;
use crate::state::{Action, CurvesChange};

/// A range shows at least this many steps.
const FEWEST_STEPS: f64 = 4.0;
/// Within this many points of a mark the pointer is on it.
const REACH: f32 = 4.0;

/// Where the pointer is on a plot.
pub struct Hovered {
    /// Its value along x.
    pub x: f64,
    /// What lies so near to it that it is meant too.
    pub around: RangeInclusive<f64>,
    /// Its place on screen.
    pub at: Pos2,
    /// The plot.
    pub plot: Response,
}

/// Reads the mouse; returns where along x it points.
pub fn read(ui: &Ui, response: &Response, inside: Rect, look: &Look<'_>, actions: &mut Vec<Action>) -> Option<Hovered> {
    if response.double_clicked() {
        actions.push(Action::Curves(CurvesChange::Fit));
    } else if response.dragged_by(PointerButton::Primary) || response.dragged_by(PointerButton::Middle) {
        ui.set_cursor_icon(CursorIcon::Grabbing);
        pan(response, inside, look, actions);
    }
    let pointer = response.hover_pos().filter(|at| inside.contains(*at))?;
    let share_x = f64::from((pointer.x - inside.left()) / inside.width());
    let share_y = f64::from((inside.bottom() - pointer.y) / inside.height());
    let (factor, up) = ui.input(|i| (f64::from(i.zoom_delta()), i.modifiers.shift));
    if factor != 1.0 {
        actions.push(Action::Curves(if up {
            let Axis { low, high, .. } = look.y.zoomed(factor, share_y);
            CurvesChange::ZoomY(look.plot.metric, (low, high))
        } else {
            zoom(look, factor, share_x)
        }));
    }
    let reach = f64::from(REACH / inside.width());
    let around = look.x.at(share_x - reach)..=look.x.at(share_x + reach);
    Some(Hovered { x: look.x.at(share_x), around, at: pointer, plot: response.clone() })
}

/// Moves along x, and along y too where its range was set by hand.
fn pan(response: &Response, inside: Rect, look: &Look<'_>, actions: &mut Vec<Action>) {
    let by = response.drag_delta();
    if by.x != 0.0 {
        let Axis { low, high, .. } = look.x.moved(-f64::from(by.x / inside.width()));
        actions.push(Action::Curves(CurvesChange::ZoomX((low, high))));
    }
    if by.y != 0.0 && response.ctx.input(|i| i.modifiers.shift) {
        let Axis { low, high, .. } = look.y.moved(f64::from(by.y / inside.height()));
        actions.push(Action::Curves(CurvesChange::ZoomY(look.plot.metric, (low, high))));
    }
}

/// Zooms about what is under the pointer; all the way out is the whole run, and the run is followed again.
fn zoom(look: &Look<'_>, factor: f64, share: f64) -> CurvesChange {
    let whole = Axis::new(look.x.scale, look.drawn.whole);
    let zoomed = look.x.zoomed(factor, share);
    let length = whole.share(zoomed.high) - whole.share(zoomed.low);
    let n_steps = look.drawn.n_steps.max(1) as f64;
    if factor < 1.0 && length >= 1.0 {
        return CurvesChange::Fit;
    }
    let (low, high) = look.drawn.whole;
    let shortest = FEWEST_STEPS * (high - low) / n_steps;
    if factor > 1.0 && zoomed.high - zoomed.low < shortest {
        return CurvesChange::ZoomX((look.x.low, look.x.high));
    }
    CurvesChange::ZoomX((zoomed.low, zoomed.high))
}
