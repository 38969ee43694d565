//! Two groups of images, caught on the map or taken by class.

use std::sync::Arc;

use crate::latent::Direction;
use crate::state::{AppState, Group};

/// One of the two groups.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Side {
    /// Where a direction begins.
    #[default]
    A,
    /// Where it leads.
    B,
}

/// Images by their index, ascending.
pub type Members = Arc<Vec<u32>>;

/// The two groups.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Groups {
    /// Where a direction begins.
    pub a: Members,
    /// Where it leads.
    pub b: Members,
}

impl Groups {
    /// The images of one.
    pub fn of(&self, side: Side) -> &Members {
        match side {
            Side::A => &self.a,
            Side::B => &self.b,
        }
    }

    /// Whether there are none in either.
    pub fn are_empty(&self) -> bool {
        self.a.is_empty() && self.b.is_empty()
    }

    pub(super) fn set(&mut self, side: Side, members: Vec<u32>) {
        match side {
            Side::A => self.a = Arc::new(members),
            Side::B => self.b = Arc::new(members),
        }
    }

    /// Whether both are the very same lists.
    fn are(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.a, &other.a) && Arc::ptr_eq(&self.b, &other.b)
    }
}

/// What is between the groups, as the means of the images were at one time.
#[derive(Debug, Clone, Default)]
pub struct Between {
    groups: Groups,
    means: Option<Arc<Vec<f32>>>,
    /// The mean of each group, `[d]`.
    pub centres: [Option<Vec<f32>>; 2],
    /// From one mean to the other.
    pub direction: Option<Direction>,
}

impl Between {
    /// Measures again when the groups or the means are others.
    pub(super) fn keep_up(&mut self, groups: &Groups, means: Option<&Arc<Vec<f32>>>, latent_dim: usize) {
        let same_means = match (&self.means, means) {
            (Some(before), Some(now)) => Arc::ptr_eq(before, now),
            (before, now) => before.is_none() && now.is_none(),
        };
        if same_means && self.groups.are(groups) {
            return;
        }
        let mu = means.map_or(&[][..], |means| means);
        let centre = |side| Direction::centre(mu, latent_dim, groups.of(side));
        let centres = [Side::A, Side::B].map(centre);
        let direction = match &centres {
            [Some(a), Some(b)] => Direction::from_to(a, b),
            _ => None,
        };
        let centres = centres.map(|centre| centre.map(|z| z.iter().map(|v| *v as f32).collect()));
        *self = Self { groups: groups.clone(), means: means.cloned(), centres, direction };
    }
}

impl AppState {
    /// The images inside an outline in (a, b), of those that are seen on the map.
    pub(super) fn caught(&self, outline: &[[f32; 2]]) -> Vec<u32> {
        if self.map.layers.images { inside(outline, &self.map.shown) } else { Vec::new() }
    }

    /// Every image of a class or of a part of the split, whether it is shown or not.
    pub(super) fn members_of(&self, group: Group) -> Vec<u32> {
        fn with<T>(values: &[T], is: impl Fn(&T) -> bool) -> Vec<u32> {
            values.iter().enumerate().filter(|(_, value)| is(value)).map(|(idx, _)| idx as u32).collect()
        }
        let images = &self.map.images;
        match group {
            Group::Class(class) => images.data.as_ref().map(|data| with(&data.labels, |label| *label == class)),
            Group::Held(held) => images.held.as_ref().map(|all| with(all, |is| *is == held)),
        }
        .unwrap_or_default()
    }
}

/// A side of an outline, for the question which points lie left of it.
struct Edge {
    top: f32,
    bottom: f32,
    a: f32,
    slope: f32,
}

/// The places inside a closed outline: those from which a ray crosses it an odd number of times. Places that are no numbers
/// are nowhere.
fn inside(outline: &[[f32; 2]], places: &[[f32; 2]]) -> Vec<u32> {
    let next = outline.iter().cycle().skip(1);
    let edges: Vec<Edge> = outline
        .iter()
        .zip(next)
        .filter(|([_, b], [_, to])| b != to)
        .map(|(from, to)| {
            let (low, high) = if from[1] < to[1] { (from, to) } else { (to, from) };
            Edge { top: high[1], bottom: low[1], a: low[0], slope: (high[0] - low[0]) / (high[1] - low[1]) }
        })
        .collect();
    let range = |along: fn(&[f32; 2]) -> f32| {
        let values = outline.iter().map(along);
        values.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
    };
    let ((low_a, high_a), (low_b, high_b)) = (range(|[a, _]| *a), range(|[_, b]| *b));
    let is_inside = |&[a, b]: &[f32; 2]| {
        let crosses = |e: &Edge| e.bottom <= b && b < e.top && a < e.a + (b - e.bottom) * e.slope;
        let near = (low_a..=high_a).contains(&a) && (low_b..=high_b).contains(&b);
        near && edges.iter().fold(0_u32, |n, edge| n + u32::from(crosses(edge))) % 2 == 1
    };
    places.iter().enumerate().filter(|(_, place)| is_inside(place)).map(|(idx, _)| idx as u32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outline_catches_what_lies_inside_it_and_not_in_its_hollow() {
        // A horseshoe, open at the top.
        let outline = [[0.0, 0.0], [6.0, 0.0], [6.0, 4.0], [4.0, 4.0], [4.0, 2.0], [2.0, 2.0], [2.0, 4.0], [0.0, 4.0]];
        let places =
            [[1.0, 3.0], [3.0, 3.0], [5.0, 3.0], [3.0, 1.0], [-1.0, 1.0], [7.0, 1.0], [3.0, -1.0], [f32::NAN; 2]];
        assert_eq!(inside(&outline, &places), [0, 2, 3]);
        let turned: Vec<[f32; 2]> = outline.iter().rev().copied().collect();
        assert_eq!(inside(&turned, &places), [0, 2, 3]);
        for nothing in [&[][..], &[[1.0, 3.0]], &[[0.0, 3.0], [2.0, 3.0]]] {
            assert!(inside(nothing, &places).is_empty(), "{nothing:?}");
        }
    }

    #[test]
    fn a_circle_catches_as_many_of_a_lattice_as_its_formula() {
        let outline: Vec<[f32; 2]> = (0..720_u16)
            .map(|i| {
                let (sin, cos) = (f32::from(i).to_radians() / 2.0).sin_cos();
                [10.03 * cos, 10.03 * sin]
            })
            .collect();
        let side = -12_i16..=12;
        let places: Vec<[f32; 2]> =
            side.clone().flat_map(|b| side.clone().map(move |a| [f32::from(a), f32::from(b)])).collect();
        let expected: Vec<u32> = (0..places.len())
            .filter(|&i| places[i][0].powi(2) + places[i][1].powi(2) <= 100.0)
            .map(|i| i as u32)
            .collect();
        assert_eq!(inside(&outline, &places), expected);
    }
}
