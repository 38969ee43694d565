//! Which two directions are on the map: the two latent axes that carry most, until the user chooses others.

use std::sync::Arc;

use crate::latent::{Plane, by_weight};
use crate::state::walk::Held;
use crate::state::{AppState, MapState};

/// A dimension that carries less than this is not used: its posterior is the prior for every image, in nats per image.
pub const UNUSED_NATS: f64 = 0.01;
/// While training goes on another axis comes on the map only when it carries so many times as much as one that is there.
const CLEARLY_MORE: f64 = 2.0;

/// The two directions on the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axes {
    /// Two latent axes: to the right and up.
    Pair(usize, usize),
    /// The two directions in which the means of the images spread most.
    Principal,
}

/// Who has chosen the axes of the map.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AxesBy {
    /// Nobody yet.
    #[default]
    Nobody,
    /// They carried most on the held images.
    Kl,
    /// The user.
    User,
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

impl AppState {
    /// KL of each dimension on the held images after the last epoch, nats per image, `[d]`; empty before it is known.
    pub fn kl_per_dim(&self) -> &[f64] {
        let kl = self.training.history.validation.last().map_or(&[][..], |v| &v.kl_per_dim_nats);
        if Some(kl.len()) == self.map.latent_dim { kl } else { &[] }
    }

    /// The two axes that carry most, the one with more to the right; none with two dimensions, before KL is known, and in
    /// a plain autoencoder, which has none.
    pub fn richest_axes(&self) -> Option<Axes> {
        let kl = self.kl_per_dim();
        let order = by_weight(kl.len(), kl);
        let (&right, &up) = (order.first()?, order.get(1)?);
        (kl.len() > 2 && at(kl, right) > 0.0).then_some(Axes::Pair(right, up))
    }

    /// Puts the axes that carry most on the map, unless the user has chosen some or has the map in hand.
    pub(in crate::state) fn choose_axes(&mut self) {
        let map = &self.map;
        if map.axes_by == AxesBy::User || !map.follows || self.walk.held != Held::Nothing {
            return;
        }
        let Some(richest) = self.richest_axes() else { return };
        let least = |axes: Axes| axes.latent().map(|axis| at(self.kl_per_dim(), axis)).fold(f64::INFINITY, f64::min);
        if map.axes_by == AxesBy::Kl && least(richest) < CLEARLY_MORE * least(map.axes) {
            return;
        }
        self.map.axes_by = AxesBy::Kl;
        if richest != self.map.axes {
            self.past.was_on(richest);
            self.map.turn_to(richest);
        }
    }
}

fn at(kl: &[f64], axis: usize) -> f64 {
    kl.get(axis).copied().unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::map::actions::{MapAction, apply};
    use crate::train::{Terms, ValidationStats};

    /// An epoch of a run of four dimensions is over.
    fn validated(state: &mut AppState, kl: [f64; 4]) {
        let (terms, kl_per_dim_nats) = (Terms::default(), kl.to_vec());
        let stats = ValidationStats { step: 1, epoch: 1.0, seconds: 1.0, terms, kl_per_dim_nats, active_units: None };
        state.training.history.validated(stats);
        state.choose_axes();
        state.map.finish_turn();
    }

    fn state() -> AppState {
        let mut state = AppState::new();
        state.map.enter(4);
        state.walk.enter(4);
        state
    }

    #[test]
    fn the_axes_that_carry_most_are_shown_and_stay_until_another_carries_clearly_more() {
        let mut state = state();
        state.remember();
        validated(&mut state, [0.001, 2.0, 0.0, 3.0]);
        assert_eq!((state.map.axes, state.map.axes_by), (Axes::Pair(3, 1), AxesBy::Kl));
        assert_eq!(state.map.coordinates(&[1.0, 2.0, 3.0, 4.0]), [4.0, 2.0]);
        validated(&mut state, [3.9, 2.0, 0.0, 3.0]);
        assert_eq!(state.map.axes, Axes::Pair(3, 1));
        validated(&mut state, [7.0, 2.0, 0.0, 5.0]);
        assert_eq!(state.map.axes, Axes::Pair(0, 3));
        // That was no move of the user's.
        state.undo();
        assert_eq!(state.map.axes, Axes::Pair(0, 3));
    }

    #[test]
    fn what_the_user_chose_or_has_in_hand_stays() {
        let mut chosen = state();
        apply(&mut chosen, MapAction::SetAxes(Axes::Pair(2, 1)));
        validated(&mut chosen, [9.0, 0.0, 0.0, 8.0]);
        assert_eq!(chosen.map.axes, Axes::Pair(2, 1));
        let mut panned = state();
        panned.map.pan([5.0, 5.0]);
        validated(&mut panned, [9.0, 0.0, 0.0, 8.0]);
        assert_eq!(panned.map.axes, Axes::Pair(0, 1));
        // A plain autoencoder has no KL to go by.
        let mut plain = state();
        validated(&mut plain, [0.0; 4]);
        assert_eq!((plain.map.axes, plain.map.axes_by), (Axes::Pair(0, 1), AxesBy::Nobody));
    }
}
