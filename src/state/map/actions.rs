//! What is done to the map.

use crate::latent::Spacing;
use crate::state::map::axes::AxesBy;
use crate::state::map::{Axes, Colour, Group, Layer};
use crate::state::{Action, AppState, Effect};

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
    /// Lay the decoded grid out like this.
    SetSpacing(Spacing),
    /// Show the images as small pictures, or as points.
    SetThumbnails(bool),
    /// Colour the images by this.
    SetColour(Colour),
    /// Show or hide a group of images.
    ToggleGroup(Group),
    /// Show a group alone; done again, all of its kind.
    IsolateGroup(Group),
    /// Hide no group.
    ShowAllGroups,
    /// The map turns for so many seconds.
    TurnOn(f32),
    /// Put the plane through the origin.
    ThroughOrigin,
    /// Put the plane through the selected image.
    ThroughSelected,
    /// A dimension is about to be moved: one move to take back, however far it goes.
    HoldDimension,
    /// Move the point in one dimension.
    MoveDimension(usize, f32),
    /// Show a draw x ~ p(x|z) at the point, another one each time; or the mean again.
    DrawNoise(bool),
    /// Open an image's file with the system's viewer.
    OpenFile(usize),
    /// The pointer rests at (a, b) with no button down, or has left the map.
    Hover(Option<[f32; 2]>),
}

/// Applies one action; what must be done outside is returned.
pub fn apply(state: &mut AppState, action: MapAction) -> Option<Effect> {
    let map = &mut state.map;
    match action {
        MapAction::Sized(size) => {
            map.finish_turn();
            map.size = size;
            if map.follows {
                map.fit();
            }
        }
        MapAction::Pan(by) => {
            map.finish_turn();
            map.pan(by);
        }
        MapAction::Zoom(factor, at) => {
            map.finish_turn();
            map.zoom(factor, at);
        }
        MapAction::Fit => {
            map.finish_turn();
            map.fit();
        }
        MapAction::SetAxes(axes) => {
            state.remember();
            state.map.axes_by = AxesBy::User;
            state.map.turn_to(axes);
        }
        MapAction::Toggle(layer) => map.layers.toggle(layer),
        MapAction::SetSpacing(spacing) => map.layers.spacing = spacing,
        MapAction::SetThumbnails(on) => map.layers.thumbnails = on,
        MapAction::SetColour(colour) => map.layers.colour = colour,
        MapAction::ToggleGroup(group) => {
            state.remember();
            state.map.toggle_group(group);
        }
        MapAction::IsolateGroup(group) => {
            state.remember();
            state.map.isolate_group(group);
        }
        MapAction::ShowAllGroups => {
            state.remember();
            state.map.show_all_groups();
        }
        MapAction::TurnOn(seconds) => map.turn_on(seconds),
        MapAction::ThroughOrigin => put_through(state, &vec![0.0; state.walk.z.len()]),
        MapAction::ThroughSelected => {
            if let Some(mu) = state.selected_mean().map(<[f32]>::to_vec) {
                put_through(state, &mu);
            }
        }
        MapAction::HoldDimension => state.remember(),
        MapAction::MoveDimension(axis, value) => {
            map.finish_turn();
            map.hovered = None;
            if let Some(z) = state.walk.z.get_mut(axis).filter(|_| value.is_finite()) {
                *z = value;
            }
        }
        MapAction::DrawNoise(on) => map.noise = on.then(|| map.noise.map_or(0, |draw| draw + 1)),
        MapAction::OpenFile(idx) => {
            let data = state.data.set.as_ref()?;
            return Some(Effect::OpenFile(data.root.as_ref()?.join(data.names.get(idx)?)));
        }
        MapAction::Hover(at) => map.hovered = at,
    }
    None
}

impl AppState {
    /// μ of the selected image, `[d]`.
    pub fn selected_mean(&self) -> Option<&[f32]> {
        let subject = self.walk.selected?;
        let view = self.walk.selected_view.as_ref().filter(|view| view.subject == subject);
        let mean = self.mean_of(subject).or_else(|| view.map(|view| view.mu.as_slice()));
        mean.filter(|mu| mu.len() == self.walk.z.len())
    }
}

/// Keeps (a, b) and holds everything else as in `through`.
fn put_through(state: &mut AppState, through: &[f32]) {
    state.map.finish_turn();
    if !through.is_empty() && through.len() == state.walk.z.len() {
        state.remember();
        state.map.hovered = None;
        state.walk.z = state.map.on_plane_through(&state.walk.z, through);
    }
}

impl From<MapAction> for Action {
    fn from(action: MapAction) -> Self {
        Self::Map(action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Dataset;
    use crate::latent::Subject;
    use std::sync::Arc;

    fn state() -> AppState {
        let mut state = AppState::new();
        state.map.enter(3);
        state.walk.enter(3);
        state.walk.z = vec![1.0, 2.0, 3.0];
        state
    }

    #[test]
    fn a_plane_through_the_origin_or_an_image_keeps_the_place_on_the_map_and_can_be_taken_back() {
        let mut state = state();
        state.map.set_means(Some(Arc::new(vec![7.0, 8.0, 9.0])));
        state.walk.selected = Some(Subject::Image(0));
        apply(&mut state, MapAction::ThroughSelected);
        assert_eq!(state.walk.z, [1.0, 2.0, 9.0]);
        apply(&mut state, MapAction::ThroughOrigin);
        assert_eq!(state.walk.z, [1.0, 2.0, 0.0]);
        state.undo();
        state.undo();
        assert_eq!(state.walk.z, [1.0, 2.0, 3.0]);
    }

    #[test]
    fn a_dimension_that_is_dragged_is_one_move() {
        let mut state = state();
        apply(&mut state, MapAction::HoldDimension);
        for i in 0..5_u8 {
            apply(&mut state, MapAction::MoveDimension(2, f32::from(i)));
        }
        assert_eq!(state.walk.z, [1.0, 2.0, 4.0]);
        state.undo();
        assert_eq!(state.walk.z, [1.0, 2.0, 3.0]);
    }

    #[test]
    fn an_image_of_a_folder_has_a_file_to_open_and_one_of_a_sample_has_none() {
        let mut state = state();
        let mut data = Dataset::made("two", (1, 1), vec![0; 2]);
        state.data.set = Some(Arc::new(data.clone()));
        assert_eq!(apply(&mut state, MapAction::OpenFile(1)), None);
        data.root = Some("pictures".into());
        state.data.set = Some(Arc::new(data));
        let file = std::path::Path::new("pictures").join("1.png");
        assert_eq!(apply(&mut state, MapAction::OpenFile(1)), Some(Effect::OpenFile(file)));
        assert_eq!(apply(&mut state, MapAction::OpenFile(2)), None);
    }

    #[test]
    fn every_draw_is_another_until_the_mean_is_shown_again() {
        let mut state = state();
        let mut draw = |on| {
            apply(&mut state, MapAction::DrawNoise(on));
            state.map.noise
        };
        assert_eq!([draw(true), draw(true), draw(false), draw(true)], [Some(0), Some(1), None, Some(0)]);
    }
}
