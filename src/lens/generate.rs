//! New images: z from the prior or from where the images really lie, then x from p(x|z), its mean or with its noise.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::lens::LensError;
use crate::math::mixture::Mixture;
use crate::model::{Pixels, Snapshot};
use crate::rng::{Rng, Stream};

/// Means that a mixture is fitted to, at most; of more, as many evenly spread.
const MOST_POINTS: usize = 20_000;
/// Rounds of EM, at most.
const MOST_ROUNDS: usize = 100;
/// Gain of the mean log-likelihood in nats at which EM ends: the default of scikit-learn.
const SETTLED_NATS: f64 = 1e-3;

/// Where z comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// p(z) = N(0, I).
    Prior,
    /// A mixture that was fitted to encoded means, in place of the aggregate posterior.
    Aggregate(Mixture),
}

/// What of p(x|z) is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Draw {
    /// Its mean.
    Mean,
    /// A sample: the mean with noise of σ, or each pixel 0 or 1.
    Sample,
}

impl Source {
    /// `n` points z, `[n, d]`. They depend on `seed` and `round` alone, and the first are the same however many follow.
    pub fn points(&self, n: usize, d: usize, seed: u64, round: u64) -> Vec<f32> {
        let noise = Rng::new(seed, Stream::Generate, 3 * round).normals(n * d);
        let Self::Aggregate(mixture) = self else { return noise };
        // [−½, ½) moved to [0, 1).
        let which = Rng::new(seed, Stream::Generate, 3 * round + 1).uniforms(n, 0.5);
        let components = which.iter().filter_map(|u| mixture.component_at(f64::from(*u) + 0.5));
        let wide = |eps: &[f32]| eps.iter().map(|eps| f64::from(*eps)).collect::<Vec<_>>();
        let places = components.zip(noise.chunks_exact(d)).flat_map(|(component, eps)| component.place(&wide(eps)));
        places.map(|z| z as f32).collect()
    }
}

/// Images from p(x|z) at points z `[n, d]`: `[n, P]`, in [0, 1] but for Gaussian noise, which may leave it.
pub fn generate(snapshot: &Snapshot, z: &[f32], draw: Draw, seed: u64, round: u64) -> Result<Vec<f32>, LensError> {
    let mut images = snapshot.decode(z)?;
    if draw == Draw::Sample {
        let mut noise = Rng::new(seed, Stream::Generate, 3 * round + 2);
        match (snapshot.vae().pixels(), snapshot.vae().sigma()) {
            (Pixels::Gaussian { .. } | Pixels::GaussianLearned { .. }, Some(sigma)) => {
                let eps = noise.normals(images.len());
                images.iter_mut().zip(eps).for_each(|(x, eps)| *x += sigma as f32 * eps);
            }
            _ => noise.bernoullis(&mut images),
        }
    }
    Ok(images)
}

/// A mixture of `k` Gaussians fitted to means `[n, d]` by EM, from centres that k-means++ picks (Arthur & Vassilvitskii
/// 2007). Fewer components when there are fewer means. `go_on` is told the number of rounds done; `Ok(None)` when it
/// breaks.
pub fn fit_mixture(
    means: &[f32],
    d: usize,
    k: usize,
    seed: u64,
    go_on: &dyn Fn(usize) -> ControlFlow<()>,
) -> Result<Option<Mixture>, LensError> {
    let n = means.len() / d;
    let kept = n.min(MOST_POINTS);
    let points: Vec<f64> = (0..kept)
        .filter_map(|i| means.chunks_exact(d).nth(i * n / kept))
        .flat_map(|z| z.iter().map(|z| f64::from(*z)))
        .collect();
    let k = k.min(kept);
    if k == 0 {
        return Err(LensError::NoImages);
    }
    let mut shares = first_shares(&points, d, k, seed);
    let (mut best, mut height) = (None, f64::NEG_INFINITY);
    for round in 0..MOST_ROUNDS {
        if go_on(round).is_break() {
            return Ok(None);
        }
        let mixture = Mixture::from_responsibilities(&points, d, &shares, k).ok_or(LensError::NoMixture)?;
        let likelihood;
        (shares, likelihood) = mixture.responsibilities(&points, d);
        best = Some(mixture);
        if likelihood - height < SETTLED_NATS {
            break;
        }
        height = likelihood;
    }
    Ok(best)
}

