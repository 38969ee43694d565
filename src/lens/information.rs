//! What the codes of a set of images say about it, by the aggregate posterior q(z) = 1/N Σ_i q(z|x_i):
//!
//! 1/N Σ_i KL(q(z|x_i) ‖ p(z)) = I_q(x; z) + KL(q(z) ‖ p(z))    (Hoffman & Johnson 2016, eq. 6)
//!
//! I_q(x; z) ≤ log N is what z tells of which image it was; KL(q(z) ‖ p(z)) is how far the codes are from the prior that
//! new images are drawn from.

use std::ops::ControlFlow;

use rayon::prelude::*;

use crate::lens::{LensError, Sampled};
use crate::math::Running;
use crate::math::diagonal::log_standard;
use crate::math::gaussian::kl_to_standard;
use crate::model::Encoded;
use crate::rng::{Rng, Stream};

/// Pairs of a draw and an image that are looked at, about, and draws at least and at most.
const PAIRS: usize = 1 << 26;
const DRAWS: [usize; 2] = [1024, 16_384];
/// Draws between two looks at whether to go on.
const CHUNK: usize = 256;
/// σ below it is taken for it.
const SMALLEST_SIGMA: f64 = 1e-6;

/// The two parts of the mean KL.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Information {
    /// N.
    pub images: usize,
    /// I_q(x; z), at most log N.
    pub mutual_information: Sampled,
    /// KL(q(z) ‖ p(z)).
    pub marginal_kl: Sampled,
    /// 1/N Σ KL(q(z|x) ‖ p(z)) in closed form, nats: the sum of both but for their errors.
    pub mean_kl_nats: f64,
}

/// Of some images, each q(z|x) a component of q(z). The draws z ~ q(z) come evenly from the images, with noise that
/// depends on `seed` and the draw alone. `go_on` is told which share is done, in [0, 1]; `Ok(None)` when it breaks.
pub fn information(
    encoded: &Encoded,
    latent_dim: usize,
    seed: u64,
    go_on: &dyn Fn(f32) -> ControlFlow<()>,
) -> Result<Option<Information>, LensError> {
    let d = latent_dim.max(1);
    let n = encoded.mu.len() / d;
    if n == 0 {
        return Err(LensError::NoImages);
    }
    let mixture = Mixture::new(encoded, d);
    let [least, most] = DRAWS;
    let draws = (PAIRS / (n * d)).clamp(least, most);
    let (mut mutual_information, mut marginal_kl) = (Running::default(), Running::default());
    let all: Vec<usize> = (0..draws).collect();
    for chunk in all.chunks(CHUNK) {
        if go_on(mutual_information.count() as f32 / draws as f32).is_break() {
            return Ok(None);
        }
        let of_draw = |&draw: &usize| {
            let noise = Rng::new(seed, Stream::AggregateNoise, draw as u64).normals(d);
            mixture.draw(draw * n / draws, &noise)
        };
        let of_chunk: Vec<[f64; 2]> = chunk.par_iter().map(of_draw).collect();
        for [information, divergence] in of_chunk {
            mutual_information.push(information);
            marginal_kl.push(divergence);
        }
    }
    let kl = |(mu, sigma): (&f64, &f64)| kl_to_standard(*mu, *sigma);
    let mean_kl_nats = mixture.mu.iter().zip(&mixture.sigma).map(kl).sum::<f64>() / n as f64;
    Ok(Some(Information {
        images: n,
        mutual_information: mutual_information.into(),
        marginal_kl: marginal_kl.into(),
        mean_kl_nats,
    }))
}

/// q(z): equal shares of Gaussians.
struct Mixture {
    d: usize,
    /// `[n, d]` each.
    mu: Vec<f64>,
    sigma: Vec<f64>,
    /// −Σ log σ of each, `[n]`; −d/2 log 2π is left out on both sides.
    log_peak: Vec<f64>,
}

impl Mixture {
    fn new(encoded: &Encoded, d: usize) -> Self {
        let mu = encoded.mu.iter().map(|v| f64::from(*v)).collect();
        let sigma: Vec<f64> = encoded.sigma.iter().map(|v| f64::from(*v).max(SMALLEST_SIGMA)).collect();
        let log_peak = sigma.chunks_exact(d).map(|sigma| -sigma.iter().map(|s| s.ln()).sum::<f64>()).collect();
        Self { d, mu, sigma, log_peak }
    }

