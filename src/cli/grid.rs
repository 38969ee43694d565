//! `latent-atlas grid`: the decoded map as a picture.

use crate::cli::args::{Grid, within};
use crate::cli::output::Output;
use crate::cli::{Outcome, Usage, picture};
use crate::export::{self, CELLS, UPSCALES};
use crate::latent::{self, Plane};
use crate::run::SavedRun;

/// How far a map may reach, in standard deviations of the prior.
const EXTENTS: std::ops::RangeInclusive<f32> = 0.01..=100.0;

pub fn run(args: &Grid, output: &Output) -> anyhow::Result<Outcome> {
    within("--cells", args.cells, &(2..=*CELLS.end()))?;
    within("--extent", args.extent, &EXTENTS)?;
    within("--upscale", args.picture.upscale, &UPSCALES)?;
    let run = SavedRun::open(&args.run)?;
    let latent_dim = run.record.config.model.latent_dim;
    let &[right, up] = args.axes.as_slice() else {
        return Err(Usage("--axes takes two axes, such as 0,1".into()).into());
    };
    if right == up || right.max(up) >= latent_dim {
        let last = latent_dim - 1;
        return Err(Usage(format!("--axes is {right},{up}; it takes two different axes from 0 to {last}")).into());
    }
    let grid = latent::Grid::square(Plane::axes(latent_dim, right, up), args.cells, args.extent);
    picture::make(&run, &args.out, &args.replace, output, |origin| {
        Ok(export::grid(origin, &grid, args.picture.upscale)?.into())
    })
}
