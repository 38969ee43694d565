//! The true posterior p(z|x) = p(x|z) p(z) / p(x) on a regular grid, for a heat map under the ellipse of q(z|x).

use std::ops::ControlFlow;

use crate::lens::quadrature::DIMENSIONS;
use crate::lens::{Joint, LensError};
use crate::math::cubature::Cell;

/// log p(x, z) at the centres of equal cells of a rectangle.
#[derive(Debug, Clone, PartialEq)]
pub struct PosteriorGrid {
    /// The rectangle in z.
    pub area: Cell,
    /// Cells from left to right, z₁ ascending.
    pub columns: usize,
    /// Cells from bottom to top, z₂ ascending.
    pub rows: usize,
    /// log p(x, z) in nats, row by row, the lowest z₂ first: `[rows · columns]`.
    pub log_joint_nats: Vec<f64>,
}

/// log p(x, z) over `area`, row by row. `go_on` is told which share is done, in [0, 1]; `Ok(None)` when it breaks.
pub fn posterior_grid(
    joint: &Joint<'_>,
    area: Cell,
    [columns, rows]: [usize; 2],
    go_on: &dyn Fn(f32) -> ControlFlow<()>,
) -> Result<Option<PosteriorGrid>, LensError> {
    if joint.latent_dim() != DIMENSIONS {
        return Err(LensError::Dimensions(joint.latent_dim()));
    }
    let places: Vec<[f64; 2]> = area.tiles(columns, rows).iter().map(|cell| cell.centre).collect();
    let mut log_joint_nats = Vec::with_capacity(places.len());
    for chunk in places.chunks(joint.at_once()) {
        if go_on(log_joint_nats.len() as f32 / places.len() as f32).is_break() {
            return Ok(None);
        }
        log_joint_nats.extend(joint.log_joint(chunk.as_flattened())?);
    }
    Ok(Some(PosteriorGrid { area, columns, rows, log_joint_nats }))
}

impl PosteriorGrid {
    /// log of the sum over the cells times their area: log p(x) by the midpoint rule, when the rectangle holds the whole
    /// posterior. For a smooth peak that vanishes at the border it converges faster than any power of the step.
    pub fn log_px_nats(&self) -> f64 {
        self.log_sum(1)
    }

    /// The same of every second row and column.
    fn log_px_of_a_quarter(&self) -> f64 {
        self.log_sum(2)
    }

    fn log_sum(&self, step: usize) -> f64 {
        let rows = self.log_joint_nats.chunks_exact(self.columns.max(1)).step_by(step);
        let largest = self.log_joint_nats.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if largest == f64::NEG_INFINITY {
            return largest;
        }
        let sum: f64 = rows.flat_map(|row| row.iter().step_by(step)).map(|log| (log - largest).exp()).sum();
        let cell = 4.0 * self.area.half[0] * self.area.half[1] / (self.columns * self.rows) as f64;
        largest + sum.ln() + (cell * (step * step) as f64).ln()
    }

    /// What half the resolution would change, nats: an error above that of [`log_px_nats`](Self::log_px_nats).
    pub fn error_nats(&self) -> f64 {
        (self.log_px_nats() - self.log_px_of_a_quarter()).abs()
    }

    /// log p(z|x) in nats at every cell, given log p(x).
    pub fn log_posterior_nats(&self, log_px_nats: f64) -> Vec<f64> {
        self.log_joint_nats.iter().map(|log| log - log_px_nats).collect()
    }
}
