//! What the screen asks of the decoding thread, and what it answers: plain data.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::data::Dataset;
use crate::latent::Plane;
use crate::model::Snapshot;

/// What the screen wants to see. Each part that is asked anew, or that a new snapshot outdates, is answered again.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// The model to ask; nothing is answered without one.
    pub snapshot: Option<Arc<Snapshot>>,
    /// The images that can be encoded.
    pub data: Option<Arc<Dataset>>,
    /// The point to decode, `[d]`.
    pub point: Option<Vec<f32>>,
    /// The image to encode and reconstruct.
    pub selected: Option<usize>,
    /// The grid behind the map.
    pub grid: Option<Grid>,
    /// Points whose decoded images make the strip (each `[d]`).
    pub strip: Vec<Vec<f32>>,
}

/// Points (a, b) of a plane on a lattice: column i, row j is a = a0 + i·step, b = b0 − j·step (row 0 on top).
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

/// One answer; images are bytes, `[side, side, channels]`.
#[derive(Debug, Clone)]
pub enum Answer {
    /// The decoded point.
    Point {
        /// Where, `[d]`.
        z: Vec<f32>,
        /// Mean of p(x|z).
        image: Vec<u8>,
        /// The real images whose μ lie nearest: index and Euclidean distance in z; empty until they are encoded.
        nearest: Vec<(usize, f32)>,
        /// The snapshot's step.
        step: u64,
    },
    /// The selected image.
    Selected {
        /// Which.
        idx: usize,
        /// Mean of q(z|x), `[d]`.
        mu: Vec<f32>,
        /// Standard deviation of q(z|x), `[d]`.
        sigma: Vec<f32>,
        /// Mean of p(x|z) at z = μ.
        reconstruction: Vec<u8>,
        /// −E_q[log p(x|z)], mean of [`SELECTED_SAMPLES`](crate::latent::SELECTED_SAMPLES) samples.
        recon_nats: f64,
        /// KL(q(z|x) ‖ p(z)), closed form.
        kl_nats: f64,
        /// The snapshot's step.
        step: u64,
    },
    /// One row of the grid.
    GridRow {
        /// The grid it belongs to.
        grid: Arc<Grid>,
        /// Which row, 0 on top.
        row: usize,
        /// Its images, one after the other, left to right.
        images: Vec<u8>,
        /// The snapshot's step.
        step: u64,
    },
    /// Every frame of the strip, in order.
    Strip {
        /// One image a frame.
        images: Vec<Vec<u8>>,
        /// The snapshot's step.
        step: u64,
    },
    /// Where the images lie.
    Means {
        /// μ of every image of the dataset, `[n, d]`.
        mu: Arc<Vec<f32>>,
        /// The snapshot's step.
        step: u64,
    },
    /// The service could not answer; the sentence for the user.
    Failed(String),
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

    /// The points of one row, one after the other: `[columns, d]`.
    pub fn row_points(&self, row: usize) -> Vec<f32> {
        let b = self.b0 - row as f32 * self.step;
        (0..self.columns).flat_map(|i| self.plane.point(self.a0 + i as f32 * self.step, b)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_grid_spans_the_extent_with_the_first_row_on_top() {
        let grid = Grid::square(Plane::axes(3, 2, 0), 3, 1.5);
        assert_eq!(grid.row_points(0), [1.5, 0.0, -1.5, 1.5, 0.0, 0.0, 1.5, 0.0, 1.5]);
        assert_eq!(grid.row_points(2), [-1.5, 0.0, -1.5, -1.5, 0.0, 0.0, -1.5, 0.0, 1.5]);
        assert_eq!(Grid::square(Plane::axes(2, 0, 1), 1, 3.0).row_points(0), [0.0, 0.0]);
    }
}
