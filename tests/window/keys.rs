//! The keyboard, the list of its keys, and the colours.

use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme, ViewportCommand, ViewportId};
use latent_atlas::state::{Phase, ThemeChoice};

use crate::person::{Person, is_mapped};

#[test]
fn space_trains_pauses_and_continues() {
    let (mut person, _images) = Person::with_images();
    person.set("Epochs", "1000000");
    person.press(Key::Space);
    person.until("the map is drawn", is_mapped);
    person.press(Key::Space);
    person.until("the run is paused", |s| s.training.phase == Phase::Paused);
    person.press(Key::Space);
    person.until("the run goes on", |s| s.training.phase == Phase::Running);
}

#[test]
fn arrows_nudge_by_three_sizes_and_undo_takes_them_back() {
    let (mut person, _images) = Person::with_model(5);
    let start = person.state().walk.z.clone();
    let mut last = start.clone();
    let mut moved = |person: &mut Person, modifiers, key| {
        person.press_with(modifiers, key);
        let z = person.state().walk.z.clone();
        let by = [z[0] - last[0], z[1] - last[1]];
        last = z;
        by
    };
    let [one, up] = moved(&mut person, Modifiers::NONE, Key::ArrowRight);
    assert!(one > 0.0 && up == 0.0);
    let [ten, _] = moved(&mut person, Modifiers::SHIFT, Key::ArrowRight);
    assert!((ten / one - 10.0).abs() < 1e-2, "{ten} {one}");
    let [tenth, _] = moved(&mut person, Modifiers::ALT, Key::ArrowLeft);
    assert!((tenth / one + 0.1).abs() < 1e-2, "{tenth} {one}");
    let [_, up] = moved(&mut person, Modifiers::NONE, Key::ArrowUp);
    assert!((up - one).abs() < 1e-5);

    for _ in 0..4 {
        person.press_with(Modifiers::COMMAND, Key::Z);
    }
    assert_eq!(person.state().walk.z, start);
    person.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert!((person.state().walk.z[0] - start[0] - one).abs() < 1e-6);
}

#[test]
fn a_nudge_is_seen_although_the_pointer_rests_on_the_map() {
    let (mut person, _images) = Person::with_model(5);
    person.point_at(person.on_map(100.0, 50.0));
    person.press(Key::ArrowRight);
    assert_eq!(person.state().point_shown(), person.state().walk.z);
    assert!(person.sees("At the point"));
}

#[test]
fn keys_typed_into_a_field_stay_there() {
    let (mut person, _images) = Person::with_model(5);
    person.click(Role::TextInput, "Folder path or sample");
    for key in [Key::A, Key::B, Key::P, Key::Space] {
        person.press(key);
    }
    assert_eq!(person.state().walk.pins, []);
    assert!(!person.state().training.is_active());
}

#[test]
fn a_question_mark_lists_every_key() {
    let (mut person, _images) = Person::with_images();
    person.window.event(egui::Event::Text("?".into()));
    person.frames(3);
    assert!(person.sees("Keyboard and mouse") && person.sees("Ctrl+Shift+Z") && person.sees("Double-click"));
    person.click(Role::Button, "Close");
    person.frames(2);
    assert!(!person.sees("Keyboard and mouse"));
    person.click(Role::Button, "Keyboard shortcuts");
    assert!(person.sees("Keyboard and mouse"));
    person.press(Key::Escape);
    assert!(!person.state().help_open);
}

#[test]
fn f11_fills_the_screen() {
    let (mut person, _images) = Person::with_images();
    person.window.key_down(Key::F11);
    person.window.step();
    let asked = |person: &Person| person.window.output().viewport_output[&ViewportId::ROOT].commands.clone();
    assert_eq!(asked(&person), [ViewportCommand::Fullscreen(true)]);
    assert!(person.state().fullscreen);
}

#[test]
fn colours_are_chosen_in_the_menu_or_by_key() {
    let (mut person, _images) = Person::with_images();
    person.click(Role::Button, "Theme");
    person.click(Role::Button, "Light");
    person.frames(1);
    assert_eq!((person.state().theme, person.window.ctx.theme()), (ThemeChoice::Light, Theme::Light));
    person.press_with(Modifiers::COMMAND, Key::T);
    assert_eq!((person.state().theme, person.window.ctx.theme()), (ThemeChoice::Dark, Theme::Dark));
}
