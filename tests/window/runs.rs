//! The list of runs, and going on with one of them.

use std::path::{Path, PathBuf};

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::Queryable;
use latent_atlas::state::Phase;
use latent_atlas::train::StopReason;

use crate::person::Person;

fn run_folder(person: &Person) -> PathBuf {
    person.state().training.run.as_ref().unwrap().folder.clone().unwrap()
}

/// In front of a window whose list holds one run of two epochs, with its buttons shown.
fn with_a_run() -> (Person, tempfile::TempDir, PathBuf) {
    let (mut person, images) = Person::with_model(2);
    let folder = run_folder(&person);
    person.click(Role::RadioButton, "Runs");
    person.until("the run is listed with its picture", |s| {
        s.runs.run(&folder).is_some_and(|run| run.picture.is_some() && run.best_elbo_nats.is_some())
    });
    let name = person.state().runs.listing.runs[0].name.clone();
    person.click(Role::Button, &name);
    (person, images, folder)
}

#[test]
fn a_run_is_renamed_and_a_taken_name_is_refused() {
    let (mut person, _images, folder) = with_a_run();
    std::fs::create_dir(folder.with_file_name("taken")).unwrap();
    person.click(Role::Button, "Rename…");
    person.type_in("taken");
    person.until_seen("it is refused", |p| p.sees("There is something called taken"));
    assert!(folder.is_dir());
    person.click(Role::Button, "Rename…");
    person.type_in("discs and stripes");
    let renamed = folder.with_file_name("discs and stripes");
    person.until("it has its new name", |s| s.runs.run(&renamed).is_some());
    assert!(renamed.join("run.json").is_file() && !folder.exists());
    assert_eq!(run_folder(&person), renamed);
    // Its first name stays its own: another run would be taken for it.
    person.click(Role::Button, "New run");
    person.until("another run", |s| s.training.run.as_ref().is_some_and(|run| run.name.ends_with("-02")));
}

#[test]
fn the_field_of_a_new_name_has_the_keyboard_until_enter_or_escape() {
    let (mut person, _images, folder) = with_a_run();
    let old = person.state().runs.listing.runs[0].name.clone();
    person.click(Role::Button, "Rename…");
    person.frames(2);
    // What is typed takes the place of the whole name, and no key of the window is meant.
    person.window.event(Event::Text("k".into()));
    person.press(Key::K);
    person.press(Key::Space);
    person.press_with(Modifiers::COMMAND, Key::E);
    assert_eq!(person.state().runs.typed.as_deref(), Some("k"));
    assert!(!person.state().training.is_active() && !person.state().exporting.open);
    person.press(Key::Escape);
    assert!(person.state().runs.typed.is_none() && folder.is_dir());
    assert_eq!(person.state().runs.listing.runs[0].name, old);
    // Enter goes down while Space, the last letter, is still held.
    person.click(Role::Button, "Rename…");
    person.frames(2);
    person.window.event(Event::Text("new ".into()));
    person.window.key_down(Key::Space);
    person.frames(1);
    person.window.key_press(Key::Enter);
    person.frames(2);
    person.window.key_up(Key::Space);
    person.frames(2);
    assert!(!person.state().training.is_active());
    let renamed = folder.with_file_name("new");
    person.until("it has its new name", |s| s.runs.run(&renamed).is_some());
}

#[test]
fn a_run_goes_to_the_trash_whole() {
    let (mut person, _images, folder) = with_a_run();
    let weights = std::fs::read(folder.join("checkpoint.safetensors")).unwrap();
    person.click(Role::Button, "Move to trash");
    person.until("it is gone from the list", |s| s.runs.listing.runs.is_empty());
    let name = folder.file_name().unwrap();
    let trash = folder.parent().unwrap().with_file_name("trash");
    assert!(!folder.exists());
    assert!(std::fs::read(trash.join("files").join(name).join("checkpoint.safetensors")).unwrap() == weights);
    // It is said at the foot of the left panel, away from the map, the image and the curves.
    let said = person.window.get_by_label_contains("is in the trash").rect();
    assert!(said.right() < 272.0 && said.top() > 600.0, "{said:?}");
    // What was learned can still be walked.
    assert!(person.state().training.model.is_some() && !person.decoded().is_empty());
}

