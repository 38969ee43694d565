//! The options of `latent-atlas grid`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Picture, Reading, Replace, Shared};

#[derive(Debug, Args)]
pub struct Grid {
    /// Folder of a run
    pub run: PathBuf,
    /// PNG file to write
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Images along each side (2 to 256)
    #[arg(long, value_name = "N", default_value = "20")]
    pub cells: usize,
    /// How far the map reaches on each side of the middle, in standard deviations of the prior; 3 when left out
    #[arg(long, value_name = "Z", allow_negative_numbers = true)]
    pub extent: Option<f32>,
    /// The two latent axes to the right and up, counted from 0; or pca, the two directions in which the means of images
    /// vary most
    #[arg(long, value_name = "I,J|pca", default_value = "0,1")]
    pub axes: Axes,
    /// Images for --axes pca; those that the run was trained on when left out
    #[arg(long, value_name = "DATA")]
    pub data: Option<String>,
    #[command(flatten)]
    pub reading: Reading,
    /// What the other directions stay at: those of an image file, or of a point such as z:0.5,-1.2,0.3; 0 when left out
    #[arg(long, value_name = "A")]
    pub through: Option<String>,
    /// uniform: even steps of z. quantile: even steps of the prior's distribution function, so that every image stands
    /// for the same share of the prior's mass (Kingma & Welling 2014, figure 4); takes no --extent
    #[arg(long, default_value = "uniform")]
    pub spacing: GridSpacing,
    #[command(flatten)]
    pub picture: Picture,
    #[command(flatten)]
    pub replace: Replace,
    #[command(flatten)]
    pub shared: Shared,
}

/// Where a grid runs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axes {
    /// Along two latent axes.
    Two(usize, usize),
    /// Along the main directions of encoded means.
    Principal,
}

impl std::str::FromStr for Axes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "pca" {
            return Ok(Self::Principal);
        }
        let two =
            text.split_once(',').and_then(|(i, j)| Some(Self::Two(i.trim().parse().ok()?, j.trim().parse().ok()?)));
        two.ok_or_else(|| "it takes two axes, such as 0,1, or pca".to_owned())
    }
}

/// What the steps of a grid are steps of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GridSpacing {
    /// z
    Uniform,
    /// The prior's distribution function
    Quantile,
}
