//! The page of the lens that holds AE, VAE and PCA against each other.

use std::ops::ControlFlow;

use egui::Key;
use egui::accesskit::Role;
use latent_atlas::run::contest::{Contestant, Method, contest};
use latent_atlas::state::lens::contest::{Contest, SHOWN};
use latent_atlas::state::{AppState, Phase};

use crate::person::Person;

fn page(state: &AppState) -> &Contest {
    &state.lens.contest
}

/// The page is open, and so much is to be trained.
fn plan(person: &mut Person, dims: &str, epochs: &str) {
    person.press(Key::L);
    person.click(Role::RadioButton, "AE, VAE, PCA");
    person.frames(1);
    person.click(Role::TextInput, "Dimensions of AE, VAE and PCA");
    person.type_in(dims);
    person.set("Epochs of AE and VAE", epochs);
}

fn is_over(state: &AppState) -> bool {
    !page(state).runs
}

/// The same contest by the library alone, by dimension and method.
fn by_library(state: &AppState, dims: &[usize], epochs: usize) -> Vec<Contestant> {
    let mut config = state.settings.clone();
    (config.train.epochs, config.train.seed) = (epochs, page(state).budget.seed);
    contest(&config, state.data.set.as_ref().unwrap(), dims, &|_| ControlFlow::Continue(())).unwrap().unwrap()
}

#[test]
fn the_three_come_to_what_the_library_says() {
    let (mut person, images) = Person::with_images();
    plan(&mut person, "3, 2", "2");
    person.click(Role::Button, "Start");
    person.until("all have ended", |s| is_over(s) && page(s).entries.len() == 6);
    let expected = by_library(person.state(), &[2, 3], 2);
    let data = person.state().data.set.clone().unwrap();
    assert_eq!(page(person.state()).dims(), [2, 3]);
    for contestant in &expected {
        let entries = &page(person.state()).entries;
        let is_it = |entry: &&_| {
            let entry: &latent_atlas::state::lens::contest::Entry = entry;
            (entry.method, entry.latent_dim) == (contestant.method(), contestant.latent_dim)
        };
        let entry = entries.iter().find(is_it).unwrap();
        assert_eq!((Some(entry.test_mse), entry.train_mse), (contestant.test_mse, contestant.train_mse));
        let mean = entry.held.iter().sum::<f64>() / entry.held.len() as f64;
        assert!((mean / entry.test_mse - 1.0).abs() < 1e-5, "{mean} of the histogram, {} told", entry.test_mse);
        assert_eq!(entry.codes.points.len(), entry.held.len());
        assert_eq!(entry.drawn.len(), SHOWN * data.pixels_per_image());
    }
    person.frames(1);
    for name in ["Test error against the number of dimensions", "Codes of VAE", "Samples by AE", "Errors of PCA"] {
        assert!(person.has(Role::Image, name), "no picture of {name:?}");
    }

    let drawn = |s: &AppState| page(s).shown(Method::Vae).unwrap().drawn.clone();
    let before = drawn(person.state());
    person.click(Role::Button, "New samples");
    person.until("others are drawn", |s| drawn(s) != before);

    person.frames(1);
    person.click(Role::TextInput, "Folder of other images");
    person.type_in(&images.path().display().to_string());
    person.until("the errors are taken", |s| page(s).unseen.is_some() && page(s).reading.is_none());
    let all: Vec<u32> = (0..data.len() as u32).collect();
    for entry in &page(person.state()).entries {
        let of = |c: &&Contestant| (c.method(), c.latent_dim) == (entry.method, entry.latent_dim);
        let errors = expected.iter().find(of).unwrap().squared_errors(&data, &all).unwrap();
        let unseen = entry.unseen.as_ref().unwrap();
        assert_eq!(unseen.len(), all.len());
        for (found, squares) in unseen.iter().zip(errors) {
            assert!((found - squares / data.pixels_per_image() as f64).abs() < 1e-12);
        }
    }
}

#[test]
fn it_goes_on_beside_a_run_and_ends_when_told() {
    let (mut person, _images) = Person::while_training();
    plan(&mut person, "2", "10000");
    person.click(Role::Button, "Start");
    person.until("a network is trained", |s| page(s).progress.is_some());
    assert_eq!(person.state().training.phase, Phase::Running);
    person.frames(1);
    person.click(Role::Button, "Cancel");
    person.until("it has ended", is_over);
    let entries: Vec<_> = page(person.state()).entries.iter().map(|entry| entry.method).collect();
    assert_eq!(entries, [Method::Pca], "what has ended stays");
    assert_eq!(person.state().training.phase, Phase::Running, "the run goes on");

    person.frames(1);
    person.click(Role::TextInput, "Dimensions of AE, VAE and PCA");
    person.type_in("1, 2");
    assert!(!person.can_use(Role::Button, "Start"), "a model has two dimensions at least");
    assert!(person.sees("one to eight numbers from 2 to 64"));
}
