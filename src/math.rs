//! Pure functions of the theory, in f64 and in nats: the oracles of the fast code and the figures on screen.

pub mod cubature;
pub mod diagonal;
pub mod divergence;
pub mod gaussian;
pub mod hermite;
pub mod huffman;
pub mod importance;
pub mod lbfgs;
pub mod mixture;
pub mod normal;
pub mod pca;
pub mod running;

pub use diagonal::Diagonal;
pub use running::Running;
