//! A way through several stops, and the points along it.

use crate::latent::Path;

/// Which stops, and how to go from one to the next.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Route {
    /// The stops in order, each `[d]`.
    pub stops: Vec<Vec<f32>>,
    /// The shape of every leg.
    pub path: Path,
    /// Whether a last leg leads from the last stop back to the first.
    pub closed: bool,
}

/// How time runs along a leg: from t in [0, 1] to the share of the leg that is behind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Easing {
    /// Evenly.
    #[default]
    Linear,
    /// 3t² − 2t³: at rest at every stop.
    Smoothstep,
}

/// The curve of a route: plain numbers, to be sampled as often as one likes.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// What its legs are: geodesic only when they were solved.
    pub path: Path,
    /// Whether it ends where it began.
    pub closed: bool,
    legs: Vec<Leg>,
}

#[derive(Debug, Clone, PartialEq)]
enum Leg {
    /// By the formula of the course's path.
    Formula([Vec<f32>; 2]),
    /// Straight from node to node, the same share of t for each piece: `[nodes, d]`.
    Curve(Vec<Vec<f32>>),
}

impl Route {
    /// One leg from `a` to `b`.
    pub fn between(path: Path, a: &[f32], b: &[f32]) -> Self {
        Self { stops: vec![a.to_vec(), b.to_vec()], path, closed: false }
    }

    /// The ends of every leg, in order; none for fewer than two stops.
    pub fn legs(&self) -> Vec<[&[f32]; 2]> {
        let mut legs: Vec<[&[f32]; 2]> =
            self.stops.iter().zip(self.stops.iter().skip(1)).map(|(a, b)| [&a[..], &b[..]]).collect();
        if let ([first, .., last], true) = (&self.stops[..], self.closed) {
            legs.push([last, first]);
        }
        legs
    }

    /// The curve by formula. A geodesic has none: straight lines stand for it until [`crate::latent::geodesic`] has
    /// found it, and the course says so.
    pub fn course(&self) -> Course {
        let path = if self.path == Path::Geodesic { Path::Lerp } else { self.path };
        let legs = self.legs().into_iter().map(|ends| Leg::Formula(ends.map(<[f32]>::to_vec))).collect();
        Course { path, closed: self.closed, legs }
    }
}

impl Easing {
    /// The share of the leg behind at `t`, both in [0, 1].
    pub fn at(self, t: f32) -> f32 {
        match self {
            Self::Linear => t,
            Self::Smoothstep => t * t * (3.0 - 2.0 * t),
        }
    }
}

impl Course {
    /// A course of geodesics that were solved: the nodes of each leg, `[nodes, d]`, from stop to stop.
    pub fn solved(legs: Vec<Vec<Vec<f32>>>, closed: bool) -> Self {
        let legs = legs.into_iter().map(Leg::Curve).collect();
        Self { path: Path::Geodesic, closed, legs }
    }

    /// Number of legs.
    pub fn legs(&self) -> usize {
        self.legs.len()
    }

    /// The point at `t` in [0, legs], `[d]`: whole numbers are stops. Empty when there is no leg.
    pub fn at(&self, t: f32) -> Vec<f32> {
        let leg = (t.max(0.0) as usize).min(self.legs.len().saturating_sub(1));
        let within = (t - leg as f32).clamp(0.0, 1.0);
        match self.legs.get(leg) {
            None => Vec::new(),
            Some(Leg::Formula([a, b])) => self.path.at(a, b, within),
            Some(Leg::Curve(nodes)) => along(nodes, within),
        }
    }

    /// `frames` points evenly in t, which runs from 0 to the number of legs: `[frames, d]`. Of an open course both ends
    /// are among them and a single frame is the start; a closed one ends just before its start, so that it loops.
    /// Empty when there is no leg.
    pub fn points(&self, frames: usize, easing: Easing) -> Vec<Vec<f32>> {
        if self.legs.is_empty() {
            return Vec::new();
        }
        let steps = if self.closed { frames } else { frames.saturating_sub(1) }.max(1);
        let time = |frame: usize| {
            // In whole numbers, so that a frame that falls on a stop is exactly there.
            let (leg, rest) = (frame * self.legs.len() / steps, frame * self.legs.len() % steps);
            leg as f32 + easing.at(rest as f32 / steps as f32)
        };
        (0..frames).map(|frame| self.at(time(frame))).collect()
    }
}

