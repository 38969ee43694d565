//! The options of `latent-atlas animate`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::args::{Reading, Replace, Shared};
use crate::latent::Path;

#[derive(Debug, Args)]
pub struct Animate {
    /// Folder of a run
    pub run: PathBuf,
    /// Where to go through, in order, two places or more: image files, and points such as z:0.5,-1.2. May be given
    /// again; a file whose name holds a comma needs that
    #[arg(long, value_name = "A,B,C…", required_unless_present = "history")]
    pub pins: Vec<String>,
    /// From one pin to the next. lerp: a straight line. slerp: an arc about the origin. geodesic: the way that changes
    /// the picture least and stays where encoded images are
    #[arg(long, value_name = "PATH", default_value = "lerp")]
    pub path: Path,
    /// Images that a geodesic keeps to; those that the run was trained on when left out
    #[arg(long, value_name = "DATA")]
    pub data: Option<String>,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub past: Past,
    #[command(flatten)]
    pub motion: Motion,
    /// Write the place below each frame: z of up to 3 dimensions, otherwise the pins it lies between. A --history always
    /// has captions
    #[arg(long)]
    pub captions: bool,
    /// Every pixel of the model becomes N × N pixels (1 to 16); about 512 pixels a side when left out
    #[arg(long, value_name = "N")]
    pub upscale: Option<usize>,
    /// What to write; its ending says as what: .gif, .png or .apng (animated PNG), .webp (lossless), or none for a
    /// folder of 0001.png, 0002.png, …
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    #[command(flatten)]
    pub replace: Replace,
    #[command(flatten)]
    pub shared: Shared,
}

/// The training instead of a walk.
#[derive(Debug, Args)]
pub struct Past {
    /// Show the run's past instead: the decoded map, or the points of --z, by every model that was kept while it was
    /// trained, with the epoch below
    #[arg(long, conflicts_with_all = ["pins", "path", "data", "closed", "seconds", "frames", "ease", "captions"])]
    pub history: bool,
    /// Decode the map, which is also what is decoded when nothing is said
    #[arg(long, requires = "history", conflicts_with_all = ["pins", "z"])]
    pub grid: bool,
    /// A point to decode, such as z:0.5,-1.2; may be given again. The map when left out
    #[arg(long, value_name = "POINT", requires = "history", conflicts_with = "pins")]
    pub z: Vec<String>,
    /// Images along each side of the map (2 to 64)
    #[arg(long, value_name = "N", default_value = "10", requires = "history", conflicts_with_all = ["pins", "z"])]
    pub cells: usize,
}

/// How fast, how long, and how it goes on.
#[derive(Debug, Args)]
pub struct Motion {
    /// Frames a second (1 to 60, in a GIF to 50); 25 when left out, of a --history 6
    #[arg(long, value_name = "N")]
    pub fps: Option<u32>,
    /// Seconds from the first pin to the last, with --loop until it is back at the first; 2 for each way between two
    /// pins when left out
    #[arg(long, value_name = "S", conflicts_with = "frames")]
    pub seconds: Option<f64>,
    /// The same in frames (2 to 10000)
    #[arg(long, value_name = "N")]
    pub frames: Option<usize>,
    /// Go on from the last pin to the first
    #[arg(long = "loop")]
    pub closed: bool,
    /// Go back the same way, which takes as long again
    #[arg(long, conflicts_with = "closed")]
    pub ping_pong: bool,
    /// Slow down at every pin
    #[arg(long)]
    pub ease: bool,
}
