//! What the numbers mean: quantities that training does not need and a reader of its results does.

pub mod evidence;

pub use evidence::{Estimate, Evidence, evidence};

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
}

impl From<candle_core::Error> for LensError {
    fn from(error: candle_core::Error) -> Self {
        Self::Model(error.into())
    }
}
