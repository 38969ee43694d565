//! Two distributions that the user pushes about, and what parts them.

use crate::data::Dataset;
use crate::lens::probabilities;
use crate::math::divergence::{self, Gaussian2, normal_entropy};
use crate::math::gaussian;
use crate::state::AppState;

/// Bars to begin with, and bars that the grey levels are gathered into.
const BARS: usize = 8;
const LEVELS: usize = 16;
/// What σ may be.
pub const SIGMA: std::ops::RangeInclusive<f64> = 0.05..=4.0;
/// What μ may be.
pub const MEAN: std::ops::RangeInclusive<f64> = -4.0..=4.0;
/// A bar is never quite everything.
const MOST: f64 = 0.99;

/// What is compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    /// Gaussians on a line: the first axis of each.
    #[default]
    Line,
    /// Gaussians in the plane.
    Plane,
    /// Probabilities.
    Bars,
}

impl Kind {
    /// Every kind, in the order shown.
    pub const ALL: [Self; 3] = [Self::Line, Self::Plane, Self::Bars];
}

/// KL both ways by so many samples: KL(p ‖ q), then KL(q ‖ p).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Samples of each.
    pub samples: u64,
    /// Nats.
    pub nats: [f64; 2],
    /// Standard errors, nats.
    pub errors: [f64; 2],
}

/// Two Gaussians whose divergence is sampled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// p and q.
    pub gaussians: [Gaussian2; 2],
    /// Only their first axis.
    pub on_a_line: bool,
}

impl Pair {
    /// KL(p ‖ q) and KL(q ‖ p) in closed form, nats.
    pub fn kl(&self) -> [f64; 2] {
        let [p, q] = &self.gaussians;
        let kl = |p: &Gaussian2, q: &Gaussian2| {
            if self.on_a_line { gaussian::kl(p.mean[0], p.sigma[0], q.mean[0], q.sigma[0]) } else { p.kl(q) }
        };
        [kl(p, q), kl(q, p)]
    }

    /// H(p) and H(q), nats.
    pub fn entropies(&self) -> [f64; 2] {
        self.gaussians.map(|g| if self.on_a_line { normal_entropy(g.sigma[0]) } else { g.entropy() })
    }
}

/// The page.
#[derive(Debug, Clone)]
pub struct Divergences {
    /// What is compared.
    pub kind: Kind,
    /// p and q.
    pub gaussians: [Gaussian2; 2],
    /// Probabilities of p and of q; as many of each.
    pub bars: [Vec<f64>; 2],
    /// Whether the grey levels of the images are being counted.
    pub counting: bool,
    /// The same by more and more samples.
    pub estimates: Vec<Estimate>,
}

impl Default for Divergences {
    fn default() -> Self {
        let gaussian = |mean, sigma| Gaussian2 { mean, sigma, rho: 0.0 };
        let falling: Vec<f64> = (1..BARS).chain([BARS - 1]).map(|i| 0.5_f64.powi(i as i32)).collect();
        Self {
            kind: Kind::Line,
            gaussians: [gaussian([0.8, 0.5], [0.6, 0.5]), gaussian([0.0, 0.0], [1.0, 1.0])],
            bars: [falling, vec![1.0 / BARS as f64; BARS]],
            counting: false,
            estimates: Vec::new(),
        }
    }
}

/// Something about the page.
#[derive(Debug, Clone)]
pub enum DivergenceAction {
    /// Compares these.
    SetKind(Kind),
    /// Moves p (0) or q (1).
    SetGaussian(usize, Gaussian2),
    /// Gives bar so-and-so of p (0) or q (1) this probability; the others share the rest as before.
    SetBar(usize, usize, f64),
    /// p becomes q(z|x) of the selected image, q the prior.
    FromModel,
    /// p becomes the grey levels of the open images, q uniform.
    FromImages,
    /// How often each of the 256 levels occurs.
    Counted(Vec<u64>),
    /// By more samples.
    Estimated(Box<Pair>, Estimate),
}

impl Divergences {
    /// The Gaussians, when they are compared.
    pub fn pair(&self) -> Option<Pair> {
        (self.kind != Kind::Bars).then_some(Pair { gaussians: self.gaussians, on_a_line: self.kind == Kind::Line })
    }
}

/// q(z|x) of the selected image in its first dimensions; `None` when it is not known.
pub fn of_selected(state: &AppState) -> Option<Gaussian2> {
    let view = state.walk.selected_view.as_ref().filter(|_| state.training.is_variational())?;
    let pair = |values: &[f32], beyond: f64| {
        let at = |i: usize| values.get(i).map_or(beyond, |v| f64::from(*v));
        [at(0), at(1)]
    };
    let within = |v: f64, range: std::ops::RangeInclusive<f64>| v.clamp(*range.start(), *range.end());
    let mean = pair(&view.mu, 0.0).map(|v| within(v, MEAN));
    let sigma = pair(&view.sigma, 1.0).map(|v| within(v, SIGMA));
    Some(Gaussian2 { mean, sigma, rho: 0.0 })
}

