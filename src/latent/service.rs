//! The thread that decodes for the screen: the dragged point first, then the selected image, then the grid behind
//! the map, then where the images lie. The latest question wins; stale work is dropped between small pieces.

use std::sync::Arc;

use crate::data::Dataset;
use crate::latent::Plane;
use crate::model::Snapshot;

/// What the screen wants to see. Each part that is asked anew, or that a new snapshot outdates, is answered again.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// The model to ask; nothing is answered without one.
    pub snapshot: Option<Arc<Snapshot>>,
    /// The images that can be encoded.
    pub data: Option<Arc<Dataset>>,
    /// The point to decode, `[d]`.
    pub point: Option<Vec<f32>>,
    /// The image to encode and reconstruct.
    pub selected: Option<usize>,
    /// The grid behind the map.
    pub grid: Option<Grid>,
    /// Points whose decoded images make the strip (each `[d]`).
    pub strip: Vec<Vec<f32>>,
}

/// Points (a, b) of a plane on a lattice: column i, row j is a = a0 + i·step, b = b0 − j·step (row 0 on top).
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// The plane.
    pub plane: Plane,
    /// a of the first column.
    pub a0: f32,
    /// b of the first row.
    pub b0: f32,
    /// Distance between neighbours, the same in both directions.
    pub step: f32,
    /// Columns.
    pub columns: usize,
    /// Rows.
    pub rows: usize,
}

/// One answer; images are bytes, `[side, side, channels]`.
#[derive(Debug, Clone)]
pub enum Answer {
    /// The decoded point, with the real images whose μ lie nearest (index, Euclidean distance in z).
    Point { z: Vec<f32>, image: Vec<u8>, nearest: Vec<(usize, f32)>, step: u64 },
    /// The selected image: q(z|x), reconstruction at z = μ, and its two terms in nats (one sample; KL closed form).
    Selected { idx: usize, mu: Vec<f32>, sigma: Vec<f32>, reconstruction: Vec<u8>, recon_nats: f64, kl_nats: f64, step: u64 },
    /// Some rows of the grid, from `first_row` on.
    GridRows { grid: Arc<Grid>, first_row: usize, images: Vec<u8>, step: u64 },
    /// Every frame of the strip, in order.
    Strip { images: Vec<Vec<u8>>, step: u64 },
    /// μ of every image of the dataset, `[n, d]`.
    Means { mu: Arc<Vec<f32>>, step: u64 },
    /// The service could not answer; the sentence for the user.
    Failed(String),
}
