//! The map turns from one plane to another over a few frames, so that the eye can follow.

use std::sync::Arc;

use crate::state::MapState;
use crate::state::map::Axes;

/// How long a turn takes, in seconds.
const SECONDS: f32 = 0.35;
/// Shorter than this a direction is none.
const SHORT: f32 = 1e-3;

/// From one plane to another.
#[derive(Debug, Clone)]
pub struct Turn {
    /// Directions, places of the images, and the view: before and after.
    ends: [End; 2],
    /// Share of the time that is over.
    over: f32,
}

#[derive(Debug, Clone)]
struct End {
    directions: [Vec<f32>; 2],
    places: Arc<Vec<[f32; 2]>>,
    centre: [f32; 2],
    scale: f32,
}

impl MapState {
    /// Whether the map is turning.
    pub fn is_turning(&self) -> bool {
        self.turn.is_some()
    }

    /// Turns to other directions, and shows everything there.
    pub fn turn_to(&mut self, axes: Axes) {
        self.finish_turn();
        let from = self.end();
        self.set_axes(axes);
        self.fit();
        let to = self.end();
        if from.directions != to.directions && !from.directions[0].is_empty() {
            self.turn = Some(Box::new(Turn { ends: [from, to], over: 0.0 }));
            self.turn_on(0.0);
        }
    }

    /// Turns on for so many seconds.
    pub fn turn_on(&mut self, seconds: f32) {
        let Some(mut turn) = self.turn.take() else { return };
        turn.over += seconds.max(0.0) / SECONDS;
        let [from, to] = &turn.ends;
        if turn.over.is_nan() || turn.over >= 1.0 {
            self.show(to.clone());
            return;
        }
        // Smoothstep: it begins and ends at rest.
        let t = turn.over * turn.over * (3.0 - 2.0 * turn.over);
        let between = |x: f32, y: f32| x + t * (y - x);
        let basis = between_bases(&from.directions, &to.directions, t);
        let place =
            |(p, q): (&[f32; 2], &[f32; 2])| basis.map(|w| w[0] * p[0] + w[1] * p[1] + w[2] * q[0] + w[3] * q[1]);
        let vectors = from.directions.iter().chain(&to.directions);
        let along = |w: [f32; 4]| {
            let mut sum = vec![0.0; from.directions[0].len()];
            for (weight, vector) in w.iter().zip(vectors.clone()) {
                sum.iter_mut().zip(vector).for_each(|(sum, v)| *sum += weight * v);
            }
            sum
        };
        let view = End {
            directions: basis.map(along),
            places: Arc::new(from.places.iter().zip(to.places.iter()).map(place).collect()),
            centre: [between(from.centre[0], to.centre[0]), between(from.centre[1], to.centre[1])],
            scale: between(from.scale.ln(), to.scale.ln()).exp(),
        };
        self.show(view);
        self.turn = Some(turn);
    }

    /// Ends the turn at once.
    pub fn finish_turn(&mut self) {
        self.turn_on(SECONDS);
    }

    fn end(&self) -> End {
        let (directions, places) = (self.directions.clone(), Arc::clone(&self.places));
        End { directions, places, centre: self.centre, scale: self.scale }
    }

    fn show(&mut self, end: End) {
        let End { directions, places, centre, scale } = end;
        (self.directions, self.places, self.centre, self.scale) = (directions, places, centre, scale);
        self.hide();
    }
}

/// An orthonormal basis between two, as weights of u₀, v₀, u₁ and v₁: places in it are the same sums of the places in
/// both, so that a turn costs nothing that grows with the dimensions.
///
/// u = (1 − t) u₀ + t u₁, v = (1 − t) v₀ + t v₁, then Gram–Schmidt; where a direction vanishes, which happens half way to
/// its opposite, it is taken from the nearer end.
fn between_bases(from: &[Vec<f32>; 2], to: &[Vec<f32>; 2], t: f32) -> [[f32; 4]; 2] {
    let vectors: Vec<&Vec<f32>> = from.iter().chain(to).collect();
    let dot = |x: &[f32; 4], y: &[f32; 4]| {
        let pairs = x.iter().zip(&vectors).flat_map(|(p, u)| y.iter().zip(&vectors).map(move |(q, v)| (p * q, u, v)));
        pairs.map(|(weight, u, v)| weight * u.iter().zip(v.iter()).map(|(a, b)| a * b).sum::<f32>()).sum::<f32>()
    };
    let unit = |w: [f32; 4]| {
        let length = dot(&w, &w).max(0.0).sqrt();
        (length > SHORT).then(|| w.map(|w| w / length))
    };
    let late = t >= 0.5;
    let end =
        if late { [[0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]] } else { [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]] };
    let Some(u) = unit([1.0 - t, 0.0, t, 0.0]) else { return end };
    let w = [0.0, 1.0 - t, 0.0, t];
    let along = dot(&w, &u);
    let v = unit([0, 1, 2, 3].map(|i: usize| w[i] - along * u[i]));
    v.map_or(end, |v| [u, v])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Rng, Stream};

    fn map() -> MapState {
        let mut map = MapState { size: [400.0, 300.0], ..MapState::default() };
        map.enter(4);
        map.set_means(Some(Arc::new(Rng::new(5, Stream::TrainNoise, 0).normals(4 * 50))));
        map.fit();
        map
    }

    #[test]
    fn on_the_way_the_directions_stay_orthonormal_and_the_images_lie_where_they_project() {
        let mut map = map();
        map.turn_to(Axes::Pair(2, 3));
        let mut frames = 0;
        while map.is_turning() {
            let [u, v] = map.directions().clone();
            let dot = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f32>();
            let off = [dot(&u, &u) - 1.0, dot(&v, &v) - 1.0, dot(&u, &v)];
            assert!(off.iter().all(|x| x.abs() < 1e-5), "{off:?}");
            let mu = map.mean(7).unwrap();
            let (expected, place) = ([dot(mu, &u), dot(mu, &v)], map.places[7]);
            assert!(expected.iter().zip(place).all(|(x, y)| (x - y).abs() < 1e-5), "{expected:?} {place:?}");
            map.turn_on(1.0 / 60.0);
            frames += 1;
        }
        assert!((15..=30).contains(&frames), "{frames}");
        assert_eq!(map.places[7], [map.mean(7).unwrap()[2], map.mean(7).unwrap()[3]]);
        assert_eq!(map.coordinates(&[1.0, 2.0, 3.0, 4.0]), [3.0, 4.0]);
    }

    #[test]
    fn axes_that_change_places_turn_too_and_opposite_ones_end_where_they_should() {
        let mut map = map();
        map.turn_to(Axes::Pair(1, 0));
        (0..12).for_each(|_| map.turn_on(1.0 / 30.0));
        assert!(!map.is_turning());
        assert_eq!(map.coordinates(&[1.0, 2.0, 3.0, 4.0]), [2.0, 1.0]);
        let weights = between_bases(&[vec![1.0, 0.0], vec![0.0, 1.0]], &[vec![-1.0, 0.0], vec![0.0, -1.0]], 0.5);
        assert_eq!(weights, [[0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]]);
    }

    #[test]
    fn the_signs_of_the_main_directions_are_kept() {
        let mut map = map();
        let [u, v] = [vec![0.6, 0.8, 0.0, 0.0], vec![0.0, 0.0, 1.0, 0.0]];
        map.set_principal(Some([u.clone(), v.clone()]));
        map.set_axes(Axes::Principal);
        map.set_principal(Some([u.iter().map(|w| -w).collect(), v.clone()]));
        assert_eq!(map.directions(), &[u, v]);
    }
}
