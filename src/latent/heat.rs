//! Where the encoded images are dense on a plane, as the share of them that lies in denser places.

use crate::latent::{Density, Grid, Plane, Spacing};

/// Cells along the longer side.
const CELLS: f32 = 112.0;
/// Images left out on each side when the extent is chosen, as a share.
const FAR_OUT: f32 = 0.005;
/// Room around the rest, as a share of their extent.
const ROOM: f32 = 0.2;

/// The density on a plane, cell by cell. It belongs to the directions alone: the images are projected, whatever the
/// dimensions that are not on the plane are held at.
#[derive(Debug, Clone, PartialEq)]
pub struct Heat {
    /// The cells.
    pub grid: Grid,
    /// The share of the images' mass in cells at least as dense as this one, in [0, 1]: 0 is the summit. The region below
    /// p is the smallest that holds that share, the highest density region (Hyndman 1996).
    pub share: Vec<f32>,
}

impl Heat {
    /// The density on the plane with these directions; `None` without images.
    pub fn new(density: &Density, [u, v]: &[Vec<f32>; 2]) -> Option<Self> {
        let plane = Plane { origin: vec![0.0; density.latent_dim()], u: u.clone(), v: v.clone() };
        let places: Vec<(f32, f32)> = (0..density.components()).map(|k| plane.project(&density.mean(k))).collect();
        let [low_a, high_a] = extent(places.iter().map(|(a, _)| *a))?;
        let [low_b, high_b] = extent(places.iter().map(|(_, b)| *b))?;
        let step = ((high_a - low_a).max(high_b - low_b) / CELLS).max(1e-6);
        let cells = |from: f32, to: f32| ((to - from) / step).ceil().max(1.0) as usize;
        let (columns, rows) = (cells(low_a, high_a), cells(low_b, high_b));
        let (a0, b0) = (low_a + 0.5 * step, high_b - 0.5 * step);
        let grid = Grid { plane, spacing: Spacing::Uniform, a0, b0, step, columns, rows };
        let share = enclosed(&density.on_grid(&grid), f64::from(step).powi(2));
        Some(Self { grid, share })
    }
}

/// From where to where most of the values lie, with some room.
fn extent(values: impl Iterator<Item = f32>) -> Option<[f32; 2]> {
    let mut values: Vec<f32> = values.filter(|v| v.is_finite()).collect();
    values.sort_unstable_by(f32::total_cmp);
    let out = (values.len() as f32 * FAR_OUT) as usize;
    let (low, high) = (*values.get(out)?, *values.get(values.len() - 1 - out)?);
    let room = ROOM * (high - low).max(0.1);
    Some([low - room, high + room])
}

/// From log densities in cells of an area: the share of the whole mass, which is 1, in cells at least as dense.
fn enclosed(log_density: &[f32], area: f64) -> Vec<f32> {
    let mut order: Vec<usize> = (0..log_density.len()).collect();
    let at = |cell: usize| log_density.get(cell).copied().unwrap_or(f32::NEG_INFINITY);
    order.sort_by(|&x, &y| at(y).total_cmp(&at(x)));
    let (mut share, mut mass) = (vec![1.0; log_density.len()], 0.0);
    for cell in order {
        if let Some(share) = share.get_mut(cell) {
            *share = (mass as f32).min(1.0);
        }
        mass += f64::from(at(cell)).exp() * area;
    }
    share
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Rng, Stream};

    /// A Gaussian in two dimensions encloses 1 − exp(−r²/2) within r.
    #[test]
    fn the_share_is_that_of_the_closed_form_for_a_gaussian() {
        let density = Density::new(&[0.0; 8], &[1.0; 8], 2);
        let grid = Grid {
            plane: Plane::axes(2, 0, 1),
            spacing: Spacing::Uniform,
            a0: -4.0,
            b0: 4.0,
            step: 0.1,
            columns: 81,
            rows: 81,
        };
        let share = enclosed(&density.on_grid(&grid), 0.01);
        for (column, r) in [(50, 1.0_f64), (60, 2.0)] {
            let expected = 1.0 - (-r * r / 2.0).exp();
            assert!((f64::from(share[40 * 81 + column]) - expected).abs() < 0.01, "{r}: {}", share[40 * 81 + column]);
        }
    }

    #[test]
    fn the_cells_cover_the_images_in_any_plane() {
        let mu = Rng::new(3, Stream::TrainNoise, 0).normals(500 * 4);
        let density = Density::new(&mu, &vec![0.1; mu.len()], 4);
        let Plane { u, v, .. } = Plane::axes(4, 3, 1);
        let heat = Heat::new(&density, &[u, v]).unwrap();
        assert!(heat.grid.columns.max(heat.grid.rows) <= 113);
        let seen = mu.chunks(4).filter(|z| heat.grid.cell_at([z[3], z[1]]).is_some()).count();
        assert!(seen >= 490, "{seen}");
        let middle = heat.grid.cell_at([0.0, 0.0]).unwrap();
        assert!(heat.share[middle] < 0.3 && heat.share[0] > 0.99);
    }
}
