//! What is done on a walk through the latent space.

use crate::latent::{Path, Subject};
use crate::state::update::FRAMES;
use crate::state::walk::{Held, Pinned};
use crate::state::{Action, AppState};

/// How near the pointer must be to a pin to take hold of it, in points.
const PIN_REACH: f32 = 12.0;

/// Something moves in the latent space.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum WalkAction {
    /// The button went down at (a, b): takes hold of a pin or moves the point.
    Grab([f32; 2]),
    /// What is held moves to (a, b).
    DragTo([f32; 2]),
    /// The button was released.
    Release,
    /// Moves the point by (a, b).
    Nudge([f32; 2]),
    /// Selects an image, or none.
    Select(Option<Subject>),
    /// Puts a pin at a place of the way, or at its end.
    PutPin(Option<usize>, PinSource),
    /// Takes a pin away.
    RemovePin(usize),
    /// Puts a pin at another place of the way.
    MovePin(usize, usize),
    /// Takes every pin away.
    ClearPins,
    /// The shape of the way from pin to pin.
    SetPath(Path),
    /// Whether the way leads back to its beginning.
    SetClosed(bool),
    /// Images in the strip.
    SetFrames(usize),
}

/// Where a pin is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinSource {
    /// At the point.
    Point,
    /// At the selected image.
    Selected,
}

/// Applies one action.
pub fn apply(state: &mut AppState, action: WalkAction) {
    match action {
        WalkAction::Grab(at) => grab(state, at),
        WalkAction::DragTo(at) => match state.walk.held {
            Held::Point => state.walk.z = state.map.moved(&state.walk.z, at),
            Held::Pin(idx) => {
                if let Some(pin) = state.walk.pins.get_mut(idx) {
                    *pin = Pinned { z: state.map.moved(&pin.z, at), subject: None };
                }
            }
            Held::Nothing => {}
        },
        WalkAction::Release => state.walk.held = Held::Nothing,
        WalkAction::Nudge([da, db]) if !state.walk.z.is_empty() => {
            state.walk.play.since = None;
            state.map.hovered = None;
            state.remember();
            let [a, b] = state.map.coordinates(&state.walk.z);
            state.walk.z = state.map.moved(&state.walk.z, [a + da, b + db]);
        }
        WalkAction::Select(selected) => select(state, selected),
        WalkAction::PutPin(at, source) => {
            let walk = &state.walk;
            let pinned = match source {
                PinSource::Point => Some(Pinned { z: walk.z.clone(), subject: None }).filter(|pin| !pin.z.is_empty()),
                PinSource::Selected => {
                    walk.selected_view.as_ref().map(|s| Pinned { z: s.mu.clone(), subject: Some(s.subject) })
                }
            };
            if let Some(pinned) = pinned {
                state.remember();
                state.walk.put_pin(at, pinned);
            }
        }
        WalkAction::RemovePin(idx) if idx < state.walk.pins.len() => {
            state.remember();
            state.walk.pins.remove(idx);
        }
        WalkAction::MovePin(from, to) if from.max(to) < state.walk.pins.len() => {
            state.remember();
            let pin = state.walk.pins.remove(from);
            state.walk.pins.insert(to, pin);
        }
        WalkAction::Nudge(_) | WalkAction::RemovePin(_) | WalkAction::MovePin(..) => {}
        WalkAction::ClearPins => {
            state.remember();
            state.walk.pins.clear();
        }
        WalkAction::SetPath(path) => state.walk.path = path,
        WalkAction::SetClosed(closed) => state.walk.closed = closed,
        WalkAction::SetFrames(frames) => state.walk.frames = frames.clamp(*FRAMES.start(), *FRAMES.end()),
    }
    if state.walk.strip_points().is_empty() {
        state.walk.strip_view.images.clear();
    }
}

fn grab(state: &mut AppState, at: [f32; 2]) {
    if state.walk.z.is_empty() {
        return;
    }
    state.map.hovered = None;
    state.walk.play.since = None;
    state.remember();
    let (map, walk) = (&state.map, &mut state.walk);
    let distance = |pin: &Pinned| {
        let ([x, y], [a, b]) = (map.coordinates(&pin.z), at);
        (x - a).hypot(y - b)
    };
    // Of two in one place the later one, which is painted over the other.
    let near = walk.pins.iter().rposition(|pin| distance(pin) <= PIN_REACH * map.scale);
    walk.held = near.map_or(Held::Point, Held::Pin);
    if walk.held == Held::Point {
        walk.z = map.moved(&walk.z, at);
    }
}

/// Selecting an image puts the point on its mean.
fn select(state: &mut AppState, selected: Option<Subject>) {
    state.walk.selected = selected;
    let Some(subject) = selected else {
        state.walk.selected_view = None;
        return;
    };
    state.walk.selected_view.take_if(|view| view.subject != subject);
    if state.walk.selected_view.is_none() {
        state.walk.selection += 1;
    }
    if let Some(mu) = state.mean_of(subject).map(<[f32]>::to_vec) {
        state.walk.play.since = None;
        // A click on the map has taken hold of the point and remembered it already.
        if state.walk.held == Held::Nothing {
            state.remember();
        }
        state.walk.z = mu;
    }
}

impl From<WalkAction> for Action {
    fn from(action: WalkAction) -> Self {
        Self::Walk(action)
    }
}
