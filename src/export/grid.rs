//! A plane of the latent space, point by point (Kingma & Welling 2014, figure 4).

use crate::export::canvas::{Canvas, Picture, decode};
use crate::export::provenance::{Made, Origin, Provenance};
use crate::export::{CELLS, ExportError, within};
use crate::latent::Grid;
use crate::model::ImageShape;

/// Decodes every point of `grid`; the images touch, as they do on the map.
pub fn grid(origin: &Origin<'_>, grid: &Grid, upscale: usize) -> Result<Picture, ExportError> {
    within("the number of columns", grid.columns, CELLS)?;
    within("the number of rows", grid.rows, CELLS)?;
    let expected = origin.snapshot.latent_dim();
    for vector in [&grid.plane.origin, &grid.plane.u, &grid.plane.v] {
        if vector.len() != expected {
            return Err(ExportError::Point { got: vector.len(), expected });
        }
    }
    let ImageShape { side, channels } = origin.snapshot.shape();
    let mut canvas = Canvas::new(grid.columns * side, grid.rows * side, channels, upscale)?;
    for row in 0..grid.rows {
        let decoded = decode(origin.snapshot, &grid.row_points(row))?; // [columns, side, side, channels]
        for (column, image) in decoded.chunks_exact(origin.snapshot.shape().pixels()).enumerate() {
            canvas.put(image, side, column * side, row * side);
        }
    }
    Ok(Picture { canvas, provenance: Provenance::new(origin, Made::Grid(grid.clone()), upscale) })
}
