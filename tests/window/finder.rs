//! The command palette, and what its commands do.

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use latent_atlas::state::{Action, AppState, Axes, AxesBy, Group, Layer, NoticeKind};

use crate::person::Person;

/// Opens the list and types words into it.
fn told(state: &AppState, words: &str) -> bool {
    state.notices.iter().any(|notice| matches!(&notice.kind, NoticeKind::Info(text) if text.contains(words)))
}

#[test]
fn a_command_is_found_by_its_words_and_done_by_enter() {
    let (mut person, _images) = Person::with_images();
    assert!(!person.state().map.layers.shows(Layer::Density));
    person.search("density");
    assert!(person.state().finder.open && person.has(Role::ListItem, "Map: density of the images"));
    assert!(!person.has(Role::ListItem, "Map: decoded grid"));
    person.press(Key::Enter);
    assert!(!person.state().finder.open && person.state().map.layers.shows(Layer::Density));
    // The last one used comes first.
    person.press_with(Modifiers::COMMAND, Key::K);
    person.frames(2);
    person.press(Key::Enter);
    assert!(!person.state().map.layers.shows(Layer::Density));
    // Down from the first: the second of the two that have the words.
    person.search("theme");
    person.press(Key::ArrowDown);
    let chosen = person.state().finder.at;
    assert_eq!(chosen, 1);
    person.press(Key::Escape);
    assert!(!person.state().finder.open);
}

#[test]
fn what_cannot_be_done_says_why_and_the_mouse_does_what_can() {
    let (mut person, _images) = Person::with_images();
    person.click(Role::Button, "Commands");
    person.window.event(Event::Text("export strip".into()));
    person.frames(3);
    let disabled = "Export: interpolation strip: Train a model first";
    assert!(!person.can_use(Role::ListItem, disabled));
    person.press(Key::Enter);
    assert!(person.state().finder.open, "nothing was done");
    person.press(Key::Escape);
    person.search("light theme");
    person.click(Role::ListItem, "Theme: light");
    assert_eq!(person.window.ctx.theme(), egui::Theme::Light);
    assert!(!person.state().finder.open);
}

#[test]
fn while_words_are_typed_no_key_does_anything_else() {
    let (mut person, _images) = Person::with_images();
    person.search("f p a ?");
    for key in [Key::P, Key::Space] {
        person.press(key);
    }
    person.press_with(Modifiers::COMMAND, Key::E);
    let state = person.state();
    assert!(!state.help_open && !state.exporting.open && !state.training.is_active());
    person.press_with(Modifiers::COMMAND, Key::K);
    assert!(!person.state().finder.open);
}

#[test]
fn a_run_that_trains_is_saved_at_once_and_says_how_far() {
    let (mut person, _images) = Person::while_training();
    let before = person.state().training.step();
    person.press_with(Modifiers::COMMAND, Key::S);
    person.until("it is saved", |s| told(s, "is saved: step"));
    let folder = person.state().training.run.as_ref().unwrap().folder.clone().unwrap();
    assert!(folder.join("checkpoint.safetensors").exists() && person.state().training.step() >= before);
    assert!(person.state().training.is_active());
}

#[test]
fn runs_are_found_by_name() {
    let (mut person, _images) = Person::with_model(5);
    let name = person.state().training.run.as_ref().unwrap().name.clone();
    person.search(&name);
    person.until("the runs are listed", |s| !s.runs.listing.runs.is_empty());
    person.frames(2);
    assert!(person.has(Role::ListItem, &format!("Run: open {name}: This run is open")));
}

#[test]
fn a_class_is_left_alone_by_a_double_click_and_one_undo_takes_it_back() {
    let (mut person, _images) = Person::with_model(20);
    let classes = person.state().data.set.as_ref().unwrap().classes.clone();
    let at = person.find(Role::CheckBox, &classes[1]).rect().center();
    person.click_at(at);
    person.click_at(at);
    let shows = |person: &Person, class| person.state().map.images.shows(Group::Class(Some(class)));
    assert!(shows(&person, 1) && !shows(&person, 0));
    person.press_with(Modifiers::COMMAND, Key::Z);
    assert!(shows(&person, 1) && shows(&person, 0));
    person.find(Role::CheckBox, &classes[1]).click_modifiers(Modifiers::SHIFT);
    person.frames(2);
    assert!(shows(&person, 1) && !shows(&person, 0));
}

#[test]
fn the_map_begins_with_the_axes_that_carry_most() {
    let (mut person, _images) = Person::with_dimensions(6, 30);
    assert_eq!(person.state().map.axes_by, AxesBy::Kl);
    let kl = person.state().kl_per_dim().to_vec();
    let Axes::Pair(right, up) = person.state().map.axes else { panic!("the main directions") };
    // None that is left out carries twice as much as one that is shown.
    let least = kl[right].min(kl[up]);
    assert!((0..6).filter(|i| ![right, up].contains(i)).all(|i| kl[i] < 2.0 * least), "{kl:?} {right} {up}");
    person.search("axes first");
    person.press(Key::Enter);
    assert_eq!((person.state().map.axes, person.state().map.axes_by), (Axes::Pair(0, 1), AxesBy::User));
}

#[test]
fn every_action_of_the_table_leaves_the_window_standing() {
    let mut state = crate::made::training();
    for command in latent_atlas::ui::commands::all() {
        if let Ok(action) = (command.outcome)(&state) {
            latent_atlas::state::update(&mut state, action);
        }
    }
    latent_atlas::state::update(&mut state, Action::Undo);
    assert!(state.finder.open);
}
