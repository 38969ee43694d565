//! Shortest curves in latent space, in the metric of [`crate::latent::metric`].
//!
//! A curve of equal pieces minimises the energy; the minimum is a shortest curve at constant speed. The search begins
//! twice, from the straight line and from the shortest way over the encoded images, and the lower end is kept: so a
//! geodesic never costs more than the straight line. At last the nodes are moved along the curve so that every piece
//! changes the picture equally.

use std::ops::ControlFlow;

use crate::latent::metric::{Metric, squared};
use crate::latent::terrain::Terrain;
use crate::latent::{Course, Path, Route};
use crate::math::lbfgs::{self, Limits, Problem};
use crate::model::ModelError;

/// Pieces of a curve.
pub const PIECES: usize = 64;
/// Decoded points in a piece when its nodes are spread at last.
const FINE: usize = 4;
/// Three steps that lower the energy by less than this share are the end: no picture shows it.
const LIMITS: Limits = Limits { steps: 150, tolerance: 3e-5 };

/// An energy, and the nodes that have it.
type Solved = (f64, Vec<Vec<f32>>);

/// Finds the geodesic of every leg of `route`. `progress` is told which share is done, in [0, 1], and may end it:
/// `Ok(None)`.
pub fn solve(
    route: &Route,
    terrain: &Terrain,
    progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Option<Course>, ModelError> {
    let legs = route.legs();
    let mut solved = Vec::with_capacity(legs.len());
    for (i, [a, b]) in legs.iter().enumerate() {
        let mut of_leg = |share: f32| progress((i as f32 + share) / legs.len() as f32);
        let Some(nodes) = leg(a, b, terrain, &mut of_leg)? else { return Ok(None) };
        solved.push(nodes);
    }
    Ok(Some(Course::solved(solved, route.closed)))
}

/// The nodes of one geodesic, `[PIECES + 1, d]`.
fn leg(
    a: &[f32],
    b: &[f32],
    terrain: &Terrain,
    progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Option<Vec<Vec<f32>>>, ModelError> {
    let metric = &terrain.metric;
    let straight = spread(&[a.to_vec(), b.to_vec()], &[1.0]);
    let mut starts = vec![straight];
    if let Some(way) = terrain.way(a, b)? {
        let lengths: Vec<f64> = way.windows(2).map(|pair| squared(&pair[0], &pair[1]).sqrt()).collect();
        starts.push(spread(&way, &lengths));
    }
    let (n, mut best) = (starts.len() as f32, None::<Solved>);
    for (i, start) in starts.iter().enumerate() {
        let mut of_start = |share: f32| progress((i as f32 + share) / n);
        let Some((energy, nodes)) = descend(metric, start, &mut of_start)? else { return Ok(None) };
        if best.as_ref().is_none_or(|(least, _)| energy < *least) {
            best = Some((energy, nodes));
        }
    }
    best.map(|(_, nodes)| even_out(metric, &nodes)).transpose()
}

/// Lowers the energy of a curve whose ends stay: the energy reached, and the nodes.
fn descend(
    metric: &Metric,
    start: &[Vec<f32>],
    progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Option<Solved>, ModelError> {
    let ([first, inner @ .., last], Some(d)) = (start, start.first().map(Vec::len)) else { return Ok(None) };
    let moved2: f64 = start.windows(2).map(|pair| squared(&pair[0], &pair[1])).sum();
    let stiffness = metric.energy(&start.concat())?.0 / moved2.max(f64::MIN_POSITIVE);
    let mut curve = Curve { metric, first, last, stiffness, progress };
    let x: Vec<f64> = inner.iter().flatten().map(|v| f64::from(*v)).collect();
    let Some(found) = lbfgs::minimise(&mut curve, x, LIMITS)? else { return Ok(None) };
    let inner: Vec<f32> = found.x.iter().map(|v| *v as f32).collect();
    let nodes = std::iter::once(first.clone())
        .chain(inner.chunks_exact(d).map(<[f32]>::to_vec))
        .chain(std::iter::once(last.clone()));
    Ok(Some((found.value, nodes.collect())))
}

/// The energy as a function of the nodes between the ends.
struct Curve<'a> {
    metric: &'a Metric,
    first: &'a [f32],
    last: &'a [f32],
    /// Energy over Σ ‖Δz‖²: N times the mean metric.
    stiffness: f64,
    progress: &'a mut dyn FnMut(f32) -> ControlFlow<()>,
}

impl Problem for Curve<'_> {
    type Error = ModelError;

    fn value(&mut self, x: &[f64]) -> Result<(f64, Vec<f64>), ModelError> {
        let d = self.first.len();
        let mut z = self.first.to_vec();
        z.extend(x.iter().map(|v| *v as f32));
        z.extend(self.last);
        let (energy, slope) = self.metric.energy(&z)?;
        Ok((energy, slope.get(d..d + x.len()).unwrap_or_default().to_vec()))
    }

    /// With the same metric g everywhere the energy is N g Σ ‖Δz‖², whose Hessian is 2 N g (2 on the diagonal, −1 beside
    /// it): solved for each dimension by elimination (Thomas). Without it the steps needed would grow with N².
    fn precondition(&self, mut gradient: Vec<f64>) -> Vec<f64> {
        let d = self.first.len();
        let n = gradient.len() / d;
        let mut factors = Vec::with_capacity(n);
        for i in 0..n {
            let before = factors.last().copied().unwrap_or(0.0);
            let factor = 1.0 / (2.0 - before);
            factors.push(factor);
            for j in 0..d {
                let carried = if i > 0 { gradient[(i - 1) * d + j] } else { 0.0 };
                gradient[i * d + j] = (gradient[i * d + j] + carried) * factor;
            }
        }
        for i in (0..n.saturating_sub(1)).rev() {
            for j in 0..d {
                gradient[i * d + j] += factors[i] * gradient[(i + 1) * d + j];
            }
        }
        let scale = 2.0 * self.stiffness.max(f64::MIN_POSITIVE);
        gradient.into_iter().map(|v| v / scale).collect()
    }

    fn watch(&mut self, steps: usize, _energy: f64) -> ControlFlow<()> {
        (self.progress)(steps as f32 / LIMITS.steps as f32)
    }
}

/// The nodes moved along their chain so that ‖Δf‖ is the same for every piece; as they are when nothing changes.
fn even_out(metric: &Metric, nodes: &[Vec<f32>]) -> Result<Vec<Vec<f32>>, ModelError> {
    let mut fine = Vec::with_capacity(nodes.len() * FINE);
    for pair in nodes.windows(2) {
        fine.extend((0..FINE).map(|i| Path::Lerp.at(&pair[0], &pair[1], i as f32 / FINE as f32)));
    }
    fine.extend(nodes.last().cloned());
    let images = metric.snapshot.decode(&fine.concat())?; // [N · FINE + 1, P]
    let images: Vec<&[f32]> = images.chunks_exact(metric.snapshot.shape().pixels()).collect();
    let changes: Vec<f64> = images.windows(2).map(|pair| squared(pair[0], pair[1]).sqrt()).collect();
    Ok(if changes.iter().sum::<f64>() > 0.0 { spread(&fine, &changes) } else { nodes.to_vec() })
}

/// [`PIECES`] + 1 points on a chain, evenly by the length that each of its pieces is given.
fn spread(chain: &[Vec<f32>], lengths: &[f64]) -> Vec<Vec<f32>> {
    let total: f64 = lengths.iter().sum();
    let (mut piece, mut behind) = (0, 0.0);
    let mut nodes = Vec::with_capacity(PIECES + 1);
    for i in 0..PIECES {
        let target = total * i as f64 / PIECES as f64;
        while piece + 1 < lengths.len() && behind + lengths[piece] <= target {
            behind += lengths[piece];
            piece += 1;
        }
        let share = if lengths[piece] > 0.0 { (target - behind) / lengths[piece] } else { 0.0 };
        nodes.push(Path::Lerp.at(&chain[piece], &chain[piece + 1], share.clamp(0.0, 1.0) as f32));
    }
    nodes.extend(chain.last().cloned());
    nodes
}

#[cfg(test)]
mod tests;
