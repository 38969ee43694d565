//! β and the learning rate over a run, as pure functions of the epoch: they can be drawn before they happen, and a run
//! that is taken up again goes on with the same ones.

use std::f64::consts::PI;

use crate::config::{BetaSchedule, LrSchedule, TrainConfig};

impl TrainConfig {
    /// Weight of the KL term after `epoch` passes over the training images.
    ///
    /// Linear warm-up: β · min(1, t / warm-up) (Bowman et al. 2016; Sønderby et al. 2016). Cyclical: times
    /// min(1, (t mod period) / (ramp · period)) until the last cycle is done (Fu et al. 2019, eq. 6 and 7). t is counted
    /// from `beta_from_epoch`, and is 0 before it.
    pub fn beta_at(&self, epoch: f64) -> f64 {
        let t = (epoch - self.beta_from_epoch).max(0.0);
        let warmed = if self.warmup_epochs > 0.0 { (t / self.warmup_epochs).min(1.0) } else { 1.0 };
        let cycle = t / self.cycle_epochs;
        let cycles = self.beta_schedule == BetaSchedule::Cyclical && cycle < self.cycles as f64;
        let risen = if cycles && self.cycle_ramp > 0.0 { (cycle.fract() / self.cycle_ramp).min(1.0) } else { 1.0 };
        self.beta * warmed * risen
    }

    /// Adam's step size after `epoch` passes over the training images.
    ///
    /// Linear warm-up: lr · min(1, epoch / warm-up) (Goyal et al. 2017, section 2.2). Cosine: ½ lr (1 + cos π s), s from
    /// 0 after the warm-up to 1 at the last epoch (Loshchilov & Hutter 2017, eq. 5). The cosine always spans
    /// the run as long as it is now: one that is given more epochs climbs back to where the longer run would be, a warm
    /// restart. A constant learning rate knows nothing of the length.
    pub fn lr_at(&self, epoch: f64) -> f64 {
        let warmup = self.lr_warmup_epochs;
        let warmed = if warmup > 0.0 { (epoch / warmup).min(1.0) } else { 1.0 };
        let span = self.epochs as f64 - warmup;
        let left = match self.lr_schedule {
            LrSchedule::Cosine if span > 0.0 => {
                let share = ((epoch - warmup) / span).clamp(0.0, 1.0);
                0.5 * (1.0 + (PI * share).cos())
            }
            LrSchedule::Cosine | LrSchedule::Constant => 1.0,
        };
        self.lr * warmed * left
    }

    /// Whether β or the learning rate change by themselves.
    pub fn has_schedule(&self) -> bool {
        let cyclical = self.beta_schedule == BetaSchedule::Cyclical;
        cyclical || self.warmup_epochs > 0.0 || self.lr_warmup_epochs > 0.0 || self.lr_schedule == LrSchedule::Cosine
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(of: impl Fn(f64) -> f64, expected: &[(f64, f64)]) {
        for (epoch, value) in expected {
            assert!((of(*epoch) - value).abs() < 1e-12, "{} instead of {value} at epoch {epoch}", of(*epoch));
        }
    }

    #[test]
    fn beta_stays_warms_up_or_cycles() {
        let config = TrainConfig { beta: 4.0, ..TrainConfig::default() };
        check(|t| config.beta_at(t), &[(0.0, 4.0), (17.0, 4.0)]);
        let warm = TrainConfig { warmup_epochs: 8.0, ..config.clone() };
        check(|t| warm.beta_at(t), &[(0.0, 0.0), (2.0, 1.0), (8.0, 4.0), (100.0, 4.0)]);
        let later = TrainConfig { beta_from_epoch: 10.0, ..warm };
        check(|t| later.beta_at(t), &[(3.0, 0.0), (10.0, 0.0), (12.0, 1.0), (18.0, 4.0)]);
        // Two cycles of four epochs, three quarters of each rising.
        let cycles = TrainConfig { cycle_epochs: 4.0, cycles: 2, cycle_ramp: 0.75, ..config };
        let cycles = TrainConfig { beta_schedule: BetaSchedule::Cyclical, ..cycles };
        let expected = [(0.0, 0.0), (1.5, 2.0), (3.0, 4.0), (3.9, 4.0), (4.0, 0.0), (5.5, 2.0), (8.0, 4.0), (9.5, 4.0)];
        check(|t| cycles.beta_at(t), &expected);
        let at_once = TrainConfig { cycle_ramp: 0.0, ..cycles };
        check(|t| at_once.beta_at(t), &[(0.0, 4.0), (4.0, 4.0)]);
    }

    #[test]
    fn the_learning_rate_warms_up_and_falls_along_a_cosine() {
        let config = TrainConfig { lr: 0.2, epochs: 10, lr_warmup_epochs: 2.0, ..TrainConfig::default() };
        check(|t| config.lr_at(t), &[(0.0, 0.0), (1.0, 0.1), (2.0, 0.2), (10.0, 0.2)]);
        let cosine = TrainConfig { lr_schedule: LrSchedule::Cosine, ..config };
        // cos 60° = ½: at a third of the way ¾ are left.
        check(|t| cosine.lr_at(t), &[(1.0, 0.1), (2.0, 0.2), (2.0 + 8.0 / 3.0, 0.15), (6.0, 0.1), (10.0, 0.0)]);
        // Given as many epochs again, it is where the longer run would be.
        let longer = TrainConfig { epochs: 18, ..cosine.clone() };
        check(|t| longer.lr_at(t), &[(10.0, 0.1), (18.0, 0.0)]);
        let only_warmup = TrainConfig { lr_warmup_epochs: 10.0, ..cosine };
        check(|t| only_warmup.lr_at(t), &[(5.0, 0.1), (10.0, 0.2)]);
    }
}
