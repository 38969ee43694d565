//! Opening images.

use egui::accesskit::Role;
use latent_atlas::state::{NoticeKind, Phase, Subject};

use crate::folder;
use crate::person::Person;

const PATH: &str = "Folder path or sample";

#[track_caller]
fn types_path(person: &mut Person, path: &str) {
    person.click(Role::TextInput, PATH);
    person.type_in(path);
}

/// The one error on screen.
#[track_caller]
fn the_error(person: &Person) -> String {
    let errors = person.state().notices.iter().filter_map(|n| match &n.kind {
        NoticeKind::Error(text) => Some(text.clone()),
        _ => None,
    });
    let errors: Vec<_> = errors.collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(person.sees(&errors[0]), "{errors:?} is not on screen");
    errors[0].clone()
}

#[test]
fn at_the_first_start_the_sample_is_there_and_nothing_trains() {
    let mut person = Person::opens(None);
    person.until("the sample is there", |s| s.data.set.is_some());
    assert!(person.sees("4,000 images · 10 classes"));
    assert!(person.sees("28 × 28 grey") && person.sees("400 held for validation"));
    assert!(!person.sees("skipped"));
    assert!(person.can_use(Role::Button, "Train"));
    assert!(person.sees("Press Train or Space"));
    assert_eq!(person.state().training.phase, Phase::Idle);
}

#[test]
fn the_other_sample_is_one_click_away() {
    let (mut person, _images) = Person::with_images();
    person.click(Role::Button, "Emoji");
    person.until("the emoji are there", |s| s.data.source == "sample:emoji");
    assert!(person.sees("1,026 images"));
    assert!(person.sees("32 × 32 RGB"));
}

#[test]
fn typing_a_path_opens_the_folder_and_says_what_was_skipped() {
    let images = folder::images();
    let mut person = Person::opens(None);
    person.until("the sample is there", |s| s.data.set.is_some());
    let path = images.path().display().to_string();
    types_path(&mut person, &path);
    person.until("the folder is open", |s| s.data.source == path && s.data.loading.is_none());
    assert!(person.sees("48 images · 2 classes"));
    assert!(person.sees("16 × 16 grey") && person.sees("5 held for validation"));
    person.click(Role::DisclosureTriangle, "1 file skipped");
    assert!(person.sees("notes.png"));
}

#[test]
fn a_folder_that_is_dropped_is_opened() {
    let images = folder::images();
    let mut person = Person::opens(Some("sample:emoji"));
    person.until("the sample is there", |s| s.data.set.is_some());
    person.drop_path(images.path());
    person.until("the folder is open", |s| s.data.set.as_ref().is_some_and(|d| d.len() == 2 * folder::OF_EACH));
    assert!(person.sees("48 images"));
}

#[test]
fn a_path_that_does_not_exist_is_one_sentence_and_what_was_open_stays() {
    let (mut person, _images) = Person::with_images();
    types_path(&mut person, "/no/such/folder");
    person.until("it was refused", |s| s.data.loading.is_none() && s.notices.iter().count() > 0);
    let error = the_error(&person);
    assert!(error.contains("/no/such/folder"), "{error}");
    assert!(!error.contains('\n'), "{error}");
    assert!(person.sees("48 images"));
    person.click(Role::Button, "Dismiss");
    assert!(!person.sees(&error), "{:?}", person.state().notices);
}

#[test]
fn image_settings_apply_when_the_images_are_loaded_again() {
    let (mut person, _images) = Person::with_images();
    person.click(Role::DisclosureTriangle, "Image settings");
    person.click(Role::RadioButton, "RGB");
    assert_eq!(person.state().data.set.as_ref().unwrap().channels, 1);
    person.click(Role::Button, "Reload to apply");
    person.until("the images are in colour", |s| s.data.set.as_ref().is_some_and(|d| d.channels == 3));
    assert!(person.sees("16 × 16 RGB"));
    assert!(!person.sees("Reload to apply"));
}

#[test]
fn a_thumbnail_selects_its_image() {
    let (mut person, _images) = Person::with_images();
    person.click(Role::Button, "discs/00.png");
    assert_eq!(person.state().walk.selected, Some(Subject::Image(0)));
    assert!(person.sees("Original"));
}

#[test]
fn prepared_images_are_kept_used_and_cleared() {
    let (mut person, images) = Person::with_images();
    person.until("they are kept", |s| s.data.kept.bytes.is_some_and(|bytes| bytes > 0));
    types_path(&mut person, &images.path().display().to_string());
    person.until("they come from the cache", |s| s.data.set.as_ref().is_some_and(|d| d.report.from_cache));
    person.click(Role::DisclosureTriangle, "Image settings");
    person.click(Role::Button, "Clear 1 MB");
    person.until("nothing is kept", |s| s.data.kept.bytes == Some(0));
    assert!(!person.can_use(Role::Button, "Clear 0 MB"));
    types_path(&mut person, &images.path().display().to_string());
    person.until("they are kept anew", |s| s.data.kept.bytes.is_some_and(|bytes| bytes > 0));
    assert!(!person.state().data.set.as_ref().unwrap().report.from_cache);
}