/// The point at `t` in [0, 1] on a chain of nodes.
fn along(nodes: &[Vec<f32>], t: f32) -> Vec<f32> {
    let pieces = nodes.len().saturating_sub(1);
    let place = t * pieces as f32;
    let piece = (place as usize).min(pieces.saturating_sub(1));
    match nodes.get(piece..) {
        Some([a, b, ..]) => Path::Lerp.at(a, b, place - piece as f32),
        Some([only]) => only.clone(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(path: Path, closed: bool) -> Route {
        Route { stops: vec![vec![1.0, 0.0], vec![0.0, 1.0], vec![-3.0, 1.0]], path, closed }
    }

    #[test]
    fn frames_lie_evenly_over_the_legs_with_both_ends() {
        let points = route(Path::Lerp, false).course().points(5, Easing::Linear);
        assert_eq!(points, [[1.0, 0.0], [0.5, 0.5], [0.0, 1.0], [-1.5, 1.0], [-3.0, 1.0]]);
        assert_eq!(route(Path::Lerp, false).course().points(1, Easing::Linear), [[1.0, 0.0]]);
    }

    #[test]
    fn a_loop_goes_back_to_its_start_and_does_not_repeat_it() {
        let points = route(Path::Lerp, true).course().points(6, Easing::Linear);
        assert_eq!(points, [[1.0, 0.0], [0.5, 0.5], [0.0, 1.0], [-1.5, 1.0], [-3.0, 1.0], [-1.0, 0.5]]);
        let there_and_back = Route { closed: true, ..Route::between(Path::Lerp, &[0.0], &[1.0]) };
        assert_eq!(there_and_back.course().points(4, Easing::Linear), [[0.0], [0.5], [1.0], [0.5]]);
    }

    #[test]
    fn each_leg_has_the_shape_of_the_path() {
        let points = route(Path::Slerp, false).course().points(5, Easing::Linear);
        let h = 0.5_f32.sqrt();
        assert!((points[1][0] - h).abs() < 1e-6 && (points[1][1] - h).abs() < 1e-6, "{points:?}");
        let unsolved = route(Path::Geodesic, false).course();
        assert_eq!(unsolved.path, Path::Lerp);
    }

    #[test]
    fn a_solved_leg_gives_each_piece_the_same_share() {
        let nodes = vec![vec![0.0], vec![1.0], vec![4.0]];
        let course = Course::solved(vec![nodes, vec![vec![4.0], vec![0.0]]], true);
        assert_eq!(course.points(8, Easing::Linear).concat(), [0.0, 0.5, 1.0, 2.5, 4.0, 3.0, 2.0, 1.0]);
        assert_eq!((course.at(2.0), course.at(9.0), course.at(-1.0)), (vec![0.0], vec![0.0], vec![0.0]));
    }

    #[test]
    fn easing_rests_at_the_stops_and_is_exact_there() {
        let course = Route::between(Path::Lerp, &[0.0], &[1.0]).course();
        assert_eq!(course.points(5, Easing::Smoothstep).concat(), [0.0, 0.15625, 0.5, 0.84375, 1.0]);
        let stops = route(Path::Lerp, false).course().points(7, Easing::Smoothstep);
        assert_eq!(stops[3], [0.0, 1.0]);
    }

    #[test]
    fn without_a_leg_there_is_no_point() {
        for stops in [vec![], vec![vec![1.0, 2.0]]] {
            let route = Route { stops, path: Path::Slerp, closed: true };
            assert_eq!(route.course().points(4, Easing::Linear), Vec::<Vec<f32>>::new());
        }
    }
}
