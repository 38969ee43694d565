//! The latent space as a place: planes, paths, neighbours, and the service that decodes for the screen.

mod clerk;
pub mod density;
pub mod direction;
pub mod encoded;
pub mod geodesic;
pub mod grid;
pub mod heat;
pub mod measure;
pub mod metric;
pub mod neighbours;
mod pace;
pub mod path;
pub mod plane;
pub mod protocol;
pub mod refine;
pub mod route;
pub mod service;
mod surveyor;
pub mod terrain;

pub use clerk::{NEAREST, SELECTED_SAMPLES};
pub use density::Density;
pub use direction::{Direction, analogy};
pub use encoded::encode;
pub use grid::{Grid, Spacing};
pub use heat::Heat;
pub use measure::{Measured, measure};
pub use metric::Metric;
pub use path::Path;
pub use plane::Plane;
pub use protocol::{Answer, Figure, Figures, OwnImage, Question, Subject, Survey, View};
pub use refine::{Refined, Target, refine};
pub use route::{Course, Easing, Route};
pub use service::{DECODING_THREADS, Service, ServiceError};
pub use terrain::Terrain;
