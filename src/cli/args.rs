//! Every command and option, with the help that is shown for them.

mod animate;
mod compare;
mod curves;
mod diff;
mod grid;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use animate::Animate;
pub use compare::Compare;
pub use curves::{Curves, Direction, Per};

use crate::cli::bench;
use crate::config::RunConfig;
use crate::files::{self, Clash, shown};
use crate::latent::Path;

pub use diff::Diff;
pub use grid::{Axes, Grid, GridSpacing};

/// Train a variational autoencoder on a folder of your own images and walk the latent space it learned.
///
/// Without a command the window opens. DATA is a folder of images, sample:fashion or sample:emoji; RUN is a folder
/// that `train --out` made.
#[derive(Debug, Parser)]
#[command(version, bin_name = "latent-atlas", args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What the window opens; the last thing opened, or sample:fashion, when left out
    #[arg(value_name = "DATA | RUN")]
    pub open: Option<String>,
    /// Write a line for each frame of the window into FILE: when it began, in milliseconds since the process did, and
    /// the milliseconds that the window's thread worked on it (input, layout and drawing; not the wait for the screen)
    #[arg(long, value_name = "FILE")]
    pub frame_log: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// What would be loaded, what not, and why
    Scan(Scan),
    /// Train a model and record the run in a folder
    Train(Train),
    /// ELBO and its terms, log p(x), active units, sigma and squared error of a run on some images
    Eval(Eval),
    /// Write the latent mean of every image as a table
    Encode(Encode),
    /// Write the decoded map as a picture
    Grid(Grid),
    /// Write the images between two images or points as a picture
    Strip(Strip),
    /// Hold two runs against each other: the settings that differ, the best and the last figures of each, and with --out
    /// the same points of latent space decoded by both, as a picture. `curves RUN RUN` draws their curves into one plot
    Diff(Diff),
    /// The images a run reconstructs worst, those that lie apart, and those that are nearly the same
    Inspect(Inspect),
    /// Train a plain autoencoder and a VAE with the same seed and budget, and PCA, on the same images: test error against
    /// the number of dimensions
    Compare(Compare),
    /// Write a walk through images and points as an animation
    Animate(Animate),
    /// Write the curves of runs as a picture (PNG, SVG) or, with every step, as a table (CSV)
    Curves(Curves),
    /// List the runs of a folder: their data, what sets them apart, and their best ELBO
    Runs(Runs),
    /// Write images above their reconstructions as a picture
    Sheet(Sheet),
    /// Measure how fast this machine trains, decodes and loads
    Bench(Bench),
}

#[derive(Debug, Args)]
pub struct Scan {
    /// A folder of images, or sample:fashion, sample:emoji
    pub data: String,
    #[command(flatten)]
    pub settings: Settings,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub shared: Shared,
}

#[derive(Debug, Args)]
pub struct Train {
    /// A folder of images, or sample:fashion, sample:emoji
    pub data: String,
    /// Folder to record the run in; made when it is missing, otherwise it must be empty
    #[arg(long, value_name = "RUN")]
    pub out: PathBuf,
    #[command(flatten)]
    pub training: Training,
    /// Go on with the run in RUN, bit for bit as if it had never stopped; begins it when RUN is missing or empty
    #[arg(long)]
    pub resume: bool,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub shared: Shared,
}

#[derive(Debug, Args)]
pub struct Eval {
    /// Folder of a run
    pub run: PathBuf,
    /// A folder of images, or sample:fashion, sample:emoji
    pub data: String,
    /// Also estimate log p(x) by importance sampling, with K samples for each image (1 to 5000), and with 2 latent
    /// dimensions by quadrature; reconstruction and ELBO are then means over the same samples
    #[arg(long, value_name = "K")]
    pub samples: Option<usize>,
    /// Look at N images only, taken evenly
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Also improve q(z|x) of each image by STEPS steps of gradient ascent, and tell what the encoder's answer costs
    #[arg(long, value_name = "STEPS")]
    pub refine: Option<usize>,
    /// Which images; train and validation need the images the run was trained on
    #[arg(long, default_value = "all")]
    pub split: Part,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub shared: Shared,
}

/// Which images of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Every image
    All,
    /// Those the weights saw
    Train,
    /// Those that were held
    Validation,
}

#[derive(Debug, Args)]
pub struct Encode {
    /// Folder of a run
    pub run: PathBuf,
    /// A folder of images, or sample:fashion, sample:emoji
    pub data: String,
    /// Table of means to write, one row an image: .npy for NumPy (float32, [n, d]), anything else as text. The names go beside it: into metadata.tsv for latents.tsv,
    /// into NAME_metadata.tsv for any other NAME.tsv
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    #[command(flatten)]
    pub replace: Replace,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub shared: Shared,
}

#[derive(Debug, Args)]
pub struct Strip {
    /// Folder of a run
    pub run: PathBuf,
    /// Where to begin: an image file, or a point such as z:0.5,-1.2
    #[arg(long, value_name = "A")]
    pub from: String,
    /// Where to end
    #[arg(long, value_name = "B")]
    pub to: String,
    /// Decoded images, both ends included (2 to 64)
    #[arg(long, value_name = "N", default_value = "11")]
    pub frames: usize,
    /// lerp: a straight line. slerp: an arc about the origin, where the prior has its mass. geodesic: the way that
    /// changes the picture least and stays where encoded images are
    #[arg(long, value_name = "PATH", default_value = "lerp")]
    pub path: Path,
    /// Images to judge the way by: its lengths and the lowest density along it are told, beside those of the straight
    /// line. A geodesic needs them, and takes the images that the run was trained on when this is left out
    #[arg(long, value_name = "DATA")]
    pub data: Option<String>,
    #[command(flatten)]
    pub reading: Reading,
    /// PNG file to write
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    #[command(flatten)]
    pub picture: Picture,
    #[command(flatten)]
    pub replace: Replace,
    #[command(flatten)]
    pub shared: Shared,
}

