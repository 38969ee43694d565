//! What can go wrong while a model learns, told from what is measured, and what is usually done about it.
//!
//! Thresholds come from the literature and are named where they stand. Everything is judged anew after a change.

use std::fmt;

use crate::config::{Kind, LRS, Likelihood, ModelConfig, RunConfig};
use crate::train::{Change, Divergence, StepStats, Terms, ValidationStats};

/// Before this many steps, counted from the last change, nothing is said: every model begins with an idle code.
const SETTLING_STEPS: u64 = 200;
/// A dimension below this many nats says nothing about its image: ε of (ε, δ)-collapse (Lucas et al. 2019, section 5).
const COLLAPSED_NATS: f64 = 0.01;
/// A collapse is only one when so few dimensions are active: none, or one in eight.
const FEW_UNITS: usize = 8;
/// A KL that has grown by this factor since the validation before is still on its way.
const GROWING: f64 = 1.2;
/// The standard deviation of values in [0, 1] is at most ½ (Popoviciu 1935), and the best σ² is the mean squared error
/// (Rybkin et al. 2021, eq. 4): a larger σ explains nothing.
const LARGEST_SIGMA: f64 = 0.5;
/// log σ never falls below −6 (Rybkin et al. 2021, section 3.2); this is one twentieth above.
const SIGMA_FLOOR: f64 = 0.002_604;
/// Validations in a row that must be worse than the best one: UP_s with s = 5 (Prechelt 1998, section 2.2).
const WORSE_IN_A_ROW: usize = 5;
/// By how much the last of them must be worse, as a share of the best: GL_α with α = 1 % (Prechelt 1998, section 2.1).
const WORSE_BY: f64 = 0.01;
/// And at least by this much, for losses near 0.
const WORSE_BY_NATS: f64 = 1.0;
/// Nats per dimension that free bits give away first: the middle of what Kingma et al. 2016 tried (section 6.2).
const FIRST_FREE_BITS: f64 = 0.25;

/// Something is wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum Alarm {
    /// The code says next to nothing about the images.
    Collapse {
        /// Nats per image of all dimensions together.
        kl_nats: f64,
        /// Dimensions that are used; `None` without held images.
        active_units: Option<usize>,
        /// Dimensions of z.
        latent_dim: usize,
    },
    /// σ has grown beyond any use.
    SigmaGrows {
        /// In pixel units.
        sigma: f64,
    },
    /// σ has fallen to its floor: the pictures are learned by heart.
    SigmaVanishes {
        /// In pixel units.
        sigma: f64,
    },
    /// Validation departs from training.
    Overfit {
        /// The epoch of the best validation.
        best_epoch: f64,
        /// Its negative ELBO, nats per image.
        best_nats: f64,
        /// The last validation's.
        now_nats: f64,
    },
    /// A number was not finite.
    Diverged(Divergence),
}

/// What an alarm is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlarmKind {
    /// [`Alarm::Collapse`].
    Collapse,
    /// [`Alarm::SigmaGrows`] and [`Alarm::SigmaVanishes`].
    Sigma,
    /// [`Alarm::Overfit`].
    Overfit,
    /// [`Alarm::Diverged`].
    Diverged,
}

/// What is usually done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cure {
    /// β down to 1, or to its half, after a warm-up that begins now.
    LowerBeta,
    /// β rises from 0 again, from now on.
    WarmUp,
    /// More KL that costs nothing.
    FreeBits,
    /// A tenth of the learning rate.
    LowerLr,
    /// End the run and keep it.
    Stop,
}

impl Alarm {
    /// What it is about.
    pub fn kind(&self) -> AlarmKind {
        match self {
            Self::Collapse { .. } => AlarmKind::Collapse,
            Self::SigmaGrows { .. } | Self::SigmaVanishes { .. } => AlarmKind::Sigma,
            Self::Overfit { .. } => AlarmKind::Overfit,
            Self::Diverged(_) => AlarmKind::Diverged,
        }
    }

    /// What can be done about it, the usual first.
    pub fn cures(&self, config: &RunConfig) -> Vec<Cure> {
        let cures: &[Cure] = match self {
            Self::Collapse { .. } if config.train.beta > 1.0 => &[Cure::LowerBeta, Cure::FreeBits, Cure::Stop],
            Self::Collapse { .. } => &[Cure::WarmUp, Cure::FreeBits, Cure::LowerBeta, Cure::Stop],
            Self::SigmaGrows { .. } | Self::SigmaVanishes { .. } => &[Cure::LowerLr, Cure::Stop],
            Self::Overfit { .. } => &[Cure::Stop],
            Self::Diverged(_) => &[Cure::LowerLr],
        };
        let possible = |cure: &Cure| *cure == Cure::Stop || !cure.changes(config, 0.0).is_empty();
        cures.iter().copied().filter(possible).collect()
    }
}

