//! Learning, the same bits again, what changes under way, and what is not finite.

use super::*;
use crate::config::{Arch, Likelihood};

/// `n` images of a bright square on dark ground, each at a place of its own.
pub(crate) fn squares(n: usize, side: usize) -> Arc<Dataset> {
    let mut pixels = vec![20_u8; n * side * side];
    for image in 0..n {
        let (top, left) = (image * 3 % (side - 6), image * 5 % (side - 6));
        for row in top..top + 6 {
            let start = image * side * side + row * side + left;
            pixels[start..start + 6].fill(230);
        }
    }
    Arc::new(Dataset::made("squares", (side, 1), pixels))
}

pub(crate) fn small_config() -> RunConfig {
    let mut config = RunConfig::default();
    config.model.hidden = 32;
    config.train.batch = 8;
    config.train.epochs = 5;
    config
}

fn bits(checkpoint: &Checkpoint) -> Vec<(String, Vec<u32>)> {
    let words = |t: &Tensor| t.flatten_all().unwrap().to_vec1::<f32>().unwrap().iter().map(|v| v.to_bits()).collect();
    checkpoint.tensors.iter().map(|(name, tensor)| (name.clone(), words(tensor))).collect()
}

fn run(trainer: &mut Trainer, steps: u64) -> Vec<StepStats> {
    (0..steps).map(|_| trainer.step().unwrap()).collect()
}