#[derive(Debug, Args)]
pub struct Inspect {
    /// Folder of a run
    pub run: PathBuf,
    /// A folder of images, or sample:fashion, sample:emoji
    pub data: String,
    /// Length of each list (1 to 10000)
    #[arg(long, value_name = "N", default_value = "10")]
    pub limit: usize,
    /// Also say whether this image is like those of DATA; may be given again
    #[arg(long, value_name = "FILE")]
    pub image: Vec<PathBuf>,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub shared: Shared,
}

#[derive(Debug, Args)]
pub struct Sheet {
    /// Folder of a run
    pub run: PathBuf,
    /// A folder of images, or sample:fashion, sample:emoji
    pub data: String,
    /// PNG file to write
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Images to show at most, evenly over DATA (1 to 4096)
    #[arg(long, value_name = "N", default_value = "40")]
    pub limit: usize,
    /// Images side by side (1 to 256)
    #[arg(long, value_name = "N", default_value = "10")]
    pub columns: usize,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub picture: Picture,
    #[command(flatten)]
    pub replace: Replace,
    #[command(flatten)]
    pub shared: Shared,
}

#[derive(Debug, Args)]
pub struct Runs {
    /// Folder that holds run folders; that of the window when left out
    pub folder: Option<PathBuf>,
    #[command(flatten)]
    pub shared: Shared,
}

#[derive(Debug, Args)]
pub struct Bench {
    #[command(flatten)]
    pub options: bench::Options,
    #[command(flatten)]
    pub shared: Shared,
}

#[derive(Debug, Args)]
pub struct Picture {
    /// Every pixel of the model becomes N × N pixels of the picture (1 to 16)
    #[arg(long, value_name = "N", default_value = "2")]
    pub upscale: usize,
}

#[derive(Debug, Args)]
pub struct Replace {
    /// Replace the file if it exists
    #[arg(long)]
    pub force: bool,
}

impl Replace {
    /// What to do when the file is there already.
    pub fn clash(&self) -> Clash {
        if self.force { Clash::Replace } else { Clash::Refuse }
    }
}

/// How a folder of images is read.
#[derive(Debug, Args)]
pub struct Reading {
    /// Read every image file; neither take prepared images from the cache folder nor keep any there
    #[arg(long)]
    pub no_cache: bool,
}

#[derive(Debug, Args)]
pub struct Shared {
    /// Print one JSON object a line, the last one the result
    #[arg(long)]
    pub json: bool,
}

/// More than any file of settings has, in bytes.
const MOST_CONFIG: u64 = 1 << 24;

/// Settings from a file and from the command line; the README lists every key.
#[derive(Debug, Args)]
pub struct Settings {
    /// TOML file with settings
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// One setting, such as model.latent_dim=8; may be given again, wins over --config
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}

impl Settings {
    /// `base` with the settings given put in place.
    pub fn over(&self, base: RunConfig) -> anyhow::Result<RunConfig> {
        let mut config = match &self.config {
            None => base,
            Some(file) => {
                let text = files::read_text(file, MOST_CONFIG)
                    .map_err(|e| super::Usage(format!("cannot read {}: {}", shown(file), files::reason(&e))))?;
                RunConfig::from_toml(&text).map_err(|e| super::Usage(format!("{}: {e}", shown(file))))?
            }
        };
        self.set.iter().try_for_each(|pair| config.set_pair(pair))?;
        config.validate()?;
        Ok(config)
    }
}

/// Settings, and shorter names for two of them that a training is given most.
#[derive(Debug, Args)]
pub struct Training {
    #[command(flatten)]
    pub settings: Settings,
    /// Passes over the training images; the same as --set train.epochs=N
    #[arg(long, value_name = "N")]
    pub epochs: Option<usize>,
    /// Seed of weights, split, order and noise; the same as --set train.seed=S
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
}

impl Training {
    /// `base` with everything given on the command line put in place.
    pub fn over(&self, base: RunConfig) -> anyhow::Result<RunConfig> {
        let mut config = self.settings.over(base)?;
        config.train.epochs = self.epochs.unwrap_or(config.train.epochs);
        config.train.seed = self.seed.unwrap_or(config.train.seed);
        config.validate()?;
        Ok(config)
    }
}

impl Command {
    /// Whether results are wanted as JSON.
    pub fn json(&self) -> bool {
        let shared = match self {
            Self::Scan(Scan { shared, .. })
            | Self::Train(Train { shared, .. })
            | Self::Eval(Eval { shared, .. })
            | Self::Encode(Encode { shared, .. })
            | Self::Grid(Grid { shared, .. })
            | Self::Strip(Strip { shared, .. })
            | Self::Diff(Diff { shared, .. })
            | Self::Compare(Compare { shared, .. })
            | Self::Inspect(Inspect { shared, .. })
            | Self::Animate(Animate { shared, .. })
            | Self::Curves(Curves { shared, .. })
            | Self::Runs(Runs { shared, .. })
            | Self::Sheet(Sheet { shared, .. })
            | Self::Bench(Bench { shared, .. }) => shared,
        };
        shared.json
    }
}

/// `value` inside `range`, or a sentence that names the option.
pub fn within<T: PartialOrd + std::fmt::Display>(
    option: &str,
    value: T,
    range: &std::ops::RangeInclusive<T>,
) -> Result<T, super::Usage> {
    if range.contains(&value) {
        return Ok(value);
    }
    Err(super::Usage(format!("{option} is {value}; it must lie between {} and {}", range.start(), range.end())))
}
