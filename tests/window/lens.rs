//! The lens: the theory in numbers of one image.

use egui::Key;
use egui::accesskit::Role;
use latent_atlas::lens::{Effort, Joint, Start, quadrature, story};
use latent_atlas::model::Snapshot;
use latent_atlas::run::SavedRun;
use latent_atlas::state::lens::Page;
use latent_atlas::state::{AppState, Subject};

use crate::person::Person;

/// The model on disk, and image `idx` as it sees it.
fn on_disk(state: &AppState, idx: u32) -> (Snapshot, Vec<f32>) {
    let folder = state.training.run.as_ref().unwrap().folder.clone().unwrap();
    let snapshot = SavedRun::open(&folder).unwrap().snapshot().unwrap();
    let mut pixels = Vec::new();
    snapshot.vae().observe(state.data.set.as_ref().unwrap(), &[idx], &mut pixels);
    (snapshot, pixels)
}

fn minus(value: f64, decimals: usize) -> String {
    format!("{value:.decimals$}").replace('-', "−")
}

/// Whether a figure of so many decimals is on screen; the last may be rounded either way.
fn sees_figure(person: &Person, value: f64, decimals: usize, unit: &str) -> bool {
    let last = 0.1_f64.powi(decimals as i32);
    [-1.0, 0.0, 1.0].iter().any(|by| person.sees(&format!("{} {unit}", minus(value + by * last, decimals))))
}

#[test]
fn what_is_on_screen_is_what_the_library_finds_in_the_saved_run() {
    let (mut person, _images) = Person::with_model(5);
    person.press(Key::L);
    person.until("the first image is told", |s| s.lens.image.is_some() && s.lens.progress.is_none());
    person.frames(2);
    let (snapshot, x) = on_disk(person.state(), 0);
    let told = story(&snapshot, &x, &[0.0; 2]).unwrap();
    let (log_likelihood, elbo) = (told.reconstruction.log_likelihood_nats(), told.elbo_nats().unwrap());
    assert!(sees_figure(&person, log_likelihood, 2, "nats"), "log p(x|z) {log_likelihood}");
    assert!(sees_figure(&person, elbo, 2, "nats"), "ELBO {elbo}");
    person.click(Role::RadioButton, "bits");
    person.frames(1);
    assert!(sees_figure(&person, elbo / std::f64::consts::LN_2, 2, "bits"), "ELBO {elbo} nats, in bits");
    person.click(Role::RadioButton, "nats");

    person.click(Role::RadioButton, "The bound");
    person.until("the bound is found", |s| s.lens.bound.is_some() && s.lens.progress.is_none());
    person.frames(2);
    let joint = Joint::new(&snapshot, &x).unwrap();
    let go_on = |_| std::ops::ControlFlow::Continue(());
    let integral = quadrature(&joint, Effort::default(), &go_on).unwrap().unwrap().log_px_nats;
    let view = &person.state().lens.bound.as_ref().unwrap().view;
    assert!((view.identity.log_px.nats - integral).abs() < 1e-6, "{:?}", view.identity.log_px);
    let (mixed, error) = (view.mixed.nats, view.mixed.standard_error_nats.unwrap());
    assert!((mixed - integral).abs() < 3.0 * error + 1e-3, "{mixed} ± {error} against {integral}");
    assert!(person.sees(&format!("by quadrature {}", minus(integral, 3))), "{integral}");

    // Elsewhere nothing goes on.
    person.press(Key::L);
    person.click_at(person.on_map(40.0, 30.0));
    person.frames(3);
    assert!(person.state().lens.progress.is_none(), "nothing is computed once it is closed");
}

#[test]
fn the_lens_follows_a_model_that_trains_on() {
    let (mut person, _images) = Person::while_training();
    person.press(Key::L);
    let step = |s: &AppState| s.lens.image.as_ref().map(|known| known.step);
    person.until("the image is told", |s| step(s).is_some());
    let first = step(person.state());
    person.until("it is told anew", |s| step(s) > first);
    assert!(person.state().lens.image.as_ref().unwrap().view.of_held.is_some(), "with the held images");
}

