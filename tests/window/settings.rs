//! What is trained and how.

use egui::accesskit::Role;
use latent_atlas::config::{Arch, Kind, Likelihood, RunConfig};

use crate::person::Person;

#[test]
fn every_setting_is_changed_where_it_stands() {
    let (mut person, _images) = Person::with_images();
    person.click(Role::RadioButton, "Conv");
    assert_eq!(person.state().settings.model.arch, Arch::Conv);
    person.click(Role::RadioButton, "MLP");
    assert_eq!(person.state().settings.model.arch, Arch::Mlp);
    person.set("Latent dimensions", "8");
    assert_eq!(person.state().settings.model.latent_dim, 8);
    person.set("β", "4");
    assert_eq!(person.state().settings.train.beta, 4.0);
    person.set("Learning rate", "0.01");
    assert_eq!(person.state().settings.train.lr, 0.01);
    person.set("Epochs", "7");
    assert_eq!(person.state().settings.train.epochs, 7);
    person.click(Role::DisclosureTriangle, "More");
    person.set("Batch", "16");
    assert_eq!(person.state().settings.train.batch, 16);
    person.set("Hidden units", "32");
    assert_eq!(person.state().settings.model.hidden, 32);
    person.set("Seed", "11");
    assert_eq!(person.state().settings.train.seed, 11);
    person.click(Role::Button, "Defaults");
    assert_eq!(person.state().settings, RunConfig::default());
}

#[test]
fn a_number_out_of_range_becomes_the_nearest_that_is_not() {
    let (mut person, _images) = Person::with_images();
    person.set("Latent dimensions", "1");
    assert_eq!(person.state().settings.model.latent_dim, 2);
    person.set("Latent dimensions", "65");
    assert_eq!(person.state().settings.model.latent_dim, 64);
}

#[test]
fn a_plain_autoencoder_has_no_beta() {
    let (mut person, _images) = Person::with_images();
    let beta_is_fixed = |person: &Person| !person.can_use(Role::SpinButton, "β");
    assert!(!beta_is_fixed(&person));
    person.click(Role::RadioButton, "AE");
    assert_eq!(person.state().settings.model.kind, Kind::Ae);
    assert!(beta_is_fixed(&person));
    person.click(Role::RadioButton, "VAE");
    assert!(!beta_is_fixed(&person));
}

#[test]
fn only_a_gaussian_likelihood_has_a_sigma() {
    let (mut person, _images) = Person::with_images();
    assert!(!person.sees("σ"));
    person.click(Role::ComboBox, "Likelihood");
    person.click(Role::Button, "Gaussian, fixed σ");
    assert_eq!(person.state().settings.model.likelihood, Likelihood::Gaussian);
    person.set("σ", "0.25");
    assert_eq!(person.state().settings.model.sigma, 0.25);
}

#[test]
fn the_settings_of_a_run_are_fixed_while_it_trains() {
    let (mut person, _images) = Person::while_training();
    assert!(person.sees("Fixed while this run trains"));
    for field in ["Latent dimensions", "Epochs"] {
        assert!(!person.can_use(Role::SpinButton, field), "{field}");
    }
    person.click(Role::Button, "Stop");
    person.until("the run has ended", |s| !s.training.is_active());
    person.frames(1);
    assert!(person.can_use(Role::SpinButton, "Epochs"));
}

#[test]
fn few_steps_are_warned_of() {
    let (mut person, _images) = Person::with_images();
    person.set("Epochs", "1");
    assert!(person.sees("Only "));
    person.set("Epochs", "100000");
    assert!(!person.sees("Only "));
}
