//! Moves that can be taken back: of the point, the pins, the plane, the hidden classes and the groups of images.

use crate::state::directions::{Groups, Slots};
use crate::state::map::Axes;
use crate::state::map::images::Hidden;
use crate::state::{AppState, Pinned};

/// Moves that can be taken back.
const MAX: usize = 200;

/// What one step of undo brings back.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    z: Vec<f32>,
    pins: Vec<Pinned>,
    axes: Axes,
    hidden: Hidden,
    groups: Groups,
    slots: Slots,
}

/// Where the walk has been.
#[derive(Debug, Clone, Default)]
pub struct Past {
    undo: Vec<Place>,
    redo: Vec<Place>,
}

impl Past {
    /// Whether there is a move to take back.
    pub fn has_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    /// Whether there is one to do again.
    pub fn has_redo(&self) -> bool {
        !self.redo.is_empty()
    }

    /// Axes that nobody has chosen are no move: wherever the walk has been, it was on these.
    pub fn was_on(&mut self, axes: Axes) {
        self.undo.iter_mut().chain(&mut self.redo).for_each(|place| place.axes = axes);
    }
}

impl AppState {
    /// Remembers the place before it changes.
    pub fn remember(&mut self) {
        let place = self.place();
        if self.past.undo.last() != Some(&place) {
            self.past.undo.push(place);
            let surplus = self.past.undo.len().saturating_sub(MAX);
            self.past.undo.drain(..surplus);
        }
        self.past.redo.clear();
    }

    /// Takes the last move back. What only training has moved is none.
    pub fn undo(&mut self) {
        while let Some(place) = self.past.undo.pop() {
            let now = self.place();
            if place != now {
                self.past.redo.push(now);
                self.go(place);
                return;
            }
        }
    }

    /// Does it again.
    pub fn redo(&mut self) {
        if let Some(place) = self.past.redo.pop() {
            self.past.undo.push(self.place());
            self.go(place);
        }
    }

    fn place(&self) -> Place {
        Place {
            z: self.walk.z.clone(),
            pins: self.walk.pins.clone(),
            axes: self.map.axes,
            hidden: self.map.images.hidden.clone(),
            groups: self.directions.groups.clone(),
            slots: self.directions.slots.clone(),
        }
    }

    fn go(&mut self, place: Place) {
        let Place { z, pins, axes, hidden, groups, slots } = place;
        (self.walk.z, self.walk.pins) = (z, pins);
        (self.directions.groups, self.directions.slots) = (groups, slots);
        if axes != self.map.axes {
            self.map.turn_to(axes);
        }
        self.map.set_hidden(hidden);
        self.walk.follow(self.map.means.as_deref().map_or(&[], Vec::as_slice));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::latent::Subject;
    use crate::state::{Action, Group, MapAction, update};

    #[test]
    fn undo_skips_what_only_training_has_moved() {
        let mut state = AppState::new();
        state.walk.z = vec![0.0; 2];
        state.remember();
        state.walk.put_pin(None, Pinned { z: vec![1.0, 1.0], subject: Some(Subject::Image(0)) });
        state.remember();
        state.walk.follow(&[3.0, 3.0]);
        state.undo();
        assert_eq!(state.walk.pins, []);
        state.redo();
        let pin = &state.walk.pins[0];
        assert_eq!((&pin.z[..], pin.subject), (&[3.0, 3.0][..], Some(Subject::Image(0))));
    }

    #[test]
    fn another_plane_can_be_taken_back() {
        let mut state = AppState::new();
        state.map.enter(3);
        state.walk.enter(3);
        state.remember();
        state.map.set_axes(Axes::Pair(2, 1));
        state.undo();
        assert_eq!(state.map.axes, Axes::Pair(0, 1));
        state.redo();
        assert_eq!(state.map.axes, Axes::Pair(2, 1));
        state.map.finish_turn();
        assert_eq!(state.map.coordinates(&[7.0, 8.0, 9.0]), [9.0, 8.0]);
    }

    #[test]
    fn hidden_groups_can_be_taken_back_one_click_at_a_time() {
        let mut state = AppState::new();
        let [a, b] = [0, 1].map(|class| Group::Class(Some(class)));
        let shown = |state: &AppState| [a, b].map(|group| state.map.images.shows(group));
        for action in [MapAction::ToggleGroup(a), MapAction::ToggleGroup(b), MapAction::ShowAllGroups] {
            update(&mut state, Action::Map(action));
        }
        assert_eq!(shown(&state), [true, true]);
        state.undo();
        assert_eq!(shown(&state), [false, false]);
        state.undo();
        assert_eq!(shown(&state), [false, true]);
        state.undo();
        assert_eq!(shown(&state), [true, true]);
        state.redo();
        assert_eq!(shown(&state), [false, true]);
    }
}
