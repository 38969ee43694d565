//! Every 2-D view is a plane {z₀ + a·u + b·v} in latent space; with 2 latent dimensions it is the space itself.

use serde::{Deserialize, Serialize};

use crate::math::pca::pca;

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

    /// The plane of the two main axes of encoded means `mu` (`[n, d]`), through `origin`; with the share of the variance
    /// that each has. `None` when they do not vary in two directions.
    pub fn principal(mu: &[f32], origin: &[f32]) -> Option<(Self, [f64; 2])> {
        let found = pca(mu, origin.len(), 2)?;
        let ([u, v], &[first, second]) = (&found.axes[..], &found.share[..]) else { return None };
        let unit = |axis: &[f64]| axis.iter().map(|v| *v as f32).collect();
        Some((Self { origin: origin.to_vec(), u: unit(u), v: unit(v) }, [first, second]))
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

    #[test]
    fn the_principal_plane_is_that_in_which_the_means_vary_most() {
        let mu = [0.0, 3.0, 0.1, 0.0, -3.0, 0.1, 0.0, 0.0, 2.0, 0.5, 0.0, -2.2];
        let (plane, share) = Plane::principal(&mu, &[1.0, 0.0, 0.0]).unwrap();
        assert!(plane.u[1] > 0.99 && plane.v[2] > 0.9, "{plane:?}");
        assert!(share[0] > share[1] && share[0] + share[1] > 0.95, "{share:?}");
        assert_eq!(plane.origin, [1.0, 0.0, 0.0]);
        assert_eq!(Plane::principal(&[1.0, 1.0, 2.0, 2.0], &[0.0, 0.0]), None);
    }
}