/// Applies one action.
pub fn apply(state: &mut AppState, action: DivergenceAction) {
    let selected = of_selected(state);
    let page = &mut state.lens.divergences;
    match action {
        DivergenceAction::SetKind(kind) => page.kind = kind,
        DivergenceAction::SetGaussian(which, gaussian) => {
            if let Some(old) = page.gaussians.get_mut(which) {
                *old = gaussian;
            }
        }
        DivergenceAction::SetBar(which, bar, probability) => {
            if let Some(bars) = page.bars.get_mut(which) {
                set_bar(bars, bar, probability);
            }
        }
        DivergenceAction::FromModel => {
            if let Some(of_image) = selected {
                page.gaussians = [of_image, Gaussian2 { mean: [0.0; 2], sigma: [1.0; 2], rho: 0.0 }];
            }
        }
        DivergenceAction::FromImages => page.counting = true,
        DivergenceAction::Counted(histogram) => {
            page.counting = false;
            let gathered: Vec<u64> =
                histogram.chunks(histogram.len().div_ceil(LEVELS).max(1)).map(|levels| levels.iter().sum()).collect();
            if let Some(p) = probabilities(&gathered) {
                page.bars = [p, vec![1.0 / gathered.len() as f64; gathered.len()]];
            }
        }
        DivergenceAction::Estimated(pair, estimate) => {
            if page.pair() == Some(*pair) {
                // Samples begin anew for every pair.
                page.estimates.retain(|before| before.samples < estimate.samples);
                page.estimates.push(estimate);
            }
        }
    }
}

/// Every bar's probability is changed so that they sum to 1.
fn set_bar(bars: &mut [f64], bar: usize, probability: f64) {
    let Some(before) = bars.get(bar).copied() else { return };
    let (now, rest) = (probability.clamp(0.0, MOST), 1.0 - before);
    let others = (bars.len().max(2) - 1) as f64;
    for (i, p) in bars.iter_mut().enumerate() {
        *p = match rest {
            _ if i == bar => now,
            rest if rest > 1e-9 => *p * (1.0 - now) / rest,
            _ => (1.0 - now) / others,
        };
    }
}

/// H(p), H(q), H(p, q), KL(p ‖ q), KL(q ‖ p) of the bars, bits.
pub fn of_bars([p, q]: &[Vec<f64>; 2]) -> [f64; 5] {
    let nats = [
        divergence::entropy(p),
        divergence::entropy(q),
        divergence::cross_entropy(p, q),
        divergence::kl(p, q),
        divergence::kl(q, p),
    ];
    nats.map(|nats| nats / std::f64::consts::LN_2)
}

/// Whether grey levels can be counted.
pub fn can_count(data: Option<&Dataset>) -> bool {
    data.is_some_and(|data| !data.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_that_is_pulled_takes_from_the_others_in_their_proportions() {
        let mut state = AppState::default();
        apply(&mut state, DivergenceAction::SetBar(0, 0, 0.2));
        let bars = &state.lens.divergences.bars[0];
        assert!((bars.iter().sum::<f64>() - 1.0).abs() < 1e-12 && (bars[0] - 0.2).abs() < 1e-12, "{bars:?}");
        assert!((bars[1] / bars[2] - 2.0).abs() < 1e-12, "{bars:?}");
        // All but alone, and back: what is left is shared.
        let mut alone = vec![1.0, 0.0, 0.0];
        set_bar(&mut alone, 0, 0.5);
        assert_eq!(alone, [0.5, 0.25, 0.25]);
    }

    /// 7/4 + 2 · 7/2⁷ bits for halves down to 2⁻⁷ twice; against a uniform code of 3 bits.
    #[test]
    fn halves_and_a_uniform_code_are_told_in_bits() {
        let [p, q, crossed, kl, _] = of_bars(&Divergences::default().bars);
        let expected = (1..8).map(|i| f64::from(i) * 0.5_f64.powi(i)).sum::<f64>() + 7.0 / 128.0;
        assert!((p - expected).abs() < 1e-12 && (q - 3.0).abs() < 1e-12 && (crossed - 3.0).abs() < 1e-12);
        assert!((kl - (3.0 - expected)).abs() < 1e-12);
    }

    #[test]
    fn levels_are_gathered_and_estimates_of_another_pair_are_not_taken() {
        let mut state = AppState::default();
        apply(&mut state, DivergenceAction::FromImages);
        let histogram = (0..256).map(|level| u64::from(level < 16 || level == 255)).collect();
        apply(&mut state, DivergenceAction::Counted(histogram));
        let page = &state.lens.divergences;
        assert!(!page.counting);
        assert_eq!((page.bars[0].len(), page.bars[0][0], page.bars[0][15]), (16, 16.0 / 17.0, 1.0 / 17.0));
        let pair = page.pair().unwrap();
        let estimate = |samples| Estimate { samples, nats: [0.1; 2], errors: [0.1; 2] };
        for samples in [10, 100, 10] {
            apply(&mut state, DivergenceAction::Estimated(Box::new(pair), estimate(samples)));
        }
        assert_eq!(state.lens.divergences.estimates.len(), 1);
        apply(&mut state, DivergenceAction::Estimated(Box::new(Pair { on_a_line: false, ..pair }), estimate(1000)));
        assert_eq!(state.lens.divergences.estimates.len(), 1);
    }
}
