//! Walking the latent space: the point, the two pins, the selected image, and what they decode to.

use crate::latent::{Easing, Path, Route};

/// Moves that can be taken back.
const MAX_UNDO: usize = 200;

/// One of the two pins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pin {
    /// Where the strip begins.
    A,
    /// Where it ends.
    B,
}

impl Pin {
    /// Both.
    pub const ALL: [Self; 2] = [Self::A, Self::B];
}

/// Where a pin is.
#[derive(Debug, Clone)]
pub struct Pinned {
    /// The point, `[d]`.
    pub z: Vec<f32>,
    /// The image whose mean it is.
    pub image: Option<usize>,
}

/// Pins on the same image are at the same place, wherever training has moved it.
impl PartialEq for Pinned {
    fn eq(&self, other: &Self) -> bool {
        self.image == other.image && (self.image.is_some() || self.z == other.z)
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
    /// A pin.
    Pin(Pin),
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
    pub idx: usize,
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
}

/// What one step of undo brings back.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    z: Vec<f32>,
    pins: [Option<Pinned>; 2],
}

/// The point, the pins, the selection and what they decode to.
#[derive(Debug, Clone)]
pub struct Walk {
    /// The point, `[d]`; empty before there is a model.
    pub z: Vec<f32>,
    /// Pins A and B.
    pub pins: [Option<Pinned>; 2],
    /// The selected image.
    pub selected: Option<usize>,
    /// The way between the pins.
    pub path: Path,
    /// Images in the strip.
    pub frames: usize,
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
    undo: Vec<Place>,
    redo: Vec<Place>,
}

impl Default for Walk {
    fn default() -> Self {
        Self {
            z: Vec::new(),
            pins: [None, None],
            selected: None,
            path: Path::default(),
            frames: 11,
            held: Held::default(),
            point_view: None,
            selected_view: None,
            strip_view: StripView::default(),
            version: 0,
            undo: Vec::new(),
            redo: Vec::new(),
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
        *self = Self { path: self.path, frames: self.frames, version: self.version + 1, ..Self::default() };
    }

    /// Forgets what the last model or the last images gave.
    pub fn clear_views(&mut self) {
        self.point_view = None;
        self.selected_view = None;
        self.strip_view = StripView::default();
        self.version += 1;
    }

    /// Where a pin is.
    pub fn pin(&self, pin: Pin) -> Option<&Pinned> {
        let [a, b] = &self.pins;
        match pin {
            Pin::A => a.as_ref(),
            Pin::B => b.as_ref(),
        }
    }

    /// Puts a pin.
    pub fn set_pin(&mut self, pin: Pin, to: Option<Pinned>) {
        let [a, b] = &mut self.pins;
        match pin {
            Pin::A => *a = to,
            Pin::B => *b = to,
        }
    }

    /// Keeps the pins that were put on images there: `means` holds μ of every image, `[n, d]`.
    pub fn follow(&mut self, means: &[f32]) {
        let d = self.z.len();
        for pinned in self.pins.iter_mut().flatten() {
            let mean = pinned.image.and_then(|idx| means.get(idx * d..(idx + 1) * d));
            if let Some(mean) = mean.filter(|mean| mean.len() == pinned.z.len()) {
                pinned.z = mean.to_vec();
            }
        }
    }

    /// Every point of the strip; empty until both pins are put.
    pub fn strip_points(&self) -> Vec<Vec<f32>> {
        match &self.pins {
            [Some(a), Some(b)] if a.z.len() == b.z.len() => {
                Route::between(self.path, &a.z, &b.z).course().points(self.frames, Easing::Linear)
            }
            _ => Vec::new(),
        }
    }

    /// Remembers the place before it changes.
    pub fn remember(&mut self) {
        let place = self.place();
        if self.undo.last() != Some(&place) {
            self.undo.push(place);
            let surplus = self.undo.len().saturating_sub(MAX_UNDO);
            self.undo.drain(..surplus);
        }
        self.redo.clear();
    }

    /// Takes the last move back.
    pub fn undo(&mut self) {
        while let Some(place) = self.undo.pop() {
            let now = self.place();
            if place != now {
                self.redo.push(now);
                self.go(place);
                return;
            }
        }
    }

    /// Does it again.
    pub fn redo(&mut self) {
        if let Some(place) = self.redo.pop() {
            self.undo.push(self.place());
            self.go(place);
        }
    }

    fn place(&self) -> Place {
        Place { z: self.z.clone(), pins: self.pins.clone() }
    }

    fn go(&mut self, place: Place) {
        self.z = place.z;
        self.pins = place.pins;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_image(z: [f32; 2], idx: usize) -> Pinned {
        Pinned { z: z.to_vec(), image: Some(idx) }
    }

    #[test]
    fn pins_on_images_follow_their_means_and_others_stay() {
        let mut walk = Walk { z: vec![0.0; 2], ..Walk::default() };
        walk.set_pin(Pin::A, Some(on_image([1.0, 1.0], 2)));
        walk.set_pin(Pin::B, Some(Pinned { z: vec![5.0, 5.0], image: None }));
        walk.follow(&[0.0, 0.1, 1.0, 1.1, 2.0, 2.1]);
        assert_eq!(walk.pins.clone().map(|p| p.unwrap().z), [[2.0, 2.1], [5.0, 5.0]]);
        walk.follow(&[9.0, 9.0]);
        assert_eq!(walk.pin(Pin::A).unwrap().z, [2.0, 2.1]);
    }

    #[test]
    fn undo_skips_what_only_training_has_moved() {
        let mut walk = Walk { z: vec![0.0; 2], ..Walk::default() };
        walk.remember();
        walk.set_pin(Pin::A, Some(on_image([1.0, 1.0], 0)));
        walk.remember();
        walk.follow(&[3.0, 3.0]);
        walk.undo();
        assert_eq!(walk.pin(Pin::A), None);
        walk.redo();
        assert_eq!(walk.pin(Pin::A).map(|p| (p.z.clone(), p.image)), Some((vec![3.0, 3.0], Some(0))));
    }
}
