//! A lattice of points on a plane, and the order in which they are decoded for the screen.

use std::cmp::Reverse;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::latent::Plane;

/// The first pass over the map decodes every fourth cell of every fourth row, the next every second.
const STRIDES: [usize; 3] = [4, 2, 1];

/// Points (a, b) of a plane on a lattice: column i, row j is a = a0 + i·step, b = b0 − j·step (row 0 on top). Cells are
/// counted row by row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    /// The plane.
    pub plane: Plane,
    /// a of the first column.
    pub a0: f32,
    /// b of the first row.
    pub b0: f32,
    /// Distance between neighbours, the same in both directions.
    pub step: f32,
    /// Columns.
    pub columns: usize,
    /// Rows.
    pub rows: usize,
}

impl Grid {
    /// `cells` × `cells` points of `plane`, evenly from −`extent` to `extent` in both directions, both included; a
    /// single one lies at (0, 0).
    pub fn square(plane: Plane, cells: usize, extent: f32) -> Self {
        let (corner, step) = match cells {
            0 | 1 => (0.0, 2.0 * extent),
            _ => (extent, 2.0 * extent / (cells - 1) as f32),
        };
        Self { plane, a0: 0.0 - corner, b0: corner, step, columns: cells, rows: cells }
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
        [self.a0 + column as f32 * self.step, self.b0 - row as f32 * self.step]
    }

    /// The cell that covers (a, b).
    pub fn cell_at(&self, [a, b]: [f32; 2]) -> Option<usize> {
        let along = |distance: f32, n: usize| {
            let i = (distance / self.step + 0.5).floor();
            (i >= 0.0 && i < n as f32).then_some(i as usize)
        };
        Some(along(self.b0 - b, self.rows)? * self.columns + along(a - self.a0, self.columns)?)
    }

    /// The cell of `earlier` that covers the same place, when its plane runs in the same directions: what was decoded
    /// for it will do until there is better.
    pub fn stand_in(&self, cell: usize, earlier: &Self) -> Option<usize> {
        let parallel = self.plane.u == earlier.plane.u && self.plane.v == earlier.plane.v;
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
        Grid { plane: Plane::axes(2, 0, 1), a0: -1.0, b0: 2.0, step: 0.5, columns, rows }
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
