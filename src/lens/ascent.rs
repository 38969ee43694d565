//! Variational inference by hand: for one image, the q(z) = N(μ, diag σ²) with the largest ELBO, by gradient ascent over
//! (μ, log σ), a step at a time.
//!
//! With z = μ + σ ⊙ ε and g = ∇_z log p(x|z) (Kingma & Welling 2014, section 2.3):
//!
//! `∂ELBO/∂μ = E[g] − μ`, `∂ELBO/∂ log σ = E[g ⊙ ε ⊙ σ] + 1 − σ²`
//!
//! log p(x) − ELBO of the encoder is the inference gap; what the ascent wins back of it is the amortisation gap, and what
//! remains is the approximation gap: no diagonal Gaussian is p(z|x) (Cremer et al. 2018, eq. 4 to 6).

use std::ops::ControlFlow;

use crate::lens::nodes::Nodes;
use crate::lens::quadrature::DIMENSIONS;
use crate::lens::{Joint, LensError};
use crate::math::Diagonal;

/// Nodes along each axis in the plane: for a step, and for the ELBO that is told.
const NODES: [usize; 2] = [8, 40];
/// Draws with more dimensions, each with its mirror image −ε: for a step, and for the ELBO that is told.
const DRAWS: [usize; 2] = [16, 256];
/// The first steps, in σ and in log σ; they shrink as 1/(1 + t/[`HALVED`]), as Robbins & Monro (1951) ask for.
const RATE: f64 = 0.1;
const HALVED: f64 = 100.0;
/// Adam's β₁ and β₂ (Kingma & Ba 2015). The second is small: while σ falls, so does the gradient by σ, thousandfold.
const DECAY: [f64; 2] = [0.8, 0.9];
/// log σ stays above this.
const LOWEST_LOG_SIGMA: f64 = -9.0;

/// Where the ascent begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// N(0, I).
    Prior,
    /// The encoder's q(z|x).
    Encoder,
}

/// A way uphill; [`Ascent::step`] goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct Ascent {
    /// q now.
    pub q: Diagonal,
    /// The ELBO of q, nats; by the same nodes at every step, so that steps compare.
    pub elbo_nats: f64,
    /// Steps taken.
    pub steps: usize,
    /// The best q on the way.
    pub best: Diagonal,
    /// Its ELBO, nats.
    pub best_elbo_nats: f64,
    /// Adam's means of the gradient and of its square, by μ/σ and by log σ: `[2 d]`.
    moments: [Vec<f64>; 2],
    judges: Nodes,
    seed: u64,
}

impl Ascent {
    /// Before the first step. In the plane nothing is drawn; otherwise the noise depends on `seed` and the step alone.
    pub fn new(joint: &Joint<'_>, start: Start, seed: u64) -> Result<Self, LensError> {
        let d = joint.latent_dim();
        let q = match start {
            Start::Prior => Diagonal::standard(d),
            Start::Encoder => joint.q.clone(),
        };
        let judges = if d == DIMENSIONS { Nodes::hermite(NODES[1]) } else { Nodes::drawn(seed, 0, DRAWS[1], d) };
        let elbo_nats = judges.elbo(joint, &q)?;
        let moments = [vec![0.0; 2 * d], vec![0.0; 2 * d]];
        Ok(Self { best: q.clone(), q, elbo_nats, best_elbo_nats: elbo_nats, steps: 0, moments, judges, seed })
    }

    /// One step of Adam, in μ measured by σ and in log σ, so that narrow and wide posteriors are walked alike.
    pub fn step(&mut self, joint: &Joint<'_>) -> Result<(), LensError> {
        let d = joint.latent_dim();
        self.steps += 1;
        let nodes = if d == DIMENSIONS {
            Nodes::hermite(NODES[0])
        } else {
            Nodes::drawn(self.seed, self.steps as u64, DRAWS[0], d)
        };
        let (by_mu, by_log_sigma) = nodes.slope(joint, &self.q)?;
        let by_mu = by_mu.iter().zip(&self.q.sigma).map(|(slope, sigma)| slope * sigma);
        let gradient: Vec<f64> = by_mu.chain(by_log_sigma).collect();
        let moves = self.adam(&gradient);
        let (of_mu, of_log_sigma) = moves.split_at(d);
        for (j, (along, wider)) in of_mu.iter().zip(of_log_sigma).enumerate() {
            self.q.mu[j] += along * self.q.sigma[j];
            self.q.sigma[j] = (self.q.sigma[j].ln() + wider).max(LOWEST_LOG_SIGMA).exp();
        }
        self.elbo_nats = self.judges.elbo(joint, &self.q)?;
        if self.elbo_nats > self.best_elbo_nats {
            (self.best, self.best_elbo_nats) = (self.q.clone(), self.elbo_nats);
        }
        Ok(())
    }

    fn adam(&mut self, gradient: &[f64]) -> Vec<f64> {
        let t = self.steps as f64;
        let rate = RATE / (1.0 + t / HALVED);
        let [unbias1, unbias2] = DECAY.map(|decay| 1.0 - decay.powf(t));
        let [mean, square] = &mut self.moments;
        let both = mean.iter_mut().zip(square.iter_mut()).zip(gradient);
        let step = |((mean, square), g): ((&mut f64, &mut f64), &f64)| {
            *mean += (1.0 - DECAY[0]) * (g - *mean);
            *square += (1.0 - DECAY[1]) * (g * g - *square);
            rate * (*mean / unbias1) / ((*square / unbias2).sqrt() + 1e-8)
        };
        both.map(step).collect()
    }
}

