//! Groups drawn on the map, the direction between them, and analogies.

use std::f32::consts::TAU;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton, vec2};
use latent_atlas::run::directions::read;
use latent_atlas::state::Subject;
use latent_atlas::state::directions::Side;

use crate::person::Person;

/// Draws a circle round one image with the right button.
fn draw_round(person: &mut Person, idx: usize, modifiers: Modifiers) {
    let map = &person.state().map;
    let [x, y] = map.offset_from_latent(map.places[idx]);
    let corner = |person: &Person, i: u8| {
        let angle = TAU * f32::from(i) / 16.0;
        person.on_map(x, y) + 14.0 * vec2(angle.cos(), angle.sin())
    };
    let button = |person: &mut Person, i, pressed| {
        let (pos, button) = (corner(person, i), PointerButton::Secondary);
        person.window.event(Event::PointerButton { pos, button, pressed, modifiers });
        person.frames(1);
    };
    let first = corner(person, 0);
    person.point_at(first);
    button(person, 0, true);
    for i in 1..=16 {
        let at = corner(person, i);
        person.window.hover_at(at);
        person.frames(1);
    }
    button(person, 16, false);
    person.frames(2);
}

fn group(person: &Person, side: Side) -> Vec<u32> {
    person.state().directions.groups.of(side).to_vec()
}

/// Two images that lie far apart on the map.
fn far_apart(person: &Person) -> (usize, usize) {
    let places = &person.state().map.places;
    let along = |idx: &usize| places[*idx][0];
    let by = |x: &usize, y: &usize| along(x).total_cmp(&along(y));
    ((0..places.len()).min_by(by).unwrap(), (0..places.len()).max_by(by).unwrap())
}

/// The picture where the direction leads, once it is the one asked for.
fn directed(person: &mut Person) -> Vec<u8> {
    person.until("it is decoded", |s| s.directions.view.directed.len() == s.directions_wanted().len());
    person.frames(10);
    person.state().directions.view.directed[0].clone()
}

#[test]
fn two_groups_are_drawn_and_the_direction_between_them_moves_the_picture_and_is_kept() {
    let (mut person, _images) = Person::with_model(200);
    let (low, high) = far_apart(&person);
    draw_round(&mut person, low, Modifiers::NONE);
    assert!(group(&person, Side::A).contains(&(low as u32)) && group(&person, Side::B).is_empty());
    assert!(person.sees("Now group B"));
    draw_round(&mut person, high, Modifiers::SHIFT);
    assert!(group(&person, Side::B).contains(&(high as u32)));
    let direction = person.state().direction().unwrap().clone();
    assert!(direction.unit[0] > 0.0, "{direction:?}");

    let mut seen = Vec::new();
    for strength in ["Strength -1.0", "Strength 0.0", "Strength 2.0"] {
        person.click(Role::Button, &strength.replace('-', "−"));
        seen.push(directed(&mut person));
    }
    assert!(seen[0] != seen[1] && seen[1] != seen[2]);
    assert!(person.sees("Overshoots"));
    let (z, goal) = (person.state().walk.z.clone(), person.state().directed(2.0).unwrap());
    person.click(Role::Button, "Put the point where the direction leads");
    assert_eq!(person.state().walk.z, goal);
    assert_eq!(person.decoded(), seen[2]);
    person.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(person.state().walk.z, z);

    person.bring_into_view(Role::TextInput, "Name of the direction");
    person.find(Role::TextInput, "Name of the direction").click();
    person.frames(2);
    person.type_in("stripes");
    person.until("it is kept", |s| s.directions.saved.contains_key("stripes"));
    let folder = person.state().training.run.as_ref().unwrap().folder.clone().unwrap();
    assert_eq!(read(&folder).unwrap()["stripes"], direction);
    person.click(Role::Button, "Export JSON");
    person.until_seen("it is written", |p| p.sees("directions-001.json"));
    let written = std::fs::read(folder.join("exports/directions-001.json")).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&written).unwrap();
    let scale = |name: &str| json["directions"][name]["scale"].as_f64().unwrap() as f32;
    assert_eq!([scale("stripes"), scale("From A to B")], [direction.scale; 2]);
    assert_eq!((&json["kind"], &json["latent_dim"]), (&"directions".into(), &2.into()));

    // The groups can be taken back one by one, and what is kept stays.
    person.press_with(Modifiers::COMMAND, Key::Z);
    assert!(group(&person, Side::B).is_empty() && person.state().direction().is_none());
    person.click(Role::Button, "stripes");
    assert_eq!(person.state().direction(), Some(&direction));
}

#[test]
fn a_class_of_the_legend_becomes_a_group() {
    let (mut person, _images) = Person::with_model(5);
    let data = person.state().data.set.clone().unwrap();
    let class = data.classes[1].clone();
    let name = class.rsplit('/').next().unwrap().to_owned();
    let at = person.bring_into_view(Role::CheckBox, &name).center();
    person.point_at(at);
    for pressed in [true, false] {
        person.button(at, PointerButton::Secondary, pressed);
    }
    person.frames(2);
    person.click(Role::Button, "Make it group B");
    let of_class = (0..data.len() as u32).filter(|i| data.labels[*i as usize] == Some(1));
    assert_eq!(group(&person, Side::B), of_class.collect::<Vec<_>>());
}

#[test]
fn an_analogy_of_three_images_is_decoded_and_the_point_goes_there() {
    let (mut person, _images) = Person::with_model(20);
    for (slot, idx) in [("A", 3), ("B", 17), ("C", 30)] {
        let select = latent_atlas::state::WalkAction::Select(Some(Subject::Image(idx)));
        let ctx = person.window.ctx.clone();
        person.window.state_mut().apply(&ctx, select.into());
        person.until("it is encoded", move |s| {
            s.walk.selected_view.as_ref().is_some_and(|view| view.subject == Subject::Image(idx))
        });
        person.click(Role::Button, &format!("Slot {slot} of the analogy"));
    }
    let mean = |person: &Person, idx: usize| person.state().map.mean(idx).unwrap().to_vec();
    let [a, b, c] = [3, 17, 30].map(|idx| mean(&person, idx));
    let expected: Vec<f32> = (0..2).map(|i| a[i] - b[i] + c[i]).collect();
    assert_eq!(person.state().analogy().unwrap(), expected);
    person.until("it is decoded", |s| s.directions.view.analogy.is_some());
    person.frames(10);
    let shown = person.state().directions.view.analogy.clone().unwrap();
    person.click(Role::Button, "Put the point at the analogy");
    assert_eq!(person.state().walk.z, expected);
    assert_eq!(person.decoded(), shown);
}
