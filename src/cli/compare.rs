//! `latent-atlas compare`: AE, VAE and PCA trained on the same images.

use std::sync::Arc;

use serde::Serialize;

use crate::cli::args::Compare;
use crate::cli::interrupt::Interrupt;
use crate::cli::output::{Output, bar};
use crate::cli::{Outcome, Usage, images};
use crate::config::RunConfig;
use crate::data::Dataset;
use crate::model::ModelError;
use crate::run::contest::{Contestant, News, contest};

/// Test errors against the number of dimensions.
#[derive(Serialize)]
struct Table {
    train_images: usize,
    test_images: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    unseen_images: Option<usize>,
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
    /// The same on the images of `--unseen`.
    #[serde(skip_serializing_if = "Option::is_none")]
    unseen_mse: Option<f64>,
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
    let as_these = config.data.like(data.side, data.channels);
    let unseen = args.unseen.as_ref().map(|unseen| images::open(unseen, &as_these, &args.reading, interrupt));
    let unseen = unseen.transpose()?;
    if split.validation.is_empty() && unseen.is_none() {
        let why = "nothing is held to test on; data.validation_fraction must be above 0, or --unseen name other images";
        return Err(Usage(why.into()).into());
    }
    let bar = bar(0, "comparing");
    let contestants = contest(&config, &data, &dims, &|news| {
        if let News::Step(progress) = news {
            bar.set_length(progress.of as u64 * progress.total_steps);
            bar.set_position(progress.networks as u64 * progress.total_steps + progress.step);
        }
        interrupt.go_on()
    })?;
    bar.finish_and_clear();
    let Some(contestants) = contestants else { return Ok(Outcome::Interrupted) };
    let table = Table {
        train_images: split.train.len(),
        test_images: split.validation.len(),
        unseen_images: unseen.as_ref().map(Dataset::len),
        side: data.side,
        channels: data.channels,
        likelihood: config.model.likelihood.word(),
        epochs: config.train.epochs,
        seed: config.train.seed,
        rows: contestants.iter().map(|contestant| row(contestant, unseen.as_ref())).collect::<Result<_, _>>()?,
    };
    output.result(&table, || told(&table));
    Ok(Outcome::Done)
}

fn row(contestant: &Contestant, unseen: Option<&Dataset>) -> Result<Row, ModelError> {
    let Contestant { latent_dim, train_mse, test_mse, steps, .. } = *contestant;
    let mean = |data: &Dataset| {
        let errors = contestant.squared_errors(data, &(0..data.len() as u32).collect::<Vec<u32>>())?;
        Ok::<_, ModelError>(errors.iter().sum::<f64>() / (errors.len() * data.pixels_per_image()) as f64)
    };
    let unseen_mse = unseen.map(mean).transpose()?;
    Ok(Row { method: contestant.method().word(), latent_dim, test_mse, train_mse, unseen_mse, steps })
}

fn told(table: &Table) -> String {
    let unseen = table.unseen_images.map_or_else(String::new, |n| format!(", {n} of others"));
    let header = if table.unseen_images.is_some() { "      unseen" } else { "" };
    let mut lines = vec![
        format!(
            "{} images, {} held to test on{unseen}; mean squared error per pixel value in [0, 1]",
            table.train_images, table.test_images
        ),
        format!("dimensions  method        test       train{header}"),
    ];
    let test = |row: &Row| row.test_mse.map_or_else(|| "none".to_owned(), |mse| format!("{mse:.6}"));
    let line = |row: &Row| {
        let unseen = row.unseen_mse.map_or_else(String::new, |mse| format!(" {mse:>11.6}"));
        format!("{:>10}  {:<6} {:>11} {:>11.6}{unseen}", row.latent_dim, row.method, test(row), row.train_mse)
    };
    lines.extend(table.rows.iter().map(line));
    lines.join("\n")
}
