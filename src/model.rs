//! The autoencoder: encoder, decoder, posterior, likelihood, loss.
//!
//! [`vae`] reads like the paper; the other files hold what it is made of. Invariants: images are channels last and
//! in [0, 1]; every loss is a sum over pixels and a mean over images, in nats; a [`Snapshot`] shares no storage with
//! the model it was taken from, so that it may cross threads while training goes on.

pub mod decoder;
pub mod encoder;
mod gradient;
pub mod likelihood;
pub mod network;
mod observe;
pub mod params;
pub mod pull_back;
pub mod shape;
pub mod snapshot;
pub mod vae;

pub use params::{Param, TorchLayout};
pub use shape::ImageShape;
pub use snapshot::{Encoded, Snapshot};
pub use vae::{Elbo, Posterior, Vae};

/// What can go wrong inside the model.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// A tensor operation failed: a defect of the program, or too little memory.
    #[error("the model's arithmetic failed: {0}")]
    Tensor(#[from] candle_core::Error),
    /// A stored parameter is missing or has the wrong shape.
    #[error("parameter {name}: {reason}")]
    Parameter {
        /// Its PyTorch name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The number of values does not fit the model.
    #[error("{what} has {got} values, the model takes {expected} each")]
    Length {
        /// What was given.
        what: &'static str,
        /// Values given.
        got: usize,
        /// Values per row.
        expected: usize,
    },
}
