//! `latent-atlas strip`: the images between two images or points as a picture.

use std::path::Path;

use crate::cli::args::{Strip, within};
use crate::cli::output::Output;
use crate::cli::{Outcome, Usage, picture};
use crate::data::load_image_file;
use crate::export::{self, End, FRAMES, Origin, UPSCALES};
use crate::latent::{self, Route};
use crate::run::SavedRun;

/// What a point begins with.
const POINT: &str = "z:";

pub fn run(args: &Strip, output: &Output) -> anyhow::Result<Outcome> {
    within("--frames", args.frames, &FRAMES)?;
    within("--upscale", args.picture.upscale, &UPSCALES)?;
    if args.path == latent::Path::Geodesic {
        return Err(Usage("--path geodesic cannot be found yet; choose lerp or slerp".into()).into());
    }
    let run = SavedRun::open(&args.run)?;
    picture::make(&run, &args.out, &args.replace, output, |origin| {
        let (from, to) = (end(&args.from, &run, origin)?, end(&args.to, &run, origin)?);
        let course = Route::between(args.path, &from.z, &to.z).course();
        Ok(export::strip(origin, &from, &to, &course, args.frames, args.picture.upscale)?)
    })
}

/// A point `z:0.5,-1.2`, or the mean of an image file.
fn end(text: &str, run: &SavedRun, origin: &Origin<'_>) -> anyhow::Result<End> {
    let Some(numbers) = text.strip_prefix(POINT) else {
        let shape = run.record.shape();
        let pixels = load_image_file(Path::new(text), shape.side, shape.channels, &run.record.config.data)?;
        return Ok(End::of_image(origin.snapshot, text, &pixels)?);
    };
    Ok(End::point(coordinates(text, numbers, run.record.config.model.latent_dim)?))
}

/// A point `z:0.5,-1.2` of a space of `latent_dim` dimensions.
pub fn point(text: &str, latent_dim: usize) -> Result<Vec<f32>, Usage> {
    let numbers = text.strip_prefix(POINT);
    numbers.map_or_else(|| Err(no_point(text, latent_dim)), |numbers| coordinates(text, numbers, latent_dim))
}

fn coordinates(text: &str, numbers: &str, latent_dim: usize) -> Result<Vec<f32>, Usage> {
    let z: Option<Vec<f32>> =
        numbers.split(',').map(|n| n.trim().parse().ok().filter(|v: &f32| v.is_finite())).collect();
    z.filter(|z| z.len() == latent_dim).ok_or_else(|| no_point(text, latent_dim))
}

fn no_point(text: &str, latent_dim: usize) -> Usage {
    Usage(format!("{text} is no point of this run: its z has {latent_dim} numbers, such as z:0.5,-1.2 for two"))
}
