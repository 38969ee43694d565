//! What `strip` and `animate` share: the images a way is judged by, and geodesics.

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::cli::args::Reading;
use crate::cli::images;
use crate::cli::interrupt::Interrupt;
use crate::cli::output::bar;
use crate::data::{Dataset, LoadError};
use crate::export::Origin;
use crate::latent::{self, Course, Density, Path, Route, Terrain, geodesic};
use crate::model::Encoded;
use crate::run::SavedRun;

/// The density of the images in `data`; when none are named, of those the run was trained on if `path` needs them.
pub fn known(
    (path, data): (Path, Option<&String>),
    reading: &Reading,
    run: &SavedRun,
    origin: &Origin<'_>,
    interrupt: &Interrupt,
) -> anyhow::Result<Option<Arc<Density>>> {
    let needed = path == Path::Geodesic;
    let Some(source) = data.or(needed.then_some(&run.record.source)) else { return Ok(None) };
    let images = images::open_for(run, source, reading, interrupt).map_err(|error| match data {
        None if !matches!(error.downcast_ref(), Some(LoadError::Cancelled)) => {
            error.context("a geodesic needs images; name a folder of them with --data")
        }
        _ => error,
    })?;
    let Encoded { mu, sigma } = encode(origin, &images, interrupt)?;
    Ok(Some(Arc::new(Density::new(&mu, &sigma, origin.snapshot.latent_dim()))))
}

/// The posterior of every image, with a bar on the terminal.
pub fn encode(origin: &Origin<'_>, images: &Dataset, interrupt: &Interrupt) -> anyhow::Result<Encoded> {
    let bar = bar(images.len() as u64, "encoding");
    let encoded = latent::encode(origin.snapshot, images, &|done| {
        bar.set_position(done as u64);
        !interrupt.is_asked()
    })?;
    bar.finish_and_clear();
    Ok(encoded.ok_or(LoadError::Cancelled)?)
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
        if interrupt.is_asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let snapshot = Arc::new(origin.snapshot.clone());
    let terrain = Terrain::survey(snapshot, Arc::clone(density), &mut |share| told(0.0, share))?;
    let terrain = terrain.ok_or(LoadError::Cancelled)?;
    let course = geodesic::solve(route, &terrain, &mut |share| told(1.0, legs * share))?;
    bar.finish_and_clear();
    Ok(course.ok_or(LoadError::Cancelled)?)
}
