//! Pure functions of the theory, in f64 and in nats: the oracles of the fast code and the figures on screen.

pub mod gaussian;
pub mod importance;
pub mod lbfgs;