impl Cure {
    /// What it changes in a run with `config` after `epoch` passes over the images; nothing when it is at its end.
    pub fn changes(self, config: &RunConfig, epoch: f64) -> Vec<Change> {
        let train = &config.train;
        match self {
            Self::LowerBeta => {
                let beta = if train.beta > 1.0 { 1.0 } else { train.beta / 2.0 };
                let lower = Change::new("train.beta", beta);
                std::iter::once(lower).chain(Self::WarmUp.changes(config, epoch)).collect()
            }
            Self::WarmUp => {
                // As it is read easily, and not later than now.
                let from = (epoch * 100.0).floor() / 100.0;
                // A quarter of what is left, as one cycle of four would take (Fu et al. 2019, section 4.1).
                let epochs = ((train.epochs as f64 - epoch) / 4.0).floor().clamp(1.0, 10.0);
                vec![
                    Change::new("train.beta_schedule", "constant"),
                    Change::new("train.warmup_epochs", epochs),
                    Change::new("train.beta_from_epoch", from),
                ]
            }
            Self::FreeBits => {
                vec![Change::new("train.free_bits", (2.0 * train.free_bits).clamp(FIRST_FREE_BITS, 100.0))]
            }
            Self::LowerLr if train.lr > *LRS.start() => {
                // Rounded to what is read easily: 0.1 × 0.001 is not quite 0.0001.
                let tenth: f64 = format!("{:.3e}", train.lr / 10.0).parse().unwrap_or(train.lr / 10.0);
                vec![Change::new("train.lr", tenth.max(*LRS.start()))]
            }
            Self::LowerLr | Self::Stop => Vec::new(),
        }
    }
}

impl fmt::Display for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Collapse { kl_nats, active_units: Some(n), latent_dim } => write!(
                f,
                "the posterior has collapsed: {n} of {latent_dim} dimensions are active and the code holds {kl_nats:.2} nats"
            ),
            Self::Collapse { kl_nats, .. } => {
                write!(f, "the posterior has collapsed: the code holds {kl_nats:.3} nats of an image")
            }
            Self::SigmaGrows { sigma } => {
                write!(f, "sigma has run away to {sigma:.2}: values between 0 and 1 spread by at most 0.5")
            }
            Self::SigmaVanishes { sigma } => {
                write!(f, "sigma has fallen to its floor ({sigma:.4}): the training images are learned by heart")
            }
            Self::Overfit { best_epoch, best_nats, now_nats } => write!(
                f,
                "validation departs from training: {now_nats:.2} nats, {:.2} more than at its best after epoch {best_epoch:.0}",
                now_nats - best_nats
            ),
            Self::Diverged(divergence) => divergence.fmt(f),
        }
    }
}

/// What has been seen of a run since its last change.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    variational: bool,
    learns_sigma: bool,
    latent_dim: usize,
    steps: u64,
    first_sigma: Option<f64>,
    sigma: Option<f64>,
    /// KL and negative ELBO summed over the images of the steps that wait to be judged.
    kl: Mean,
    loss: Mean,
    /// KL of the stretch of training steps before, when it was idle.
    idle_before: Option<f64>,
    /// KL of the validation before, when it looked collapsed.
    few_before: Option<f64>,
    collapse: Option<Alarm>,
    beta: Option<f64>,
    best: Option<Best>,
    overfit: Option<Alarm>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Mean {
    sum: f64,
    n: f64,
}

impl Mean {
    fn add(&mut self, value: f64, n: f64) {
        self.sum += value * n;
        self.n += n;
    }

    fn take(&mut self) -> f64 {
        let Self { sum, n } = std::mem::take(self);
        sum / n.max(1.0)
    }
}

/// The best validation so far.
#[derive(Debug, Clone, Copy)]
struct Best {
    epoch: f64,
    held_nats: f64,
    /// Of the training images in the epoch before it.
    trained_nats: f64,
    /// Validations since, all of them worse.
    worse: usize,
}

