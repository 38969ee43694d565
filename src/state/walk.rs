//! Walking the latent space: the point, the pins and the way through them, the selected image, and what they decode
//! to.

pub mod actions;
pub mod play;
pub mod ways;

use std::borrow::Cow;
use std::sync::Arc;

use crate::latent::{Course, Easing, OwnImage, Path, Route, Subject};

pub use play::{Play, PlayAction, Turn};
pub use ways::{Findings, Ways, WaysAction, WaysOrder};

/// A stop on the way.
#[derive(Debug, Clone)]
pub struct Pinned {
    /// The point, `[d]`.
    pub z: Vec<f32>,
    /// The image whose mean it is.
    pub subject: Option<Subject>,
}

/// Pins on the same image are at the same place, wherever training has moved it.
impl PartialEq for Pinned {
    fn eq(&self, other: &Self) -> bool {
        self.subject == other.subject && (self.subject.is_some() || self.z == other.z)
    }
}

/// What the pointer holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Held {
    /// Nothing.
    #[default]
    Nothing,
    /// The point.
    Point,
    /// A pin, by its place on the way.
    Pin(usize),
}

/// The decoded point.
#[derive(Debug, Clone, PartialEq)]
pub struct PointView {
    /// Where, `[d]`.
    pub z: Vec<f32>,
    /// Mean of p(x|z).
    pub image: Vec<u8>,
    /// The real images whose means lie nearest, with their distances in z.
    pub nearest: Vec<(usize, f32)>,
}

/// The selected image as the model sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct SelectedView {
    /// Which.
    pub subject: Subject,
    /// Mean of q(z|x).
    pub mu: Vec<f32>,
    /// Standard deviation of q(z|x).
    pub sigma: Vec<f32>,
    /// Mean of p(x|z) at z = μ.
    pub reconstruction: Vec<u8>,
    /// −E_q[log p(x|z)].
    pub recon_nats: f64,
    /// KL(q(z|x) ‖ p(z)).
    pub kl_nats: f64,
}

/// The decoded way between the pins.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StripView {
    /// One image a frame.
    pub images: Vec<Vec<u8>>,
    /// One image a pin.
    pub pins: Vec<Vec<u8>>,
}

/// The point, the pins, the selection and what they decode to.
#[derive(Debug, Clone)]
pub struct Walk {
    /// The point, `[d]`; empty before there is a model.
    pub z: Vec<f32>,
    /// The pins, in the order of the way through them.
    pub pins: Vec<Pinned>,
    /// The selected image.
    pub selected: Option<Subject>,
    /// See [`View::selection`](crate::latent::View::selection).
    pub selection: u64,
    /// Images that were brought along.
    pub own: Vec<Arc<OwnImage>>,
    /// The shape of the way from pin to pin.
    pub path: Path,
    /// Whether the way leads back to the first pin.
    pub closed: bool,
    /// Images in the strip.
    pub frames: usize,
    /// The three kinds of way side by side.
    pub ways: Ways,
    /// How the way is played.
    pub play: Play,
    /// What the pointer holds.
    pub held: Held,
    /// The decoded point.
    pub point_view: Option<PointView>,
    /// The selected image as the model sees it.
    pub selected_view: Option<SelectedView>,
    /// The decoded way.
    pub strip_view: StripView,
    /// Changes whenever one of the views does.
    pub version: u64,
}

impl Default for Walk {
    fn default() -> Self {
        Self {
            z: Vec::new(),
            pins: Vec::new(),
            selected: None,
            selection: 0,
            own: Vec::new(),
            path: Path::default(),
            closed: false,
            frames: 11,
            ways: Ways::default(),
            play: Play::default(),
            held: Held::default(),
            point_view: None,
            selected_view: None,
            strip_view: StripView::default(),
            version: 0,
        }
    }
}

impl Walk {
    /// Starts anew in a space of `latent_dim` dimensions; a place in a space of the same size is kept.
    pub fn enter(&mut self, latent_dim: usize) {
        if self.z.len() != latent_dim {
            let selected = self.selected;
            self.start_anew();
            self.z = vec![0.0; latent_dim];
            self.selected = selected;
        }
    }

    /// Forgets everything but how the strip is made.
    pub fn start_anew(&mut self) {
        let (path, closed, frames) = (self.path, self.closed, self.frames);
        // What was ordered is taken back by whoever orders.
        let (ways, play) = (std::mem::take(&mut self.ways), Play { since: None, ..self.play });
        *self = Self { path, closed, frames, ways, play, version: self.version + 1, ..Self::default() };
    }

    /// Forgets what the last model or the last images gave.
    pub fn clear_views(&mut self) {
        self.point_view = None;
        self.selected_view = None;
        self.strip_view = StripView::default();
        self.version += 1;
    }

    /// Puts a pin at a place of the way: moves the one that is there, or adds one at the end.
    pub fn put_pin(&mut self, at: Option<usize>, pinned: Pinned) {
        match at.and_then(|idx| self.pins.get_mut(idx)) {
            Some(pin) => *pin = pinned,
            None => self.pins.push(pinned),
        }
    }

    /// Keeps the pins that were put on images there: `means` holds μ of every image, `[n, d]`.
    pub fn follow(&mut self, means: &[f32]) {
        let d = self.z.len();
        for pinned in &mut self.pins {
            let Some(Subject::Image(idx)) = pinned.subject else { continue };
            let mean = means.get(idx * d..(idx + 1) * d).filter(|mean| mean.len() == pinned.z.len());
            if let Some(mean) = mean {
                pinned.z = mean.to_vec();
            }
        }
    }

    /// The way through the pins.
    pub fn route(&self) -> Route {
        Route { stops: self.pins.iter().map(|pin| pin.z.clone()).collect(), path: self.path, closed: self.closed }
    }

    /// The curve of the way; a geodesic that is not found yet is straight.
    pub fn course(&self) -> Cow<'_, Course> {
        let geodesic = self.ways.geodesic(&self.pins, self.closed).filter(|_| self.path == Path::Geodesic);
        geodesic.map_or_else(|| Cow::Owned(self.route().course()), Cow::Borrowed)
    }

    /// Every point of the strip; empty until there are two pins.
    pub fn strip_points(&self) -> Vec<Vec<f32>> {
        self.course().points(self.frames, Easing::Linear)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_on_images_follow_their_means_and_others_stay() {
        let on_image = Pinned { z: vec![1.0, 1.0], subject: Some(Subject::Image(2)) };
        let pins = vec![on_image, Pinned { z: vec![5.0, 5.0], subject: None }];
        let mut walk = Walk { z: vec![0.0; 2], pins, ..Walk::default() };
        walk.follow(&[0.0, 0.1, 1.0, 1.1, 2.0, 2.1]);
        let places = |walk: &Walk| walk.pins.iter().map(|pin| pin.z.clone()).collect::<Vec<_>>();
        assert_eq!(places(&walk), [[2.0, 2.1], [5.0, 5.0]]);
        walk.follow(&[9.0, 9.0]);
        assert_eq!(places(&walk), [[2.0, 2.1], [5.0, 5.0]]);
    }
}
