//! The latent space as a place: planes, paths, neighbours, and the service that decodes for the screen.

mod clerk;
pub mod density;
pub mod direction;
pub mod encoded;
pub mod grid;
pub mod neighbours;
mod pace;
pub mod path;
pub mod plane;
pub mod protocol;
pub mod refine;
pub mod route;
pub mod service;

pub use clerk::{NEAREST, SELECTED_SAMPLES};
pub use density::Density;
pub use direction::{Direction, analogy};
pub use encoded::encode;
pub use grid::Grid;
pub use path::Path;
pub use plane::Plane;
pub use protocol::{Answer, OwnImage, Question, Subject, View};
pub use refine::{Refined, refine};
pub use route::{Course, Easing, Route};
pub use service::{DECODING_THREADS, Service, ServiceError};
