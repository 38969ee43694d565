//! Lists of the images that are reconstructed worst, of outliers, and of duplicates.

use std::fs;

use egui::Key;
use egui::accesskit::Role;
use latent_atlas::latent::List;
use latent_atlas::state::{AppState, Phase, Subject};

use crate::person::Person;

fn is_listed(state: &AppState) -> bool {
    state.lists.found.is_some()
}

/// In front of a window whose images were looked through.
fn with_lists(epochs: usize) -> (Person, tempfile::TempDir) {
    let (mut person, images) = Person::with_model(epochs);
    person.click(Role::RadioButton, "Lists");
    person.click(Role::Button, "Look through the folder");
    person.until("it is listed", is_listed);
    (person, images)
}

fn name(person: &Person, image: u32) -> String {
    person.state().data.set.as_ref().unwrap().names[image as usize].clone()
}

/// The row of a list that begins with this name.
#[track_caller]
fn click_row(person: &mut Person, beginning: &str) {
    let label = person.row(beginning).unwrap();
    person.click(Role::ListItem, &label);
}

#[test]
fn the_worst_image_is_selected_and_its_place_comes_into_the_middle() {
    let (mut person, _images) = with_lists(20);
    let lists = person.state().lists.found.clone().unwrap();
    let n = person.state().data.set.as_ref().unwrap().len();
    assert_eq!((lists.lists.worst.len(), lists.lists.outliers.len()), (n, n));
    assert_eq!(lists.decoder.step, person.state().training.total_steps);
    let worst = lists.lists.worst[0];
    let beginning = format!("{}, squared error", name(&person, worst.image));
    click_row(&mut person, &beginning);
    let state = person.state();
    assert_eq!(state.walk.selected, Some(Subject::Image(worst.image as usize)));
    assert_eq!(state.map.centre, state.map.places[worst.image as usize]);
    // The loneliest is another list's first.
    person.click(Role::RadioButton, "Outliers");
    assert_eq!(person.state().lists.list, List::Outliers);
    let lonely = lists.lists.outliers[0];
    let beginning = format!("{}, 0.00 % lie farther out", name(&person, lonely.image));
    click_row(&mut person, &beginning);
    assert_eq!(person.state().walk.selected, Some(Subject::Image(lonely.image as usize)));
}

#[test]
fn a_copy_stands_beside_what_it_is_a_copy_of_and_each_is_chosen_by_itself() {
    let (mut person, images) = Person::with_images();
    let folder = images.path().join("discs");
    fs::copy(folder.join("03.png"), folder.join("99.png")).unwrap();
    person.search("load again");
    person.press(Key::Enter);
    person.until("the copy is there", |s| {
        let is_copy = |name: &String| name == "discs/99.png";
        s.data.loading.is_none() && s.data.set.as_ref().is_some_and(|data| data.names.iter().any(is_copy))
    });
    person.set("Epochs", "3");
    person.click(Role::Button, "Train");
    person.until("a model", |s| s.training.model.is_some() && s.map.means.is_some());
    person.search("look through");
    person.press(Key::Enter);
    person.until("it is listed", is_listed);
    person.click(Role::RadioButton, "Duplicates");
    let pair = "discs/03.png = discs/99.png, the same pixels";
    assert!(person.row(pair).is_some());
    person.click(Role::Button, "discs/99.png");
    let Some(Subject::Image(idx)) = person.state().walk.selected else { panic!("an image is selected") };
    assert_eq!(name(&person, idx as u32), "discs/99.png");
}

#[test]
fn lists_of_an_older_model_say_so_and_other_images_have_none() {
    let (mut person, _images) = with_lists(3);
    let before = person.state().lists.found.as_ref().unwrap().decoder.step;
    assert!(person.sees("By "));
    assert!(!person.sees("The map shows"));
    person.search("continue for some");
    person.press(Key::Enter);
    person.until("it has trained on", |s| s.newer_than_lists().is_some());
    person.frames(2);
    assert!(person.sees("The map shows"));
    person.until("the run has ended", |s| {
        matches!(s.training.phase, Phase::Ended(_)) && s.map.means_step == s.training.total_steps
    });
    person.click(Role::Button, "Look again");
    person.until("it is listed anew", |s| s.lists.found.as_ref().is_some_and(|found| found.decoder.step > before));
    assert!(person.state().newer_than_lists().is_none());
    person.search("sample emoji");
    person.press(Key::Enter);
    person.until("other images are there", |s| s.data.source == "sample:emoji" && s.data.loading.is_none());
    assert!(!is_listed(person.state()));
    assert!(!person.can_use(Role::Button, "Look through the folder"), "there is no model of them");
}

#[test]
fn a_list_is_written_as_a_table_into_the_exports_of_its_run() {
    let (mut person, _images) = with_lists(3);
    let folder = person.state().training.run.as_ref().unwrap().folder.clone().unwrap();
    person.click(Role::Button, "Save table");
    let file = folder.join("exports/worst-001.csv");
    person.until("it is written", |_| file.exists());
    let table = fs::read_to_string(&file).unwrap();
    assert_eq!(table.lines().count(), 1 + person.state().data.set.as_ref().unwrap().len());
    assert!(file.with_extension("csv.json").exists());
}