/// Every point belongs to the nearest of `k` centres, each of which was drawn with a chance that grows with the square of
/// the distance to those before: `[n, k]`, 0 or 1.
fn first_shares(points: &[f64], d: usize, k: usize, seed: u64) -> Vec<f64> {
    let draws = Rng::new(seed, Stream::Mixture, 0).uniforms(k, 0.5);
    let n = points.len() / d;
    // Squared distance to the nearest centre, and which it is.
    let mut nearest = vec![(f64::INFINITY, 0); n];
    for (centre, u) in draws.iter().enumerate() {
        let weights: Vec<f64> =
            nearest.iter().map(|(square, _)| if square.is_finite() { *square } else { 1.0 }).collect();
        let mut left = (f64::from(*u) + 0.5) * weights.iter().sum::<f64>();
        let drawn = weights.iter().position(|weight| {
            left -= weight;
            left < 0.0
        });
        let Some(at) = points.chunks_exact(d).nth(drawn.unwrap_or(n - 1)) else { continue };
        for (nearest, z) in nearest.iter_mut().zip(points.chunks_exact(d)) {
            let square: f64 = z.iter().zip(at).map(|(a, b)| (a - b).powi(2)).sum();
            if square < nearest.0 {
                *nearest = (square, centre);
            }
        }
    }
    let one = |own: usize| (0..k).map(move |centre| f64::from(u8::from(centre == own)));
    nearest.into_iter().flat_map(|(_, own)| one(own)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Likelihood;
    use crate::lens::made;
    use crate::math::Running;
    use crate::math::mixture::Component;

    /// Standard deviation of what was taken in.
    fn deviation(values: &Running) -> f64 {
        values.standard_error().unwrap() * (values.count() as f64).sqrt()
    }

    /// Two clouds far apart, a quarter and three quarters of the points.
    fn two_clouds() -> Source {
        let components = vec![
            Component::new(0.25, vec![-3.0, 0.0], &[0.04, 0.0, 0.0, 0.09]).unwrap(),
            Component::new(0.75, vec![2.0, 1.0], &[0.25, 0.1, 0.1, 0.16]).unwrap(),
        ];
        Source::Aggregate(Mixture { components })
    }

    /// What was drawn from a mixture is fitted by the mixture it was drawn from, whatever the start.
    #[test]
    fn a_mixture_is_found_again_from_its_samples() {
        let points = two_clouds().points(4000, 2, 1, 0);
        for seed in 0..5 {
            let mut found =
                fit_mixture(&points, 2, 2, seed, &|_| ControlFlow::Continue(())).unwrap().unwrap().components;
            found.sort_by(|a, b| a.weight.total_cmp(&b.weight));
            let Source::Aggregate(expected) = two_clouds() else { panic!() };
            for (found, expected) in found.iter().zip(&expected.components) {
                // Standard errors: 0.007 of a weight, at most 0.01 of a mean and of a covariance.
                assert!((found.weight - expected.weight).abs() < 0.03, "{found:?}");
                let off = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
                assert!(off(&found.mean, &expected.mean) < 0.04, "{found:?}");
                assert!(off(&found.covariance(), &expected.covariance()) < 0.04, "{found:?}");
            }
        }
        assert_eq!(
            fit_mixture(&points, 2, 2, 0, &|round| if round < 1 {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            })
            .unwrap(),
            None
        );
    }

    #[test]
    fn few_means_give_few_components_and_none_nothing() {
        let found = fit_mixture(&[0.5, -0.5, 1.0, 2.0], 2, 8, 0, &|_| ControlFlow::Continue(())).unwrap().unwrap();
        assert_eq!(found.components.len(), 2);
        let alike = fit_mixture(&[0.5; 20], 2, 3, 0, &|_| ControlFlow::Continue(())).unwrap().unwrap();
        assert!(alike.log_density(&[0.5, 0.5]).is_finite());
        assert!(fit_mixture(&[], 2, 3, 0, &|_| ControlFlow::Continue(())).is_err());
    }

    #[test]
    fn the_prior_gives_standard_normals_and_the_first_are_always_the_same() {
        let few = Source::Prior.points(3, 2, 5, 1);
        assert_eq!(few, Source::Prior.points(10, 2, 5, 1)[..6]);
        assert_ne!(few, Source::Prior.points(3, 2, 5, 2));
        let clouds = two_clouds();
        assert_eq!(clouds.points(3, 2, 5, 1), clouds.points(10, 2, 5, 1)[..6]);
        let moments: Running = Source::Prior.points(5000, 2, 5, 1).into_iter().map(f64::from).collect();
        assert!(moments.mean().abs() < 0.04 && (deviation(&moments) - 1.0).abs() < 0.03);
    }

    #[test]
    fn noise_is_that_of_the_decoder() {
        let z = Source::Prior.points(40, 2, 0, 0);
        let images = |likelihood, draw| {
            let snapshot = made::snapshot(likelihood, 2, 1.6);
            (generate(&snapshot, &z, draw, 3, 0).unwrap(), snapshot.vae().sigma())
        };
        for likelihood in [Likelihood::Gaussian, Likelihood::GaussianLearned] {
            let ((mean, sigma), (sample, _)) = (images(likelihood, Draw::Mean), images(likelihood, Draw::Sample));
            let noise: Running = mean.iter().zip(&sample).map(|(m, s)| f64::from(s - m)).collect();
            // 10,240 values: the standard deviation is known to 0.7 %.
            assert!((deviation(&noise) / sigma.unwrap() - 1.0).abs() < 0.03);
        }
        let (sample, _) = images(Likelihood::Bernoulli, Draw::Sample);
        let (mean, _) = images(Likelihood::Bernoulli, Draw::Mean);
        assert!(sample.iter().all(|v| *v == 0.0 || *v == 1.0));
        let total = |image: &[f32]| image.iter().map(|v| f64::from(*v)).sum::<f64>() / image.len() as f64;
        assert!((total(&sample) - total(&mean)).abs() < 0.02);
    }
}
