//! Looking back at the training.

use egui::PointerButton;
use egui::accesskit::Role;

use latent_atlas::state::AppState;

use crate::person::{Person, is_mapped};

#[test]
fn the_map_is_shown_as_it_was_and_as_it_is_again() {
    let (mut person, _images) = Person::with_model(5);
    person.until("the point is decoded", |s| s.walk.point_view.is_some());
    let (newest, means) = (person.decoded(), person.state().map.means.clone());
    person.click(Role::Button, "History");
    person.until("the epochs are listed", |s| s.timeline.moments.len() == 6);
    let slider = person.find(Role::Slider, "Epoch").rect();
    person.drag(PointerButton::Primary, slider.right_center(), slider.left_center());
    person.until("the fresh weights are shown", |s| s.timeline.on_map == Some(0) && s.map.means_step == 0);
    person.until("the map is drawn", is_mapped);
    assert!(person.sees("epoch 0 · step 0"));
    assert_ne!(person.decoded(), newest);
    assert_ne!(person.state().map.means, means);
    person.click(Role::Button, "Now");
    person.until("the newest is back", |s| s.map.means_step == s.training.total_steps);
    assert_eq!(person.state().map.means, means);
    let decoded = |s: &AppState| s.walk.point_view.as_ref().is_some_and(|view| view.image == newest);
    person.until("the point is decoded again", decoded);
}

#[test]
fn the_history_plays_to_its_end_and_stops() {
    let (mut person, _images) = Person::with_model(3);
    person.click(Role::Button, "History");
    person.until("the epochs are listed", |s| s.timeline.moments.len() == 4);
    person.click(Role::Button, "Play the history");
    person.until("it has begun", |s| s.timeline.on_map == Some(0));
    person.until("it is over", |s| !s.timeline.playing);
    assert_eq!((person.state().timeline.shown, person.state().timeline.on_map), (None, None));
    person.click(Role::Button, "History");
    assert!(!person.sees("Play the history"));
}
