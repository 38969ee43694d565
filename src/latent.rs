//! The latent space as a place: planes, paths, neighbours, and the service that decodes for the screen.

mod clerk;
pub mod grid;
pub mod neighbours;
mod pace;
pub mod path;
pub mod plane;
pub mod protocol;
pub mod route;
pub mod service;

pub use clerk::{NEAREST, SELECTED_SAMPLES};
pub use grid::{Grid, Spacing};
pub use path::Path;
pub use plane::Plane;
pub use protocol::{Answer, OwnImage, Question, Subject, View};
pub use route::{Course, Easing, Route};
pub use service::{DECODING_THREADS, Service, ServiceError};
