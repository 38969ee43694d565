//! `latent-atlas grid`: the decoded map as a picture.

use crate::cli::args::{Grid, GridSpacing, within};
use crate::cli::output::Output;
use crate::cli::{Outcome, Usage, picture, pins};
use crate::export::{self, CELLS, UPSCALES};
use crate::latent::{self, Plane};
use crate::run::SavedRun;

/// How far a map may reach, in standard deviations of the prior.
const EXTENTS: std::ops::RangeInclusive<f32> = 0.01..=100.0;
/// How far it reaches when nothing is said: 99.7 % of the prior along each axis.
const EXTENT: f32 = 3.0;

pub fn run(args: &Grid, output: &Output) -> anyhow::Result<Outcome> {
    within("--cells", args.cells, &(2..=*CELLS.end()))?;
    within("--extent", args.extent.unwrap_or(EXTENT), &EXTENTS)?;
    within("--upscale", args.picture.upscale, &UPSCALES)?;
    if args.spacing == GridSpacing::Quantile && args.extent.is_some() {
        let why = "--spacing quantile covers the whole prior; leave --extent out, or take --spacing uniform";
        return Err(Usage(why.into()).into());
    }
    let run = SavedRun::open(&args.run)?;
    let latent_dim = run.record.config.model.latent_dim;
    let &[right, up] = args.axes.as_slice() else {
        return Err(Usage("--axes takes two axes, such as 0,1".into()).into());
    };
    if right == up || right.max(up) >= latent_dim {
        let last = latent_dim - 1;
        return Err(Usage(format!("--axes is {right},{up}; it takes two different axes from 0 to {last}")).into());
    }
    picture::make(&run, &args.out, &args.replace, output, |origin| {
        let mut plane = Plane::axes(latent_dim, right, up);
        if let Some(through) = &args.through {
            // The two axes run over the plane; the others stay.
            plane.origin = pins::end(through, &run, origin)?.z;
            plane.origin.iter_mut().enumerate().filter(|(i, _)| [right, up].contains(i)).for_each(|(_, z)| *z = 0.0);
        }
        let grid = match args.spacing {
            GridSpacing::Uniform => latent::Grid::square(plane, args.cells, args.extent.unwrap_or(EXTENT)),
            GridSpacing::Quantile => latent::Grid::quantiles(plane, args.cells),
        };
        Ok(export::grid(origin, &grid, args.picture.upscale)?.into())
    })
}
