//! Training, pausing, stopping.

use egui::accesskit::Role;
use latent_atlas::state::{NoticeKind, Phase};
use latent_atlas::train::StopReason;

use crate::folder;
use crate::person::{Person, is_mapped};

#[test]
fn training_fills_the_curves_and_the_map() {
    let (mut person, _images) = Person::while_training();
    assert_eq!(person.state().map.places.len(), 2 * folder::OF_EACH);
    person.until("a validation", |s| !s.training.history.validation.is_empty());
    person.until("the curves are drawn", |s| {
        s.curves_drawn().is_some_and(|drawn| drawn.plots.iter().all(|plot| !plot.curves[0].train.is_empty()))
    });
    assert!(!person.sees("With the first steps"));
    assert!(person.sees("step ") && person.sees("Epoch "));
}

#[test]
fn a_run_is_paused_continued_and_stopped() {
    let (mut person, _images) = Person::while_training();
    person.click(Role::Button, "Pause");
    person.until("the run is paused", |s| s.training.phase == Phase::Paused);
    let paused_at = person.state().training.step();
    person.frames(30);
    assert_eq!(person.state().training.step(), paused_at);
    assert!(person.sees("Paused"));

    person.click(Role::Button, "Continue");
    person.until("more steps", |s| s.training.step() > paused_at);
    person.click(Role::Button, "Stop and keep");
    person.until("the run has ended", |s| s.training.phase == Phase::Ended(StopReason::Asked));
    assert!(person.sees("Stopped"));
    // What was learned can still be walked.
    assert!(person.state().training.model.is_some());
    assert!(!person.decoded().is_empty());
}

#[test]
fn a_run_ends_by_itself_after_its_last_epoch() {
    let (person, _images) = Person::with_model(3);
    let training = &person.state().training;
    assert_eq!(training.phase, Phase::Ended(StopReason::Finished));
    assert_eq!(training.step(), training.total_steps);
    assert_eq!(training.history.validation.len(), 3);
    assert!(person.sees("Finished") && person.sees("Epoch 3 / 3"));
    // What comes next is at the same place, and a new run is another button.
    assert!(person.can_use(Role::Button, "Continue") && person.can_use(Role::Button, "New run"));
    assert!(!person.has(Role::Button, "Train"));
}

#[test]
fn opening_other_images_closes_the_run_and_leads_back_to_it() {
    let (mut person, _images) = Person::while_training();
    person.click(Role::Button, "Emoji");
    person.until("the emoji are there", |s| s.data.source == "sample:emoji");
    assert_eq!(person.state().training.phase, Phase::Idle);
    assert!(person.state().training.model.is_none() && person.state().map.means.is_none());
    assert!(person.sees("was saved and closed"));
    person.until("it is saved", |s| {
        s.notices.iter().any(|n| matches!(&n.kind, NoticeKind::Closed(f) if !s.runs.is_leaving(f)))
    });
    person.click(Role::Button, "Open it again");
    person.until("it is back", |s| s.training.can_continue);
    // Stopped as it is now, it is closed no more silently.
    person.click(Role::Button, "Emoji");
    person.until("the emoji are there again", |s| s.data.source == "sample:emoji");
    assert!(person.sees("was saved and closed"));
}

#[test]
fn a_plain_autoencoder_shows_no_bound() {
    let (mut person, _images) = Person::with_images();
    person.click(Role::RadioButton, "AE");
    person.set("Epochs", "3");
    person.click(Role::Button, "Train");
    person.until("the run has ended", |s| s.training.phase == Phase::Ended(StopReason::Finished) && is_mapped(s));
    person.click(Role::Button, "discs/00.png");
    person.until("it is encoded", |s| s.walk.selected_view.is_some());
    assert!(person.sees("log p(x|z)") && !person.sees("KL to prior"));
}
