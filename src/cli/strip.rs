//! `latent-atlas strip`: the images between two images or points as a picture.

use crate::cli::args::{Strip, within};
use crate::cli::output::Output;
use crate::cli::{Outcome, picture, pins};
use crate::export::{self, FRAMES, UPSCALES};
use crate::latent::Route;
use crate::run::SavedRun;

pub fn run(args: &Strip, output: &Output) -> anyhow::Result<Outcome> {
    within("--frames", args.frames, &FRAMES)?;
    within("--upscale", args.picture.upscale, &UPSCALES)?;
    let run = SavedRun::open(&args.run)?;
    picture::make(&run, &args.out, &args.replace, output, |origin| {
        let (from, to) = (pins::end(&args.from, &run, origin)?, pins::end(&args.to, &run, origin)?);
        let course = Route::between(args.path, &from.z, &to.z).course();
        Ok(export::strip(origin, &from, &to, &course, args.frames, args.picture.upscale)?)
    })
}