#[test]
fn a_run_in_training_stays_where_it_is() {
    let (mut person, _images) = Person::while_training();
    let folder = run_folder(&person);
    person.click(Role::RadioButton, "Runs");
    person.until("it is listed", |s| s.runs.run(&folder).is_some());
    let name = person.state().runs.listing.runs[0].name.clone();
    person.click(Role::Button, &name);
    person.click(Role::Button, "Move to trash");
    assert!(person.sees("stop it before you move it"));
    assert!(folder.is_dir());
}

#[test]
fn another_run_is_drawn_over_the_curves() {
    let (mut person, _images, first) = with_a_run();
    person.click(Role::Button, "New run");
    person.until("a second run has ended", |s| {
        s.runs.listing.runs.len() == 2 && s.training.phase == Phase::Ended(StopReason::Finished)
    });
    person.click(Role::Button, "Overlay");
    person.until("both are drawn", |s| {
        s.curves_drawn().is_some_and(|drawn| drawn.runs.len() == 2 && drawn.plots.iter().all(|p| p.curves.len() == 2))
    });
    assert_eq!(person.state().drawn_as(&first), Some(1));
    // Its legend names both; a click hides one and shows it again.
    let names: Vec<_> = person.state().drawn_runs().map(|(_, name)| name.to_owned()).collect();
    person.click(Role::CheckBox, &names[1]);
    assert_eq!(person.state().hidden_runs(), [1]);
    person.click(Role::CheckBox, &names[1]);
    person.click(Role::CheckBox, &names[0]);
    assert_eq!(person.state().hidden_runs(), [0]);
    person.click(Role::Button, "Overlay");
    person.until("one is drawn", |s| s.curves_drawn().is_some_and(|drawn| drawn.runs.len() == 1));
    assert!(!person.has(Role::CheckBox, &names[0]) && person.state().hidden_runs().is_empty());
}

/// `history.csv` without its wall times.
fn history(run: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(run.join("history.csv")).unwrap();
    let without = |line: &str| {
        let fields: Vec<_> = line.split(',').enumerate().filter(|(i, _)| *i != 2).map(|(_, field)| field).collect();
        fields.join(",")
    };
    text.lines().map(without).collect()
}

/// Every tensor of the checkpoint, in order.
fn tensors(run: &Path) -> Vec<(String, Vec<u8>)> {
    let bytes = std::fs::read(run.join("checkpoint.safetensors")).unwrap();
    let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let mut tensors: Vec<_> = file.tensors().into_iter().map(|(name, t)| (name, t.data().to_vec())).collect();
    tensors.sort();
    tensors
}

#[test]
fn two_epochs_and_three_more_after_opening_it_again_are_five() {
    let (first, images) = Person::with_model(2);
    let parts = run_folder(&first);
    let mut second = Person::opens(Some(&parts.display().to_string()));
    second.until("the run is there", |s| s.training.model.is_some());
    second.set("More epochs", "3");
    second.click(Role::Button, "Continue");
    second.until("five epochs", |s| s.training.phase == Phase::Ended(StopReason::Finished));
    let mut third = Person::opens(Some(&images.path().display().to_string()));
    third.until("the images are there", |s| s.data.set.is_some());
    third.set("Epochs", "5");
    third.click(Role::Button, "Train");
    third.until("five epochs", |s| s.training.phase == Phase::Ended(StopReason::Finished));
    let whole = run_folder(&third);
    assert_eq!(history(&parts), history(&whole));
    assert!(tensors(&parts) == tensors(&whole), "the weights differ");
}
