//! What a curve can show, and its value at a step.

use rust_i18n::t;

use crate::curves::{Average, Course};
use crate::train::{StepStats, Terms, ValidationStats};

/// A quantity with a curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// −E_q[log p(x|z)].
    Recon,
    /// KL(q(z|x) ‖ p(z)).
    Kl,
    /// −reconstruction − KL.
    Elbo,
    /// What KL costs in training: β·KL.
    BetaKl,
    /// σ of the likelihood, in pixel units.
    Sigma,
    /// Adam's step size.
    Lr,
    /// Images trained a second.
    Rate,
}

/// The held images after an epoch, as far as curves need them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Held {
    /// Steps before it.
    pub step: u64,
    /// Passes over the training images before it.
    pub epoch: f64,
    /// Wall time of training so far.
    pub seconds: f64,
    /// Mean over the held images.
    pub terms: Terms,
    /// β of the step before it.
    pub beta: f64,
}

impl Held {
    /// A validation, with the β of the step among `steps` that it was made after.
    pub fn new(stats: &ValidationStats, steps: &Course) -> Self {
        let after = steps.partition_point(|step| step.step <= stats.step);
        let beta = steps.get(after.saturating_sub(1)).map_or(f64::NAN, |step| step.beta);
        let ValidationStats { step, epoch, seconds, terms, .. } = *stats;
        Self { step, epoch, seconds, terms, beta }
    }
}

impl Metric {
    /// Every metric, in the order shown.
    pub const ALL: [Self; 7] = [Self::Recon, Self::Kl, Self::Elbo, Self::BetaKl, Self::Sigma, Self::Lr, Self::Rate];

    /// Its place in [`Metric::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }

    /// What it is called in files and on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Self::Recon => "recon",
            Self::Kl => "kl",
            Self::Elbo => "elbo",
            Self::BetaKl => "beta_kl",
            Self::Sigma => "sigma",
            Self::Lr => "lr",
            Self::Rate => "rate",
        }
    }

    /// What it is called on screen.
    pub fn name(self) -> String {
        let name = match self {
            Self::Recon => t!("metric.recon"),
            Self::Kl => t!("metric.kl"),
            Self::Elbo => t!("metric.elbo"),
            Self::BetaKl => t!("metric.beta_kl"),
            Self::Sigma => t!("metric.sigma"),
            Self::Lr => t!("metric.lr"),
            Self::Rate => t!("metric.rate"),
        };
        name.into_owned()
    }

    /// What it means, in a sentence.
    pub fn tip(self) -> String {
        let tip = match self {
            Self::Recon => t!("metric.recon_tip"),
            Self::Kl => t!("metric.kl_tip"),
            Self::Elbo => t!("metric.elbo_tip"),
            Self::BetaKl => t!("metric.beta_kl_tip"),
            Self::Sigma => t!("metric.sigma_tip"),
            Self::Lr => t!("metric.lr_tip"),
            Self::Rate => t!("metric.rate_tip"),
        };
        tip.into_owned()
    }

    /// Whether it is an amount of information, which has a choice of units.
    pub fn is_information(self) -> bool {
        matches!(self, Self::Recon | Self::Kl | Self::Elbo | Self::BetaKl)
    }

    /// Whether a plain autoencoder has none.
    pub fn needs_prior(self) -> bool {
        matches!(self, Self::Kl | Self::Elbo | Self::BetaKl)
    }

    /// Its value at a step, in nats per image where it is an amount of information; `None` when the step has none.
    /// `seconds_before` is the time of the step before.
    pub fn of_step(self, step: &StepStats, seconds_before: f64) -> Option<f64> {
        let value = match self {
            Self::Sigma => step.sigma?,
            Self::Lr => step.lr,
            Self::Rate => step.n_images as f64 / (step.seconds - seconds_before),
            _ => self.of_terms(step.terms, step.beta)?,
        };
        value.is_finite().then_some(value)
    }

    /// Its value for the held images, in nats per image; what says nothing of images has none.
    pub fn of_held(self, held: &Held) -> Option<f64> {
        self.of_terms(held.terms, held.beta).filter(|value| value.is_finite())
    }

    /// `value`, which is `factor` times that of `step`, smoothed. What is set rather than measured is shown as it is: the
    /// learning rate, and the β of β·KL.
    pub fn smoothed(self, step: &StepStats, value: f64, factor: f64, average: &mut Average) -> f64 {
        match self {
            Self::Lr => value,
            Self::BetaKl => step.beta * average.push(factor * step.terms.kl_nats),
            _ => average.push(value),
        }
    }

    fn of_terms(self, terms: Terms, beta: f64) -> Option<f64> {
        match self {
            Self::Recon => Some(terms.recon_nats),
            Self::Kl => Some(terms.kl_nats),
            Self::Elbo => Some(terms.elbo_nats()),
            Self::BetaKl => Some(beta * terms.kl_nats),
            Self::Sigma | Self::Lr | Self::Rate => None,
        }
    }
}

