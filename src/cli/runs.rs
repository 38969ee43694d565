//! `latent-atlas runs`: the runs of a folder, as the window lists them.

use std::path::PathBuf;

use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::args::Runs;
use crate::cli::output::Output;
use crate::config::{RunConfig, differing};
use crate::files;
use crate::run::{Listing, RunRecord, Status, Summary};

#[derive(Serialize)]
struct Line<'a> {
    run: &'a str,
    folder: &'a PathBuf,
    source: &'a str,
    status: Status,
    step: u64,
    epoch: f64,
    best_elbo_nats: Option<f64>,
    config: &'a RunConfig,
}

#[derive(Serialize)]
struct Listed {
    runs: usize,
    /// The settings on which they do not agree.
    differing: Vec<&'static str>,
    unreadable: Vec<String>,
}

pub fn run(args: &Runs, output: &Output) -> anyhow::Result<Outcome> {
    let folder = args.folder.clone().unwrap_or_else(files::runs_folder);
    if !folder.is_dir() && args.folder.is_some() {
        anyhow::bail!("the folder {} does not exist", folder.display());
    }
    let listing = Listing::read(&folder, &[], &[])?;
    let configs: Vec<_> = listing.runs.iter().map(|run| &run.record.config).collect();
    let differing = differing(&configs);
    for run in &listing.runs {
        let Summary { record, name, best_elbo_nats, .. } = run;
        let line = Line {
            run: name,
            folder: &run.folder,
            source: &record.source,
            status: record.status,
            step: record.step,
            epoch: record.epoch,
            best_elbo_nats: *best_elbo_nats,
            config: &record.config,
        };
        output.event("run", &line, || Some(in_words(run, &differing)));
    }
    let listed = Listed { runs: listing.runs.len(), differing, unreadable: listing.unreadable };
    output.result(&listed, || {
        let left = listed.unreadable.iter().map(|reason| format!("not listed: {reason}"));
        left.chain([format!("{} runs in {}", listed.runs, folder.display())]).collect::<Vec<_>>().join("\n")
    });
    Ok(Outcome::Done)
}

fn in_words(run: &Summary, differing: &[&str]) -> String {
    let elbo = run.best_elbo_nats.map_or_else(|| "no ELBO".to_owned(), |elbo| format!("best ELBO {elbo:.2}"));
    let settings: Vec<_> =
        differing.iter().filter_map(|key| Some(format!(", {key}={}", run.record.config.get(key)?))).collect();
    let RunRecord { source, epoch, .. } = &run.record;
    format!("{}: {source}, {epoch:.1} epochs, {elbo}{}", run.name, settings.concat())
}
