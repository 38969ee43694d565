//! The only randomness: counter-based streams, so that any number can be drawn again from (seed, stream, counter)
//! alone. A checkpoint therefore needs no generator state: the step number is the state.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal, StandardUniform, Uniform};

/// What the numbers are for; each purpose has a stream of its own, so that one never disturbs another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Initial weights; the counter is the parameter's index.
    Weights,
    /// Which images are held for validation.
    Split,
    /// Order of the training images; the counter is the epoch.
    Shuffle,
    /// ε of z = μ + σ ⊙ ε in training; the counter is the step.
    TrainNoise,
    /// ε in validation; the counter is the index of the first image of the batch.
    EvalNoise,
    /// ε of importance samples; the counter is the image.
    ImportanceNoise,
    /// How training images are mirrored and moved; the counter is the step.
    Augment,
    /// Binary pixels of training images; the counter is the step.
    TrainPixels,
    /// Binary pixels of an image that a model is evaluated on; the counter is the image.
    EvalPixels,
    /// What is drawn on the user's demand; the counter is the draw.
    Demand,
    /// ε of what is asked about one image; the counter is four times the image, and which of four draws it is.
    LensNoise,
    /// Draws of the aggregate posterior; the counter is the draw.
    AggregateNoise,
    /// ε of gradient ascent for one image; the counter is the step.
    AscentNoise,
    /// Points, components and pixels of generated images; the counter is three times the round, and which of the three.
    Generate,
    /// The first centres of a mixture that is fitted.
    Mixture,
}

/// A generator for one (seed, stream, counter).
#[derive(Debug, Clone)]
pub struct Rng(ChaCha8Rng);

impl Rng {
    /// The generator of `counter` in `stream`.
    pub fn new(seed: u64, stream: Stream, counter: u64) -> Self {
        let mut key = [0_u8; 32];
        let (a, rest) = key.split_at_mut(8);
        let (b, c) = rest.split_at_mut(8);
        a.copy_from_slice(&seed.to_le_bytes());
        b.copy_from_slice(&(stream as u64).to_le_bytes());
        c.iter_mut().zip(counter.to_le_bytes()).for_each(|(k, byte)| *k = byte);
        Self(ChaCha8Rng::from_seed(key))
    }

    /// `n` draws from N(0, 1).
    pub fn normals(&mut self, n: usize) -> Vec<f32> {
        (0..n).map(|_| StandardNormal.sample(&mut self.0)).collect()
    }

    /// `n` draws from U[-bound, bound).
    ///
    /// # Panics
    /// Never for a finite positive `bound`; a zero or non-finite one gives zeros.
    pub fn uniforms(&mut self, n: usize, bound: f32) -> Vec<f32> {
        match Uniform::new(-bound, bound) {
            Ok(uniform) => (0..n).map(|_| uniform.sample(&mut self.0)).collect(),
            Err(_) => vec![0.0; n],
        }
    }

    /// Replaces every probability in [0, 1] by a draw from its Bernoulli distribution, 0 or 1.
    pub fn bernoullis(&mut self, probabilities: &mut [f32]) {
        for p in probabilities {
            let u: f32 = StandardUniform.sample(&mut self.0); // [0, 1)
            *p = f32::from(u < *p);
        }
    }

    /// A uniformly random order of `0..n` (Fisher and Yates).
    pub fn permutation(&mut self, n: usize) -> Vec<u32> {
        let mut order: Vec<u32> = (0..n as u32).collect();
        for i in (1..n).rev() {
            if let Ok(uniform) = Uniform::new_inclusive(0, i) {
                order.swap(i, uniform.sample(&mut self.0));
            }
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_counter_gives_the_same_numbers_and_another_gives_others() {
        let draw = |seed, stream, counter| Rng::new(seed, stream, counter).normals(8);
        let reference = draw(1, Stream::TrainNoise, 5);
        assert_eq!(reference, draw(1, Stream::TrainNoise, 5));
        for other in [draw(2, Stream::TrainNoise, 5), draw(1, Stream::EvalNoise, 5), draw(1, Stream::TrainNoise, 6)] {
            assert_ne!(reference, other);
        }
    }

    #[test]
    fn normals_have_the_moments_of_a_standard_normal() {
        let n = 100_000;
        let draws = Rng::new(0, Stream::TrainNoise, 0).normals(n);
        let moment = |k: i32| draws.iter().map(|&e| f64::from(e).powi(k)).sum::<f64>() / n as f64;
        // Standard errors at n = 1e5: 0.003, 0.0045, 0.012, 0.03; four of each.
        for (k, expected, tolerance) in [(1, 0.0, 0.013), (2, 1.0, 0.018), (3, 0.0, 0.05), (4, 3.0, 0.13)] {
            assert!((moment(k) - expected).abs() < tolerance, "moment {k}: {}", moment(k));
        }
    }

    #[test]
    fn bernoulli_draws_are_0_or_1_as_often_as_their_probability_says() {
        let n = 40_000;
        for (p, tolerance) in [(0.0, 0.0), (0.1, 0.006), (0.5, 0.01), (1.0, 0.0)] {
            let mut draws = vec![p; n];
            Rng::new(4, Stream::TrainPixels, 0).bernoullis(&mut draws);
            assert!(draws.iter().all(|v| *v == 0.0 || *v == 1.0));
            // Four standard errors √(p (1 − p) / n).
            let mean = f64::from(draws.iter().sum::<f32>()) / n as f64;
            assert!((mean - f64::from(p)).abs() <= tolerance, "{mean} instead of {p}");
        }
    }

    #[test]
    fn a_permutation_holds_every_index_once() {
        let mut order = Rng::new(3, Stream::Shuffle, 1).permutation(1000);
        assert_ne!(order, (0..1000).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..1000).collect::<Vec<_>>());
    }
}
