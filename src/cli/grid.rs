//! `latent-atlas grid`: the decoded map as a picture.

use crate::cli::args::{Axes, Grid, GridSpacing, within};
use crate::cli::interrupt::Interrupt;
use crate::cli::output::Output;
use crate::cli::{Outcome, Usage, images, picture, pins};
use crate::data::LoadError;
use crate::export::{self, CELLS, Origin, UPSCALES};
use crate::latent::{self, Plane};
use crate::run::SavedRun;

/// How far a map may reach, in standard deviations of the prior.
const EXTENTS: std::ops::RangeInclusive<f32> = 0.01..=100.0;
/// How far it reaches when nothing is said: 99.7 % of the prior along each axis.
const EXTENT: f32 = 3.0;

pub fn run(args: &Grid, output: &Output, interrupt: &Interrupt) -> anyhow::Result<Outcome> {
    within("--cells", args.cells, &(2..=*CELLS.end()))?;
    within("--extent", args.extent.unwrap_or(EXTENT), &EXTENTS)?;
    within("--upscale", args.picture.upscale, &UPSCALES)?;
    if args.spacing == GridSpacing::Quantile && args.extent.is_some() {
        let why = "--spacing quantile covers the whole prior; leave --extent out, or take --spacing uniform";
        return Err(Usage(why.into()).into());
    }
    let run = SavedRun::open(&args.run)?;
    let latent_dim = run.record.config.model.latent_dim;
    match args.axes {
        Axes::Two(right, up) if right == up || right.max(up) >= latent_dim => {
            let last = latent_dim - 1;
            return Err(Usage(format!("--axes is {right},{up}; it takes two different axes from 0 to {last}")).into());
        }
        Axes::Two(..) if args.data.is_some() => {
            return Err(Usage("--data is for --axes pca; two axes need no images".into()).into());
        }
        _ => {}
    }
    picture::make(&run, &args.out, &args.replace, output, |origin| {
        let plane = plane(args, &run, origin, interrupt)?;
        let grid = match args.spacing {
            GridSpacing::Uniform => latent::Grid::square(plane, args.cells, args.extent.unwrap_or(EXTENT)),
            GridSpacing::Quantile => latent::Grid::quantiles(plane, args.cells),
        };
        Ok(export::grid(origin, &grid, args.picture.upscale)?.into())
    })
}

/// The plane that is shown.
fn plane(args: &Grid, run: &SavedRun, origin: &Origin<'_>, interrupt: &Interrupt) -> anyhow::Result<Plane> {
    let latent_dim = origin.snapshot.latent_dim();
    let through = args.through.as_ref().map(|through| pins::end(through, run, origin)).transpose()?;
    let mut z = through.map_or_else(|| vec![0.0; latent_dim], |end| end.z);
    match args.axes {
        Axes::Two(right, up) => {
            // The two axes run over the plane; the others stay.
            z.iter_mut().enumerate().filter(|(i, _)| [right, up].contains(i)).for_each(|(_, z)| *z = 0.0);
            Ok(Plane { origin: z, ..Plane::axes(latent_dim, right, up) })
        }
        Axes::Principal => {
            let source = args.data.as_ref().unwrap_or(&run.record.source);
            let data = images::open_for(run, source, &args.reading, interrupt)?;
            let means = images::encode(origin.snapshot, &data, interrupt)?.ok_or(LoadError::Cancelled)?.mu;
            let found = Plane::principal(&means, &z);
            let (mut plane, _) = found.ok_or_else(|| {
                anyhow::anyhow!("the means of these images vary in fewer than two directions; take --axes I,J")
            })?;
            // What of the point lies in the plane is dropped, as with two axes: its middle is nearest to 0.
            let (a, b) = plane.project(&vec![0.0; latent_dim]);
            plane.origin = plane.point(a, b);
            Ok(plane)
        }
    }
}
