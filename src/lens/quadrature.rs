//! log p(x) with two latent dimensions, where the integral over z can be had:
//!
//! p(x) = ∫ p(x|z) p(z) dz
//!
//! p(x|z) may be a peak a hundredth wide, which no grid would meet. So the modes of p(z|x) are looked for first, from
//! q's mean and from the best places of a coarse scan; cells are halved until they are no wider than the peaks there, and
//! until log p(x, z), which is smooth where p(x, z) is a needle, varies little in all cells that may count; and then the
//! cells with the largest errors are halved until the error is small ([`crate::math::cubature`]).

use std::ops::ControlFlow;

use crate::lens::{Joint, LensError};
use crate::math::cubature::{Cell, Limits, integrate};
use crate::math::lbfgs;

/// The latent dimensions that can be integrated over.
pub const DIMENSIONS: usize = 2;
/// Outside this square p(z) holds 10⁻¹¹; it grows when a mode is near its border.
const HALF: f64 = 7.0;
/// The same, beyond a mode.
const MARGIN: f64 = 3.0;
/// Places of the first scan along each axis.
const SCAN: usize = 41;
/// Modes looked for.
const MODES: usize = 6;
/// A scanned place so many nats below the best starts no search.
const HOPELESS: f64 = 300.0;
/// Cells at a mode are at most so many standard deviations wide.
const WIDTH: f64 = 3.0;
/// A cell is never halved below this: in f32 there is little between.
const NARROWEST: f64 = 1e-5;
/// Places along each axis at which a cell is looked at.
const LOOKS: usize = 4;
/// log p(x, z) varies by no more than so many nats over the places of a cell that may count.
const SPAN: f64 = 6.0;
/// A cell may count when it may come within so many nats of the highest mode.
const COUNTS: f64 = 12.0;
/// No cell is halved more often before the integration begins, and none once there are so many.
const ROUNDS: usize = 24;
const MOST_CELLS: usize = 2000;

/// How exact it should be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effort {
    /// The error of log p(x) that is small enough, nats.
    pub tolerance_nats: f64,
    /// Points decoded at most, about.
    pub decodes: usize,
}

impl Default for Effort {
    fn default() -> Self {
        Self { tolerance_nats: 1e-3, decodes: 60_000 }
    }
}

/// log p(x) by quadrature.
#[derive(Debug, Clone, PartialEq)]
pub struct Quadrature {
    /// log p(x) in nats.
    pub log_px_nats: f64,
    /// What the two rules differ by, nats; the error is usually far smaller.
    pub error_nats: f64,
    /// Points decoded.
    pub decodes: usize,
    /// Whether the error came below what was asked for.
    pub converged: bool,
    /// Modes of p(z|x) that were found, the highest first, with log p(x, z) there in nats.
    pub modes: Vec<([f64; 2], f64)>,
    /// A rectangle around all but a billionth of p(z|x), about.
    pub support: Cell,
}

/// log p(x) of an image of a model with two latent dimensions. `go_on` is told the number of points decoded; `Ok(None)`
/// when it breaks.
pub fn quadrature(
    joint: &Joint<'_>,
    effort: Effort,
    go_on: &dyn Fn(usize) -> ControlFlow<()>,
) -> Result<Option<Quadrature>, LensError> {
    if joint.latent_dim() != DIMENSIONS {
        return Err(LensError::Dimensions(joint.latent_dim()));
    }
    let before = joint.decodes();
    if go_on(0).is_break() {
        return Ok(None);
    }
    let peaks = peaks(joint)?;
    let Some(highest) = peaks.first().map(|p| p.log_joint).filter(|log| log.is_finite()) else {
        return Err(LensError::NotFinite);
    };
    let reach = |p: &Peak| p.at[0].abs().max(p.at[1].abs()) + MARGIN;
    let half = peaks.iter().map(reach).fold(HALF, f64::max);
    let whole = Cell { centre: [0.0; 2], half: [half; 2] };
    let mut cells = Vec::new();
    whole.tiles(8, 8).into_iter().for_each(|tile| divide(tile, &peaks, &mut cells));
    let Some(cells) = refined(joint, cells, highest, &|| go_on(joint.decodes() - before))? else { return Ok(None) };

    // The integrand relative to the highest mode, so that it is about 1 there whatever the image.
    let f = |places: &[[f64; 2]]| -> Result<Vec<f64>, LensError> {
        let logs = joint.log_joint(places.as_flattened())?;
        Ok(logs.into_iter().map(|log| (log - highest).exp()).collect())
    };
    let limits = Limits { absolute: 0.0, relative: effort.tolerance_nats, points: effort.decodes };
    let Some(found) = integrate(cells, limits, f, &|_| go_on(joint.decodes() - before))? else {
        return Ok(None);
    };
    if !(found.value > 0.0 && found.value.is_finite()) {
        return Err(LensError::NotFinite);
    }
    Ok(Some(Quadrature {
        log_px_nats: highest + found.value.ln(),
        // d log v = dv / v
        error_nats: found.error / found.value,
        decodes: joint.decodes() - before,
        converged: found.converged,
        modes: peaks.iter().map(|p| (p.at, p.log_joint)).collect(),
        support: found.support.unwrap_or(whole),
    }))
}

