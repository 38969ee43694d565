//! Which two directions are on the map.

use std::sync::Arc;

use crate::latent::Plane;
use crate::state::MapState;

/// The two directions on the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axes {
    /// Two latent axes: to the right and up.
    Pair(usize, usize),
    /// The two directions in which the means of the images spread most.
    Principal,
}

impl Default for Axes {
    fn default() -> Self {
        Self::Pair(0, 1)
    }
}

impl Axes {
    /// Whether a space of so many dimensions has them.
    pub fn fits(self, latent_dim: usize) -> bool {
        match self {
            Self::Pair(right, up) => right != up && right.max(up) < latent_dim,
            Self::Principal => latent_dim > 2,
        }
    }

    /// The latent axes among them.
    pub fn latent(self) -> impl Iterator<Item = usize> + Clone {
        let [right, up] = match self {
            Self::Pair(right, up) => [Some(right), Some(up)],
            Self::Principal => [None; 2],
        };
        right.into_iter().chain(up)
    }
}

impl MapState {
    /// The unit vectors to the right and up, each `[d]`; empty before there is a model.
    pub fn directions(&self) -> &[Vec<f32>; 2] {
        &self.directions
    }

    /// Puts two other directions on the map, when the space has them and they are known.
    pub fn set_axes(&mut self, axes: Axes) {
        let known = axes != Axes::Principal || self.principal.is_some();
        if known && axes.fits(self.latent_dim.unwrap_or_default()) {
            self.turn = None;
            self.axes = axes;
            self.point_axes();
            self.hovered = None;
            self.project();
        }
    }

    /// Takes in the principal directions of the means, each `[d]`. An axis has no sign of its own: each keeps the one it
    /// had, so that the map is not mirrored while training goes on.
    pub fn set_principal(&mut self, principal: Option<[Vec<f32>; 2]>) {
        let before = self.principal.take();
        self.principal = principal.map(|mut now| {
            for (now, before) in now.iter_mut().zip(before.iter().flatten()) {
                let along: f32 = now.iter().zip(before).map(|(x, y)| x * y).sum();
                if along < 0.0 {
                    for w in now.iter_mut() {
                        *w = -*w;
                    }
                }
            }
            now
        });
        if self.axes == Axes::Principal && self.principal.is_some() {
            self.turn = None;
            self.point_axes();
            self.project();
        }
    }

    /// Whether the principal directions can be shown.
    pub fn knows_principal(&self) -> bool {
        self.principal.is_some()
    }

    /// z on the parallel plane through `through`: at the same (a, b).
    pub fn on_plane_through(&self, z: &[f32], through: &[f32]) -> Vec<f32> {
        let [a, b] = self.coordinates(z);
        self.plane(through).point(a, b)
    }

    pub(super) fn point_axes(&mut self) {
        let d = self.latent_dim.unwrap_or_default();
        self.directions = match (self.axes, &self.principal) {
            (Axes::Principal, Some(principal)) => principal.clone(),
            (Axes::Pair(right, up), _) => {
                let Plane { u, v, .. } = Plane::axes(d, right, up);
                [u, v]
            }
            (Axes::Principal, None) => return,
        };
    }

    pub(super) fn project(&mut self) {
        let means = self.means.as_deref().map_or(&[][..], Vec::as_slice);
        let rows = means.chunks_exact(self.latent_dim.unwrap_or(1).max(1));
        self.places = Arc::new(rows.map(|mu| self.coordinates(mu)).collect());
        self.hide();
    }
}
