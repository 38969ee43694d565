//! What was computed for the pages that are about one image.

use std::sync::Arc;

use crate::latent::Subject;
use crate::lens::{Ascent, CurvePoint, Identity, PosteriorGrid, Sampled, SigmaCurve, Story};
use crate::math::Diagonal;
use crate::state::lens::Climb;

/// The page of one image.
#[derive(Debug, Clone)]
pub struct StoryView {
    /// Every term.
    pub story: Story,
    /// f(z) as bytes.
    pub decoded: Vec<u8>,
    /// Values of an image.
    pub n_pixels: usize,
    /// log p(x|z) of this image against σ; `None` when it is reproduced to the bit.
    pub of_image: Option<SigmaCurve>,
    /// The mean of the held images against σ, at z = μ, and how many they are.
    pub of_held: Option<(SigmaCurve, usize)>,
}

/// The page of the bound.
#[derive(Debug, Clone)]
pub struct BoundView {
    /// q(z|x).
    pub q: Diagonal,
    /// The three numbers.
    pub identity: Identity,
    /// From the ELBO to log p(x) by importance sampling.
    pub curve: Vec<CurvePoint>,
    /// L_K of all samples.
    pub sampled: Sampled,
    /// log p(x) by as many samples of a mixture that holds what q misses.
    pub mixed: Sampled,
    /// KL(q ‖ p) in closed form, and by the samples.
    pub kl: (f64, Sampled),
    /// p(z|x), with two dimensions.
    pub posterior: Option<Arc<PosteriorGrid>>,
}

/// The page of the ascent.
#[derive(Debug, Clone)]
pub struct AscentView {
    /// Where it stands.
    pub ascent: Ascent,
    /// Which climb this is of.
    pub climb: Climb,
    /// The ELBO after each step, the beginning first, nats.
    pub elbos: Vec<f64>,
    /// The encoder's q.
    pub encoder: Diagonal,
    /// Its ELBO, nats.
    pub encoder_elbo_nats: f64,
    /// log p(x), once it is known.
    pub log_px: Option<Sampled>,
    /// p(z|x) as far as the prior reaches, and from near by; with two dimensions.
    pub posterior: Option<[Arc<PosteriorGrid>; 2]>,
}

/// What was found.
#[derive(Debug, Clone)]
pub enum Found {
    /// For the page of one image.
    Image(StoryView),
    /// For the page of the bound.
    Bound(BoundView),
    /// For the page of the ascent.
    Ascent(AscentView),
}

/// What is known of a page.
#[derive(Debug, Clone)]
pub struct Known<T> {
    /// Of which image.
    pub subject: Subject,
    /// By the model of which step.
    pub step: u64,
    /// What is known.
    pub view: T,
}
