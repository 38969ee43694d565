//! Pins, the strip between them, and what can be exported.

use egui::accesskit::Role;
use egui::{Key, Modifiers, PointerButton};

use crate::person::Person;

#[track_caller]
fn put_pins(person: &mut Person) {
    person.click_at(person.on_map(-200.0, 100.0));
    person.click(Role::Button, "Pin");
    person.click_at(person.on_map(200.0, -100.0));
    person.press(Key::B);
}

#[test]
fn pins_are_put_by_button_and_by_key_and_the_strip_appears() {
    let (mut person, _images) = Person::with_model(50);
    // No point lies there: nothing is selected.
    person.click(Role::Button, "Images");
    put_pins(&mut person);
    let walk = &person.state().walk;
    let (a, b) = (walk.pins[0].z.clone(), walk.pins[1].z.clone());
    assert_eq!(b, walk.z);
    assert_ne!(a, b);
    person.until("the strip is decoded", |s| s.walk.strip_view.images.len() == s.walk.frames);
    person.frames(1);
    let frames = person.state().walk.frames;
    for i in [1, frames] {
        person.find(Role::Button, &format!("Frame {i} of {frames}"));
    }
    person.set("Frames", "5");
    person.until("five frames", |s| s.walk.strip_view.images.len() == 5);
    person.click(Role::RadioButton, "Arc");
    person.click(Role::Button, "Clear");
    assert!(person.state().walk.strip_points().is_empty());
    assert!(!person.sees("Frame 1 of"));
}

#[test]
fn a_pin_can_be_dragged() {
    let (mut person, _images) = Person::with_model(5);
    person.click(Role::Button, "Images");
    put_pins(&mut person);
    let z = person.state().walk.z.clone();
    let (from, to) = (person.on_map(-200.0, 100.0), person.on_map(-120.0, 20.0));
    person.drag(PointerButton::Primary, from, to);
    let expected = person.state().map.latent_from_offset([-120.0, 20.0]);
    assert_eq!(person.state().walk.pins[0].z, expected);
    assert_eq!(person.state().walk.z, z, "the point stays");
}

#[test]
fn what_cannot_be_exported_says_why() {
    let (mut person, _images) = Person::with_images();
    let entries = ["Export… Ctrl+E", "Interpolation strip", "Decoded grid", "Copy decoded point"];
    person.click(Role::Button, "Export");
    for entry in [entries[0], entries[1], entries[3]] {
        assert!(!person.can_use(Role::Button, entry), "{entry}");
    }
    let at = person.find(Role::Button, entries[1]).rect().center();
    person.point_at(at);
    person.frames(60);
    assert!(person.sees("Train a model first"));
}

#[test]
fn the_strip_can_be_exported_once_both_pins_are_put() {
    let (mut person, _images) = Person::with_model(5);
    person.click(Role::Button, "Images");
    person.click(Role::Button, "Export");
    assert!(!person.can_use(Role::Button, "Interpolation strip"));
    person.press(Key::Escape);
    put_pins(&mut person);
    person.click(Role::Button, "Export");
    person.click(Role::Button, "Interpolation strip");
    person.until_seen("it is written", |p| p.sees("strip-001.png"));
}

#[test]
fn a_letter_with_ctrl_puts_no_pin() {
    let (mut person, _images) = Person::with_model(5);
    put_pins(&mut person);
    let before = person.state().walk.pins.clone();
    person.click_at(person.on_map(0.0, 0.0));
    for key in [Key::A, Key::B, Key::P] {
        person.press_with(Modifiers::COMMAND, key);
    }
    assert_eq!(person.state().walk.pins, before);
}
