//! `latent-atlas encode`: the latent mean of every image, as a table.

use std::path::Path;

use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::args::Encode;
use crate::cli::images;
use crate::cli::interrupt::Interrupt;
use crate::cli::output::Output;
use crate::model::Encoded;
use crate::run::{SavedRun, latents};

#[derive(Serialize)]
struct Told<'a> {
    n: usize,
    latent_dim: usize,
    latents: &'a Path,
    metadata: &'a Path,
}

pub fn run(args: &Encode, output: &Output, interrupt: &Interrupt) -> anyhow::Result<Outcome> {
    let run = SavedRun::open(&args.run)?;
    let snapshot = run.snapshot()?;
    let data = images::open_for(&run, &args.data, &args.reading, interrupt)?;
    let Some(Encoded { mu, .. }) = images::encode(&snapshot, &data, interrupt)? else {
        return Ok(Outcome::Interrupted);
    };
    // The split is known only for the run's own images.
    let own = run.record.check_data(&data).is_ok();
    let config = &run.record.config;
    let split = own.then(|| data.split(config.data.validation_fraction, config.train.seed));
    let clash = args.replace.clash();
    latents::write(&args.out, &mu, snapshot.latent_dim(), &data, split.as_ref(), clash)?;
    let metadata = latents::metadata_path(&args.out);
    let told = Told { n: data.len(), latent_dim: snapshot.latent_dim(), latents: &args.out, metadata: &metadata };
    output.result(&told, || {
        let (n, d) = (told.n, told.latent_dim);
        format!("{n} means of {d} dimensions in {}, names in {}", args.out.display(), metadata.display())
    });
    Ok(Outcome::Done)
}
