//! The latent space as a place: planes, paths, neighbours, and the service that decodes for the screen.

pub mod path;
pub mod plane;
pub mod service;

pub use path::Path;
pub use plane::Plane;
pub use service::{Answer, Question, Service};
