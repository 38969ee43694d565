//! What a run has measured so far, and its curves.

use crate::state::Curve;
use crate::train::{StepStats, Terms, ValidationStats};

/// Training is timed over this many seconds for the figures in the top bar.
const RATE_WINDOW_SECS: f64 = 3.0;

/// A quantity with a curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// −E_q[log p(x|z)].
    Recon,
    /// KL(q(z|x) ‖ p(z)).
    Kl,
    /// −reconstruction − KL.
    Elbo,
}

impl Metric {
    /// Every metric, in the order shown.
    pub const ALL: [Self; 3] = [Self::Recon, Self::Kl, Self::Elbo];

    /// Its value in nats per image.
    pub fn of(self, terms: Terms) -> f64 {
        match self {
            Self::Recon => terms.recon_nats,
            Self::Kl => terms.kl_nats,
            Self::Elbo => terms.elbo_nats(),
        }
    }
}

/// What a run has measured so far.
#[derive(Debug, Clone)]
pub struct History {
    /// Every step.
    pub steps: Vec<StepStats>,
    /// Every validation.
    pub validation: Vec<ValidationStats>,
    /// Changes whenever something is added.
    pub version: u64,
    smoothing: f64,
    curves: [Curve; 3],
}

impl Default for History {
    fn default() -> Self {
        Self::new(0.9)
    }
}

impl History {
    /// An empty history.
    pub fn new(smoothing: f64) -> Self {
        let curves = [(); 3].map(|()| Curve::new(smoothing));
        Self { steps: Vec::new(), validation: Vec::new(), version: 0, smoothing, curves }
    }

    /// Adds steps.
    pub fn extend(&mut self, steps: &[StepStats]) {
        for step in steps {
            self.add_to_curves(step);
        }
        self.steps.extend_from_slice(steps);
        self.version += 1;
    }

    /// Adds a validation.
    pub fn validated(&mut self, stats: ValidationStats) {
        self.validation.push(stats);
        self.version += 1;
    }

    /// The weight of the past in the smoothed curves.
    pub fn smoothing(&self) -> f64 {
        self.smoothing
    }

    /// Draws the curves again with another smoothing.
    pub fn set_smoothing(&mut self, smoothing: f64) {
        let steps = std::mem::take(&mut self.steps);
        self.smoothing = smoothing.clamp(0.0, 0.999);
        self.curves = [(); 3].map(|()| Curve::new(self.smoothing));
        self.extend(&steps);
    }

    /// The training curve of a metric over epochs.
    pub fn curve(&self, metric: Metric) -> &Curve {
        let [recon, kl, elbo] = &self.curves;
        match metric {
            Metric::Recon => recon,
            Metric::Kl => kl,
            Metric::Elbo => elbo,
        }
    }

    /// The last step.
    pub fn last(&self) -> Option<&StepStats> {
        self.steps.last()
    }

    /// Images and steps per second of late.
    pub fn rates(&self) -> Option<(f64, f64)> {
        let last = self.last()?;
        let since = self.steps.partition_point(|s| s.seconds < last.seconds - RATE_WINDOW_SECS);
        let recent = self.steps.get(since..)?;
        let seconds = last.seconds - recent.first()?.seconds;
        let timed = recent.get(1..)?;
        let images: usize = timed.iter().map(|s| s.n_images).sum();
        (seconds > 0.2 && !timed.is_empty()).then(|| (images as f64 / seconds, timed.len() as f64 / seconds))
    }

    fn add_to_curves(&mut self, step: &StepStats) {
        for (metric, curve) in Metric::ALL.into_iter().zip(&mut self.curves) {
            curve.push(step.epoch, metric.of(step.terms));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(i: u64, seconds: f64) -> StepStats {
        let terms = Terms { recon_nats: 100.0 / i as f64, kl_nats: 5.0 };
        StepStats { step: i, epoch: i as f64 / 10.0, seconds, terms, beta: 1.0, lr: 1e-3, sigma: None, n_images: 128 }
    }

    #[test]
    fn the_rate_counts_only_the_last_seconds() {
        let mut history = History::default();
        assert_eq!(history.rates(), None);
        // Ten slow steps, one a second; then a hundred at fifty a second.
        history.extend(&(1..=10).map(|i| step(i, i as f64)).collect::<Vec<_>>());
        history.extend(&(1..=200).map(|i| step(10 + i, 10.0 + i as f64 * 0.02)).collect::<Vec<_>>());
        let (images, steps) = history.rates().unwrap();
        assert!((steps - 50.0).abs() < 0.5, "{steps}");
        assert!((images - 6400.0).abs() < 64.0, "{images}");
    }

    #[test]
    fn smoothing_again_keeps_every_step() {
        let mut history = History::default();
        history.extend(&(1..=30).map(|i| step(i, i as f64)).collect::<Vec<_>>());
        history.set_smoothing(0.0);
        assert_eq!(history.steps.len(), 30);
        assert_eq!(history.curve(Metric::Kl).last_smooth(), Some(5.0));
        let recon = history.curve(Metric::Recon);
        assert_eq!(recon.last_smooth(), recon.last());
    }
}
