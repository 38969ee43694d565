//! What a contest has come to.

use std::sync::Arc;

use crate::run::contest::{Method, Progress};

/// The images of a contest.
#[derive(Debug, Clone)]
pub struct Scene {
    /// Height and width of an image in pixels.
    pub side: usize,
    /// 1 (grey) or 3 (RGB).
    pub channels: usize,
    /// Images that are learned from.
    pub n_train: usize,
    /// Images that were held.
    pub n_held: usize,
    /// Those held ones that are shown, `[SHOWN, side, side, channels]` or fewer.
    pub originals: Arc<Vec<u8>>,
    /// Classes of those that are on the maps.
    pub labels: Arc<Vec<Option<u16>>>,
}

/// Codes of held images along the two coordinates in which they vary most.
#[derive(Debug, Clone, PartialEq)]
pub struct Codes {
    /// Which coordinates.
    pub axes: [usize; 2],
    /// Codes, in the order of [`Scene::labels`].
    pub points: Arc<Vec<[f32; 2]>>,
}

/// What one of them has come to.
#[derive(Debug, Clone)]
pub struct Entry {
    /// How it learned.
    pub method: Method,
    /// Dimensions of z.
    pub latent_dim: usize,
    /// Mean squared error per pixel value on the images it learned from.
    pub train_mse: f64,
    /// The same on the held ones.
    pub test_mse: f64,
    /// Squared error of each held image, per pixel value.
    pub held: Arc<Vec<f64>>,
    /// The same of images of another kind, once some were chosen.
    pub unseen: Option<Arc<Vec<f64>>>,
    /// The shown images, encoded and decoded.
    pub back: Arc<Vec<u8>>,
    /// Where the held images lie.
    pub codes: Codes,
    /// What z ~ N(0, I) decodes to, `[SHOWN, side, side, channels]`.
    pub drawn: Arc<Vec<u8>>,
}

/// Images of another kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unseen {
    /// The folder or sample.
    pub name: String,
    /// Images whose errors were taken.
    pub n: usize,
    /// Images in all.
    pub of: usize,
}

/// What the thread says.
#[derive(Debug, Clone)]
pub enum ContestNews {
    /// These are the images.
    Scene(Box<Scene>),
    /// So far it is.
    Progress(Progress),
    /// This one has ended.
    Ended(Box<Entry>),
    /// Other samples were drawn, of which draw, for the entries so far in their order.
    Drawn(u64, Vec<Arc<Vec<u8>>>),
    /// The errors on other images, for the entries so far in their order.
    Unseen(Unseen, Vec<Arc<Vec<f64>>>),
    /// The other images cannot be had; the sentence for the user, nothing when they are not wanted any more.
    NoUnseen(Option<String>),
    /// It is over; the sentence for the user when it failed.
    Over(Result<(), String>),
}
