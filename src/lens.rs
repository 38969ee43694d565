//! What the numbers mean: quantities that training does not need and a reader of its results does.

pub mod ascent;
pub mod bound;
pub mod evidence;
pub mod generate;
pub mod information;
pub mod joint;
mod nodes;
pub mod posterior;
pub mod proposal;
pub mod quadrature;
pub mod rate;
pub mod sampling;
pub mod story;

pub use ascent::{Amortisation, Ascent, Start, amortisation};
pub use bound::{Figure, Identity, Method, identity};
pub use evidence::{Estimate, Evidence, evidence};
pub use generate::{Draw, Source, fit_mixture, generate};
pub use information::{Information, information};
pub use joint::Joint;
pub use posterior::{PosteriorGrid, posterior_grid};
pub use proposal::{Drawn, drawn};
pub use quadrature::{Effort, Quadrature, quadrature};
pub use rate::{PlainCodes, Rate, Values, plain_codes, probabilities};
pub use sampling::{CurvePoint, Sampled, Samples, samples};
pub use story::{Reconstruction, SigmaCurve, Story, sigma_curve, squared_errors, story};

use crate::model::ModelError;

/// Why a quantity cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LensError {
    /// The model failed.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// There is no prior over z.
    #[error("a plain autoencoder has no prior over z, so log p(x) is not defined; train a VAE (model.kind=vae)")]
    PlainAutoencoder,
    /// The number of importance samples is out of range.
    #[error("{got} importance samples were asked for; the number must lie between {} and {}", range.start(), range.end())]
    Samples {
        /// The number.
        got: usize,
        /// What is accepted.
        range: std::ops::RangeInclusive<usize>,
    },
    /// There is nothing to look at.
    #[error("there is no image to evaluate; choose a part of the data that holds some")]
    NoImages,
    /// An image could not be made a PNG file.
    #[error("an image could not be compressed: {0}")]
    Png(#[from] png::EncodingError),
    /// EM failed.
    #[error("no mixture fits the encoded means: some of them are not finite numbers")]
    NoMixture,
    /// The integral over z can be had in a plane only.
    #[error("quadrature and the posterior's map need 2 latent dimensions, this model has {0}; use importance sampling")]
    Dimensions(usize),
    /// The model gives numbers that are none.
    #[error("the model's likelihood of this image is not a finite number; go back to an earlier state of the run")]
    NotFinite,
}

impl From<candle_core::Error> for LensError {
    fn from(error: candle_core::Error) -> Self {
        Self::Model(error.into())
    }
}

#[cfg(test)]
mod made;