/// What amortised inference costs one image.
#[derive(Debug, Clone, PartialEq)]
pub struct Amortisation {
    /// The ELBO of the encoder's q, nats.
    pub encoder_elbo_nats: f64,
    /// The largest ELBO found, nats.
    pub best_elbo_nats: f64,
    /// The q that has it.
    pub best: Diagonal,
}

impl Amortisation {
    /// By how much the encoder's answer falls short of the best diagonal Gaussian, nats; never negative.
    pub fn gap_nats(&self) -> f64 {
        self.best_elbo_nats - self.encoder_elbo_nats
    }
}

/// Climbs `steps` steps from the encoder's answer. `go_on` is told the number done; `Ok(None)` when it breaks.
pub fn amortisation(
    joint: &Joint<'_>,
    steps: usize,
    seed: u64,
    go_on: &dyn Fn(usize) -> ControlFlow<()>,
) -> Result<Option<Amortisation>, LensError> {
    let mut ascent = Ascent::new(joint, Start::Encoder, seed)?;
    let encoder_elbo_nats = ascent.elbo_nats;
    while ascent.steps < steps {
        if go_on(ascent.steps).is_break() {
            return Ok(None);
        }
        ascent.step(joint)?;
    }
    Ok(Some(Amortisation { encoder_elbo_nats, best_elbo_nats: ascent.best_elbo_nats, best: ascent.best }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Likelihood;
    use crate::lens::made::{image, sharp, snapshot};
    use crate::lens::{Effort, identity, quadrature};

    fn on(_: usize) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn climbed(joint: &Joint<'_>, start: Start, steps: usize) -> Ascent {
        let mut ascent = Ascent::new(joint, start, 1).unwrap();
        (0..steps).for_each(|_| ascent.step(joint).unwrap());
        ascent
    }

    #[test]
    fn the_slope_agrees_with_finite_differences() {
        for d in [2, 3] {
            let snapshot = snapshot(Likelihood::Gaussian, d, 1.6);
            let joint = Joint::new(&snapshot, &image(&snapshot, 1)).unwrap();
            let nodes = if d == 2 { Nodes::hermite(12) } else { Nodes::drawn(2, 0, 40, d) };
            let (by_mu, by_log_sigma) = nodes.slope(&joint, &joint.q).unwrap();
            for j in 0..d {
                let difference = |change: &dyn Fn(&mut Diagonal, f64)| {
                    let at = |h: f64| {
                        let mut q = joint.q.clone();
                        change(&mut q, h);
                        nodes.elbo(&joint, &q).unwrap()
                    };
                    (at(0.01) - at(-0.01)) / 0.02
                };
                let of_mu = difference(&|q, h| q.mu[j] += h);
                let of_log_sigma = difference(&|q, h| q.sigma[j] *= h.exp());
                let near = |got: f64, expected: f64| (got - expected).abs() < 0.02 * expected.abs() + 0.02;
                assert!(near(by_mu[j], of_mu), "{d} {j}: {} against {of_mu}", by_mu[j]);
                assert!(near(by_log_sigma[j], of_log_sigma), "{d} {j}: {} against {of_log_sigma}", by_log_sigma[j]);
            }
        }
    }

    #[test]
    fn both_starts_end_at_the_same_bound_below_the_evidence() {
        for likelihood in Likelihood::ALL {
            let snapshot = snapshot(*likelihood, 2, 1.6);
            for idx in [0, 2] {
                let joint = Joint::new(&snapshot, &image(&snapshot, idx)).unwrap();
                let [prior, encoder] = [Start::Prior, Start::Encoder].map(|start| climbed(&joint, start, 150));
                let apart = (prior.best_elbo_nats - encoder.best_elbo_nats).abs();
                assert!(apart < 0.05, "{likelihood} {idx}: {apart}");
                let log_px = quadrature(&joint, Effort::default(), &on).unwrap().unwrap().log_px_nats;
                assert!(encoder.best_elbo_nats < log_px + 0.01, "{} above {log_px}", encoder.best_elbo_nats);
                let start = Ascent::new(&joint, Start::Encoder, 1).unwrap().elbo_nats;
                assert!(encoder.best_elbo_nats > start + 0.01, "nothing was won: nothing would be tested");
                let told = identity(&joint, 0, 0, idx, &on).unwrap().unwrap().elbo.nats;
                assert!((start - told).abs() < 0.06, "{start} against {told}");
            }
        }
    }

    #[test]
    fn a_narrow_posterior_is_found_from_the_prior() {
        let snapshot = sharp();
        let joint = Joint::new(&snapshot, &image(&snapshot, 1)).unwrap();
        let ascent = climbed(&joint, Start::Prior, 400);
        let log_px = quadrature(&joint, Effort::default(), &on).unwrap().unwrap().log_px_nats;
        // What remains is that the posterior is no diagonal Gaussian.
        assert!(
            (log_px - 2.0..log_px + 0.01).contains(&ascent.best_elbo_nats),
            "{:?} {} below {log_px}",
            ascent.best,
            ascent.best_elbo_nats
        );
    }

    #[test]
    fn the_gap_is_what_the_ascent_wins_with_any_number_of_dimensions() {
        let snapshot = snapshot(Likelihood::Bernoulli, 4, 1.6);
        let joint = Joint::new(&snapshot, &image(&snapshot, 1)).unwrap();
        let found = amortisation(&joint, 100, 3, &on).unwrap().unwrap();
        assert!(found.gap_nats() > 0.05, "{found:?}");
        assert_eq!(found, amortisation(&joint, 100, 3, &on).unwrap().unwrap());
        assert_eq!(amortisation(&joint, 0, 3, &on).unwrap().unwrap().gap_nats(), 0.0);
        let stop = |steps: usize| if steps == 5 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        assert_eq!(amortisation(&joint, 100, 3, &stop).unwrap(), None);
    }
}
