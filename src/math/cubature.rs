//! Integrals over rectangles by adaptive cubature: cells whose error counts most are halved, again and again.
//!
//! The rule of degree 7 by Genz & Malik (1980) has 17 points; its embedded rule of degree 5 gives the error, and fourth
//! differences say along which axis to halve (van Dooren & de Ridder 1976). The error so estimated is that of the
//! weaker rule, so the value is usually much better than it says.

use std::ops::ControlFlow;

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// Its centre.
    pub centre: [f64; 2],
    /// Half its width and half its height.
    pub half: [f64; 2],
}

/// When to stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// An error so large is small enough.
    pub absolute: f64,
    /// So is this share of the value.
    pub relative: f64,
    /// No cell is halved once so many points were looked at.
    pub points: usize,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Integral {
    /// The integral.
    pub value: f64,
    /// Σ |difference of the two rules| over the cells.
    pub error: f64,
    /// Points looked at.
    pub points: usize,
    /// Whether the error fell below its limit.
    pub converged: bool,
    /// The smallest rectangle around all cells that hold more than [`NOTHING`] of the value; none when none does.
    pub support: Option<Cell>,
}

/// A share of an integral that does not count for its [`Integral::support`].
pub const NOTHING: f64 = 1e-9;
/// Cells halved at once, so that a function may look at many points together: 64 × 2 × 17 of them.
const AT_ONCE: usize = 64;
/// Points of the rule.
const RULE: usize = 17;

impl Cell {
    /// The rectangle between two corners.
    pub fn between(low: [f64; 2], high: [f64; 2]) -> Self {
        let at = |f: fn(f64, f64) -> f64| [f(low[0], high[0]), f(low[1], high[1])];
        Self { centre: at(f64::midpoint), half: at(|low, high| 0.5 * (high - low)) }
    }

    /// Whether it holds a point; its border belongs to it.
    pub fn holds(&self, [x, y]: [f64; 2]) -> bool {
        (x - self.centre[0]).abs() <= self.half[0] && (y - self.centre[1]).abs() <= self.half[1]
    }

    /// Equal parts, `columns` by `rows`.
    pub fn tiles(&self, columns: usize, rows: usize) -> Vec<Self> {
        let half = [self.half[0] / columns as f64, self.half[1] / rows as f64];
        let at = |axis: usize, i: usize| self.centre[axis] - self.half[axis] + (2 * i + 1) as f64 * half[axis];
        (0..columns * rows).map(|i| Self { centre: [at(0, i % columns), at(1, i / columns)], half }).collect()
    }

    /// Both halves along an axis.
    pub fn halved(&self, axis: usize) -> [Self; 2] {
        [-0.5, 0.5].map(|side| {
            let mut part = *self;
            part.half[axis] *= 0.5;
            part.centre[axis] += side * self.half[axis];
            part
        })
    }

    /// The points of the rule: the centre, four and four on the axes, four and four on the diagonals.
    fn points(&self) -> impl Iterator<Item = [f64; 2]> {
        let ([l2, l3, l5], [x, y], [w, h]) = (lambdas(), self.centre, self.half);
        let axes = [l2, l3].into_iter().flat_map(|l| [[l, 0.0], [-l, 0.0], [0.0, l], [0.0, -l]]);
        let diagonals = [l3, l5].into_iter().flat_map(|l| [[l, l], [l, -l], [-l, l], [-l, -l]]);
        let all = std::iter::once([0.0, 0.0]).chain(axes).chain(diagonals);
        all.map(move |[a, b]| [x + a * w, y + b * h])
    }
}

/// Where the points lie, in [−1, 1]: √(9/70), √(9/10), √(9/19).
fn lambdas() -> [f64; 3] {
    [9.0 / 70.0, 0.9, 9.0 / 19.0].map(f64::sqrt)
}

/// A cell and what the rules made of it.
struct Judged {
    cell: Cell,
    value: f64,
    error: f64,
    /// The axis along which the function bends most.
    axis: usize,
}

impl Judged {
    /// Of the values at [`Cell::points`] (Genz & Malik 1980, with n = 2).
    fn new(cell: Cell, f: &[f64]) -> Self {
        let sum = |from: usize| f.iter().skip(from).take(4).sum::<f64>();
        let centre = f.first().copied().unwrap_or_default();
        let groups = [centre, sum(1), sum(5), sum(9), sum(13)];
        let dot = |weights: [f64; 5]| weights.iter().zip(&groups).map(|(w, g)| w * g).sum::<f64>();
        let area = 4.0 * cell.half[0] * cell.half[1];
        let seventh = area * dot([-3816.0, 2940.0, 1020.0, 200.0, 6859.0 / 4.0].map(|w| w / 19_683.0));
        let fifth = area * dot([-971.0 / 729.0, 245.0 / 486.0, 65.0 / 1458.0, 25.0 / 729.0, 0.0]);
        // |Δ⁴| along an axis: what is left of the second difference when its square part is taken out.
        let pair = |at: usize| f.iter().skip(at).take(2).sum::<f64>() - 2.0 * centre;
        let bend = |axis: usize| (pair(1 + 2 * axis) - pair(5 + 2 * axis) / 7.0).abs();
        let [a, b] = [bend(0), bend(1)];
        let axis =
            if (a - b).abs() <= 1e-9 * (a + b) { usize::from(cell.half[1] > cell.half[0]) } else { usize::from(b > a) };
        Self { cell, value: seventh, error: (seventh - fifth).abs(), axis }
    }
}

