//! With two latent dimensions log p(x) can be had by quadrature: that is the oracle.

use std::cell::RefCell;

use candle_core::{Device, Tensor};

use super::*;
use crate::config::{Kind, Likelihood};
use crate::lens::made::{self, SHAPE};
use crate::math::gaussian::{kl_to_standard, log_normal};
use crate::model::Vae;

fn model(likelihood: Likelihood) -> Vae {
    made::snapshot(likelihood, 2, 1.6).vae().clone()
}

fn images_of(vae: &Vae) -> Dataset {
    made::images_of(&frozen(vae))
}

fn pixels(data: &Dataset, idx: u32) -> Tensor {
    let mut pixels = Vec::new();
    data.batch_into(&[idx], &mut pixels);
    Tensor::from_vec(pixels, (1, SHAPE.pixels()), &Device::Cpu).unwrap()
}

/// log ∫ p(x|z) p(z) dz by the trapezoidal rule, which for a smooth integrand that vanishes at the border converges
/// faster than any power of the step.
fn quadrature(vae: &Vae, data: &Dataset, idx: u32) -> f64 {
    let (border, step) = (6.0_f32, 0.06);
    let axis: Vec<f32> = (0..=(2.0 * border / step).round() as usize).map(|i| i as f32 * step - border).collect();
    let x = pixels(data, idx).repeat((axis.len(), 1)).unwrap();
    let mut logs = Vec::new();
    for &a in &axis {
        let z: Vec<f32> = axis.iter().flat_map(|&b| [a, b]).collect();
        let z = Tensor::from_vec(z, (axis.len(), 2), &Device::Cpu).unwrap();
        let recon = vae.reconstruction(&z, &x).unwrap().to_vec1::<f32>().unwrap();
        let prior = |z: f32| log_normal(f64::from(z), 0.0, 1.0);
        logs.extend(recon.iter().zip(&axis).map(|(recon, &b)| prior(a) + prior(b) - f64::from(*recon)));
    }
    let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    largest + logs.iter().map(|l| (l - largest).exp()).sum::<f64>().ln() + 2.0 * f64::from(step).ln()
}

fn frozen(vae: &Vae) -> Snapshot {
    Snapshot::of(vae, 0, 0.0).unwrap()
}

fn run(vae: &Vae, data: &Dataset, indices: &[u32], samples: usize, seed: u64) -> Evidence {
    evidence(&frozen(vae), data, indices, samples, seed, &|_| true).unwrap().unwrap()
}

#[test]
fn the_estimate_is_the_integral_within_its_error() {
    for likelihood in Likelihood::ALL {
        let vae = model(*likelihood);
        let data = images_of(&vae);
        let found = run(&vae, &data, &[0, 1, 2, 3], 5000, 1);
        for (idx, estimate) in (0..).zip(&found.images) {
            let (expected, error) = (quadrature(&vae, &data, idx), estimate.standard_error_nats.unwrap());
            let off = estimate.log_px_nats - expected;
            assert!(error < 0.1 && off.abs() < 4.0 * error, "{likelihood} {idx}: {expected} off by {off}, se {error}");
        }
    }
}

#[test]
fn one_sample_is_the_bound_with_the_same_noise() {
    let vae = model(Likelihood::Bernoulli);
    let data = images_of(&vae);
    for idx in 0..4 {
        let eps = Rng::new(9, Stream::ImportanceNoise, u64::from(idx)).normals(2);
        let q =
            Snapshot::of(&vae, 0, 0.0).unwrap().encode(&pixels(&data, idx).flatten_all().unwrap().to_vec1().unwrap());
        let q = q.unwrap();
        let (mut expected, mut kl) = (0.0, 0.0);
        for ((mu, sigma), eps) in q.mu.iter().zip(&q.sigma).zip(&eps) {
            let (mu, sigma) = (f64::from(*mu), f64::from(*sigma));
            let z = mu + sigma * f64::from(*eps);
            expected += log_normal(z, 0.0, 1.0) - log_normal(z, mu, sigma);
            kl += kl_to_standard(mu, sigma);
        }
        assert!(kl > 0.02, "q is the prior: nothing would be tested");
        let eps = Tensor::from_vec(eps, (1, 2), &Device::Cpu).unwrap();
        let recon = vae.elbo(&pixels(&data, idx), &eps, 1).unwrap().recon.to_vec1::<f32>().unwrap()[0];
        let found = run(&vae, &data, &[idx], 1, 9);
        let off = found.images[0].log_px_nats - (expected - f64::from(recon));
        assert!(off.abs() < 1e-3, "off by {off}");
        assert_eq!((found.images[0].standard_error_nats, found.mean.standard_error_nats), (None, None));
    }
}