/// A mode of p(z|x).
struct Peak {
    at: [f64; 2],
    /// log p(x, z) there.
    log_joint: f64,
    /// Its width along each axis when the other is held: 1/√(−∂² log p/∂z²).
    width: [f64; 2],
}

/// The modes, the highest first.
fn peaks(joint: &Joint<'_>) -> Result<Vec<Peak>, LensError> {
    let scan = scan(joint, HALF, SCAN)?;
    let best = scan.first().map_or(f64::NEG_INFINITY, |(_, log)| *log);
    let starts = scan.iter().filter(|(_, log)| *log > best - HOPELESS).map(|(at, _)| *at).take(MODES);
    let mean = [joint.q.mu[0], joint.q.mu[1]];
    let mut peaks = Vec::<Peak>::new();
    for start in std::iter::once(mean).chain(starts) {
        let peak = climb(joint, start)?;
        let known = |p: &Peak| (0..2).all(|j| (p.at[j] - peak.at[j]).abs() < p.width[j].max(1e-4));
        if peak.log_joint.is_finite() && !peaks.iter().any(known) {
            peaks.push(peak);
        }
    }
    peaks.sort_by(|a, b| b.log_joint.total_cmp(&a.log_joint));
    Ok(peaks)
}

/// The places of a lattice of `across` × `across`, `half` from the origin at most, that no neighbour excels, with
/// log p(x, z) there, the highest first.
pub(super) fn scan(joint: &Joint<'_>, half: f64, across: usize) -> Result<Vec<([f64; 2], f64)>, LensError> {
    let at = |i: usize| half * (2.0 * i as f64 / (across - 1) as f64 - 1.0);
    let places: Vec<[f64; 2]> = (0..across * across).map(|i| [at(i % across), at(i / across)]).collect();
    let logs = joint.log_joint(places.as_flattened())?;
    let around = |i: usize| (i.max(1) - 1)..(i + 2).min(across);
    let is_top = |i: usize| {
        let (column, row) = (i % across, i / across);
        around(row).all(|r| around(column).all(|c| logs[r * across + c] <= logs[i]))
    };
    let mut tops: Vec<_> = (0..places.len()).filter(|i| is_top(*i)).map(|i| (places[i], logs[i])).collect();
    tops.sort_by(|a, b| b.1.total_cmp(&a.1));
    Ok(tops)
}

/// −log p(x, z), to be minimised.
struct Depth<'a, 'b>(&'a Joint<'b>);

impl lbfgs::Problem for Depth<'_, '_> {
    type Error = LensError;

    fn value(&mut self, z: &[f64]) -> Result<(f64, Vec<f64>), LensError> {
        let (log, slope) = self.0.log_joint_and_slope(z)?;
        Ok((-log, slope.iter().map(|s| -s).collect()))
    }
}