/// ∫ f over `cells`, which should not overlap. `f` is given points and answers with as many values; it is continuous
/// where it counts.
///
/// `go_on` is told the number of points looked at; `Ok(None)` when it breaks.
pub fn integrate<E>(
    cells: Vec<Cell>,
    limits: Limits,
    mut f: impl FnMut(&[[f64; 2]]) -> Result<Vec<f64>, E>,
    go_on: &dyn Fn(usize) -> ControlFlow<()>,
) -> Result<Option<Integral>, E> {
    let (mut judged, mut points) = (Vec::<Judged>::new(), 0);
    let mut fresh = cells;
    loop {
        for cells in fresh.chunks(2 * AT_ONCE) {
            if go_on(points).is_break() {
                return Ok(None);
            }
            let places: Vec<[f64; 2]> = cells.iter().flat_map(Cell::points).collect();
            let values = f(&places)?;
            points += places.len();
            judged.extend(cells.iter().zip(values.chunks(RULE)).map(|(cell, values)| Judged::new(*cell, values)));
        }
        let value: f64 = judged.iter().map(|j| j.value).sum();
        let error: f64 = judged.iter().map(|j| j.error).sum();
        let enough = limits.absolute.max(limits.relative * value.abs());
        let converged = error <= enough;
        if converged || points >= limits.points {
            return Ok(Some(Integral { value, error, points, converged, support: support(&judged, value) }));
        }
        judged.sort_unstable_by(|a, b| a.error.total_cmp(&b.error));
        fresh = Vec::with_capacity(2 * AT_ONCE);
        // The largest last; no more than bring the error below its limit if they were exact.
        let mut left = error;
        while fresh.len() < 2 * AT_ONCE
            && left > 0.5 * enough
            && let Some(worst) = judged.pop()
        {
            left -= worst.error;
            fresh.extend(worst.cell.halved(worst.axis));
        }
    }
}

fn support(judged: &[Judged], value: f64) -> Option<Cell> {
    let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    for j in judged.iter().filter(|j| j.value.abs() > NOTHING * value.abs()) {
        for axis in 0..2 {
            low[axis] = low[axis].min(j.cell.centre[axis] - j.cell.half[axis]);
            high[axis] = high[axis].max(j.cell.centre[axis] + j.cell.half[axis]);
        }
    }
    (low[0] < high[0]).then(|| Cell::between(low, high))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    const BOX: ([f64; 2], [f64; 2]) = ([-3.0, -2.0], [2.0, 4.0]);

    fn find(cells: Vec<Cell>, relative: f64, f: impl Fn(f64, f64) -> f64) -> Integral {
        let f = |places: &[[f64; 2]]| Ok::<_, Infallible>(places.iter().map(|[x, y]| f(*x, *y)).collect());
        let limits = Limits { absolute: 0.0, relative, points: 1_000_000 };
        let Ok(Some(found)) = integrate(cells, limits, f, &|_| ControlFlow::Continue(())) else {
            panic!("it was not stopped")
        };
        found
    }

    #[test]
    fn one_cell_is_exact_to_degree_seven() {
        let area = Cell::between(BOX.0, BOX.1);
        let power = |low: f64, high: f64, k: i32| (high.powi(k + 1) - low.powi(k + 1)) / f64::from(k + 1);
        for (i, j) in [(0, 0), (7, 0), (0, 6), (3, 4), (5, 2), (1, 1), (2, 5)] {
            let found = find(vec![area], f64::INFINITY, |x, y| x.powi(i) * y.powi(j));
            let expected = power(-3.0, 2.0, i) * power(-2.0, 4.0, j);
            assert!((found.value - expected).abs() < 1e-10 * expected.abs().max(1.0), "{i} {j}: {found:?}");
            assert_eq!(found.points, 17);
        }
    }

    // scipy.integrate.dblquad(f, -3, 2, -2, 4, epsabs=1e-13, epsrel=1e-13), SciPy 1.17:
    //   f = lambda y, x: np.exp(-50*((x-.3)**2+(y+.2)**2+1.2*(x-.3)*(y+.2)))*(1+np.sin(3*x)*y)
    #[test]
    fn a_slanted_peak_agrees_with_scipy() {
        let peak = |x: f64, y: f64| {
            let (a, b) = (x - 0.3, y + 0.2);
            (-50.0 * (a * a + b * b + 1.2 * a * b)).exp() * (1.0 + (3.0 * x).sin() * y)
        };
        let found = find(Cell::between(BOX.0, BOX.1).tiles(6, 6), 1e-8, peak);
        assert!((found.value - 0.065_790_924_210_598_66).abs() < 1e-9, "{found:?}");
        assert!(found.converged && found.points < 80_000, "{found:?}");
        let support = found.support.unwrap();
        assert!(support.holds([0.3, -0.2]) && support.half[0] < 1.5 && support.half[1] < 1.5, "{support:?}");
    }

    #[test]
    fn it_ends_when_told_and_when_its_points_are_used_up() {
        let peak = |x: f64, y: f64| 1.0 / (1e-6 + x * x + y * y);
        let f = |places: &[[f64; 2]]| Ok::<_, Infallible>(places.iter().map(|[x, y]| peak(*x, *y)).collect());
        let limits = Limits { absolute: 0.0, relative: 1e-12, points: 2000 };
        let area = vec![Cell::between(BOX.0, BOX.1)];
        let found = integrate(area.clone(), limits, f, &|_| ControlFlow::Continue(())).unwrap().unwrap();
        assert!(!found.converged && (2000..2000 + 64 * 34).contains(&found.points), "{found:?}");
        let stop = |points: usize| if points >= 100 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        assert_eq!(integrate(area, limits, f, &stop), Ok(None));
    }
}
