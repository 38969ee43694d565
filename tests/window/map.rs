//! Walking the map.

use egui::accesskit::Role;
use egui::{Key, Modifiers, PointerButton};
use egui_kittest::kittest::{NodeT, Queryable};
use latent_atlas::state::{AppState, Axes, Phase, Subject};

use crate::person::Person;

/// Where an image lies on the screen.
#[track_caller]
fn place_of(person: &Person, idx: usize) -> egui::Pos2 {
    let map = &person.state().map;
    let [x, y] = map.offset_from_latent(map.places[idx]);
    person.on_map(x, y)
}

#[test]
fn dragging_moves_the_point_and_its_image_follows() {
    let (mut person, _images) = Person::with_model(200);
    let before = (person.state().walk.z.clone(), person.decoded());
    let (from, to) = (person.on_map(-150.0, 40.0), person.on_map(160.0, -60.0));
    person.drag(PointerButton::Primary, from, to);
    let map = &person.state().map;
    assert_eq!(person.state().walk.z, map.latent_from_offset([160.0, -60.0]));
    let shown = person.decoded();
    assert_ne!(shown, before.1);
    let [a, b] = <[f32; 2]>::try_from(person.state().walk.z.clone()).unwrap();
    assert_eq!(person.find(Role::Canvas, "Latent map").value(), Some(format!("{a:.3}, {b:.3}")));
}

#[test]
fn the_image_follows_while_training_too() {
    let (mut person, _images) = Person::while_training();
    for x in [-100.0, 120.0] {
        let (from, to) = (person.on_map(0.0, 0.0), person.on_map(x, 50.0));
        person.drag(PointerButton::Primary, from, to);
        let step = person.state().training.step();
        person.decoded();
        person.until("training went on", |s| s.training.step() > step);
    }
    assert_eq!(person.state().training.phase, Phase::Running);
}

#[test]
fn resting_on_the_map_previews_and_leaving_reverts() {
    let (mut person, _images) = Person::with_model(200);
    let (here, outside) = (person.on_map(170.0, 70.0), egui::pos2(5.0, 5.0));
    // There and back once, so that nothing is left of an older model.
    person.point_at(here);
    person.decoded();
    person.point_at(outside);
    let at_the_point = person.decoded();
    let z = person.state().walk.z.clone();
    person.point_at(here);
    assert!(person.sees("Under the pointer"));
    assert_ne!(person.state().point_shown(), z);
    assert_ne!(person.decoded(), at_the_point);
    assert_eq!(person.state().walk.z, z);

    person.point_at(outside);
    assert!(person.sees("At the point"));
    assert_eq!(person.decoded(), at_the_point);
}

#[test]
fn a_click_on_a_point_selects_that_image() {
    let (mut person, _images) = Person::with_model(200);
    let idx = 30;
    person.click_at(place_of(&person, idx));
    // Another image may lie on the very same place.
    let Some(Subject::Image(selected)) = person.state().walk.selected else { panic!("nothing is selected") };
    assert_eq!(person.state().map.places[selected], person.state().map.places[idx]);
    let shown = |s: &AppState| s.walk.selected_view.as_ref().is_some_and(|v| v.subject == Subject::Image(selected));
    person.until("it is encoded", shown);
    for words in ["Original", "Reconstruction", "log p(x|z)", "KL to prior", "stripes/"] {
        assert!(person.sees(words), "{words}");
    }
    assert_eq!(person.state().walk.z, person.state().map.places[selected]);
    person.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(person.state().walk.z, [0.0, 0.0], "a click is one move");
    person.click(Role::Button, "Deselect");
    assert_eq!(person.state().walk.selected, None);
}

#[test]
fn one_of_the_nearest_images_is_selected_by_the_other_button() {
    let (mut person, _images) = Person::with_model(20);
    person.until("neighbours", |s| s.walk.point_view.as_ref().is_some_and(|v| !v.nearest.is_empty()));
    person.frames(1);
    let (idx, distance) = person.state().walk.point_view.as_ref().unwrap().nearest[0];
    let name = person.state().data.set.as_ref().unwrap().names[idx].clone();
    let at = person.find(Role::Button, &format!("Open {name}, distance {distance:.2}")).rect().center();
    person.point_at(at);
    for pressed in [true, false] {
        person.button(at, PointerButton::Secondary, pressed);
    }
    person.frames(1);
    assert_eq!(person.state().walk.selected, Some(Subject::Image(idx)));
}

