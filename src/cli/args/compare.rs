//! AE, VAE and PCA on the same images.

use clap::Args;

use super::{Reading, Settings, Shared};

#[derive(Debug, Args)]
pub struct Compare {
    /// A folder of images, or sample:fashion, sample:emoji
    pub data: String,
    /// Numbers of latent dimensions, 2 to 64 each
    #[arg(long, value_name = "D,D,…", value_delimiter = ',', default_value = "2,8,32")]
    pub dims: Vec<usize>,
    #[command(flatten)]
    pub settings: Settings,
    /// Passes over the training images; the same as --set train.epochs=N
    #[arg(long, value_name = "N")]
    pub epochs: Option<usize>,
    /// Seed of weights, split, order and noise; the same as --set train.seed=S
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub shared: Shared,
}
