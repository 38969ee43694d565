//! Latent Atlas trains a variational autoencoder on a folder of images and lets one walk the latent space it
//! learned. This library is everything but the choice of face: the window ([`app`]) and the command line ([`cli`])
//! are two thin layers over the same floors. `ARCHITECTURE.md` is the map of the house; `tests/tidy.rs` checks that
//! no floor imports a higher one.

pub mod app;
pub mod cli;
pub mod config;
pub mod curves;
pub mod data;
pub mod export;
pub mod files;
pub mod kernels;
pub mod latent;
pub mod lens;
pub mod letters;
pub mod math;
pub mod model;
pub mod rng;
pub mod run;
pub mod state;
pub mod threads;
pub mod train;
pub mod ui;

rust_i18n::i18n!("assets/locales", fallback = "en");
