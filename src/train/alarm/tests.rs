//! Courses made by hand that must raise an alarm or must not, and a collapsed model that its cure revives.

use std::sync::Arc;

use super::*;
use crate::train::Trainer;
use crate::train::trainer::tests::{small_config, squares};

const SPE: u64 = 100;

/// What happens in a made-up epoch.
#[derive(Clone, Copy)]
struct Epoch {
    trained_nats: f64,
    held_nats: f64,
    kl_nats: f64,
    active: usize,
    sigma: f64,
}

const FINE: Epoch = Epoch { trained_nats: 100.0, held_nats: 101.0, kl_nats: 9.0, active: 20, sigma: 0.1 };

fn watch(latent_dim: usize) -> Watch {
    Watch::new(&ModelConfig { latent_dim, likelihood: Likelihood::GaussianLearned, ..ModelConfig::default() })
}

/// The kinds of alarm after each epoch.
fn after_each(mut watch: Watch, epochs: &[Epoch]) -> Vec<Vec<AlarmKind>> {
    let mut kinds = Vec::new();
    for (i, epoch) in epochs.iter().enumerate() {
        let terms = |nats: f64| Terms { recon_nats: nats - epoch.kl_nats, kl_nats: epoch.kl_nats };
        for k in 1..=SPE {
            let step = i as u64 * SPE + k;
            watch.step(&StepStats {
                step,
                epoch: step as f64 / SPE as f64,
                seconds: 0.0,
                terms: terms(epoch.trained_nats),
                beta: 1.0,
                lr: 1e-3,
                sigma: Some(epoch.sigma),
                n_images: 8,
            });
        }
        watch.validation(&ValidationStats {
            step: (i as u64 + 1) * SPE,
            epoch: i as f64 + 1.0,
            seconds: 0.0,
            terms: terms(epoch.held_nats),
            kl_per_dim_nats: Vec::new(),
            active_units: Some(epoch.active),
        });
        kinds.push(watch.alarms().iter().map(Alarm::kind).collect());
    }
    kinds
}

#[test]
fn a_collapse_is_told_in_the_third_epoch_and_not_while_the_code_grows() {
    let dead = Epoch { kl_nats: 0.3, active: 0, ..FINE };
    let told = after_each(watch(32), &[dead; 4]);
    assert_eq!(told, [vec![], vec![], vec![AlarmKind::Collapse], vec![AlarmKind::Collapse]]);
    // Few are as bad as none; one in six is not few.
    assert_eq!(after_each(watch(32), &[Epoch { kl_nats: 3.0, active: 4, ..FINE }; 3])[2], [AlarmKind::Collapse]);
    assert_eq!(after_each(watch(32), &[Epoch { kl_nats: 3.0, active: 5, ..FINE }; 3])[2], []);
    // Late, but on its way.
    let late: Vec<_> = (0..8).map(|i| Epoch { kl_nats: 1.5_f64.powi(i), active: 1, ..FINE }).collect();
    assert!(after_each(watch(32), &late).iter().all(Vec::is_empty));
    // Once it is used the alarm is over.
    let revived = after_each(watch(32), &[dead, dead, dead, FINE]);
    assert_eq!((revived[2].len(), revived[3].len()), (1, 0));
    // Two dimensions, of which one is used, are no collapse.
    assert_eq!(after_each(watch(2), &[Epoch { kl_nats: 3.0, active: 1, ..FINE }; 5])[4], []);
}

#[test]
fn a_model_without_held_images_is_judged_by_its_training_steps() {
    let mut watch = watch(32);
    let mut told_at = None;
    for step in 1..=1000 {
        let terms = Terms { recon_nats: 100.0, kl_nats: 0.1 };
        let (epoch, seconds) = (step as f64 / 10.0, 0.0);
        watch.step(&StepStats { step, epoch, seconds, terms, beta: 1.0, lr: 1e-3, sigma: None, n_images: 8 });
        told_at = told_at.or_else(|| (!watch.alarms().is_empty()).then_some(step));
    }
    assert_eq!(told_at, Some(400));
    let says = watch.alarms()[0].to_string();
    assert!(says.contains("0.100 nats"), "{says}");
    watch.changed();
    assert_eq!(watch.alarms(), []);
}

#[test]
fn sigma_may_fall_from_anywhere_but_not_grow_beyond_use_or_vanish() {
    let sigmas = |sigmas: &[f64]| {
        let epochs: Vec<_> = sigmas.iter().map(|sigma| Epoch { sigma: *sigma, ..FINE }).collect();
        after_each(watch(32), &epochs).pop().unwrap()
    };
    assert_eq!(sigmas(&[0.1, 0.3, 0.6]), [AlarmKind::Sigma]);
    assert_eq!(sigmas(&[0.1, 0.3, 0.45]), []);
    assert_eq!(sigmas(&[4.0, 2.0, 0.9]), []);
    assert_eq!(sigmas(&[0.1, 0.01, 0.0026]), [AlarmKind::Sigma]);
    assert_eq!(sigmas(&[0.1, 0.01, 0.003]), []);
}

