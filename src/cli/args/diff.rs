//! Holding two runs against each other.

use std::path::PathBuf;

use clap::Args;

use super::{Picture, Replace, Shared};

#[derive(Debug, Args)]
pub struct Diff {
    /// Folder of a run
    pub run: PathBuf,
    /// Folder of another run
    pub other: PathBuf,
    /// A point to decode by both, such as z:0.5,-1.2; may be given again. When left out: the origin, and equally likely
    /// steps along the axis that carries most in each run
    #[arg(long, value_name = "POINT", requires = "out")]
    pub z: Vec<String>,
    /// PNG file to write: a row of decoded points for each run, the first on top
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub picture: Picture,
    #[command(flatten)]
    pub replace: Replace,
    #[command(flatten)]
    pub shared: Shared,
}
