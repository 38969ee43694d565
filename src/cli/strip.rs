//! `latent-atlas strip`: the images between two images or points as a picture.

use std::sync::Arc;

use crate::cli::args::{Strip, within};
use crate::cli::interrupt::Interrupt;
use crate::cli::output::{Output, bar};
use crate::cli::picture::{self, Made};
use crate::cli::{Outcome, images, pins};
use crate::data::LoadError;
use crate::export::{self, FRAMES, Origin, UPSCALES};
use crate::latent::{self, Course, Density, Route, Terrain, geodesic, measure};
use crate::model::Encoded;
use crate::run::SavedRun;

pub fn run(args: &Strip, output: &Output, interrupt: &Interrupt) -> anyhow::Result<Outcome> {
    within("--frames", args.frames, &FRAMES)?;
    within("--upscale", args.picture.upscale, &UPSCALES)?;
    let run = SavedRun::open(&args.run)?;
    picture::make(&run, &args.out, &args.replace, output, |origin| {
        let (from, to) = (pins::end(&args.from, &run, origin)?, pins::end(&args.to, &run, origin)?);
        let route = Route::between(args.path, &from.z, &to.z);
        let known = known(args, &run, origin, interrupt)?;
        let course = match &known {
            Some(density) if args.path == latent::Path::Geodesic => solve(&route, origin, density, interrupt)?,
            _ => route.course(),
        };
        let picture = export::strip(origin, &from, &to, &course, args.frames, args.picture.upscale)?;
        let measured = |course: &Course, density: &Density| measure(course, args.frames, origin.snapshot, density);
        let ways = match &known {
            None => None,
            Some(density) if course.path == latent::Path::Lerp => Some(vec![measured(&course, density)?]),
            Some(density) => {
                let straight = Route::between(latent::Path::Lerp, &from.z, &to.z).course();
                Some(vec![measured(&course, density)?, measured(&straight, density)?])
            }
        };
        Ok(Made { picture, ways })
    })
}

/// The density of the images that were asked for, or that a geodesic needs.
fn known(
    args: &Strip,
    run: &SavedRun,
    origin: &Origin<'_>,
    interrupt: &Interrupt,
) -> anyhow::Result<Option<Arc<Density>>> {
    let needed = args.path == latent::Path::Geodesic;
    let Some(source) = args.data.as_ref().or(needed.then_some(&run.record.source)) else { return Ok(None) };
    let data = images::open_for(run, source, &args.reading, interrupt).map_err(|error| match &args.data {
        None if !matches!(error.downcast_ref(), Some(LoadError::Cancelled)) => {
            error.context("a geodesic needs images; name a folder of them with --data")
        }
        _ => error,
    })?;
    let encoded = images::encode(origin.snapshot, &data, interrupt)?;
    let Encoded { mu, sigma } = encoded.ok_or(LoadError::Cancelled)?;
    Ok(Some(Arc::new(Density::new(&mu, &sigma, origin.snapshot.latent_dim()))))
}

/// The geodesic of `route`.
fn solve(route: &Route, origin: &Origin<'_>, density: &Arc<Density>, interrupt: &Interrupt) -> anyhow::Result<Course> {
    let bar = bar(1000, "geodesic");
    // The net of roads takes about as long as a leg.
    let told = |first: f32, share: f32| {
        bar.set_position((1000.0 * (first + 0.5 * share)) as u64);
        interrupt.go_on()
    };
    let snapshot = Arc::new(origin.snapshot.clone());
    let terrain = Terrain::survey(snapshot, Arc::clone(density), &mut |share| told(0.0, share))?;
    let terrain = terrain.ok_or(LoadError::Cancelled)?;
    let course = geodesic::solve(route, &terrain, &mut |share| told(0.5, share))?;
    bar.finish_and_clear();
    Ok(course.ok_or(LoadError::Cancelled)?)
}