impl Watch {
    /// Nothing seen yet of a model.
    pub fn new(model: &ModelConfig) -> Self {
        Self {
            variational: model.kind == Kind::Vae,
            learns_sigma: model.likelihood == Likelihood::GaussianLearned,
            latent_dim: model.latent_dim,
            ..Self::default()
        }
    }

    /// Settings were changed: everything is judged anew.
    pub fn changed(&mut self) {
        let Self { variational, learns_sigma, latent_dim, .. } = *self;
        *self = Self { variational, learns_sigma, latent_dim, ..Self::default() };
    }

    /// A step was made.
    pub fn step(&mut self, stats: &StepStats) {
        let n = stats.n_images as f64;
        self.kl.add(stats.terms.kl_nats, n);
        self.loss.add(negative_elbo(stats.terms), n);
        self.steps += 1;
        self.sigma = stats.sigma.filter(|_| self.learns_sigma);
        self.first_sigma = self.first_sigma.or(self.sigma);
        if self.beta.replace(stats.beta) != Some(stats.beta) {
            // What validation is worth shifts with β.
            self.best = None;
        }
        if self.steps.is_multiple_of(SETTLING_STEPS) {
            let kl_nats = self.kl.take();
            let idle = self.variational && stats.beta > 0.0 && kl_nats < COLLAPSED_NATS * self.latent_dim as f64;
            if idle && self.idle_before.is_some_and(|before| kl_nats <= before * GROWING) {
                let known = matches!(self.collapse, Some(Alarm::Collapse { active_units: Some(_), .. }));
                let collapse = Alarm::Collapse { kl_nats, active_units: None, latent_dim: self.latent_dim };
                self.collapse = if known { self.collapse.take() } else { Some(collapse) };
            } else if !idle && matches!(self.collapse, Some(Alarm::Collapse { active_units: None, .. })) {
                self.collapse = None;
            }
            self.idle_before = idle.then_some(kl_nats);
        }
    }

    /// The held images were evaluated.
    pub fn validation(&mut self, stats: &ValidationStats) {
        if let Some(n) = stats.active_units.filter(|_| self.variational && self.steps >= SETTLING_STEPS) {
            self.judge_collapse(n, stats.terms.kl_nats);
        }
        self.judge_overfit(stats);
    }

    /// Twice in a row, so that a code that is only late is not called dead.
    fn judge_collapse(&mut self, n: usize, kl_nats: f64) {
        let idle_nats = COLLAPSED_NATS * self.latent_dim as f64;
        let few = n <= self.latent_dim / FEW_UNITS || kl_nats < idle_nats;
        let stays = self.few_before.is_some_and(|before| kl_nats <= (before * GROWING).max(before + idle_nats));
        self.collapse =
            (few && stays).then_some(Alarm::Collapse { kl_nats, active_units: Some(n), latent_dim: self.latent_dim });
        self.few_before = few.then_some(kl_nats);
    }

    fn judge_overfit(&mut self, stats: &ValidationStats) {
        let (held_nats, trained_nats) = (negative_elbo(stats.terms), self.loss.take());
        self.overfit = None;
        match &mut self.best {
            Some(best) if held_nats >= best.held_nats => {
                best.worse += 1;
                let by = (WORSE_BY * best.held_nats.abs()).max(WORSE_BY_NATS);
                let departs = held_nats - best.held_nats > by && trained_nats < best.trained_nats;
                if best.worse >= WORSE_IN_A_ROW && departs {
                    let Best { epoch, held_nats: best_nats, .. } = *best;
                    self.overfit = Some(Alarm::Overfit { best_epoch: epoch, best_nats, now_nats: held_nats });
                }
            }
            best => *best = Some(Best { epoch: stats.epoch, held_nats, trained_nats, worse: 0 }),
        }
    }

    fn sigma_alarm(&self) -> Option<Alarm> {
        let sigma = self.sigma.filter(|_| self.steps >= SETTLING_STEPS)?;
        if sigma > LARGEST_SIGMA && self.first_sigma.is_some_and(|first| sigma > first) {
            return Some(Alarm::SigmaGrows { sigma });
        }
        (sigma < SIGMA_FLOOR).then_some(Alarm::SigmaVanishes { sigma })
    }

    /// What is wrong, the worst first.
    pub fn alarms(&self) -> Vec<Alarm> {
        [self.sigma_alarm(), self.collapse.clone(), self.overfit.clone()].into_iter().flatten().collect()
    }
}

fn negative_elbo(terms: Terms) -> f64 {
    -terms.elbo_nats()
}

#[cfg(test)]
mod tests;
