//! The curves.

use egui::Modifiers;
use egui::accesskit::Role;
use latent_atlas::state::Series;

use crate::person::Person;

fn shown(person: &Person) -> [bool; 3] {
    Series::ALL.map(|s| person.state().curves.shows(s))
}

#[test]
fn the_legend_hides_and_isolates() {
    let (mut person, _images) = Person::with_model(5);
    assert_eq!(shown(&person), [true, true, true]);
    person.click(Role::CheckBox, "each step");
    assert_eq!(shown(&person), [false, true, true]);
    person.find(Role::CheckBox, "validation").click_modifiers(Modifiers::ALT);
    person.frames(2);
    assert_eq!(shown(&person), [false, false, true]);
    person.find(Role::CheckBox, "validation").click_modifiers(Modifiers::ALT);
    person.frames(2);
    assert_eq!(shown(&person), [true, true, true]);
}

#[test]
fn the_panel_closes_and_gives_its_room_to_the_map() {
    let (mut person, _images) = Person::with_model(5);
    let height = person.state().map.size[1];
    person.click(Role::Button, "Hide curves");
    person.frames(2);
    assert!(person.state().map.size[1] > height + 100.0);
    assert!(!person.sees("Reconstruction"));
    person.click(Role::Button, "Show curves");
    person.frames(2);
    assert_eq!(person.state().map.size[1], height);
}

#[test]
fn smoothing_is_set_with_its_slider() {
    let (mut person, _images) = Person::with_model(5);
    let last = person.state().training.history.last().unwrap().terms.kl_nats;
    let curve = |p: &Person| p.state().training.history.curve(latent_atlas::state::Metric::Kl).last_smooth().unwrap();
    assert_ne!(curve(&person), last);
    person.find(Role::Slider, "Smoothing").set_value_accesskit(0.0);
    person.until_seen("the curves are drawn again", |person| curve(person) == last);
}