#[test]
fn eight_images_are_learned_by_heart() {
    for arch in Arch::ALL {
        let mut config = small_config();
        config.model.arch = *arch;
        config.model.hidden = 64;
        config.model.likelihood = Likelihood::Gaussian;
        config.data.validation_fraction = 0.0;
        config.train.lr = 3e-3;
        let data = squares(8, 16);
        let mut trainer = Trainer::new(config, Arc::clone(&data)).unwrap();
        let first = run(&mut trainer, 1)[0].terms;
        let last = run(&mut trainer, 600).last().unwrap().terms;
        let evaluation = evaluate(&trainer.vae, &data, &trainer.split.train, 0, true, &|_| true).unwrap().unwrap();
        let sse = evaluation.sse.unwrap();
        // The eight pictures differ from their mean by 18 in squared error; under 1 they are told apart.
        assert!(sse < 1.0, "{arch}: squared error {sse}");
        assert!(last.elbo_nats() > first.elbo_nats() + 1000.0, "{arch}: {last:?} after {first:?}");
        assert_eq!(evaluation.active_units(), 2, "{arch}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bits_and_another_seed_others() {
    let train = |seed| {
        let mut config = small_config();
        config.train.seed = seed;
        let mut trainer = Trainer::new(config, squares(30, 16)).unwrap();
        (run(&mut trainer, 12), bits(&trainer.checkpoint().unwrap()))
    };
    assert_eq!(train(4), train(4));
    assert_ne!(train(4).1, train(5).1);
}

#[test]
fn going_on_from_a_checkpoint_is_as_if_never_stopped() {
    for arch in Arch::ALL {
        let mut config = small_config();
        config.model.arch = *arch;
        config.model.likelihood = Likelihood::GaussianLearned;
        let data = squares(30, 17);
        let mut whole = Trainer::new(config.clone(), Arc::clone(&data)).unwrap();
        let all = run(&mut whole, 11);
        let mut first = Trainer::new(config.clone(), Arc::clone(&data)).unwrap();
        run(&mut first, 6);
        let mut second = Trainer::resume(config, data, &first.checkpoint().unwrap()).unwrap();
        assert_eq!(run(&mut second, 5), all[6..]);
        assert_eq!(bits(&second.checkpoint().unwrap()), bits(&whole.checkpoint().unwrap()));
    }
}

#[test]
fn an_epoch_shows_every_training_image_once() {
    let mut trainer = Trainer::new(small_config(), squares(30, 16)).unwrap();
    assert_eq!((trainer.split.train.len(), trainer.steps_per_epoch()), (27, 4));
    let shown: usize = run(&mut trainer, 4).iter().map(|s| s.n_images).sum();
    assert_eq!(shown, 27);
    assert!(trainer.at_epoch_end());
    let mut order = trainer.order.clone();
    order.sort_unstable();
    assert_eq!(order, trainer.split.train);
}

#[test]
fn beta_rises_over_the_warm_up() {
    let mut config = small_config();
    config.train.beta = 2.0;
    config.train.warmup_epochs = 2.0;
    let mut trainer = Trainer::new(config, squares(30, 16)).unwrap();
    let betas: Vec<f64> = run(&mut trainer, 10).iter().map(|s| s.beta).collect();
    assert_eq!(betas[..5], [0.0, 0.25, 0.5, 0.75, 1.0]);
    assert_eq!(betas[8..], [2.0, 2.0]);
}

#[test]
fn what_is_changed_acts_at_the_next_step_and_again_when_the_run_is_taken_up_before_it() {
    let data = squares(30, 16);
    let change = |trainer: &mut Trainer, key, to| trainer.change(&[Change::new(key, to)], 0.0).unwrap();
    let mut whole = Trainer::new(small_config(), Arc::clone(&data)).unwrap();
    let mut all = run(&mut whole, 5);
    let early = whole.checkpoint().unwrap();
    all.extend(run(&mut whole, 2));
    change(&mut whole, "train.beta", "4");
    change(&mut whole, "train.lr", "0.0005");
    all.extend(run(&mut whole, 3));
    change(&mut whole, "train.flip", "true");
    all.extend(run(&mut whole, 3));
    let rates: Vec<_> = all.iter().map(|s| (s.beta, s.lr)).collect();
    assert_eq!(rates[..7], [(1.0, 2e-3); 7]);
    assert_eq!(rates[7..], [(4.0, 5e-4); 6]);
    let marks: Vec<_> = whole.marks().iter().map(|m| (m.step, m.key.as_str())).collect();
    assert_eq!(marks, [(7, "train.beta"), (7, "train.lr"), (10, "train.flip")]);
    // From before the changes, with the settings after them: as after a crash.
    let (config, marks) = (whole.config().clone(), whole.marks().to_vec());
    let mut again = Trainer::resume(config, data, &early).unwrap().with_marks(marks);
    assert_eq!(run(&mut again, 8), all[5..]);
    assert_eq!(bits(&again.checkpoint().unwrap()), bits(&whole.checkpoint().unwrap()));
    assert_eq!(again.config(), whole.config());
}

#[test]
fn a_new_run_takes_over_the_weights_that_fit() {
    let data = squares(30, 16);
    let mut old = Trainer::new(small_config(), Arc::clone(&data)).unwrap();
    run(&mut old, 5);
    let saved = old.checkpoint().unwrap();
    let (same, taken, all) = Trainer::from_weights(small_config(), Arc::clone(&data), &saved).unwrap();
    assert_eq!((taken, all, same.step_count()), (14, 14, 0));
    let weights = |c: &Checkpoint| bits(c).into_iter().filter(|(n, _)| !n.contains("adam")).collect::<Vec<_>>();
    assert_eq!(weights(&same.checkpoint().unwrap()), weights(&saved));
    // With more dimensions only the layers beside z are drawn anew.
    let mut wider = small_config();
    wider.model.latent_dim = 5;
    wider.model.likelihood = Likelihood::GaussianLearned;
    let (mut wider, taken, all) = Trainer::from_weights(wider, data, &saved).unwrap();
    let (old, new) = (weights(&saved), weights(&wider.checkpoint().unwrap()));
    let same = new.iter().filter(|tensor| old.contains(tensor)).count();
    // σ is measured, and no weight.
    assert_eq!((same, all), (taken, 14));
    assert!((1..14).contains(&taken), "{taken}");
    assert!(run(&mut wider, 3).iter().all(|s| s.terms.elbo_nats().is_finite()));
}

/// The mean of steps 1 to T weighs step t by (t/T)^(γ + 1) − ((t − 1)/T)^(γ + 1), γ = 16.97: the product of all the
/// shares (Karras et al. 2024, eq. 1).
#[test]
fn a_model_is_judged_with_the_mean_of_its_weights_over_the_last_steps() {
    const STEPS: usize = 24;
    let name = "decoder.fc2.weight";
    let values = |c: &Checkpoint, name: &str| c.tensor(name).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
    let mut trainer = Trainer::new(small_config(), squares(30, 16)).unwrap();
    let mut expected = vec![0.0; 32 * 32];
    for t in 1..=STEPS {
        run(&mut trainer, 1);
        let weight = |t: usize| (t as f64 / STEPS as f64).powf(17.97);
        let now = values(&trainer.checkpoint().unwrap(), &format!("adam.p.{name}"));
        let weighed = expected.iter_mut().zip(&now);
        weighed.for_each(|(sum, now)| *sum += (weight(t) - weight(t - 1)) * f64::from(*now));
    }
    let saved = trainer.checkpoint().unwrap();
    let (mean, last) = (values(&saved, name), values(&saved, &format!("adam.p.{name}")));
    let furthest = mean.iter().zip(&expected).map(|(got, exact)| (f64::from(*got) - exact).abs()).fold(0.0, f64::max);
    let apart = mean.iter().zip(&last).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(furthest < 1e-6 && apart > 1e-3, "{furthest}, {apart}");
    let shown = trainer.snapshot().unwrap();
    let shown = shown.vae().params().iter().find(|p| p.name == name).unwrap().values.flatten_all().unwrap();
    assert_eq!(shown.to_vec1::<f32>().unwrap(), mean);
}

/// The mean does not touch what is trained, and can be begun and left on the way.
#[test]
fn the_weights_go_their_way_with_or_without_their_mean() {
    let data = squares(30, 16);
    let plain = RunConfig { train: TrainConfig { average: false, ..small_config().train }, ..small_config() };
    let mut plain = Trainer::new(plain, Arc::clone(&data)).unwrap();
    let mut averaged = Trainer::new(small_config(), Arc::clone(&data)).unwrap();
    assert_eq!(run(&mut plain, 10), run(&mut averaged, 10));
    let held = |t: &Trainer| t.validate(&|_| true).unwrap().unwrap();
    assert_ne!(held(&plain), held(&averaged));
    averaged.change(&[Change::new("train.average", false)], 0.0).unwrap();
    plain.change(&[Change::new("train.average", true)], 0.0).unwrap();
    assert_eq!(run(&mut plain, 1), run(&mut averaged, 1));
    // A mean that begins now is the weights as they are now.
    assert_eq!(held(&plain), held(&averaged));
    assert_eq!(bits(&averaged.checkpoint().unwrap()).len(), 3 * 14);
    assert_eq!(bits(&plain.checkpoint().unwrap()).len(), 4 * 14);
    // And what was saved in between goes on as it would have.
    let saved = plain.checkpoint().unwrap();
    let mut again = Trainer::resume(plain.config().clone(), data, &saved).unwrap();
    run(&mut plain, 4);
    run(&mut again, 4);
    assert_eq!(bits(&again.checkpoint().unwrap()), bits(&plain.checkpoint().unwrap()));
}

#[test]
fn an_optimal_sigma_is_the_error_of_the_last_batches_and_old_checkpoints_with_moments_of_it_open() {
    let mut config = small_config();
    config.model.likelihood = Likelihood::GaussianLearned;
    let data = squares(30, 16);
    let mut trainer = Trainer::new(config.clone(), Arc::clone(&data)).unwrap();
    let floor = (-6.0_f64).exp();
    let mut mse = 0.0;
    for t in 1..=30 {
        let stats = run(&mut trainer, 1)[0];
        let of_batch = (stats.sigma.unwrap() - floor).powi(2);
        // −log p of a batch at its own σ: P (½ MSE/σ² + log σ + ½ log 2π).
        let sigma = stats.sigma.unwrap();
        let half_log_2pi = 0.5 * (2.0 * std::f64::consts::PI).ln();
        let expected = 256.0 * (0.5 * of_batch / sigma.powi(2) + sigma.ln() + half_log_2pi);
        assert!((stats.terms.recon_nats - expected).abs() < 1e-3 * expected.abs().max(10.0), "{stats:?} {expected}");
        let share = 10.0 / (f64::from(t) + 9.0);
        mse += share * (of_batch - mse);
        let kept = trainer.vae.sigma().unwrap();
        assert!((kept - floor - mse.sqrt()).abs() < 1e-5, "{kept} of {mse}");
    }
    let mut saved = trainer.checkpoint().unwrap();
    let sigma = saved.tensor("decoder.log_sigma").unwrap().clone();
    saved.tensors.extend(["adam.m", "adam.v"].map(|kind| (format!("{kind}.decoder.log_sigma"), sigma.clone())));
    let again = Trainer::resume(config, data, &saved).unwrap();
    assert_eq!(again.vae.sigma(), trainer.vae.sigma());
    assert_eq!(trainer.snapshot().unwrap().vae().sigma(), trainer.vae.sigma());
}

#[test]
fn augmented_training_goes_on_from_a_checkpoint_with_the_same_bits() {
    let mut config = small_config();
    (config.train.flip, config.train.shift_pixels) = (true, 2);
    let data = squares(30, 16);
    let mut whole = Trainer::new(config.clone(), Arc::clone(&data)).unwrap();
    let all = run(&mut whole, 9);
    let mut plain = Trainer::new(small_config(), Arc::clone(&data)).unwrap();
    assert_ne!(run(&mut plain, 1)[0].terms, all[0].terms);
    let mut first = Trainer::new(config.clone(), Arc::clone(&data)).unwrap();
    run(&mut first, 6);
    let mut second = Trainer::resume(config, data, &first.checkpoint().unwrap()).unwrap();
    assert_eq!(run(&mut second, 3), all[6..]);
    // What is held is shown as it is.
    let held = |t: &Trainer| t.validate(&|_| true).unwrap().unwrap();
    let mut same_weights = Trainer::resume(small_config(), Arc::clone(&second.data), &second.checkpoint().unwrap());
    assert_eq!(held(same_weights.as_mut().unwrap()), held(&second));
}

#[test]
fn binary_pixels_are_drawn_again_when_training_goes_on_from_a_checkpoint() {
    let mut config = small_config();
    config.model.binarise = true;
    let data = squares(30, 16);
    let mut whole = Trainer::new(config.clone(), Arc::clone(&data)).unwrap();
    let pixels = |t: &mut Trainer| t.next_batch().unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
    let first = pixels(&mut whole);
    assert!(first.iter().all(|v| *v == 0.0 || *v == 1.0));
    // 36 pixels of 256 are 230, the others 20: 0.195 of them are white; four standard errors of 8 images are 0.032.
    let white = first.iter().sum::<f32>() / first.len() as f32;
    assert!((white - 0.1942).abs() < 0.032, "{white}");
    let mut all = run(&mut whole, 6);
    let mut second = Trainer::resume(config, data, &whole.checkpoint().unwrap()).unwrap();
    all.extend(run(&mut whole, 3));
    assert_eq!(run(&mut second, 3), all[6..]);
    // What is held is the same every time.
    let held = |t: &Trainer| t.validate(&|_| true).unwrap().unwrap();
    assert_eq!(held(&second), held(&whole));
}

#[test]
fn a_loss_that_is_not_finite_stops_before_the_weights_change() {
    let mut config = small_config();
    config.train.lr = 1.0;
    config.model.likelihood = Likelihood::Gaussian;
    config.model.sigma = 1e-3;
    let mut trainer = Trainer::new(config, squares(16, 16)).unwrap();
    let failed = loop {
        let before = bits(&trainer.checkpoint().unwrap());
        assert!(trainer.step_count() < 3000, "this run should have diverged");
        if let Err(error) = trainer.step() {
            assert_eq!(bits(&trainer.checkpoint().unwrap()), before);
            break error.to_string();
        }
    };
    assert!(failed.contains("not finite") && failed.contains("lower learning rate"), "{failed}");
}

#[test]
fn a_run_that_diverged_goes_back_to_where_a_lower_rate_helps() {
    let mut config = small_config();
    (config.train.lr, config.train.beta, config.train.epochs) = (1.0, 1000.0, 1000);
    let data = squares(30, 16);
    let mut trainer = Trainer::new(config.clone(), Arc::clone(&data)).unwrap();
    let failed = loop {
        assert!(trainer.step_count() < 3000, "this run should have diverged");
        if trainer.step().is_err() {
            break trainer.step_count() + 1;
        }
    };
    assert!(trainer.step().is_err(), "these weights go nowhere, whatever the learning rate");
    let kept = trainer.go_back().unwrap();
    assert!(kept + BACK < failed || kept == 0, "{kept} of {failed}");
    let mut straight = Trainer::new(config, data).unwrap();
    run(&mut straight, kept);
    assert_eq!(bits(&trainer.checkpoint().unwrap()), bits(&straight.checkpoint().unwrap()));
    for to in ["0.1", "0.01", "0.001"] {
        trainer.change(&[Change::new("train.lr", to)], 0.0).unwrap();
        if (0..300).all(|_| trainer.step().is_ok()) {
            return;
        }
        trainer.go_back().unwrap();
    }
    panic!("a thousandth of the learning rate is still too much");
}
