//! What a run has measured so far.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::curves::{Course, Held, Source};
use crate::train::{StepStats, ValidationStats};

/// Training is timed over this many seconds for the figures in the top bar.
const RATE_WINDOW_SECS: f64 = 3.0;

/// What a run has measured so far.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// Every validation.
    pub validation: Vec<ValidationStats>,
    steps: Course,
    /// The validations as curves need them, shared with whoever draws.
    held: Arc<Vec<Held>>,
    /// Seconds and images of the steps in the rate's window.
    recent: VecDeque<(f64, usize)>,
    /// Tells this history from any other.
    identity: Arc<()>,
}

impl History {
    /// The history of a run that was recorded.
    pub fn recorded<'a>(steps: impl IntoIterator<Item = &'a StepStats>, validation: Vec<ValidationStats>) -> Self {
        let mut history = Self::default();
        history.extend(steps);
        for stats in validation {
            history.validated(stats);
        }
        history
    }

    /// Adds steps.
    pub fn extend<'a>(&mut self, steps: impl IntoIterator<Item = &'a StepStats>) {
        for step in steps {
            self.steps.push(*step);
            self.recent.push_back((step.seconds, step.n_images));
            while self.recent.front().is_some_and(|(seconds, _)| *seconds < step.seconds - RATE_WINDOW_SECS) {
                self.recent.pop_front();
            }
        }
    }

    /// Adds a validation.
    pub fn validated(&mut self, stats: ValidationStats) {
        Arc::make_mut(&mut self.held).push(Held::new(&stats, &self.steps));
        self.validation.push(stats);
    }

    /// What its curves are drawn from: shared, so that a million steps cost no more than a thousand.
    pub fn source(&self, run: String, n_values: usize) -> Source {
        Source { run, steps: self.steps.clone(), held: Arc::clone(&self.held), n_values }
    }

    /// What tells this history from any other.
    pub fn identity(&self) -> Arc<()> {
        Arc::clone(&self.identity)
    }

    /// Whether this is the history with that identity.
    pub fn is(&self, identity: &Arc<()>) -> bool {
        Arc::ptr_eq(&self.identity, identity)
    }

    /// Steps so far.
    pub fn n_steps(&self) -> usize {
        self.steps.len()
    }

    /// The last step.
    pub fn last(&self) -> Option<&StepStats> {
        self.steps.last()
    }

    /// Images and steps per second of late.
    pub fn rates(&self) -> Option<(f64, f64)> {
        let ((first, _), (last, _)) = (self.recent.front()?, self.recent.back()?);
        let (seconds, timed) = (last - first, self.recent.len() - 1);
        let images: usize = self.recent.iter().skip(1).map(|(_, n_images)| n_images).sum();
        (seconds > 0.2 && timed > 0).then(|| (images as f64 / seconds, timed as f64 / seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curves::Metric;
    use crate::train::Terms;

    fn step(i: u64, seconds: f64) -> StepStats {
        let terms = Terms { recon_nats: 100.0 / i as f64, kl_nats: 5.0 };
        let (beta, lr) = (i as f64, 1e-3);
        StepStats { step: i, epoch: i as f64 / 10.0, seconds, terms, beta, lr, sigma: None, n_images: 128 }
    }

    #[test]
    fn the_rate_counts_only_the_last_seconds() {
        let mut history = History::default();
        assert_eq!(history.rates(), None);
        // Ten slow steps, one a second; then two hundred at fifty a second.
        history.extend(&(1..=10).map(|i| step(i, i as f64)).collect::<Vec<_>>());
        history.extend(&(1..=200).map(|i| step(10 + i, 10.0 + i as f64 * 0.02)).collect::<Vec<_>>());
        let (images, steps) = history.rates().unwrap();
        assert!((steps - 50.0).abs() < 0.5, "{steps}");
        assert!((images - 6400.0).abs() < 64.0, "{images}");
    }

    #[test]
    fn a_validation_costs_with_the_beta_of_the_step_before_it() {
        let validation = |step: u64| {
            let terms = Terms { recon_nats: 1.0, kl_nats: 3.0 };
            ValidationStats {
                step,
                epoch: step as f64 / 10.0,
                seconds: 1.0,
                terms,
                kl_per_dim_nats: vec![3.0],
                active_units: None,
            }
        };
        let steps: Vec<_> = (1..=30).map(|i| step(i, i as f64)).collect();
        let source = History::recorded(&steps, vec![validation(10), validation(20)]).source("a".into(), 1);
        let costs: Vec<_> = source.held.iter().map(|held| Metric::BetaKl.of_held(held)).collect();
        assert_eq!(costs, [Some(30.0), Some(60.0)]);
    }
}
