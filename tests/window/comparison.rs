//! The open run held against another.

use egui::accesskit::Role;
use egui::{Key, PointerButton};
use latent_atlas::model::snapshot::to_bytes;
use latent_atlas::run::SavedRun;
use latent_atlas::state::{AppState, Phase};
use latent_atlas::train::StopReason;

use crate::person::Person;

/// In front of a window with a second run open, made with `setting` at `value`, and the first one's buttons shown.
fn with_two_runs(setting: &str, value: &str) -> (Person, tempfile::TempDir, SavedRun) {
    let (mut person, images) = Person::with_model(3);
    let first = person.state().training.run.as_ref().unwrap().folder.clone().unwrap();
    person.set(setting, value);
    person.click(Role::Button, "New run");
    person.until("the second run has ended", |s| {
        let other = s.training.run.as_ref().is_some_and(|run| run.folder.as_ref().is_some_and(|f| *f != first));
        other && s.training.phase == Phase::Ended(StopReason::Finished)
    });
    person.click(Role::RadioButton, "Runs");
    person.until("both are listed", |s| s.runs.listing.runs.len() == 2);
    let name = person.state().runs.run(&first).unwrap().name.clone();
    person.click(Role::Button, &name);
    person.click(Role::Button, "Compare");
    person.until("the other run is read", |s| s.comparison.as_ref().is_some_and(|c| c.run.is_some()));
    (person, images, SavedRun::open(&first).unwrap())
}

fn follows(state: &AppState) -> bool {
    let point = state.comparison.as_ref().and_then(|c| c.point.as_ref());
    point.is_some_and(|point| point.z == state.point_shown()) && {
        state.walk.point_view.as_ref().is_some_and(|view| view.z == state.point_shown())
    }
}

#[test]
fn settings_figures_curves_and_the_point_stand_side_by_side() {
    let (mut person, _images, first) = with_two_runs("β", "4");
    let second = person.state().training.run.as_ref().unwrap().clone();
    for words in ["Two runs at the point", "Settings that differ", "Best on the held images"] {
        assert!(person.sees(words), "{words}");
    }
    for name in [&first.name(), &second.name] {
        person.find(Role::Image, &format!("Decoded by {name} at the point"));
    }
    // The curves of both are drawn.
    person.until("both curves", |s| s.curves_drawn().is_some_and(|drawn| drawn.runs.len() == 2));
    // The image follows the point under the hand, and is the other model's own.
    let (from, to) = (person.on_map(0.0, 0.0), person.on_map(90.0, -60.0));
    person.drag(PointerButton::Primary, from, to);
    person.until("both have decoded it", follows);
    let point = person.state().comparison.as_ref().unwrap().point.clone().unwrap();
    assert!(point.z.iter().any(|v| *v != 0.0));
    let (own, other) = (SavedRun::open(second.folder.as_ref().unwrap()).unwrap(), &first);
    assert_eq!(point.image, to_bytes(&other.snapshot().unwrap().decode(&point.z).unwrap()));
    assert_eq!(person.decoded(), to_bytes(&own.snapshot().unwrap().decode(&point.z).unwrap()));
    assert_ne!(person.decoded(), point.image);
}

#[test]
fn it_is_closed_with_its_cross_with_escape_and_with_its_button() {
    let (mut person, _images, first) = with_two_runs("β", "4");
    person.click(Role::Button, "Close the comparison");
    assert!(person.state().comparison.is_none() && person.sees("Selected image"));
    assert!(!person.state().runs.is_overlaid(&first.folder), "its curves go with it");
    person.click(Role::Button, "Compare");
    person.until("it is read again", |s| s.comparison.as_ref().is_some_and(|c| c.run.is_some()));
    // The list of keys is closed first.
    person.click(Role::Button, "Keyboard shortcuts");
    person.press(Key::Escape);
    assert!(!person.state().help_open && person.state().comparison.is_some());
    person.press(Key::Escape);
    assert!(person.state().comparison.is_none());
    person.click(Role::Button, "Compare");
    person.until("once more", |s| s.comparison.is_some());
    person.click(Role::Button, "Compare");
    assert!(person.state().comparison.is_none());
}

#[test]
fn the_list_tells_settings_in_the_words_of_the_window() {
    let (person, _images, _first) = with_two_runs("Learning rate", "0.0005");
    assert!(person.sees("Learning rate 5×10⁻⁴") && person.sees("Learning rate 0.002"));
    assert!(!person.sees("lr 0.0005"));
}

#[test]
fn spaces_of_other_sizes_share_no_point() {
    let (mut person, _images, _first) = with_two_runs("Latent dimensions", "3");
    assert!(person.sees("z has 3 numbers here and 2 there"));
    assert!(person.sees("Latent dimensions"));
    person.until("both curves", |s| s.curves_drawn().is_some_and(|drawn| drawn.runs.len() == 2));
    assert!(person.state().comparison.as_ref().unwrap().point.is_none());
}
