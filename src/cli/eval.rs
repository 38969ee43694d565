//! `latent-atlas eval`: what a trained model makes of some images.

use serde::Serialize;

use crate::cli::args::{Eval, Part, within};
use crate::cli::images;
use crate::cli::interrupt::Interrupt;
use crate::cli::output::{Output, bar};
use crate::cli::{Outcome, Usage};
use crate::config::Kind;
use crate::data::Dataset;
use crate::lens::evidence::{Estimate, SAMPLES, evidence};
use crate::run::SavedRun;
use crate::train::{Evaluation, evaluate};

/// Everything is a mean over images; what makes figures comparable stands beside them.
#[derive(Serialize)]
struct Figures {
    n: usize,
    recon_nats: f64,
    kl_nats: f64,
    elbo_nats: f64,
    /// Squared error summed over pixels, decoded at z = μ.
    sse: f64,
    /// The same per pixel value.
    mse: f64,
    sigma: Option<f64>,
    active_units: usize,
    kl_per_dim_nats: Vec<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    samples: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_px_nats: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_px_se_nats: Option<f64>,
    kind: &'static str,
    likelihood: &'static str,
    /// Pixels are 0 or 1, drawn from Bernoulli(x); otherwise values between are soft targets.
    binarised: bool,
    beta: f64,
    split: &'static str,
    pixels: usize,
    step: u64,
}

pub fn run(args: &Eval, output: &Output, interrupt: &Interrupt) -> anyhow::Result<Outcome> {
    if let Some(samples) = args.samples {
        within("--samples", samples, &SAMPLES)?;
    }
    let run = SavedRun::open(&args.run)?;
    let snapshot = run.snapshot()?;
    let data = images::open_for(&run, &args.data, &args.reading, interrupt)?;
    let indices = indices(args.split, &run, &data)?;
    let seed = run.record.config.train.seed;
    let bar = bar(indices.len() as u64, "evaluating");
    let go_on = |done: usize| {
        bar.set_position(done as u64);
        !interrupt.is_asked()
    };
    let Some(evaluation) = evaluate(snapshot.vae(), &data, &indices, seed, true, &go_on)? else {
        return Ok(Outcome::Interrupted);
    };
    let log_px = match args.samples {
        None => None,
        Some(samples) => {
            bar.set_prefix("log p(x)");
            match evidence(snapshot.vae(), &data, &indices, samples, seed, &go_on)? {
                Some(evidence) => Some(evidence.mean),
                None => return Ok(Outcome::Interrupted),
            }
        }
    };
    bar.finish_and_clear();
    let figures = figures(args, &run, &evaluation, snapshot.vae().sigma(), log_px);
    output.result(&figures, || table(&figures));
    Ok(Outcome::Done)
}

fn indices(part: Part, run: &SavedRun, data: &Dataset) -> anyhow::Result<Vec<u32>> {
    if part == Part::All {
        return Ok((0..data.len() as u32).collect());
    }
    run.record.check_data(data)?;
    let config = &run.record.config;
    let split = data.split(config.data.validation_fraction, config.train.seed);
    let indices = if part == Part::Train { split.train } else { split.validation };
    if indices.is_empty() {
        return Err(Usage("--split validation: this run held no image for validation".into()).into());
    }
    Ok(indices)
}

fn figures(
    args: &Eval,
    run: &SavedRun,
    evaluation: &Evaluation,
    sigma: Option<f64>,
    log_px: Option<Estimate>,
) -> Figures {
    let (terms, config) = (evaluation.terms, &run.record.config);
    let sse = evaluation.sse.unwrap_or(f64::NAN);
    let pixels = run.record.shape().pixels();
    Figures {
        n: evaluation.n,
        recon_nats: terms.recon_nats,
        kl_nats: terms.kl_nats,
        elbo_nats: terms.elbo_nats(),
        sse,
        mse: sse / pixels as f64,
        sigma,
        active_units: evaluation.active_units(),
        kl_per_dim_nats: evaluation.kl_per_dim_nats.clone(),
        samples: args.samples,
        log_px_nats: log_px.map(|e| e.log_px_nats),
        log_px_se_nats: log_px.and_then(|e| e.standard_error_nats),
        kind: config.model.kind.word(),
        likelihood: config.model.likelihood.word(),
        binarised: config.model.binarise,
        beta: config.train.beta,
        split: match args.split {
            Part::All => "all",
            Part::Train => "train",
            Part::Validation => "validation",
        },
        pixels,
        step: run.step(),
    }
}

fn table(f: &Figures) -> String {
    let sigma = f.sigma.map_or_else(|| "none".to_owned(), |s| format!("{s:.4}"));
    let pixels = if f.binarised { "binarised pixels" } else { "pixels not binarised" };
    let mut lines = vec![
        format!("images           {:>12}    ({}, {}, {pixels}, beta {})", f.n, f.split, f.likelihood, f.beta),
        format!("reconstruction   {:>12.3} nats / image", f.recon_nats),
    ];
    // A plain autoencoder has no prior, and so no bound.
    if f.kind == Kind::Vae.word() {
        lines.push(format!("KL to prior      {:>12.3} nats / image", f.kl_nats));
        lines.push(format!("ELBO             {:>12.3} nats / image", f.elbo_nats));
    }
    if let (Some(mean), Some(k)) = (f.log_px_nats, f.samples) {
        let error =
            f.log_px_se_nats.map(|se| format!(" ± {se:.3} (standard error over the images)")).unwrap_or_default();
        lines.push(format!("log p(x)         {mean:>12.3} nats / image{error}, {k} importance samples"));
    }
    lines.push(format!("squared error    {:>12.3} per image, {:.5} per pixel", f.sse, f.mse));
    lines.push(format!("sigma            {sigma:>12}"));
    lines.push(format!("active units     {:>12} of {}", f.active_units, f.kl_per_dim_nats.len()));
    lines.join("\n")
}