#[test]
fn one_image_tells_its_whole_story_in_nats_and_in_bits() {
    let (mut person, _images) = Person::with_model(5);
    assert!(person.state().lens.image.is_none(), "nothing is computed while it is closed");
    person.press(Key::L);
    person.until("the first image is told", |s| s.lens.image.is_some() && s.lens.progress.is_none());
    assert_eq!(person.state().walk.selected, Some(Subject::Image(0)));
    person.until("the map knows it too", |s| s.walk.selected_view.is_some());
    person.frames(2);
    let state = person.state();
    let (view, of_map) = (&state.lens.image.as_ref().unwrap().view, state.walk.selected_view.as_ref().unwrap());
    let (kl, elbo) = (view.story.kl_nats().unwrap(), view.story.elbo_nats().unwrap());
    assert!((kl - of_map.kl_nats).abs() < 1e-3, "{kl} here, {} on the map", of_map.kl_nats);
    assert_eq!(view.of_held.as_ref().unwrap().1, 5, "the held images");
    let log_likelihood = view.story.reconstruction.log_likelihood_nats();
    assert!((log_likelihood - kl - elbo).abs() < 1e-9);
    assert!(person.sees(&format!("= {} nats", minus(elbo, 2))), "ELBO {elbo}");
    person.click(Role::RadioButton, "bits");
    person.frames(1);
    assert!(person.sees(&format!("= {} bits", minus(elbo / std::f64::consts::LN_2, 2))), "in bits");

    person.click(Role::Button, "Next image");
    person.until("the next image is told", |s| {
        s.walk.selected == Some(Subject::Image(1))
            && s.lens.image.as_ref().is_some_and(|k| k.subject == Subject::Image(1))
    });
    person.until("it is encoded", |s| s.walk.selected_view.as_ref().is_some_and(|v| v.subject == Subject::Image(1)));
    person.frames(1);
    person.click(Role::Button, "Resample ε");
    person.until("another z is told", |s| {
        s.lens.image.as_ref().is_some_and(|k| k.view.story.eps.iter().any(|e| *e != 0.0))
    });
    let story = &person.state().lens.image.as_ref().unwrap().view.story;
    for j in 0..2 {
        assert!((story.z[j] - story.q.mu[j] - story.q.sigma[j] * story.eps[j]).abs() < 1e-9);
    }
    person.click(Role::RadioButton, "Map");
    assert!(!person.state().lens.open);
}

#[test]
fn the_three_numbers_of_the_identity_are_found_and_leave_nothing() {
    let (mut person, _images) = Person::with_model(5);
    person.press(Key::L);
    person.click(Role::RadioButton, "The bound");
    person.until("the bound is found", |s| s.lens.bound.is_some() && s.lens.progress.is_none());
    person.frames(2);
    let view = &person.state().lens.bound.as_ref().unwrap().view;
    let residual = view.identity.residual_nats();
    assert!(residual.abs() < 0.05, "{residual} nats are left");
    assert!(view.identity.log_px.nats > view.identity.elbo.nats);
    assert_eq!(view.curve.last().unwrap().samples, 5000);
    assert!(view.posterior.is_some());
    assert!(person.sees("log p(x) − ELBO − KL"));
}

#[test]
fn the_elbo_of_one_image_is_climbed_by_hand() {
    let (mut person, _images) = Person::with_model(5);
    person.press(Key::L);
    person.click(Role::RadioButton, "By hand");
    let steps = |s: &AppState| s.lens.ascent.as_ref().map(|k| k.view.ascent.steps);
    person.until("the climb is prepared", |s| steps(s) == Some(0) && s.lens.progress.is_none());
    person.frames(1);
    person.click(Role::Button, "One step");
    person.until("one step is taken", |s| steps(s) == Some(1) && s.lens.progress.is_none());
    person.frames(1);
    person.click(Role::Button, "Play");
    person.until("it climbs", |s| steps(s) > Some(20));
    person.frames(1);
    person.click(Role::Button, "Pause");
    person.until("it waits", |s| s.lens.progress.is_none() && !s.lens.climbs());
    let view = &person.state().lens.ascent.as_ref().unwrap().view;
    assert!(view.ascent.best_elbo_nats > view.elbos[0] && view.elbos.len() == view.ascent.steps + 1);
    assert!(view.log_px.unwrap().nats > view.ascent.best_elbo_nats - 0.01, "the bound holds");
    person.frames(1);
    person.click(Role::RadioButton, "From the encoder");
    person.until("it begins there", |s| {
        s.lens.ascent.as_ref().is_some_and(|k| k.view.climb.start == Start::Encoder && k.view.ascent.steps == 0)
    });
    assert_eq!(person.state().lens.page, Page::Ascent);
}

#[test]
fn a_plain_autoencoder_says_why_it_has_no_bound() {
    let (mut person, _images) = Person::with_images();
    person.click(Role::RadioButton, "AE");
    person.press(Key::Space);
    person.until("it is trained", |s| s.training.model.is_some() && !s.training.is_active());
    person.press(Key::L);
    person.until("the image is told", |s| s.lens.image.is_some());
    person.click(Role::RadioButton, "The bound");
    person.frames(2);
    assert!(person.sees("A plain autoencoder has no prior over z"));
    assert!(person.state().lens.progress.is_none() && person.state().lens.bound.is_none());
}