#[test]
fn the_wheel_zooms_where_the_pointer_is() {
    let (mut person, _images) = Person::with_model(5);
    let at = [140.0, -50.0];
    let (scale, under) = (person.state().map.scale, person.state().map.latent_from_offset(at));
    person.turn_wheel(person.on_map(at[0], at[1]), 4.0, Modifiers::NONE);
    let map = &person.state().map;
    assert!(map.scale < scale * 0.8, "{} {scale}", map.scale);
    let now = map.latent_from_offset(at);
    assert!(under.iter().zip(now).all(|(a, b)| (a - b).abs() < 1e-3), "{under:?} {now:?}");
    assert!(!map.follows);
}

#[test]
fn the_middle_button_and_space_pan_and_a_double_click_fits() {
    let (mut person, _images) = Person::with_model(5);
    let z = person.state().walk.z.clone();
    let centre = person.state().map.centre;
    let (from, to) = (person.on_map(0.0, 0.0), person.on_map(80.0, 30.0));
    person.drag(PointerButton::Middle, from, to);
    let panned = person.state().map.centre;
    let scale = person.state().map.scale;
    assert!((panned[0] - (centre[0] - 80.0 * scale)).abs() < 1e-3, "{panned:?} {centre:?}");
    assert!((panned[1] - (centre[1] + 30.0 * scale)).abs() < 1e-3, "{panned:?} {centre:?}");

    let phase = person.state().training.phase.clone();
    person.window.key_down(Key::Space);
    person.frames(1);
    person.drag(PointerButton::Primary, to, from);
    person.window.key_up(Key::Space);
    person.frames(2);
    let back = person.state().map.centre;
    assert!((back[0] - centre[0]).abs() < 1e-3, "{back:?} {centre:?}");
    assert_eq!(person.state().training.phase, phase, "panning with Space starts nothing");
    assert_eq!(person.state().walk.z, z, "panning leaves the point");

    person.drag(PointerButton::Middle, from, to);
    person.click_at(from);
    person.click_at(from);
    assert!(person.state().map.follows);
    assert_eq!(person.state().walk.z, z, "a double-click leaves the point");
}

#[test]
fn layers_are_shown_and_hidden() {
    let (mut person, _images) = Person::with_model(5);
    for name in ["Decoded grid", "Images", "Density", "Prior"] {
        let shown = |p: &Person| p.state().map.layers;
        let before = shown(&person);
        person.click(Role::Button, name);
        assert_ne!(shown(&person), before, "{name}");
    }
    // Without points a click only moves the point.
    person.click_at(place_of(&person, 3));
    assert_eq!(person.state().walk.selected, None);
}

#[test]
fn with_more_dimensions_any_two_are_shown() {
    let (mut person, _images) = Person::with_dimensions(3, 3);
    let Axes::Pair(right, up) = person.state().map.axes else { panic!("two axes are shown") };
    let hidden = 3 - right - up;
    person.click(Role::ComboBox, "Right");
    // Behind its name stands what it carries.
    let choices = person.window.query_all_by_role(Role::Button).filter_map(|node| node.accesskit_node().label());
    let name = ["z₁", "z₂", "z₃"][hidden];
    let choice =
        choices.into_iter().find(|choice| choice.starts_with(name) && !choice.ends_with("what is this?")).unwrap();
    person.click(Role::Button, &choice);
    assert_eq!(person.state().map.axes, Axes::Pair(hidden, up));
    person.until("it has turned", |s| !s.map.is_turning());
    let means = person.state().map.means.clone().unwrap();
    assert_eq!(person.state().map.places[1], [means[3 + hidden], means[3 + up]]);
    person.point_at(person.on_map(60.0, 20.0));
    assert_eq!(person.state().point_shown()[right], person.state().walk.z[right], "the hidden dimension is held");
}