    /// log q(z|x_i) − log q(z) and log q(z) − log p(z) at a z drawn from component i.
    fn draw(&self, i: usize, eps: &[f32]) -> [f64; 2] {
        let own = self.mu.iter().zip(&self.sigma).skip(i * self.d).zip(eps);
        let z: Vec<f64> = own.map(|((mu, sigma), eps)| mu + sigma * f64::from(*eps)).collect();
        let gaussians = self.mu.chunks_exact(self.d).zip(self.sigma.chunks_exact(self.d)).zip(&self.log_peak);
        let log = |((mu, sigma), peak): ((&[f64], &[f64]), &f64)| {
            let squares = z.iter().zip(mu).zip(sigma).map(|((z, mu), sigma)| ((z - mu) / sigma).powi(2));
            peak - 0.5 * squares.sum::<f64>()
        };
        let logs: Vec<f64> = gaussians.map(log).collect();
        let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let log_q = largest + (logs.iter().map(|log| (log - largest).exp()).sum::<f64>() / logs.len() as f64).ln();
        let half_log_2pi = -log_standard(&[0.0]);
        let log_prior = log_standard(&z) + self.d as f64 * half_log_2pi;
        [logs.get(i).copied().unwrap_or(log_q) - log_q, log_q - log_prior]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(mu: &[f32], sigma: &[f32], d: usize) -> Information {
        let encoded = Encoded { mu: mu.to_vec(), sigma: sigma.to_vec() };
        information(&encoded, d, 3, &|_| ControlFlow::Continue(())).unwrap().unwrap()
    }

    #[track_caller]
    fn near(got: Sampled, expected: f64) {
        let error = got.standard_error_nats.unwrap();
        assert!((got.nats - expected).abs() < 4.0 * error + 1e-6, "{got:?} against {expected}");
        assert!(error < 0.05, "{got:?}");
    }

    #[test]
    fn codes_far_apart_tell_which_image_it_was() {
        let mu: Vec<f32> = (0..50).flat_map(|i| [i as f32, -3.0]).collect();
        let found = find(&mu, &[0.01; 100], 2);
        near(found.mutual_information, 50.0_f64.ln());
        assert_eq!(found.images, 50);
    }

    #[test]
    fn codes_that_are_all_the_same_tell_nothing() {
        let found = find(&[0.7; 40], &[0.4; 40], 1);
        assert!(found.mutual_information.nats.abs() < 1e-9, "{found:?}");
        // KL(N(0.7, 0.4²) ‖ N(0, 1)), SciPy 1.17 by quadrature of the definition.
        near(found.marginal_kl, 0.741_290_731_874_155);
        assert!((found.mean_kl_nats - 0.741_290_731_874_155).abs() < 1e-6);
    }

    // Two Gaussians, by quadrature of the definitions (SciPy 1.17):
    //   p = lambda z: (norm.pdf(z, -1, .8) + norm.pdf(z, 1.5, .5)) / 2
    //   f = lambda z: p(z) * (np.log(p(z)) - norm.logpdf(z))
    //   h = (norm(0, .8).entropy() + norm(0, .5).entropy()) / 2
    //   quad(f, -12, 12, epsabs=1e-13, limit=500)
    //   quad(lambda z: -p(z) * np.log(p(z)), -12, 12, epsabs=1e-13, limit=500)[0] - h
    #[test]
    fn two_overlapping_codes_agree_with_scipy_and_with_the_closed_form_of_their_sum() {
        let found = find(&[-1.0, 1.5], &[0.8, 0.5], 1);
        let (marginal, mutual) = (0.372_757_742_430_277_3, 0.620_387_623_506_804_7);
        near(found.marginal_kl, marginal);
        near(found.mutual_information, mutual);
        assert!((marginal + mutual - found.mean_kl_nats).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn it_ends_when_told() {
        let encoded = Encoded { mu: vec![0.0; 20], sigma: vec![1.0; 20] };
        let half = |share: f32| if share > 0.5 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        assert_eq!(information(&encoded, 2, 0, &half).unwrap(), None);
    }
}
