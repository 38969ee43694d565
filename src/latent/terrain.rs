//! The known region as a net of roads: encoded images, each joined to its nearest. The shortest way over it is where the
//! search for a geodesic begins, because it goes around the gaps that a straight line crosses.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::ops::ControlFlow;
use std::sync::Arc;

use rayon::prelude::*;

use crate::data::evenly;
use crate::latent::Density;
use crate::latent::metric::{Metric, squared};
use crate::latent::neighbours::nearest;
use crate::model::{ModelError, Snapshot};

/// Images that are joined, at most.
const PLACES: usize = 2000;
/// Values of decoded images that are held while the roads are measured: 64 MB.
const VALUES: usize = 1 << 24;
/// Places that each is joined to.
const NEIGHBOURS: usize = 10;
/// Images decoded at once.
const BATCH: usize = 64;

/// The net, with the metric its roads are measured in.
#[derive(Debug, Clone)]
pub struct Terrain {
    /// What a step costs.
    pub metric: Metric,
    /// μ of the joined images, `[k, d]`.
    places: Vec<f32>,
    /// From each place: to which, and how far.
    roads: Vec<Vec<(usize, f64)>>,
}

impl Terrain {
    /// Joins the images that `density` is made of. `progress` is told which share is done and may end it: then there is
    /// no terrain.
    pub fn survey(
        snapshot: Arc<Snapshot>,
        density: Arc<Density>,
        progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
    ) -> Result<Option<Self>, ModelError> {
        let (d, pixels) = (snapshot.latent_dim(), snapshot.shape().pixels());
        let most = PLACES.min(VALUES / pixels);
        let chosen = evenly(density.components(), most);
        let places: Vec<f32> = chosen.iter().flat_map(|&k| density.mean(k as usize)).collect();
        let n = chosen.len();
        let mut images = Vec::with_capacity(n * pixels);
        for (i, batch) in places.chunks(BATCH * d).enumerate() {
            if progress(0.5 * (i * BATCH) as f32 / n as f32).is_break() {
                return Ok(None);
            }
            images.extend(snapshot.decode(batch)?); // [B, P]
        }
        let z = |i: usize| &places[i * d..(i + 1) * d];
        let near =
            |i: usize| nearest(&places, z(i), NEIGHBOURS + 1).into_iter().map(move |(j, _)| (i.min(j), i.max(j)));
        let pairs: BTreeSet<(usize, usize)> =
            (0..n).into_par_iter().flat_map_iter(near).filter(|(i, j)| i != j).collect();
        let pairs: Vec<(usize, usize)> = pairs.into_iter().collect();
        let image = |i: usize| &images[i * pixels..(i + 1) * pixels];

        // ‖Δf‖² and ‖Δz‖² of every road: g₀ is the ratio of their means.
        let squares: Vec<(f64, f64)> =
            pairs.par_iter().map(|&(i, j)| (squared(image(i), image(j)), squared(z(i), z(j)))).collect();
        let total = squares.iter().fold((0.0, 0.0), |sum, s| (sum.0 + s.0, sum.1 + s.1));
        let scale = if total.1 > 0.0 { total.0 / total.1 } else { 0.0 };
        let metric = Metric { snapshot, density, scale };
        if progress(0.75).is_break() {
            return Ok(None);
        }
        let lambda: Vec<f64> = (0..n).into_par_iter().map(|i| metric.lambda(z(i))).collect();
        let length = |(&(i, j), (df2, dz2)): (&(usize, usize), &(f64, f64))| {
            road(&metric, (z(i), lambda[i]), (z(j), lambda[j]), *df2, *dz2)
        };
        let lengths: Vec<f64> = pairs.par_iter().zip(&squares).map(length).collect();
        let mut roads = vec![Vec::new(); n];
        for (&(i, j), length) in pairs.iter().zip(lengths) {
            roads[i].push((j, length));
            roads[j].push((i, length));
        }
        Ok(progress(1.0).is_continue().then_some(Self { metric, places, roads }))
    }

    /// The shortest way from `a` to `b` over places (Dijkstra 1959), both included: `[m, d]`; `None` when no road leads
    /// there.
    pub fn way(&self, a: &[f32], b: &[f32]) -> Result<Option<Vec<Vec<f32>>>, ModelError> {
        let (n, d) = (self.roads.len(), a.len());
        let (from_a, to_b) = (self.joined(a)?, self.joined(b)?);
        let mut best = vec![(f64::INFINITY, usize::MAX); n];
        let mut open = BinaryHeap::new();
        for (place, length) in from_a {
            best[place] = (length, usize::MAX);
            open.push((Reverse(Ordered(length)), place));
        }
        while let Some((Reverse(Ordered(length)), place)) = open.pop() {
            if length > best[place].0 {
                continue;
            }
            for &(next, more) in &self.roads[place] {
                if length + more < best[next].0 {
                    best[next] = (length + more, place);
                    open.push((Reverse(Ordered(length + more)), next));
                }
            }
        }
        let whole = |(place, last): &(usize, f64)| best[*place].0 + last;
        let Some(end) = to_b.iter().min_by(|x, y| whole(x).total_cmp(&whole(y))).filter(|e| whole(e).is_finite())
        else {
            return Ok(None);
        };
        let back = std::iter::successors(Some(end.0), |place| Some(best[*place].1).filter(|p| *p != usize::MAX));
        let mut way = vec![b.to_vec()];
        way.extend(back.map(|place| self.places[place * d..(place + 1) * d].to_vec()));
        way.push(a.to_vec());
        way.reverse();
        Ok(Some(way))
    }

    /// The places nearest to a point, and how far each is.
    fn joined(&self, z: &[f32]) -> Result<Vec<(usize, f64)>, ModelError> {
        let near = nearest(&self.places, z, NEIGHBOURS);
        let place = |i: usize| &self.places[i * z.len()..(i + 1) * z.len()];
        let points: Vec<f32> = z.iter().chain(near.iter().flat_map(|(i, _)| place(*i))).copied().collect();
        let images = self.metric.snapshot.decode(&points)?; // [1 + k, P]
        let mut images = images.chunks_exact(self.metric.snapshot.shape().pixels());
        let own = images.next().unwrap_or_default();
        let lambda = self.metric.lambda(z);
        let length = |(&(i, dz), image): (&(usize, f32), &[f32])| {
            let there = (place(i), self.metric.lambda(place(i)));
            (i, road(&self.metric, (z, lambda), there, squared(own, image), f64::from(dz * dz)))
        };
        Ok(near.iter().zip(images).map(length).collect())
    }
}

/// √(‖Δf‖² + λ̄ ‖Δz‖²), λ̄ by Simpson's rule: a road across a gap costs what the gap does.
fn road(metric: &Metric, (a, lambda_a): (&[f32], f64), (b, lambda_b): (&[f32], f64), df2: f64, dz2: f64) -> f64 {
    let middle: Vec<f32> = a.iter().zip(b).map(|(a, b)| 0.5 * (a + b)).collect();
    let lambda = (lambda_a + 4.0 * metric.lambda(&middle) + lambda_b) / 6.0;
    (df2 + lambda * dz2).sqrt()
}

/// A length, ordered.
#[derive(PartialEq)]
struct Ordered(f64);

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}