impl std::str::FromStr for Metric {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let keys = || Self::ALL.map(Self::key).join(", ");
        let found = Self::ALL.into_iter().find(|metric| metric.key() == text);
        found.ok_or_else(|| format!("{text} is no curve; there are {}", keys()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_has_its_value_at_a_step() {
        let terms = Terms { recon_nats: 90.0, kl_nats: 6.0 };
        let (sigma, n_images) = (Some(0.25), 100);
        let step = StepStats { step: 8, epoch: 0.5, seconds: 3.0, terms, beta: 4.0, lr: 1e-3, sigma, n_images };
        // In a twentieth of a second: 2,000 a second.
        let values = Metric::ALL.map(|metric| metric.of_step(&step, 2.95).unwrap());
        let expected = [90.0, 6.0, -96.0, 24.0, 0.25, 1e-3, 2000.0];
        assert!(values.iter().zip(expected).all(|(v, e)| (v - e).abs() < 1e-9 * e.abs()), "{values:?}");
        // No time has passed: there is no rate, rather than an infinite one.
        assert_eq!(Metric::Rate.of_step(&step, 3.0), None);
        assert_eq!(Metric::Sigma.of_step(&StepStats { sigma: None, ..step }, 2.95), None);
        let held = Held { step: 8, epoch: 0.5, seconds: 3.0, terms, beta: 4.0 };
        assert_eq!(
            Metric::ALL.map(|m| m.of_held(&held)),
            [Some(90.0), Some(6.0), Some(-96.0), Some(24.0), None, None, None]
        );
    }

    #[test]
    fn what_is_set_is_not_smoothed() {
        let terms = Terms { recon_nats: 90.0, kl_nats: 6.0 };
        let (sigma, n_images) = (None, 100);
        let mut averages = [Average::new(0.99), Average::new(0.99)];
        // A jump is a jump, whatever came before; a β of 0 costs nothing.
        for (beta, lr) in [(4.0, 1e-3), (0.0, 1e-3), (1.0, 1e-5)] {
            let step = StepStats { step: 8, epoch: 0.5, seconds: 3.0, terms, beta, lr, sigma, n_images };
            let [cost, rate] = [Metric::BetaKl, Metric::Lr].map(|metric| {
                let value = 2.0 * metric.of_step(&step, 0.0).unwrap();
                metric.smoothed(&step, value, 2.0, &mut averages[usize::from(metric == Metric::Lr)])
            });
            assert!((cost - 12.0 * beta).abs() < 1e-12 && rate == 2.0 * lr, "{cost} {rate}");
        }
    }

    #[test]
    fn a_metric_stands_where_its_index_says() {
        assert!(Metric::ALL.iter().enumerate().all(|(i, metric)| metric.index() == i));
        assert!(Metric::ALL.iter().all(|metric| metric.key().parse() == Ok(*metric)));
        assert!("loss".parse::<Metric>().unwrap_err().contains("recon, kl, elbo"));
    }
}
