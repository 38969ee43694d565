//! TODO facade

pub mod bench;
