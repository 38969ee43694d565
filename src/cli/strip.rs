//! `latent-atlas strip`: the images between two images or points as a picture.

use crate::cli::args::{Strip, within};
use crate::cli::interrupt::Interrupt;
use crate::cli::output::Output;
use crate::cli::picture::{self, Made};
use crate::cli::{Outcome, pins, ways};
use crate::export::{self, FRAMES, UPSCALES};
use crate::latent::{self, Course, Density, Route, measure};
use crate::run::SavedRun;

pub fn run(args: &Strip, output: &Output, interrupt: &Interrupt) -> anyhow::Result<Outcome> {
    within("--frames", args.frames, &FRAMES)?;
    within("--upscale", args.picture.upscale, &UPSCALES)?;
    let run = SavedRun::open(&args.run)?;
    picture::make(&run, &args.out, &args.replace, output, |origin| {
        let (from, to) = (pins::end(&args.from, &run, origin)?, pins::end(&args.to, &run, origin)?);
        let route = Route::between(args.path, &from.z, &to.z);
        let known = ways::known((args.path, args.data.as_ref()), &args.reading, &run, origin, interrupt)?;
        let course = ways::course(&route, origin, known.as_ref(), interrupt)?;
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
