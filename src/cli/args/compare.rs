//! AE, VAE and PCA on the same images.

use clap::Args;

use super::{Reading, Shared, Training};

#[derive(Debug, Args)]
pub struct Compare {
    /// A folder of images, or sample:fashion, sample:emoji
    pub data: String,
    /// Numbers of latent dimensions, 2 to 64 each
    #[arg(long, value_name = "D,D,…", value_delimiter = ',', default_value = "2,8,32")]
    pub dims: Vec<usize>,
    /// Images that none of them sees, a folder or a sample: their error is told besides
    #[arg(long, value_name = "DATA")]
    pub unseen: Option<String>,
    #[command(flatten)]
    pub training: Training,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub shared: Shared,
}
