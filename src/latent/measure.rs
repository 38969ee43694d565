//! What a way through latent space is like: figures to choose between two by.

use serde::Serialize;

use crate::latent::metric::squared;
use crate::latent::{Course, Density, Easing, Path};
use crate::model::{ModelError, Snapshot};

/// Points of each leg that are looked at, however few frames are shown.
const PER_LEG: usize = 128;

/// One course, measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measured {
    /// What was measured.
    pub path: Path,
    /// Length in z.
    pub length_z: f64,
    /// Length in images: Σ ‖Δf‖ over pixels in [0, 1], f the mean of p(x|z).
    pub length_images: f64,
    /// The lowest [`Density::percentile_at`] along it: 0 is off everything known.
    pub lowest_percentile: f64,
    /// The lowest log q(z) along it, nats.
    pub lowest_log_density_nats: f64,
    /// [`Density::percentile_at`] every frame.
    pub percentiles: Vec<f64>,
    /// ‖Δf‖ from each frame to the next.
    pub changes: Vec<f64>,
}

/// Measures `course`, and the steps between `frames` evenly spaced frames of it.
pub fn measure(course: &Course, frames: usize, snapshot: &Snapshot, density: &Density) -> Result<Measured, ModelError> {
    let shown = course.points(frames, Easing::Linear);
    let fine = course.legs() * PER_LEG;
    let fine: Vec<Vec<f32>> = (0..=fine).map(|i| course.at(i as f32 / PER_LEG as f32)).collect();
    let lowest = |of: &dyn Fn(&Vec<f32>) -> f64| fine.iter().chain(&shown).map(of).fold(f64::INFINITY, f64::min);
    let total = |steps: &[f64]| steps.iter().sum::<f64>();
    let length_z: f64 = fine.windows(2).map(|pair| squared(&pair[0], &pair[1]).sqrt()).sum();
    Ok(Measured {
        path: course.path,
        length_z,
        length_images: total(&changes(snapshot, &fine)?),
        lowest_percentile: lowest(&|z| density.percentile_at(z)),
        lowest_log_density_nats: lowest(&|z| density.log_density(z)),
        percentiles: shown.iter().map(|z| density.percentile_at(z)).collect(),
        changes: changes(snapshot, &shown)?,
    })
}

/// ‖f(z_{i+1}) − f(z_i)‖
fn changes(snapshot: &Snapshot, z: &[Vec<f32>]) -> Result<Vec<f64>, ModelError> {
    let images = snapshot.decode(&z.concat())?; // [n, P]
    let images: Vec<&[f32]> = images.chunks_exact(snapshot.shape().pixels()).collect();
    Ok(images.windows(2).map(|pair| squared(pair[0], pair[1]).sqrt()).collect())
}
