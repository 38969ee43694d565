//! β and the learning rate over the whole run, before they happen: what its settings and marks say, as far as it will
//! go as things are.

use crate::config::{Kind, RunConfig};
use crate::train::{Mark, mark};

/// Both at equal distances over the run.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Epochs of the run.
    pub epochs: f64,
    /// β; none in a plain autoencoder.
    pub beta: Option<Vec<f64>>,
    /// Adam's step size.
    pub lr: Vec<f64>,
}

impl Plan {
    /// At `n_points` from the first step to the last, both included.
    pub fn new(config: &RunConfig, marks: &[Mark], steps_per_epoch: u64, n_points: usize) -> Self {
        let epochs = config.train.epochs as f64;
        let last = n_points.saturating_sub(1).max(1) as f64;
        let at = |i: usize| {
            let epoch = epochs * i as f64 / last;
            // Before a mark the settings were others.
            let step = (epoch * steps_per_epoch as f64).floor() as u64;
            let then = if marks.is_empty() { config.train.clone() } else { mark::at_step(config, marks, step).train };
            (then.beta_at(epoch), then.lr_at(epoch))
        };
        let (beta, lr) = (0..n_points).map(at).unzip();
        Self { epochs, beta: (config.model.kind == Kind::Vae).then_some(beta), lr }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::LrSchedule;

    #[test]
    fn what_was_is_shown_as_it_was_and_what_comes_as_it_is_set() {
        let mut config = RunConfig::default();
        (config.train.epochs, config.train.beta, config.train.lr) = (4, 2.0, 1.0);
        config.train.lr_schedule = LrSchedule::Cosine;
        let (key, from, to) = ("train.beta".to_owned(), "8".to_owned(), "2".to_owned());
        let mark = Mark { step: 20, epoch: 2.0, seconds: 1.0, key, from, to };
        let plan = Plan::new(&config, &[mark], 10, 5);
        assert_eq!(plan.beta, Some(vec![8.0, 8.0, 2.0, 2.0, 2.0]));
        let cosine = [1.0, 0.5 + 0.5_f64.sqrt() / 2.0, 0.5, 0.5 - 0.5_f64.sqrt() / 2.0, 0.0];
        assert!(plan.lr.iter().zip(cosine).all(|(lr, expected)| (lr - expected).abs() < 1e-12), "{:?}", plan.lr);
        config.model.kind = Kind::Ae;
        assert_eq!(Plan::new(&config, &[], 10, 5).beta, None);
    }
}