/// Uphill from `start`.
fn climb(joint: &Joint<'_>, start: [f64; 2]) -> Result<Peak, LensError> {
    let limits = lbfgs::Limits { steps: 40, tolerance: 1e-6 };
    let found = lbfgs::minimise(&mut Depth(joint), start.to_vec(), limits)?;
    let at = found.as_ref().and_then(|m| m.x.first_chunk().copied()).unwrap_or(start);
    let log_joint = found.map_or(f64::NEG_INFINITY, |m| -m.value);
    // The width is where it has fallen by half a nat, about: a corner of a ReLU has no curvature, and f32 no fine one.
    let steps: Vec<f64> = (0..18).map(|k| 0.5_f64.powi(k)).collect();
    let mut width = [1.0; 2];
    for (axis, width) in width.iter_mut().enumerate() {
        let aside = |h: f64| {
            let mut place = at;
            place[axis] += h;
            place
        };
        let places: Vec<[f64; 2]> = steps.iter().flat_map(|h| [aside(*h), aside(-h)]).collect();
        let logs = joint.log_joint(places.as_flattened())?;
        let fallen = |pair: &[f64]| pair.iter().all(|log| log_joint - log > 0.5);
        let outside = logs.chunks_exact(2).take_while(|pair| fallen(pair)).count();
        *width = steps.get(outside).copied().unwrap_or(NARROWEST);
    }
    Ok(Peak { at, log_joint, width })
}

/// Halves a cell until it is narrow enough for the modes in it.
fn divide(cell: Cell, peaks: &[Peak], into: &mut Vec<Cell>) {
    let too_wide = |axis: usize| {
        let wide = |p: &&Peak| 2.0 * cell.half[axis] > (WIDTH * p.width[axis]).max(NARROWEST);
        peaks.iter().filter(wide).any(|p| cell.holds(p.at))
    };
    match [0, 1].into_iter().find(|axis| too_wide(*axis)) {
        Some(axis) => cell.halved(axis).into_iter().for_each(|part| divide(part, peaks, into)),
        None => into.push(cell),
    }
}

/// Halves cells until log p(x, z) varies little in those that may count; `None` when `go_on` breaks.
///
/// Between the places the highest value is taken to lie above theirs by half of what they differ by, as it does between
/// the equidistant places of a parabola or a slope. Each is halved along the axis on which its rows differ more.
fn refined(
    joint: &Joint<'_>,
    cells: Vec<Cell>,
    highest: f64,
    go_on: &dyn Fn() -> ControlFlow<()>,
) -> Result<Option<Vec<Cell>>, LensError> {
    let (mut done, mut open) = (Vec::new(), cells);
    for _ in 0..ROUNDS {
        if open.is_empty() || open.len() + done.len() > MOST_CELLS {
            break;
        }
        if go_on().is_break() {
            return Ok(None);
        }
        let centres = |cell: &Cell| cell.tiles(LOOKS, LOOKS).into_iter().map(|tile| tile.centre);
        let places: Vec<[f64; 2]> = open.iter().flat_map(centres).collect();
        let logs = joint.log_joint(places.as_flattened())?;
        let mut next = Vec::new();
        for (cell, logs) in open.into_iter().zip(logs.chunks_exact(LOOKS * LOOKS)) {
            let [low, high] = ends(logs.iter());
            let (span, too_narrow) = (high - low, cell.half[0].max(cell.half[1]) < NARROWEST);
            if span <= SPAN || high + 0.5 * span < highest - COUNTS || too_narrow {
                done.push(cell);
                continue;
            }
            let differ = |step: usize, stride: usize| {
                let line = |i: usize| logs.iter().skip(i * stride).step_by(step).take(LOOKS);
                (0..LOOKS).map(|i| ends(line(i))).map(|[low, high]| high - low).fold(0.0, f64::max)
            };
            next.extend(cell.halved(usize::from(differ(LOOKS, 1) > differ(1, LOOKS))));
        }
        open = next;
    }
    done.extend(open);
    Ok(Some(done))
}

/// The least and the largest.
fn ends<'a>(values: impl Iterator<Item = &'a f64>) -> [f64; 2] {
    values.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], v| [low.min(*v), high.max(*v)])
}

#[cfg(test)]
mod tests;
