//! What `strip` and `animate` share: the images a way is judged by, and geodesics.

use std::sync::Arc;

use crate::cli::args::Reading;
use crate::cli::images;
use crate::cli::interrupt::Interrupt;
use crate::cli::output::bar;
use crate::data::LoadError;
use crate::export::Origin;
use crate::latent::{Course, Density, Path, Route, Terrain, geodesic};
use crate::model::Encoded;
use crate::run::SavedRun;

/// The density of the images in `data`; when none are named, of those the run was trained on if `path` needs them.
pub fn known(
    (path, named): (Path, Option<&String>),
    reading: &Reading,
    run: &SavedRun,
    origin: &Origin<'_>,
    interrupt: &Interrupt,
) -> anyhow::Result<Option<Arc<Density>>> {
    let needed = path == Path::Geodesic;
    let Some(source) = named.or(needed.then_some(&run.record.source)) else { return Ok(None) };
    let data = images::open_for(run, source, reading, interrupt).map_err(|error| match named {
        None if !matches!(error.downcast_ref(), Some(LoadError::Cancelled)) => {
            error.context("a geodesic needs images; name a folder of them with --data")
        }
        _ => error,
    })?;
    let Encoded { mu, sigma } = images::encode(origin.snapshot, &data, interrupt)?.ok_or(LoadError::Cancelled)?;
    Ok(Some(Arc::new(Density::new(&mu, &sigma, origin.snapshot.latent_dim()))))
}

/// The curve of `route`; of geodesics, that which `known` leads to.
pub fn course(
    route: &Route,
    origin: &Origin<'_>,
    known: Option<&Arc<Density>>,
    interrupt: &Interrupt,
) -> anyhow::Result<Course> {
    match known {
        Some(density) if route.path == Path::Geodesic => solve(route, origin, density, interrupt),
        _ => Ok(route.course()),
    }
}

fn solve(route: &Route, origin: &Origin<'_>, density: &Arc<Density>, interrupt: &Interrupt) -> anyhow::Result<Course> {
    let bar = bar(1000, "geodesic");
    // The net of roads takes about as long as a leg.
    let legs = route.legs().len() as f32;
    let told = |first: f32, share: f32| {
        bar.set_position((1000.0 * (first + share) / (legs + 1.0)) as u64);
        interrupt.go_on()
    };
    let snapshot = Arc::new(origin.snapshot.clone());
    let terrain = Terrain::survey(snapshot, Arc::clone(density), &mut |share| told(0.0, share))?;
    let terrain = terrain.ok_or(LoadError::Cancelled)?;
    let course = geodesic::solve(route, &terrain, &mut |share| told(1.0, legs * share))?;
    bar.finish_and_clear();
    Ok(course.ok_or(LoadError::Cancelled)?)
}
