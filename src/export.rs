//! TODO facade
