//! `latent-atlas encode`: the latent mean of every image, as a table.

use std::path::Path;

use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::args::Encode;
use crate::cli::images;
use crate::cli::interrupt::Interrupt;
use crate::cli::output::Output;
use crate::export::{Latents, Origin};
use crate::files;
use crate::latent::table;
use crate::model::Encoded;
use crate::run::SavedRun;

#[derive(Serialize)]
struct Told<'a> {
    n: usize,
    latent_dim: usize,
    latents: &'a Path,
    metadata: &'a Path,
}

pub fn run(args: &Encode, output: &Output, interrupt: &Interrupt) -> anyhow::Result<Outcome> {
    let (run, clash) = (SavedRun::open(&args.run)?, args.replace.clash());
    files::check_sidecar(&args.out, clash)?;
    let snapshot = run.snapshot()?;
    let data = images::open_for(&run, &args.data, &args.reading, interrupt)?;
    let Some(Encoded { mu, .. }) = images::encode(&snapshot, &data, interrupt)? else {
        return Ok(Outcome::Interrupted);
    };
    // The split is known only for the run's own images.
    let own = run.record.check_data(&data).is_ok();
    let config = &run.record.config;
    let split = own.then(|| data.split(config.data.validation_fraction, config.train.seed));
    let name = run.name();
    let origin = Origin { snapshot: &snapshot, run: &name, train: &config.train };
    Latents { origin, data: &data, split: split.as_ref(), mu: &mu }.write(&args.out, clash)?;
    let metadata = table::metadata_path(&args.out);
    let told = Told { n: data.len(), latent_dim: snapshot.latent_dim(), latents: &args.out, metadata: &metadata };
    output.result(&told, || {
        let (n, d) = (told.n, told.latent_dim);
        format!("{n} means of {d} dimensions in {}, names in {}", args.out.display(), metadata.display())
    });
    Ok(Outcome::Done)
}
