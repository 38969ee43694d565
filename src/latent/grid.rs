//! A lattice of points on a plane, and the order in which they are decoded for the screen.

use std::cmp::Reverse;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::latent::Plane;
use crate::math::normal;

/// The first pass over the map decodes every fourth cell of every fourth row, the next every second.
const STRIDES: [usize; 3] = [4, 2, 1];
/// Cosine of the angle up to which two directions are as good as the same: a plane that turns does so by less a frame.
const ALONG: f32 = 0.95;

/// What the even steps of a lattice are steps of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Spacing {
    /// Of the coordinate itself: w(u) = u.
    #[default]
    Uniform,
    /// Of the prior's distribution function, w(u) = Φ⁻¹(u) with u in (0, 1): equal areas of the picture hold equal
    /// prior mass (Kingma & Welling 2014, figure 4).
    Quantile,
}

/// Points (a, b) of a plane on a lattice: column i, row j is a = w(a0 + i·step), b = w(b0 − j·step) (row 0 on top), with
/// the w of its [`Spacing`]. Cells are counted row by row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    /// The plane.
    pub plane: Plane,
    /// w.
    #[serde(default)]
    pub spacing: Spacing,
    /// w⁻¹ of a of the first column.
    pub a0: f32,
    /// w⁻¹ of b of the first row.
    pub b0: f32,
    /// Step between neighbours, the same in both directions.
    pub step: f32,
    /// Columns.
    pub columns: usize,
    /// Rows.
    pub rows: usize,
}

impl Spacing {
    /// w(u): from the lattice to the coordinate.
    fn coordinate(self, u: f32) -> f32 {
        match self {
            Self::Uniform => u,
            Self::Quantile => normal::quantile(f64::from(u.clamp(0.0, 1.0))) as f32,
        }
    }

    /// w⁻¹(a): from the coordinate to the lattice.
    pub fn lattice(self, a: f32) -> f32 {
        match self {
            Self::Uniform => a,
            Self::Quantile => normal::cdf(f64::from(a)) as f32,
        }
    }
}

impl Grid {
    /// `cells` × `cells` points of `plane`, evenly from −`extent` to `extent` in both directions, both included; a
    /// single one lies at (0, 0).
    pub fn square(plane: Plane, cells: usize, extent: f32) -> Self {
        let (corner, step) = match cells {
            0 | 1 => (0.0, 2.0 * extent),
            _ => (extent, 2.0 * extent / (cells - 1) as f32),
        };
        Self { plane, spacing: Spacing::Uniform, a0: 0.0 - corner, b0: corner, step, columns: cells, rows: cells }
    }

    /// `cells` × `cells` points of `plane` at the Gaussian quantiles (i + ½) / `cells`, each in the middle of the same
    /// share of the prior's mass.
    pub fn quantiles(plane: Plane, cells: usize) -> Self {
        let step = 1.0 / cells.max(1) as f32;
        let (a0, b0) = (step / 2.0, 1.0 - step / 2.0);
        Self { plane, spacing: Spacing::Quantile, a0, b0, step, columns: cells, rows: cells }
    }

    /// Cells in all.
    pub fn n_cells(&self) -> usize {
        self.columns * self.rows
    }

    /// The points of one row, one after the other: `[columns, d]`.
    pub fn row_points(&self, row: usize) -> Vec<f32> {
        (row * self.columns..(row + 1) * self.columns).flat_map(|cell| self.point(cell)).collect()
    }

    /// The point of a cell, `[d]`.
    pub fn point(&self, cell: usize) -> Vec<f32> {
        let [a, b] = self.place(cell);
        self.plane.point(a, b)
    }

    /// (a, b) of a cell.
    pub fn place(&self, cell: usize) -> [f32; 2] {
        let (column, row) = self.column_row(cell);
        self.coordinates(column as f32, row as f32)
    }

    /// Where columns begin and end, left to right: `[columns + 1]` values of a; the outermost may be infinite.
    pub fn column_edges(&self) -> Vec<f32> {
        (0..=self.columns).map(|i| self.coordinates(i as f32 - 0.5, 0.0)[0]).collect()
    }

