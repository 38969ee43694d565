//! What is done to the map.

use crate::state::AppState;
use crate::state::map::Axes;

/// The map is looked at otherwise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MapAction {
    /// Its size in points.
    Sized([f32; 2]),
    /// It was dragged by this many points.
    Pan([f32; 2]),
    /// It was zoomed by a factor at a place, in points from its centre.
    Zoom(f32, [f32; 2]),
    /// Show everything.
    Fit,
    /// Put these two directions on it.
    SetAxes(Axes),
    /// Show or hide a layer.
    Toggle(Layer),
    /// The pointer rests at (a, b) with no button down, or has left the map.
    Hover(Option<[f32; 2]>),
}

/// What the map shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// Decoded images.
    Grid,
    /// Encoded images as points.
    Images,
    /// Circles of the prior.
    Prior,
}

/// Applies one action.
pub fn apply(state: &mut AppState, action: MapAction) {
    match action {
        MapAction::Sized(size) => {
            state.map.size = size;
            if state.map.follows {
                state.map.fit();
            }
        }
        MapAction::Pan(by) => state.map.pan(by),
        MapAction::Zoom(factor, at) => state.map.zoom(factor, at),
        MapAction::Fit => state.map.fit(),
        MapAction::SetAxes(axes) => {
            state.remember();
            state.map.set_axes(axes);
            state.map.fit();
        }
        MapAction::Toggle(layer) => {
            let layers = &mut state.map.layers;
            let shown = match layer {
                Layer::Grid => &mut layers.grid,
                Layer::Images => &mut layers.images,
                Layer::Prior => &mut layers.prior,
            };
            *shown = !*shown;
        }
        MapAction::Hover(at) => state.map.hovered = at,
    }
}
