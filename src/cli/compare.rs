//! `latent-atlas compare`: AE, VAE and PCA trained on the same images.

use std::sync::Arc;

use serde::Serialize;

use crate::cli::args::Compare;
use crate::cli::interrupt::Interrupt;
use crate::cli::output::{Output, bar};
use crate::cli::{Outcome, Usage, images};
use crate::config::RunConfig;
use crate::run::contest::{Contestant, contest};

/// Test errors against the number of dimensions.
#[derive(Serialize)]
struct Table {
    train_images: usize,
    test_images: usize,
    side: usize,
    channels: usize,
    likelihood: &'static str,
    epochs: usize,
    seed: u64,
    rows: Vec<Row>,
}

/// One method at one number of dimensions.
#[derive(Serialize)]
struct Row {
    method: &'static str,
    latent_dim: usize,
    /// Mean of (x − f(x))² over pixel values in [0, 1], decoded at z = μ.
    test_mse: Option<f64>,
    train_mse: f64,
    steps: u64,
}

pub fn run(args: &Compare, output: &Output, interrupt: &Interrupt) -> anyhow::Result<Outcome> {
    let mut config = args.training.over(RunConfig::default())?;
    let mut dims = args.dims.clone();
    dims.dedup();
    for &latent_dim in &dims {
        config.model.latent_dim = latent_dim;
        config.validate()?;
    }
    let data = Arc::new(images::open(&args.data, &config.data, &args.reading, interrupt)?);
    let split = data.split(config.data.validation_fraction, config.train.seed);
    if split.validation.is_empty() {
        return Err(Usage("nothing is held to test on; data.validation_fraction must be above 0".into()).into());
    }
    let bar = bar(0, "comparing");
    let contestants = contest(&config, &data, &dims, &|progress| {
        bar.set_length(progress.of as u64 * progress.total_steps);
        bar.set_position(progress.networks as u64 * progress.total_steps + progress.step);
        interrupt.go_on()
    })?;
    bar.finish_and_clear();
    let Some(contestants) = contestants else { return Ok(Outcome::Interrupted) };
    let table = Table {
        train_images: split.train.len(),
        test_images: split.validation.len(),
        side: data.side,
        channels: data.channels,
        likelihood: config.model.likelihood.word(),
        epochs: config.train.epochs,
        seed: config.train.seed,
        rows: contestants.iter().map(row).collect(),
    };
    output.result(&table, || told(&table));
    Ok(Outcome::Done)
}

fn row(contestant: &Contestant) -> Row {
    let Contestant { latent_dim, train_mse, test_mse, steps, .. } = *contestant;
    Row { method: contestant.word(), latent_dim, test_mse, train_mse, steps }
}

fn told(table: &Table) -> String {
    let mut lines = vec![
        format!(
            "{} images, {} held to test on; mean squared error per pixel value in [0, 1]",
            table.train_images, table.test_images
        ),
        "dimensions  method        test       train".to_owned(),
    ];
    let test = |row: &Row| row.test_mse.map_or_else(|| "none".to_owned(), |mse| format!("{mse:.6}"));
    let line =
        |row: &Row| format!("{:>10}  {:<6} {:>11} {:>11.6}", row.latent_dim, row.method, test(row), row.train_mse);
    lines.extend(table.rows.iter().map(line));
    lines.join("\n")
}
