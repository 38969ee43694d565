//! Every 2-D view is a plane {z₀ + a·u + b·v} in latent space; with 2 latent dimensions it is the space itself.

use serde::{Deserialize, Serialize};

/// An affine plane with orthonormal directions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plane {
    /// z₀, `[d]`.
    pub origin: Vec<f32>,
    /// Unit vector of a, `[d]`.
    pub u: Vec<f32>,
    /// Unit vector of b, `[d]`, at right angles to `u`.
    pub v: Vec<f32>,
}

impl Plane {
    /// The plane of two axes through the origin.
    pub fn axes(latent_dim: usize, a: usize, b: usize) -> Self {
        let unit = |axis: usize| (0..latent_dim).map(|i| if i == axis { 1.0 } else { 0.0 }).collect();
        Self { origin: vec![0.0; latent_dim], u: unit(a), v: unit(b) }
    }

    /// z = z₀ + a·u + b·v
    pub fn point(&self, a: f32, b: f32) -> Vec<f32> {
        self.origin.iter().zip(&self.u).zip(&self.v).map(|((z0, u), v)| z0 + a * u + b * v).collect()
    }

    /// (a, b) of the point of the plane nearest to z: the orthogonal projection.
    pub fn project(&self, z: &[f32]) -> (f32, f32) {
        let dot =
            |direction: &[f32]| z.iter().zip(&self.origin).zip(direction).map(|((z, z0), w)| (z - z0) * w).sum::<f32>();
        (dot(&self.u), dot(&self.v))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_of_the_plane_projects_to_itself_and_the_rest_is_dropped() {
        let mut plane = Plane::axes(4, 3, 1);
        plane.origin = vec![0.5, -1.0, 2.0, 0.25];
        let z = plane.point(0.75, -2.0);
        assert_eq!(z, [0.5, -3.0, 2.0, 1.0]);
        assert_eq!(plane.project(&z), (0.75, -2.0));
        assert_eq!(plane.project(&[9.0, -3.0, 9.0, 1.0]), (0.75, -2.0));
    }
}
