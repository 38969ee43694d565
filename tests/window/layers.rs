//! The layers of the map, its planes, and what is under the cursor.

use egui::accesskit::Role;
use egui::{Key, Modifiers, PointerButton};
use latent_atlas::latent::{Figure, Spacing};
use latent_atlas::state::{AppState, Axes, Colour, Group, Subject};

use crate::person::Person;

/// In front of a window with a model of three dimensions.
fn in_three_dimensions() -> (Person, tempfile::TempDir) {
    let (mut person, images) = Person::with_dimensions(3, 20);
    // Whichever carry most, the test is of these.
    person.search("axes first");
    person.press(Key::Enter);
    person.until("the first axes are shown", |s| s.map.axes == Axes::Pair(0, 1) && !s.map.is_turning());
    (person, images)
}

/// Chooses something in the menu of layers, and closes it.
#[track_caller]
fn choose(person: &mut Person, choice: &str) {
    person.click(Role::Button, "Layers");
    person.click(Role::RadioButton, choice);
    person.press(Key::Escape);
}

/// Where an image lies on the screen.
#[track_caller]
fn place_of(person: &Person, idx: usize) -> egui::Pos2 {
    let map = &person.state().map;
    let [x, y] = map.offset_from_latent(map.places[idx]);
    person.on_map(x, y)
}

fn label_of(state: &AppState, idx: usize) -> Option<u16> {
    state.data.set.as_ref().unwrap().labels[idx]
}

#[test]
fn a_click_on_the_legend_hides_a_class_and_alt_click_leaves_it_alone() {
    let (mut person, _images) = Person::with_model(60);
    let of_class = |person: &Person, label| {
        let state = person.state();
        (0..state.map.places.len()).find(|&i| label_of(state, i) == Some(label)).unwrap()
    };
    let name = person.state().data.set.as_ref().unwrap().classes[1].clone();
    person.click(Role::CheckBox, &name);
    assert!(!person.state().map.images.shows(Group::Class(Some(1))));
    let hidden = of_class(&person, 1);
    person.click_at(place_of(&person, hidden));
    let selected = person.state().walk.selected;
    assert!(
        !matches!(selected, Some(Subject::Image(idx)) if label_of(person.state(), idx) == Some(1)),
        "a hidden image is not hit: {selected:?}"
    );
    person.click(Role::Button, "Show all");
    person.find(Role::CheckBox, &name).click_modifiers(Modifiers::ALT);
    person.frames(2);
    let images = &person.state().map.images;
    assert!(images.shows(Group::Class(Some(1))) && !images.shows(Group::Class(Some(0))));
}

#[test]
fn images_are_coloured_by_what_is_measured_of_them() {
    let (mut person, _images) = Person::with_model(20);
    let n = person.state().data.set.as_ref().unwrap().len();
    choose(&mut person, "Error");
    person.until("errors", |s| s.map.images.figures.contains_key(&Figure::Error));
    assert!(person.sees("Reconstruction error (RMS)"));
    choose(&mut person, "KL");
    let figures = person.state().map.images.figures[&Figure::Kl].clone();
    assert_eq!(figures.values.len(), n);
    assert!(figures.range[0] > 0.0 && figures.range[1] > figures.range[0], "{:?}", figures.range);
    choose(&mut person, "Split");
    person.until("the split", |s| s.map.images.held.is_some());
    let run = person.state().training.model_run.clone().unwrap();
    let split =
        person.state().data.set.as_ref().unwrap().split(run.config.data.validation_fraction, run.config.train.seed);
    let held: Vec<u32> =
        (0..n as u32).filter(|i| person.state().map.images.held.as_ref().unwrap()[*i as usize]).collect();
    assert_eq!(held, split.validation);
    person.frames(1);
    person.click(Role::CheckBox, "Training");
    let hidden = person.state().map.shown.iter().filter(|place| place[0].is_nan()).count();
    assert_eq!(hidden, split.train.len());
    assert_eq!(person.state().map.layers.colour, Colour::Split);
}

