//! Images that are brought along.

use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Color32, ColorImage, Event, Key, Modifiers};
use image::{GrayImage, Luma};
use latent_atlas::state::{AppState, Refinement, Subject};

use crate::person::Person;

fn is_placed(state: &AppState) -> bool {
    state.walk.selected == Some(Subject::Own(0)) && state.own_places().count() == 1
}

#[test]
fn an_image_that_is_dropped_is_encoded_placed_and_found_again() {
    let (mut person, images) = Person::with_model(40);
    person.drop_path(&images.path().join("discs/03.png"));
    person.until("it is placed and selected", is_placed);
    person.until("it is encoded", |s| s.walk.selected_view.as_ref().is_some_and(|v| v.subject == Subject::Own(0)));
    assert_eq!(person.state().walk.own[0].name, "03.png");
    let twin = person.state().data.set.as_ref().unwrap().names.iter().position(|name| name == "discs/03.png").unwrap();
    let (own, known) = (person.state().own_places().next().unwrap().1, person.state().map.places[twin]);
    assert!(
        own.iter().zip(known).all(|(a, b)| (a - b).abs() < 1e-4),
        "it lies where its twin does: {own:?}, {known:?}"
    );
    person.until("it is compared", |s| s.own.standing.is_some());
    person.frames(1);
    assert!(person.sees("of the training images are reconstructed better"));
    person.click(Role::Button, "Deselect");
    let at = person.state().map.offset_from_latent(own);
    person.click_at(person.on_map(at[0], at[1]));
    assert_eq!(person.state().walk.selected, Some(Subject::Own(0)), "it lies above the images of the data");
    person.click(Role::Button, "Deselect");
    person.click(Role::Button, "Show 03.png");
    assert_eq!(person.state().walk.selected, Some(Subject::Own(0)));
    person.until("it is encoded", |s| s.walk.selected_view.is_some());
    person.frames(1);
    person.click(Role::Button, "Pin image");
    assert_eq!(person.state().walk.pins[0].subject, Some(Subject::Own(0)));
    person.click(Role::Button, "Remove");
    assert!(person.state().own_places().next().is_none() && person.state().walk.selected.is_none());
}

#[test]
fn all_of_them_are_pinned_at_once_in_their_order_and_taken_back_at_once() {
    let (mut person, images) = Person::with_model(5);
    for name in ["discs/03.png", "stripes/07.png", "discs/20.png"] {
        let n = person.state().own_places().count();
        person.drop_path(&images.path().join(name));
        person.until("it is placed", |s| s.own_places().count() == n + 1);
    }
    // Until then the panel above the button grows.
    let known = |s: &AppState| s.walk.selected_view.is_some() && s.own.standing.is_some();
    person.until("the last one is encoded and compared", known);
    person.click(Role::Button, "Pin all 3");
    let pinned: Vec<_> = person.state().walk.pins.iter().map(|pin| pin.subject).collect();
    assert_eq!(pinned, [0, 1, 2].map(|idx| Some(Subject::Own(idx))));
    assert!(!person.has(Role::Button, "Pin all 3"), "each has its pin");
    person.press_with(Modifiers::COMMAND, Key::Z);
    assert!(person.state().walk.pins.is_empty());
}

#[test]
fn a_better_z_is_looked_for_with_the_error_before_and_after() {
    let (mut person, images) = Person::with_model(5);
    person.drop_path(&images.path().join("stripes/07.png"));
    person.until("it is encoded", |s| is_placed(s) && s.walk.selected_view.is_some());
    person.frames(1);
    person.click(Role::Button, "Refine z");
    person.until("it is found", |s| matches!(s.own.refinement, Refinement::Done(_)));
    let Refinement::Done(found) = person.state().own.refinement.clone() else { panic!("it was found") };
    assert!(found.after_nats < found.before_nats, "{found:?}");
    assert_eq!(person.state().walk.z, found.z, "the point is there");
    person.frames(1);
    assert!(person.sees("−log p(x|z):"));
    person.click(Role::Button, "Pin it");
    assert_eq!(person.state().walk.pins[0].z, found.z);
}

#[test]
fn a_picture_from_the_clipboard_is_unlike_what_was_learned_and_says_so() {
    let (mut person, _images) = Person::with_model(40);
    let checks = (0..256).map(|i| if (i / 16 + i) % 2 == 0 { Color32::WHITE } else { Color32::BLACK }).collect();
    person.window.input_mut().events.push(Event::PasteImage(Arc::new(ColorImage::new([16, 16], checks))));
    person.frames(1);
    person.until("it is compared", |s| s.own.standing.is_some_and(|standing| standing.is_unlike()));
    person.frames(1);
    assert!(person.sees("Unlike the training images"));
}

#[test]
fn what_is_dropped_before_there_is_a_model_waits_and_what_is_no_image_says_so() {
    let (mut person, images) = Person::with_images();
    let own = tempfile::tempdir().unwrap();
    let file = own.path().join("mine.png");
    GrayImage::from_fn(40, 30, |x, _| Luma([x as u8])).save(&file).unwrap();
    person.drop_path(&file);
    person.until("it waits", |s| s.own.n_waiting() == 1);
    person.set("Epochs", "3");
    person.click(Role::Button, "Train");
    person.until("it is placed", is_placed);
    person.drop_path(&images.path().join("notes.png"));
    person.until("it was refused", |s| s.notices.iter().any(|notice| format!("{notice:?}").contains("notes.png")));
}