#[test]
fn more_samples_come_nearer_from_below() {
    let vae = model(Likelihood::Bernoulli);
    let data = images_of(&vae);
    let log_px = quadrature(&vae, &data, 1);
    let means = [1, 4, 1000].map(|samples| {
        (0..200).map(|seed| run(&vae, &data, &[1], samples, seed).mean.log_px_nats).sum::<f64>() / 200.0
    });
    // Over the seeds the means scatter by 0.2, 0.1 and 0.004.
    let [one, four, many] = means.map(|mean| mean - log_px);
    assert!(one < four - 0.5 && four < -0.1 && many.abs() < 0.02, "{one} {four} {many}");
}

#[test]
fn an_image_has_the_same_estimate_wherever_it_stands_and_the_mean_is_theirs() {
    let vae = model(Likelihood::Gaussian);
    let data = images_of(&vae);
    let both = run(&vae, &data, &[3, 1], 700, 4);
    assert_eq!(both.samples, 700);
    assert_eq!(both.images, [run(&vae, &data, &[3], 700, 4).images[0], run(&vae, &data, &[1], 700, 4).images[0]]);
    assert_ne!(both.images[1], run(&vae, &data, &[1], 700, 5).images[0]);
    let [a, b] = [0, 1].map(|i: usize| both.images[i].log_px_nats);
    // Two values: standard error of their mean is half their distance.
    assert!((both.mean.log_px_nats - f64::midpoint(a, b)).abs() < 1e-9);
    assert!((both.mean.standard_error_nats.unwrap() - (a - b).abs() / 2.0).abs() < 1e-9);
    let [a, b] = [0, 1].map(|i: usize| both.images[i].standard_error_nats.unwrap());
    assert!((both.sampling_error_nats.unwrap() - a.hypot(b) / 2.0).abs() < 1e-12);
    // KL by the samples is the closed form.
    let error = both.sampled_kl.standard_error_nats.unwrap();
    assert!((both.sampled_kl.nats - both.kl_nats).abs() < 4.0 * error && error < 0.1, "{both:?}");
    assert!(both.log_likelihood.nats - both.kl_nats < both.mean.log_px_nats, "{both:?}");
}

#[test]
fn it_stops_when_told() {
    let vae = model(Likelihood::Bernoulli);
    let (data, asked) = (images_of(&vae), RefCell::new(Vec::new()));
    let go_on = |done| {
        asked.borrow_mut().push(done);
        done < 2
    };
    assert_eq!(evidence(&frozen(&vae), &data, &[0, 1, 2, 3], 10, 0, &go_on).unwrap(), None);
    assert_eq!(*asked.borrow(), [0, 1, 2]);
}

#[test]
fn what_cannot_be_had_is_said() {
    let vae = model(Likelihood::Bernoulli);
    let data = images_of(&vae);
    let check = |vae: &Vae, indices: &[u32], samples, says: &str| {
        let error = evidence(&frozen(vae), &data, indices, samples, 0, &|_| true).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    };
    let plain = Vae::new(&made::config(Kind::Ae, Likelihood::Bernoulli, 2), SHAPE, 0).unwrap();
    check(&plain, &[0], 10, "a plain autoencoder has no prior");
    check(&vae, &[0], 0, "0 importance samples were asked for; the number must lie between 1 and 5000");
    check(&vae, &[0], 5001, "5001");
    check(&vae, &[], 10, "no image");
    check(&vae, &[4], 10, "an image has 0 values");
}