    /// Where rows begin and end, top to bottom: `[rows + 1]` values of b; the outermost may be infinite.
    pub fn row_edges(&self) -> Vec<f32> {
        (0..=self.rows).map(|j| self.coordinates(0.0, j as f32 - 0.5)[1]).collect()
    }

    /// (a, b) at a column and a row, which may lie between two.
    fn coordinates(&self, column: f32, row: f32) -> [f32; 2] {
        [self.a0 + column * self.step, self.b0 - row * self.step].map(|u| {
            // The edge of all there is may miss it by a rounding.
            let edge = u.round();
            let at_edge = self.spacing == Spacing::Quantile && (u - edge).abs() < 1e-3 * self.step;
            self.spacing.coordinate(if at_edge { edge } else { u })
        })
    }

    /// The cell that covers (a, b).
    pub fn cell_at(&self, place: [f32; 2]) -> Option<usize> {
        let [a, b] = place.map(|coordinate| self.spacing.lattice(coordinate));
        let along = |distance: f32, n: usize| {
            let i = (distance / self.step + 0.5).floor();
            // Of quantiles, the cells at the border reach to infinity.
            let i = if self.spacing == Spacing::Quantile { i.clamp(0.0, n as f32 - 1.0) } else { i };
            (i >= 0.0 && i < n as f32).then_some(i as usize)
        };
        Some(along(self.b0 - b, self.rows)? * self.columns + along(a - self.a0, self.columns)?)
    }

    /// The cell of `earlier` that covers the same place, when its plane runs in about the same directions: what was decoded
    /// for it will do until there is better.
    pub fn stand_in(&self, cell: usize, earlier: &Self) -> Option<usize> {
        let along = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f32>() > ALONG;
        let parallel = along(&self.plane.u, &earlier.plane.u) && along(&self.plane.v, &earlier.plane.v);
        earlier.cell_at(self.place(cell)).filter(|_| parallel)
    }

    /// Every cell: first some that are spread over the whole grid, then those between; within each round from the
    /// middle outwards.
    pub fn coarse_to_fine(&self) -> Vec<usize> {
        let from_middle = |cell: usize| {
            let (column, row) = self.column_row(cell);
            (2 * column + 1).abs_diff(self.columns).pow(2) + (2 * row + 1).abs_diff(self.rows).pow(2)
        };
        let mut cells: Vec<usize> = (0..self.n_cells()).collect();
        cells.sort_by_cached_key(|&cell| (Reverse(self.stride(cell)), from_middle(cell)));
        cells
    }

    /// The columns and rows that a cell stands for until those between are decoded.
    pub fn stands_for(&self, cell: usize) -> (Range<usize>, Range<usize>) {
        let stride = self.stride(cell);
        let (column, row) = self.column_row(cell);
        let along = |i: usize, n: usize| {
            let is_last = i + stride >= n;
            i.saturating_sub(stride / 2)..if is_last { n } else { i + stride - stride / 2 }
        };
        (along(column, self.columns), along(row, self.rows))
    }

    fn stride(&self, cell: usize) -> usize {
        let (column, row) = self.column_row(cell);
        let divides = |s: &usize| column.is_multiple_of(*s) && row.is_multiple_of(*s);
        STRIDES.into_iter().find(divides).unwrap_or(1)
    }

