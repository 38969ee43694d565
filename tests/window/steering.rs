//! A run that is steered: step by step, with other settings, for longer, and out of trouble.

use egui::Key;
use egui::accesskit::Role;
use latent_atlas::state::{AppState, Phase};
use latent_atlas::train::StopReason;

use crate::person::Person;

fn finished(s: &AppState) -> bool {
    s.training.phase == Phase::Ended(StopReason::Finished)
}

/// `run.json` of the run under way.
fn record(person: &Person) -> serde_json::Value {
    let folder = person.state().training.run.as_ref().unwrap().folder.clone().unwrap();
    serde_json::from_str(&std::fs::read_to_string(folder.join("run.json")).unwrap()).unwrap()
}

#[test]
fn a_run_that_waits_is_taken_on_step_by_step() {
    let (mut person, _images) = Person::while_training();
    assert!(!person.can_use(Role::Button, "Step"), "pause first");
    person.press(Key::Space);
    person.until("the run is paused", |s| s.training.phase == Phase::Paused);
    let at = person.state().training.step();
    for n in 1..=3 {
        person.click(Role::Button, "Step");
        person.until("one step more", |s| s.training.step() == at + n);
    }
    person.frames(30);
    assert_eq!((person.state().training.step(), &person.state().training.phase), (at + 3, &Phase::Paused));
    person.until("its map", |s| s.training.model.is_some_and(|m| m.step == at + 3));
}

#[test]
fn beta_and_the_learning_rate_change_at_the_next_step_and_are_marked() {
    let (mut person, _images) = Person::while_training();
    person.set("β", "4");
    person.until("β is 4", |s| s.training.history.last().is_some_and(|step| step.beta == 4.0));
    person.set("Learning rate", "0.0005");
    person.until("the rate is lower", |s| s.training.history.last().is_some_and(|step| step.lr == 5e-4));
    let marks: Vec<_> =
        person.state().training.marks.iter().map(|m| (m.key.clone(), m.from.clone(), m.to.clone())).collect();
    let mark = |key: &str, from: &str, to: &str| (key.to_owned(), from.to_owned(), to.to_owned());
    assert_eq!(marks, [mark("train.beta", "1", "4"), mark("train.lr", "0.002", "0.0005")]);
    let record = record(&person);
    assert_eq!((record["marks"].as_array().unwrap().len(), record["config"]["train"]["beta"].as_f64()), (2, Some(4.0)));
    assert_eq!(person.state().settings.train.beta, 4.0, "the next run begins so too");
}

#[test]
fn a_slider_that_is_dragged_makes_one_change() {
    let (mut person, _images) = Person::while_training();
    let rail = person.find(Role::Slider, "β").rect();
    let at = |share: f32| egui::pos2(rail.left() + rail.width() * share, rail.center().y);
    person.drag(egui::PointerButton::Primary, at(0.5), at(0.9));
    person.until("β is higher", |s| s.training.history.last().is_some_and(|step| step.beta > 2.0));
    assert_eq!(person.state().training.marks.len(), 1);
}

#[test]
fn a_finished_run_goes_on_for_some_epochs_as_if_it_had_been_longer() {
    let (mut person, images) = Person::with_model(2);
    let first = person.state().training.step();
    person.set("More epochs", "3");
    person.click(Role::Button, "Continue");
    person.until("five epochs", |s| s.training.step() == first / 2 * 5 && finished(s));
    assert!(person.sees("Epoch 5 / 5"));
    let weights = |person: &Person| {
        let folder = person.state().training.run.as_ref().unwrap().folder.clone().unwrap();
        std::fs::read(folder.join("checkpoint.safetensors")).unwrap()
    };
    let mut whole = Person::opens(Some(&images.path().display().to_string()));
    whole.until("the images are there", |s| s.data.set.is_some());
    whole.set("Epochs", "5");
    whole.click(Role::Button, "Train");
    whole.until("the run has ended", finished);
    assert!(tensors(&weights(&person)) == tensors(&weights(&whole)), "the weights differ");
}

fn tensors(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let file = safetensors::SafeTensors::deserialize(bytes).unwrap();
    let mut tensors: Vec<_> = file.tensors().into_iter().map(|(name, t)| (name, t.data().to_vec())).collect();
    tensors.sort();
    tensors
}

#[test]
fn a_new_run_from_here_says_which_weights_it_took_over() {
    let (mut person, _images) = Person::with_model(1);
    person.click(Role::Button, "New run from here");
    person.until_seen("it has begun", |p| p.sees("begins with all weights of"));
    person.until("it has ended", finished);
    let parent = record(&person)["parent"].clone();
    assert_eq!(parent["parameters_kept"], parent["parameters"]);
    // Another network has hardly a shape in common with it.
    person.click(Role::RadioButton, "Conv");
    person.click(Role::Button, "New run from here");
    person.until_seen("it has begun", |p| p.sees("the others begin anew"));
    let parent = record(&person)["parent"].clone();
    let (kept, of) = (parent["parameters_kept"].as_u64().unwrap(), parent["parameters"].as_u64().unwrap());
    assert!(kept < of && person.sees(&format!("Only {kept} of the {of} weight tensors of")), "{parent}");
}

#[test]
fn a_run_that_diverged_goes_on_with_a_tenth_of_the_learning_rate() {
    let (mut person, _images) = Person::with_images();
    person.set("β", "1000");
    person.set("Learning rate", "1");
    person.set("Epochs", "3000");
    person.click(Role::Button, "Train");
    let diverged = |s: &AppState| matches!(s.training.phase, Phase::Ended(StopReason::Diverged(_)));
    person.until("it diverges", diverged);
    assert!(person.sees("was not finite. The run is kept as it was after step "));
    let kept = record(&person)["step"].as_u64().unwrap();
    person.until("what came later is gone", |s| s.training.step() == kept);
    person.click(Role::Button, "Continue with learning rate 0.1");
    person.until("it goes on, or has to go on slower still", |s| s.training.marks.iter().any(|m| m.to == "0.1"));
    let mark = person.state().training.marks.first().unwrap();
    assert_eq!((mark.step, mark.key.as_str(), mark.from.as_str()), (kept, "train.lr", "1"));
    person.until("steps at that rate", |s| s.training.history.last().is_some_and(|l| l.lr == 0.1) || diverged(s));
}

#[test]
fn the_schedule_is_drawn_before_it_happens() {
    let (mut person, _images) = Person::with_images();
    assert!(!person.sees("β and learning rate over the run"));
    person.click(Role::DisclosureTriangle, "Schedules");
    person.frames(20);
    assert!(person.sees("β and learning rate over the run"));
    person.click(Role::RadioButton, "Cycles");
    person.set("One cycle", "5");
    person.set("Rate warm-up", "2");
    person.click(Role::RadioButton, "Cosine");
    let train = &person.state().settings.train;
    assert_eq!((train.cycle_epochs, train.lr_warmup_epochs), (5.0, 2.0));
    assert!(train.has_schedule() && train.beta_at(5.0) == 0.0 && train.lr_at(40.0) < 1e-9);
    // Folded, it stays in sight while something changes by itself.
    person.click(Role::DisclosureTriangle, "Schedules");
    person.frames(30);
    assert!(person.sees("β and learning rate over the run") && !person.sees("One cycle"));
}