#[test]
fn thumbnails_are_selected_where_they_are_drawn_and_the_grid_goes_by_quantiles() {
    let (mut person, _images) = Person::with_model(60);
    choose(&mut person, "Thumbnails");
    person.until("the point rests", |s| s.walk.point_view.is_some());
    person.frames(20);
    // The first image is chosen first. A few points off its middle it is still hit.
    let [x, y] = {
        let map = &person.state().map;
        map.offset_from_latent(map.places[0])
    };
    person.click_at(person.on_map(x + 10.0, y));
    assert_eq!(person.state().walk.selected, Some(Subject::Image(0)));
    choose(&mut person, "Quantiles");
    let by_quantiles =
        |s: &AppState| s.map.grid.as_ref().is_some_and(|g| g.is_complete() && g.grid.spacing == Spacing::Quantile);
    person.until("another grid", by_quantiles);
    let grid = person.state().map.grid.as_ref().unwrap().grid.clone();
    assert!(grid.n_cells() > 50 && grid.n_cells() <= 1200, "{}", grid.n_cells());
}

#[test]
fn the_density_is_shown_and_says_where_nothing_is_known() {
    let (mut person, _images) = Person::with_model(60);
    person.click(Role::Button, "Density");
    person.until("the density", |s| s.map.heat.is_some());
    let place = place_of(&person, 3);
    person.click_at(place);
    let here = |s: &AppState| s.map.known.as_ref().is_some_and(|(z, _)| *z == s.point_shown());
    person.until("how well known it is", here);
    person.frames(1);
    assert!(person.sees("known region") || person.sees("Known region"));
    // Far out.
    person.turn_wheel(person.on_map(0.0, 0.0), -30.0, Modifiers::NONE);
    person.point_at(person.on_map(180.0, -100.0));
    assert!(person.sees("nown region"), "its line stays while the answer is on its way");
    person.until("how well known that is", here);
    person.frames(1);
    assert!(person.state().map.known.as_ref().unwrap().1 < 1.0);
    assert!(person.sees("Off the known region"));
}

#[test]
fn the_plane_turns_and_lies_where_it_is_put() {
    let (mut person, _images) = in_three_dimensions();
    person.until("main directions", |s| s.map.knows_principal());
    person.frames(1);
    person.click(Role::Button, "Main directions");
    assert!(person.state().map.axes == Axes::Principal);
    person.until("it has turned", |s| !s.map.is_turning());
    let before = person.state().walk.z.clone();
    person.press_with(Modifiers::COMMAND, Key::Z);
    person.until("it has turned back", |s| !s.map.is_turning() && s.map.axes == Axes::Pair(0, 1));
    assert_eq!(person.state().walk.z, before);
    person.click_at(place_of(&person, 5));
    let Some(Subject::Image(idx)) = person.state().walk.selected else { panic!("nothing is selected") };
    person.until("it is encoded", |s| s.walk.selected_view.is_some());
    person.frames(1);
    person.click(Role::Button, "Origin");
    assert_eq!(person.state().walk.z[2], 0.0);
    person.click(Role::Button, "Image");
    let mean = person.state().map.mean(idx).unwrap().to_vec();
    assert!((person.state().walk.z[2] - mean[2]).abs() < 1e-6);
    // The only dimension that is not on the map.
    let slider = person.bring_into_view(Role::Slider, "Dimension z₃");
    let z = person.state().walk.z.clone();
    person.drag(
        PointerButton::Primary,
        slider.left_center() + egui::vec2(16.0, 0.0),
        slider.left_center() + egui::vec2(34.0, 0.0),
    );
    assert_ne!(person.state().walk.z[2], z[2]);
    assert_eq!(person.state().walk.z[..2], z[..2]);
    person.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(person.state().walk.z, z, "a drag is one move");
}

#[test]
fn another_code_of_the_selected_image_is_drawn_and_scrubbed() {
    let (mut person, _images) = Person::with_model(60);
    person.click_at(place_of(&person, 30));
    person.until("it is encoded", |s| s.walk.selected_view.is_some());
    person.frames(1);
    let view = person.state().walk.selected_view.clone().unwrap();
    person.click(Role::Button, "Resample ε");
    let drawn = person.state().epsilon.drawn.clone();
    let expected: Vec<f32> = (0..2).map(|i| view.mu[i] + view.sigma[i] * drawn[i]).collect();
    assert_eq!(person.state().walk.z, expected);
    let slider = person.bring_into_view(Role::Slider, "ε times");
    person.drag(PointerButton::Primary, slider.center(), slider.left_center() + egui::vec2(2.0, 0.0));
    let t = person.state().epsilon.t;
    assert!(t < -2.0, "{t}");
    let expected: Vec<f32> = (0..2).map(|i| view.mu[i] + t * view.sigma[i] * drawn[i]).collect();
    assert_eq!(person.state().walk.z, expected);
}