    fn column_row(&self, cell: usize) -> (usize, usize) {
        let columns = self.columns.max(1);
        (cell % columns, cell / columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(columns: usize, rows: usize) -> Grid {
        let spacing = Spacing::Uniform;
        Grid { plane: Plane::axes(2, 0, 1), spacing, a0: -1.0, b0: 2.0, step: 0.5, columns, rows }
    }

    #[test]
    fn a_square_grid_spans_the_extent_with_the_first_row_on_top() {
        let grid = Grid::square(Plane::axes(3, 2, 0), 3, 1.5);
        assert_eq!(grid.row_points(0), [1.5, 0.0, -1.5, 1.5, 0.0, 0.0, 1.5, 0.0, 1.5]);
        assert_eq!(grid.row_points(2), [-1.5, 0.0, -1.5, -1.5, 0.0, 0.0, -1.5, 0.0, 1.5]);
        assert_eq!(Grid::square(Plane::axes(2, 0, 1), 1, 3.0).row_points(0), [0.0, 0.0]);
    }

    #[test]
    fn a_cell_covers_its_own_place_and_half_a_step_around() {
        let grid = grid(5, 3);
        assert!((0..15).all(|cell| grid.cell_at(grid.place(cell)) == Some(cell)));
        assert_eq!(grid.cell_at([-1.24, 2.24]), Some(0));
        assert_eq!(grid.cell_at([1.24, 0.76]), Some(14));
        for outside in [[-1.26, 2.0], [1.26, 2.0], [0.0, 2.26], [0.0, 0.74], [f32::NAN, 1.0]] {
            assert_eq!(grid.cell_at(outside), None, "{outside:?}");
        }
    }

    // scipy.stats.norm.ppf([0.1, 0.3, 0.5, 0.7, 0.9]) and ppf([0.2, 0.4, 0.6, 0.8]), SciPy 1.17.
    #[test]
    fn quantiles_share_the_mass_of_the_prior_evenly() {
        let near = |got: &[f32], expected: &[f32]| {
            let close = got.iter().zip(expected).all(|(g, e)| g == e || (g - e).abs() < 1e-6);
            assert!(close && got.len() == expected.len(), "{got:?} against {expected:?}");
        };
        let grid = Grid::quantiles(Plane::axes(2, 0, 1), 5);
        let row: Vec<f32> = grid.row_points(0).chunks_exact(2).map(|point| point[0]).collect();
        near(&row, &[-1.281_551_6, -0.524_400_5, 0.0, 0.524_400_5, 1.281_551_6]);
        near(&[grid.place(0)[1], grid.place(24)[1]], &[1.281_551_6, -1.281_551_6]);
        let edges = [f32::NEG_INFINITY, -0.841_621_2, -0.253_347_1, 0.253_347_1, 0.841_621_2, f32::INFINITY];
        near(&grid.column_edges(), &edges);
        near(&grid.row_edges(), &edges.map(|edge| -edge));
        let cells = Grid::quantiles(Plane::axes(2, 0, 1), 256);
        assert!((0..256 * 256).all(|cell| cells.cell_at(cells.place(cell)) == Some(cell)));
        assert_eq!((grid.cell_at([-9.0, 9.0]), grid.cell_at([0.9, -0.9])), (Some(0), Some(24)));
    }

    #[test]
    fn edges_lie_half_a_step_around_the_cells() {
        let grid = grid(3, 2);
        assert_eq!(grid.column_edges(), [-1.25, -0.75, -0.25, 0.25]);
        assert_eq!(grid.row_edges(), [2.25, 1.75, 1.25]);
    }

    #[test]
    fn every_cell_comes_once_and_each_round_covers_the_whole_grid() {
        for (columns, rows) in [(1, 1), (2, 3), (7, 4), (8, 9), (31, 18)] {
            let grid = grid(columns, rows);
            let order = grid.coarse_to_fine();
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert!(sorted.iter().copied().eq(0..columns * rows));
            let mut covered = vec![false; columns * rows];
            for &cell in order.iter().take(columns.div_ceil(4) * rows.div_ceil(4)) {
                let (across, down) = grid.stands_for(cell);
                for at in down.flat_map(|row| across.clone().map(move |column| row * columns + column)) {
                    assert!(!covered[at], "{columns} × {rows}: {at} is covered twice");
                    covered[at] = true;
                }
            }
            assert!(covered.iter().all(|c| *c), "{columns} × {rows}: {covered:?}");
        }
    }

    #[test]
    fn the_middle_comes_first() {
        let grid = grid(9, 9);
        assert_eq!(grid.coarse_to_fine()[0], 4 * 9 + 4);
        assert_eq!(grid.stands_for(4 * 9 + 4), (2..6, 2..6));
        assert_eq!(grid.stands_for(4 * 9 + 5), (5..6, 4..5));
    }
}
