//! `latent-atlas sheet`: images above their reconstructions as a picture.

use crate::cli::args::{Sheet, within};
use crate::cli::interrupt::Interrupt;
use crate::cli::output::Output;
use crate::cli::{Outcome, images, picture};
use crate::data::evenly;
use crate::export::{self, End, UPSCALES};
use crate::run::SavedRun;

/// How many images a sheet may show.
const LIMITS: std::ops::RangeInclusive<usize> = 1..=4096;
/// How many may stand side by side.
const COLUMNS: std::ops::RangeInclusive<usize> = 1..=256;

pub fn run(args: &Sheet, output: &Output, interrupt: &Interrupt) -> anyhow::Result<Outcome> {
    within("--limit", args.limit, &LIMITS)?;
    within("--columns", args.columns, &COLUMNS)?;
    within("--upscale", args.picture.upscale, &UPSCALES)?;
    let run = SavedRun::open(&args.run)?;
    picture::make(&run, &args.out, &args.replace, output, |origin| {
        let data = images::open_for(&run, &args.data, &args.reading, interrupt)?;
        // Over the whole folder, whose classes lie one after the other.
        let shown = evenly(data.len(), args.limit);
        let end = |idx: usize| End::of_image(origin.snapshot, &data.names[idx], data.image(idx));
        let ends: Vec<End> = shown.into_iter().map(|idx| end(idx as usize)).collect::<Result<_, _>>()?;
        Ok(export::sheet(origin, &ends, args.columns, args.picture.upscale)?.into())
    })
}
