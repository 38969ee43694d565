//! What the screen asks of the decoding thread, and what it answers: plain data.

use std::sync::Arc;

use crate::data::Dataset;
use crate::latent::{Grid, Heat};
use crate::model::Snapshot;

/// An image that a model can be asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// One of the dataset.
    Image(usize),
    /// One that was brought along, by its place among those.
    Own(usize),
}

/// An image that was brought along.
#[derive(Debug, PartialEq, Eq)]
pub struct OwnImage {
    /// Its file's name.
    pub name: String,
    /// As the model reads it, `[side, side, channels]`.
    pub pixels: Vec<u8>,
}

/// What the screen wants to see. Each part that is asked anew, or that a new snapshot outdates, is answered again.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct View {
    /// The point to decode, `[d]`.
    pub point: Option<Vec<f32>>,
    /// The image to encode and reconstruct.
    pub selected: Option<Subject>,
    /// Grows when it is selected anew and its answer is no longer at hand.
    pub selection: u64,
    /// Images that were brought along.
    pub own: Vec<Arc<OwnImage>>,
    /// The grid behind the map.
    pub grid: Option<Grid>,
    /// Points whose decoded images make the strip (each `[d]`).
    pub strip: Vec<Vec<f32>>,
    /// With it the point is answered by a draw x ~ p(x|z) instead of its mean, when p(x|z) is Gaussian: which draw.
    pub noise: Option<u64>,
    /// What is asked of all images.
    pub survey: Box<Survey>,
}

/// What is asked of all images.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Survey {
    /// How well each is reconstructed.
    pub errors: bool,
    /// Which are held back, for this share of validation and seed.
    pub split: Option<(f64, u64)>,
    /// Their density on the plane with these directions, each `[d]`.
    pub heat: Option<[Vec<f32>; 2]>,
}

/// A figure that every image has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    /// KL(q(z|x) ‖ p(z)) in nats.
    Kl,
    /// Root mean square of x − f(μ) over its pixels, in hundredths of the range from black to white.
    Error,
}

/// A figure of all images.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// One for each image.
    pub values: Arc<Vec<f32>>,
    /// The second and the 98th percentile.
    pub range: [f32; 2],
}

/// Whom to ask, and what.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// The model to ask; nothing is answered without one.
    pub snapshot: Option<Arc<Snapshot>>,
    /// The images that can be encoded.
    pub data: Option<Arc<Dataset>>,
    /// What is wanted.
    pub view: View,
}

impl Question {
    /// The pixels of a subject, `[side, side, channels]`; `None` when there are none that the model can read.
    pub fn pixels(&self, subject: Subject) -> Option<&[u8]> {
        match subject {
            Subject::Image(idx) => self.data.as_deref().filter(|data| idx < data.len()).map(|data| data.image(idx)),
            Subject::Own(idx) => {
                let length = self.snapshot.as_ref()?.shape().pixels();
                self.view.own.get(idx).map(|own| &own.pixels[..]).filter(|pixels| pixels.len() == length)
            }
        }
    }
}

/// One answer; images are bytes, `[side, side, channels]`.
#[derive(Debug, Clone)]
pub enum Answer {
    /// The decoded point.
    Point {
        /// Where, `[d]`.
        z: Vec<f32>,
        /// Mean of p(x|z).
        image: Vec<u8>,
        /// The real images whose μ lie nearest: index and Euclidean distance in z; empty until they are encoded.
        nearest: Vec<(usize, f32)>,
        /// The snapshot's step.
        step: u64,
    },
    /// The selected image.
    Selected {
        /// Which.
        subject: Subject,
        /// Mean of q(z|x), `[d]`.
        mu: Vec<f32>,
        /// Standard deviation of q(z|x), `[d]`.
        sigma: Vec<f32>,
        /// Mean of p(x|z) at z = μ.
        reconstruction: Vec<u8>,
        /// −E_q[log p(x|z)], mean of [`SELECTED_SAMPLES`](crate::latent::SELECTED_SAMPLES) samples.
        recon_nats: f64,
        /// KL(q(z|x) ‖ p(z)), closed form.
        kl_nats: f64,
        /// The snapshot's step.
        step: u64,
    },
    /// Where the images lie that were brought along.
    Own {
        /// Which.
        own: Vec<Arc<OwnImage>>,
        /// μ of each, `[n, d]`.
        mu: Vec<f32>,
        /// The snapshot's step.
        step: u64,
    },
    /// Some cells of the grid.
    GridCells {
        /// The grid they belong to.
        grid: Arc<Grid>,
        /// Which cells.
        cells: Vec<usize>,
        /// Their images, one after the other in the same order.
        images: Vec<u8>,
        /// The snapshot's step.
        step: u64,
    },
    /// Every frame of the strip, in order.
    Strip {
        /// One image a frame.
        images: Vec<Vec<u8>>,
        /// The snapshot's step.
        step: u64,
    },
    /// Where the images lie.
    Means {
        /// μ of every image of the dataset, `[n, d]`.
        mu: Arc<Vec<f32>>,
        /// The snapshot's step.
        step: u64,
    },
    /// How well known the decoded point is.
    Known {
        /// Where, `[d]`.
        z: Vec<f32>,
        /// The share of the images, in percent, that lie in emptier places.
        percentile: f64,
    },
    /// A figure of every image.
    Figures(Figure, Figures),
    /// Whether each image is held back for validation.
    Held(Arc<Vec<bool>>),
    /// Where the images are dense on a plane.
    Heat(Arc<Heat>),
    /// The two directions in which the means spread most, each `[d]`, with the share of the variance of each.
    Principal([Vec<f32>; 2], [f64; 2]),
    /// The service could not answer; the sentence for the user.
    Failed(String),
}