#[test]
fn validation_departs_when_it_worsens_for_five_epochs_while_training_improves() {
    let course = |held: &[f64], trained: f64| {
        let epoch = |(i, held): (usize, &f64)| {
            let trained_nats = 100.0 - trained * i as f64;
            Epoch { held_nats: *held, trained_nats, ..FINE }
        };
        after_each(watch(32), &held.iter().enumerate().map(epoch).collect::<Vec<_>>())
    };
    let told = course(&[110.0, 105.0, 106.0, 106.5, 107.0, 107.5, 108.0, 108.5], 1.0);
    assert_eq!(told.iter().position(|kinds| !kinds.is_empty()), Some(6), "five after the best");
    // Both worsen: another matter. Less than one in a hundred: noise. Not in a row: noise.
    assert!(course(&[105.0, 106.0, 106.5, 107.0, 107.5, 108.0, 108.5], -1.0).iter().all(Vec::is_empty));
    assert!(course(&[105.0, 105.1, 105.2, 105.3, 105.4, 105.5, 105.6, 105.7], 1.0).iter().all(Vec::is_empty));
    assert!(course(&[105.0, 107.0, 107.0, 104.9, 107.0, 107.0, 104.8, 107.0], 1.0).iter().all(Vec::is_empty));
}

#[test]
fn cures_change_what_they_say() {
    let mut config = RunConfig::default();
    config.train.beta = 20.0;
    let after = |cure: Cure, config: &RunConfig| {
        let mut config = config.clone();
        for Change { key, to } in cure.changes(&config, 3.5) {
            config.set(&key, &to).unwrap();
        }
        config.validate().unwrap();
        config.train
    };
    let cured = after(Cure::LowerBeta, &config);
    assert_eq!((cured.beta, cured.warmup_epochs, cured.beta_at(3.5), cured.beta_at(20.0)), (1.0, 9.0, 0.0, 1.0));
    assert_eq!(after(Cure::WarmUp, &config).beta, 20.0);
    assert_eq!(after(Cure::FreeBits, &config).free_bits, 0.25);
    assert_eq!(after(Cure::LowerLr, &config).lr, 2e-4);
    let collapse = Alarm::Collapse { kl_nats: 0.0, active_units: Some(0), latent_dim: 32 };
    assert_eq!(collapse.cures(&config)[0], Cure::LowerBeta);
    config.train.beta = 1.0;
    assert_eq!(collapse.cures(&config)[0], Cure::WarmUp);
    config.train.lr = 1e-7;
    assert_eq!(Alarm::Diverged(Divergence::at(3, "the loss")).cures(&config), []);
}

/// Trains for `epochs` and tells the watch everything.
fn train(trainer: &mut Trainer, watch: &mut Watch, epochs: u64) -> usize {
    let mut active = 0;
    for _ in 0..epochs * trainer.steps_per_epoch() {
        let stats = trainer.step().unwrap();
        watch.step(&stats);
        if trainer.at_epoch_end() {
            let held = trainer.validate(&|_| true).unwrap().unwrap();
            active = held.active_units();
            watch.validation(&ValidationStats {
                step: stats.step,
                epoch: stats.epoch,
                seconds: 0.0,
                terms: held.terms,
                active_units: Some(active),
                kl_per_dim_nats: held.kl_per_dim_nats,
            });
        }
    }
    active
}

#[test]
fn a_collapsed_model_raises_the_alarm_and_each_cure_revives_it() {
    let mut config = small_config();
    config.model.latent_dim = 8;
    (config.train.beta, config.train.epochs) = (100.0, 100);
    let data = squares(60, 16);
    let mut dead = Trainer::new(config.clone(), Arc::clone(&data)).unwrap();
    let mut watch = Watch::new(&config.model);
    assert!(train(&mut dead, &mut watch, 60) <= 1);
    let Some(alarm @ Alarm::Collapse { .. }) = watch.alarms().pop() else { panic!("{watch:?}") };
    let saved = dead.checkpoint().unwrap();
    for cure in [Cure::LowerBeta, Cure::FreeBits] {
        assert!(alarm.cures(&config).contains(&cure));
        let mut revived = Trainer::resume(config.clone(), Arc::clone(&data), &saved).unwrap();
        let mut watch = watch.clone();
        revived.change(&cure.changes(&config, revived.epoch()), 0.0).unwrap();
        watch.changed();
        let active = train(&mut revived, &mut watch, 40);
        assert!(active >= 2 && watch.alarms().is_empty(), "{cure:?}: {active} active, {:?}", watch.alarms());
    }
}
