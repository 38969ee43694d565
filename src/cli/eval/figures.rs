//! What `eval` tells.

use std::f64::consts::LN_2;

use serde::Serialize;

use super::Found;
use crate::cli::args::{Eval, Part};
use crate::config::Kind;
use crate::run::SavedRun;

/// Everything is a mean over images; what makes figures comparable stands beside them.
#[derive(Serialize)]
pub struct Figures {
    n: usize,
    /// One sample of z per image, or as many as there are importance samples.
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
    #[serde(flatten)]
    sampled: Option<SampledFigures>,
    /// With two latent dimensions.
    #[serde(skip_serializing_if = "Option::is_none")]
    log_px_quadrature_nats: Option<f64>,
    /// The best ELBO that gradient ascent over (μ, log σ) finds for each image, less that of the encoder.
    #[serde(skip_serializing_if = "Option::is_none")]
    amortisation_gap_nats: Option<f64>,
    #[serde(flatten)]
    information: Option<InformationFigures>,
    kind: &'static str,
    likelihood: &'static str,
    /// Pixels are 0 or 1, drawn from Bernoulli(x); otherwise values between are soft targets.
    binarised: bool,
    beta: f64,
    split: &'static str,
    pixels: usize,
    step: u64,
}

/// By importance sampling.
#[derive(Serialize)]
struct SampledFigures {
    samples: usize,
    log_px_nats: f64,
    /// By the spread of the images: for the set that they were drawn from.
    #[serde(skip_serializing_if = "Option::is_none")]
    log_px_se_nats: Option<f64>,
    /// By the spread of the samples: for these images.
    #[serde(skip_serializing_if = "Option::is_none")]
    log_px_stderr: Option<f64>,
    /// log p(x) − ELBO: about KL(q(z|x) ‖ p(z|x)).
    gap_nats: f64,
    /// KL(q(z|x) ‖ p(z)) by the samples, to hold against its closed form.
    kl_mc_nats: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    kl_mc_stderr: Option<f64>,
}

#[derive(Serialize)]
struct InformationFigures {
    /// I_q(x; z) and KL(q(z) ‖ p(z)), which together are the KL (Hoffman & Johnson 2016).
    mutual_information_nats: f64,
    mutual_information_stderr: Option<f64>,
    marginal_kl_nats: f64,
    marginal_kl_stderr: Option<f64>,
    /// The length of a code for an image, per pixel value: −log₂ p(x) / P, of log p(x) where it was asked for and of the
    /// ELBO otherwise. A Gaussian is a density of values in [0, 1], whose steps of 1/255 cost log₂ 255 more.
    bits_per_pixel: f64,
}

pub(super) fn figures(args: &Eval, run: &SavedRun, found: &Found, sigma: Option<f64>) -> Figures {
    let Found { evaluation, evidence, .. } = found;
    let (terms, config) = (evaluation.terms, &run.record.config);
    let sse = evaluation.sse.unwrap_or(f64::NAN);
    let pixels = run.record.shape().pixels();
    let recon_nats = evidence.as_ref().map_or(terms.recon_nats, |e| -e.log_likelihood.nats);
    let elbo_nats = -recon_nats - terms.kl_nats;
    let sampled = evidence.as_ref().map(|e| SampledFigures {
        samples: e.samples,
        log_px_nats: e.mean.log_px_nats,
        log_px_se_nats: e.mean.standard_error_nats,
        log_px_stderr: e.sampling_error_nats,
        gap_nats: e.mean.log_px_nats - elbo_nats,
        kl_mc_nats: e.sampled_kl.nats,
        kl_mc_stderr: e.sampled_kl.standard_error_nats,
    });
    let step_bits = if sigma.is_some() { 255.0_f64.log2() } else { 0.0 };
    let log_px = sampled.as_ref().map_or(elbo_nats, |s| s.log_px_nats);
    let information = found.information.as_ref().map(|i| InformationFigures {
        mutual_information_nats: i.mutual_information.nats,
        mutual_information_stderr: i.mutual_information.standard_error_nats,
        marginal_kl_nats: i.marginal_kl.nats,
        marginal_kl_stderr: i.marginal_kl.standard_error_nats,
        bits_per_pixel: -log_px / (LN_2 * pixels as f64) + step_bits,
    });
    Figures {
        n: evaluation.n,
        recon_nats,
        kl_nats: terms.kl_nats,
        elbo_nats,
        sse,
        mse: sse / pixels as f64,
        sigma,
        active_units: evaluation.active_units(),
        kl_per_dim_nats: evaluation.kl_per_dim_nats.clone(),
        sampled,
        log_px_quadrature_nats: found.log_px_quadrature_nats,
        amortisation_gap_nats: found.amortisation_gap_nats,
        information,
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

pub(super) fn table(f: &Figures) -> String {
    let sigma = f.sigma.map_or_else(|| "none".to_owned(), |s| format!("{s:.4}"));
    let pixels = if f.binarised { "binarised pixels" } else { "pixels not binarised" };
    let error = |error: Option<f64>| error.map(|error| format!(" ± {error:.3}")).unwrap_or_default();
    let mut lines = vec![
        format!("images           {:>12}    ({}, {}, {pixels}, beta {})", f.n, f.split, f.likelihood, f.beta),
        format!("reconstruction   {:>12.3} nats / image", f.recon_nats),
    ];
    // A plain autoencoder has no prior, and so no bound.
    if f.kind == Kind::Vae.word() {
        lines.push(format!("KL to prior      {:>12.3} nats / image", f.kl_nats));
        lines.push(format!("ELBO             {:>12.3} nats / image", f.elbo_nats));
    }
    if let Some(s) = &f.sampled {
        let over = s.log_px_se_nats.map(|se| format!("; ± {se:.3} over the images")).unwrap_or_default();
        let (mean, of_samples) = (s.log_px_nats, error(s.log_px_stderr));
        lines.push(format!(
            "log p(x)         {mean:>12.3}{of_samples} nats / image, {} importance samples{over}",
            s.samples
        ));
        if let Some(nats) = f.log_px_quadrature_nats {
            lines.push(format!("  by quadrature  {nats:>12.3} nats / image"));
        }
        lines.push(format!("gap to the ELBO  {:>12.3} nats / image", s.gap_nats));
        lines.push(format!("KL by samples    {:>12.3}{} nats / image", s.kl_mc_nats, error(s.kl_mc_stderr)));
    }
    if let Some(gap) = f.amortisation_gap_nats {
        lines.push(format!("amortisation gap {gap:>12.3} nats / image"));
    }
    if let Some(i) = &f.information {
        let (mutual, marginal) = (error(i.mutual_information_stderr), error(i.marginal_kl_stderr));
        lines.push(format!("I(x; z)          {:>12.3}{mutual} nats", i.mutual_information_nats));
        lines.push(format!("KL(q(z), p(z))   {:>12.3}{marginal} nats", i.marginal_kl_nats));
        lines.push(format!("code length      {:>12.4} bits / pixel value", i.bits_per_pixel));
    }
    lines.push(format!("squared error    {:>12.3} per image, {:.5} per pixel", f.sse, f.mse));
    lines.push(format!("sigma            {sigma:>12}"));
    lines.push(format!("active units     {:>12} of {}", f.active_units, f.kl_per_dim_nats.len()));
    lines.join("\n")
}
