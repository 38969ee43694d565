//! The options of `latent-atlas curves`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Replace, Shared};
use crate::curves::{Metric, XAxis};

#[derive(Debug, Args)]
pub struct Curves {
    /// Folders of runs; the curves of several are drawn into the same plots
    #[arg(required = true, value_name = "RUN")]
    pub runs: Vec<PathBuf>,
    /// File to write; its ending says as what: .png, .svg or .csv
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Which curves: some of recon, kl, elbo, beta_kl, sigma, lr, rate (pictures; a table has them all)
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "recon,kl,elbo")]
    pub plots: Vec<Metric>,
    /// What runs to the right; time is training time, pauses left out
    #[arg(long, value_name = "AXIS", default_value = "epoch")]
    pub x: Across,
    /// From where to where along it, in steps, epochs or seconds; the whole run when left out
    #[arg(long, value_name = "FROM,TO", value_delimiter = ',', allow_negative_numbers = true)]
    pub range: Vec<f64>,
    /// Logarithmic axes: x, y or x,y. On a logarithmic y the ELBO is drawn as -ELBO, and values that are not above
    /// zero are counted
    #[arg(long, value_name = "AXES", value_delimiter = ',')]
    pub log: Vec<Direction>,
    /// Weight of the past in the smoothed curves, a debiased exponential moving average (0 to 0.999)
    #[arg(long, value_name = "S", default_value = "0.9")]
    pub smoothing: f64,
    /// Information in bits rather than nats
    #[arg(long)]
    pub bits: bool,
    /// Information for each image, or for each pixel (in colour, each channel of it)
    #[arg(long, default_value = "image")]
    pub per: Per,
    /// Every value inside the range of the vertical axes, also below the 5th and above the 95th percentile
    #[arg(long)]
    pub all: bool,
    #[command(flatten)]
    pub replace: Replace,
    #[command(flatten)]
    pub shared: Shared,
}

/// What runs to the right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Across {
    /// Training steps
    Step,
    /// Passes over the training images
    Epoch,
    /// Seconds of training
    Time,
}

impl From<Across> for XAxis {
    fn from(across: Across) -> Self {
        match across {
            Across::Step => Self::Step,
            Across::Epoch => Self::Epoch,
            Across::Time => Self::Time,
        }
    }
}

/// Which way an axis runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Direction {
    /// To the right
    X,
    /// Up
    Y,
}

/// What an amount of information is given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Per {
    /// An image
    Image,
    /// A pixel
    Pixel,
}
