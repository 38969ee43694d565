//! `latent-atlas diff`: two runs held against each other.

mod table;

use std::path::Path;

use serde::Serialize;

use crate::cli::args::{Diff, within};
use crate::cli::output::Output;
use crate::cli::{Outcome, picture, pins};
use crate::config::{Kind, differing};
use crate::export::{self, Origin, UPSCALES};
use crate::latent::probe;
use crate::model::Snapshot;
use crate::run::{Apart, SavedRun, Status};
use crate::train::ValidationStats;

/// Two runs. Every pair holds the first run's value first.
#[derive(Serialize)]
pub struct Compared<'a> {
    pub runs: [Side<'a>; 2],
    /// The settings that are not the same.
    pub differing: Vec<Setting>,
    /// Why the figures of the two say little about each other.
    pub caution: Option<String>,
}

/// A run.
#[derive(Serialize)]
pub struct Side<'a> {
    pub run: String,
    pub folder: &'a Path,
    pub source: &'a str,
    pub status: Status,
    pub step: u64,
    pub steps: u64,
    pub epoch: f64,
    pub epochs: usize,
    pub seconds: f64,
    /// Of the validation with the highest ELBO.
    pub best: Option<Figures>,
    /// Of the last validation.
    pub last: Option<Figures>,
}

/// What a validation came to.
#[derive(Serialize)]
pub struct Figures {
    pub epoch: f64,
    /// None in a plain autoencoder, like KL.
    pub elbo_nats: Option<f64>,
    pub recon_nats: f64,
    pub kl_nats: Option<f64>,
    pub active_units: Option<usize>,
}

/// A setting that is not the same in both.
#[derive(Serialize)]
pub struct Setting {
    pub key: &'static str,
    pub values: [String; 2],
}

pub fn run(args: &Diff, output: &Output) -> anyhow::Result<Outcome> {
    within("--upscale", args.picture.upscale, &UPSCALES)?;
    let (first, second) = (SavedRun::open(&args.run)?, SavedRun::open(&args.other)?);
    let runs = [&first, &second];
    let compared = Compared::of(runs);
    let Some(file) = &args.out else {
        output.result(&compared, || table::text(&compared));
        return Ok(Outcome::Done);
    };
    let clash = args.replace.clash();
    export::check(file, clash)?;
    let dim = first.record.config.model.latent_dim;
    let z = args.z.iter().map(|text| pins::point(text, dim)).collect::<Result<Vec<_>, _>>()?;
    output.event("compared", &compared, || Some(table::text(&compared)));
    let z = if z.is_empty() { probe(dim, runs.map(carried)) } else { z };
    let (models, names) = ([first.snapshot()?, second.snapshot()?], runs.map(SavedRun::name));
    let drawn = export::diff(
        [origin(&first, &models[0], &names[0]), origin(&second, &models[1], &names[1])],
        &z,
        args.picture.upscale,
    )?;
    picture::write(&drawn.into(), file, clash, output)
}

fn origin<'a>(run: &'a SavedRun, snapshot: &'a Snapshot, name: &'a str) -> Origin<'a> {
    Origin { snapshot, run: name, train: &run.record.config.train }
}

/// Nats of every dimension at the last validation.
fn carried(run: &SavedRun) -> &[f64] {
    run.validations().last().map_or(&[], |held| &held.kl_per_dim_nats)
}

impl<'a> Compared<'a> {
    fn of([first, second]: [&'a SavedRun; 2]) -> Self {
        let (a, b) = (&first.record, &second.record);
        let text = |key: &str| [&a.config, &b.config].map(|config| config.get(key).unwrap_or_default());
        let differing = differing(&[&a.config, &b.config]);
        Self {
            runs: [Side::of(first), Side::of(second)],
            differing: differing.into_iter().map(|key| Setting { key, values: text(key) }).collect(),
            caution: Apart::between(a, b).map(Apart::in_words),
        }
    }
}

impl<'a> Side<'a> {
    fn of(run: &'a SavedRun) -> Self {
        Self {
            run: run.name(),
            folder: &run.folder,
            source: &run.record.source,
            status: run.record.status,
            step: run.step(),
            steps: run.total_steps(),
            epoch: run.record.epoch,
            epochs: run.record.config.train.epochs,
            seconds: run.seconds(),
            best: ValidationStats::best(run.validations()).map(|held| Figures::of(run, held)),
            last: run.validations().last().map(|held| Figures::of(run, held)),
        }
    }
}

impl Figures {
    fn of(run: &SavedRun, held: &ValidationStats) -> Self {
        let ValidationStats { terms, active_units, epoch, .. } = *held;
        let bound = |nats: f64| (run.record.config.model.kind == Kind::Vae).then_some(nats);
        let (elbo_nats, kl_nats) = (bound(terms.elbo_nats()), bound(terms.kl_nats));
        Self { epoch, elbo_nats, recon_nats: terms.recon_nats, kl_nats, active_units }
    }
}
