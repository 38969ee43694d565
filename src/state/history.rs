//! What a run has measured so far, and its curves.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::state::{Course, Curve};
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
    /// Every validation.
    pub validation: Vec<ValidationStats>,
    /// Changes whenever something is added.
    pub version: u64,
    steps: Course,
    last: Option<StepStats>,
    /// Seconds and images of the steps in the rate's window.
    recent: VecDeque<(f64, usize)>,
    smoothing: f64,
    curves: [Curve; 3],
    /// Tells this history from any other.
    identity: Arc<()>,
}

/// Curves to be drawn again: what [`Smoothing::curves`] needs, shared with the history.
#[derive(Debug, Clone)]
pub struct Smoothing {
    of: Arc<()>,
    steps: Course,
    past_weight: f64,
}

/// Curves that were drawn again.
#[derive(Debug, Clone)]
pub struct Smoothed {
    of: Arc<()>,
    n_steps: usize,
    past_weight: f64,
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
        Self {
            validation: Vec::new(),
            version: 0,
            steps: Course::default(),
            last: None,
            recent: VecDeque::new(),
            smoothing,
            curves: empty_curves(smoothing),
            identity: Arc::default(),
        }
    }

    /// The history of a run that was recorded.
    pub fn recorded<'a>(steps: impl IntoIterator<Item = &'a StepStats>, validation: Vec<ValidationStats>) -> Self {
        let mut history = Self { validation, ..Self::default() };
        history.extend(steps);
        history
    }

    /// Adds steps.
    pub fn extend<'a>(&mut self, steps: impl IntoIterator<Item = &'a StepStats>) {
        for step in steps {
            self.last = Some(*step);
            self.steps.push(step);
            self.recent.push_back((step.seconds, step.n_images));
            while self.recent.front().is_some_and(|(seconds, _)| *seconds < step.seconds - RATE_WINDOW_SECS) {
                self.recent.pop_front();
            }
            add(&mut self.curves, step.epoch, step.terms);
        }
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

    /// Wants another smoothing: the curves stay as they are until those of [`History::to_smooth`] come.
    pub fn set_smoothing(&mut self, smoothing: f64) {
        self.smoothing = smoothing.clamp(0.0, 0.999);
    }

    /// What the curves are to be drawn from again; a million steps take longer than a frame.
    pub fn to_smooth(&self) -> Smoothing {
        Smoothing { of: Arc::clone(&self.identity), steps: self.steps.clone(), past_weight: self.smoothing }
    }

    /// Takes curves in that were drawn again, with the steps made meanwhile, unless others are wanted by now.
    pub fn take_smoothed(&mut self, smoothed: Smoothed) {
        let Smoothed { of, n_steps, past_weight, mut curves } = smoothed;
        if Arc::ptr_eq(&of, &self.identity) && past_weight == self.smoothing {
            self.steps.after(n_steps).for_each(|m| add(&mut curves, m.epoch, m.terms));
            self.curves = curves;
            self.version += 1;
        }
    }

    /// Steps so far.
    pub fn n_steps(&self) -> usize {
        self.steps.len()
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
        self.last.as_ref()
    }

    /// Images and steps per second of late.
    pub fn rates(&self) -> Option<(f64, f64)> {
        let ((first, _), (last, _)) = (self.recent.front()?, self.recent.back()?);
        let (seconds, timed) = (last - first, self.recent.len() - 1);
        let images: usize = self.recent.iter().skip(1).map(|(_, n_images)| n_images).sum();
        (seconds > 0.2 && timed > 0).then(|| (images as f64 / seconds, timed as f64 / seconds))
    }
}

impl Smoothing {
    /// Draws the curves again.
    pub fn curves(self) -> Smoothed {
        let Self { of, steps, past_weight } = self;
        let mut curves = empty_curves(past_weight);
        steps.after(0).for_each(|m| add(&mut curves, m.epoch, m.terms));
        Smoothed { of, n_steps: steps.len(), past_weight, curves }
    }
}

fn empty_curves(smoothing: f64) -> [Curve; 3] {
    [(); 3].map(|()| Curve::new(smoothing))
}

fn add(curves: &mut [Curve; 3], epoch: f64, terms: Terms) {
    for (metric, curve) in Metric::ALL.into_iter().zip(curves) {
        curve.push(epoch, metric.of(terms));
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

    fn steps(from: u64, to: u64) -> Vec<StepStats> {
        (from..=to).map(|i| step(i, i as f64)).collect()
    }

    fn curves(history: &History) -> Vec<Vec<crate::state::Bucket>> {
        Metric::ALL.map(|metric| history.curve(metric).buckets().to_vec()).into()
    }

    #[test]
    fn smoothing_again_is_as_if_it_had_been_so_from_the_start() {
        let mut history = History::default();
        history.extend(&steps(1, 700));
        history.set_smoothing(0.5);
        let order = history.to_smooth();
        assert_eq!(curves(&history), curves(&History::recorded(&steps(1, 700), Vec::new())), "nothing changes yet");
        // Training does not wait.
        history.extend(&steps(701, 730));
        history.take_smoothed(order.curves());
        let mut other = History::new(0.5);
        other.extend(&steps(1, 730));
        assert_eq!(curves(&history), curves(&other));
        assert_eq!(history.n_steps(), 730);
    }

    #[test]
    fn curves_of_another_smoothing_or_run_are_left() {
        let mut history = History::default();
        history.extend(&steps(1, 30));
        let before = curves(&history);
        history.set_smoothing(0.5);
        let order = history.to_smooth();
        history.set_smoothing(0.7);
        history.take_smoothed(order.clone().curves());
        assert_eq!(curves(&history), before);
        let mut other = History::new(0.5);
        other.take_smoothed(order.curves());
        assert_eq!(other.curve(Metric::Kl).last(), None);
    }
}
