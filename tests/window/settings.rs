//! What is trained and how.

use egui::accesskit::Role;
use latent_atlas::config::{Activation, Arch, Kind, Likelihood, RunConfig};

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
    for beta in [400.0, 4.0] {
        // Also beyond the slider's end.
        person.set("β", &beta.to_string());
        assert_eq!(person.state().settings.train.beta, beta);
    }
    person.set("Learning rate", "0.01");
    assert_eq!(person.state().settings.train.lr, 0.01);
    person.set("Epochs", "7");
    assert_eq!(person.state().settings.train.epochs, 7);
    person.click(Role::DisclosureTriangle, "More");
    person.set("Batch", "16");
    assert_eq!(person.state().settings.train.batch, 16);
    person.set("Hidden units", "32");
    assert_eq!(person.state().settings.model.hidden, 32);
    person.click(Role::RadioButton, "tanh");
    assert_eq!(person.state().settings.model.activation, Activation::Tanh);
    person.click(Role::CheckBox, "Binary pixels");
    assert!(person.state().settings.model.binarise);
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
    let has_sigma = |person: &Person| person.has(Role::SpinButton, "σ");
    assert!(!has_sigma(&person));
    person.click(Role::ComboBox, "Likelihood");
    person.click(Role::Button, "Gaussian, fixed σ");
    assert_eq!(person.state().settings.model.likelihood, Likelihood::Gaussian);
    person.set("σ", "0.25");
    assert_eq!(person.state().settings.model.sigma, 0.25);
    // A learned one is measured: there is nothing to set.
    person.click(Role::ComboBox, "Likelihood");
    person.click(Role::Button, "Gaussian, learned σ");
    assert_eq!(person.state().settings.model.likelihood, Likelihood::GaussianLearned);
    assert!(!has_sigma(&person));
}

#[test]
fn what_a_run_is_made_of_needs_a_new_run_and_says_so() {
    let (mut person, _images) = Person::while_training();
    person.until("steps are made", |s| s.training.step() > 0);
    let run = |person: &Person| person.state().training.run.clone().unwrap();
    let old = run(&person);
    assert!(!person.sees("Needs a new run"));
    person.set("Latent dimensions", "3");
    assert!(person.sees("Needs a new run: Latent dimensions"));
    assert_eq!(run(&person).config.model.latent_dim, 2, "the run itself stays as it is");
    person.click(Role::Button, "New run from here");
    person.until("the new run has a model", |s| s.training.model.is_some_and(|m| m.latent_dim == 3));
    assert!(!person.sees("Needs a new run"));
    let new = run(&person);
    let record = |folder: &std::path::Path| std::fs::read_to_string(folder.join("run.json")).unwrap();
    let (old_folder, new_folder) = (old.folder.unwrap(), new.folder.unwrap());
    assert_ne!(old_folder, new_folder);
    let (old_record, new_record) = (record(&old_folder), record(&new_folder));
    assert!(old_record.contains("\"status\": \"stopped\""), "{old_record}");
    let parent: serde_json::Value = serde_json::from_str(&new_record).unwrap();
    let parent = &parent["parent"];
    assert_eq!(parent["run"].as_str(), Some(old.name.as_str()));
    assert!(parent["step"].as_u64().unwrap() > 0 && parent["parameters_kept"].as_u64().unwrap() > 0, "{parent}");
}

#[test]
fn few_steps_are_warned_of() {
    let (mut person, _images) = Person::with_images();
    person.set("Epochs", "1");
    assert!(person.sees("Only "));
    person.set("Epochs", "100000");
    assert!(!person.sees("Only "));
}
