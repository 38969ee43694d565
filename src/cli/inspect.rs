//! `latent-atlas inspect`: the images a run reconstructs worst, those that lie apart, and those that are there twice.

use serde::Serialize;

use crate::cli::args::{Inspect, within};
use crate::cli::interrupt::Interrupt;
use crate::cli::output::{Output, bar};
use crate::cli::{Outcome, images};
use crate::data::{Dataset, load_image_file, unit_values};
use crate::latent::inspect::{Inspection, Verdict, inspect};
use crate::run::SavedRun;

/// How long a list may be.
const LIMITS: std::ops::RangeInclusive<usize> = 1..=10_000;

#[derive(Serialize)]
struct Found<'a> {
    n: usize,
    /// The largest squared errors, summed over pixels in [0, 1], at z = μ.
    worst: Vec<Worst<'a>>,
    /// The lowest densities of the aggregate posterior, each image judged by the others.
    outliers: Vec<Outlier<'a>>,
    /// Groups with the very same pixels.
    copies: Vec<Vec<&'a str>>,
    near_duplicates: Vec<Near<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    images: Vec<Judged>,
}

#[derive(Serialize)]
struct Worst<'a> {
    image: &'a str,
    squared_error: f32,
}

#[derive(Serialize)]
struct Outlier<'a> {
    image: &'a str,
    log_density_nats: f64,
    percentile: f64,
}

#[derive(Serialize)]
struct Near<'a> {
    images: [&'a str; 2],
    /// Root of the mean squared difference of pixel values in [0, 1].
    rms_pixels: f32,
    distance_z: f32,
}

#[derive(Serialize)]
struct Judged {
    image: String,
    #[serde(flatten)]
    verdict: Verdict,
}

pub fn run(args: &Inspect, output: &Output, interrupt: &Interrupt) -> anyhow::Result<Outcome> {
    within("--limit", args.limit, &LIMITS)?;
    let run = SavedRun::open(&args.run)?;
    let snapshot = run.snapshot()?;
    let shape = snapshot.shape();
    let read = |file: &std::path::PathBuf| {
        let pixels = load_image_file(file, shape.side, shape.channels, &run.record.config.data)?;
        Ok((file.display().to_string(), unit_values(&pixels).collect()))
    };
    let foreign: Vec<(String, Vec<f32>)> = args.image.iter().map(read).collect::<anyhow::Result<_>>()?;
    let data = images::open_for(&run, &args.data, &args.reading, interrupt)?;
    let bar = bar(1000, "inspecting");
    let inspected = inspect(&snapshot, &data, args.limit, &|share| {
        bar.set_position((1000.0 * share) as u64);
        interrupt.go_on()
    })?;
    bar.finish_and_clear();
    let Some(inspection) = inspected else { return Ok(Outcome::Interrupted) };
    let mut found = found(&inspection, &data, args.limit);
    for (image, x) in foreign {
        found.images.push(Judged { image, verdict: inspection.judge(&snapshot, &x)? });
    }
    output.result(&found, || told(&found));
    Ok(Outcome::Done)
}

fn found<'a>(inspection: &Inspection, data: &'a Dataset, limit: usize) -> Found<'a> {
    let name = |idx: u32| data.names[idx as usize].as_str();
    let worst = inspection.worst().into_iter().take(limit);
    let outlier = |idx: u32| {
        let log_density_nats = inspection.log_densities[idx as usize];
        let percentile = inspection.density.percentile(log_density_nats);
        Outlier { image: name(idx), log_density_nats, percentile }
    };
    let near = inspection.twins.iter();
    Found {
        n: data.len(),
        worst: worst.map(|i| Worst { image: name(i), squared_error: inspection.errors[i as usize] }).collect(),
        outliers: inspection.outliers().into_iter().take(limit).map(outlier).collect(),
        copies: inspection.copies.iter().map(|group| group.iter().map(|i| name(*i)).collect()).take(limit).collect(),
        near_duplicates: near
            .map(|t| Near { images: t.images.map(name), rms_pixels: t.rms_pixels, distance_z: t.distance_z })
            .collect(),
        images: Vec::new(),
    }
}

fn told(found: &Found<'_>) -> String {
    let mut lines = vec![format!("{} images", found.n), "reconstructed worst (squared error)".to_owned()];
    lines.extend(found.worst.iter().map(|w| format!("{:>10.2}  {}", w.squared_error, w.image)));
    lines.push("far from all others (log density in nats, percentile)".to_owned());
    lines.extend(
        found.outliers.iter().map(|o| format!("{:>10.2}  {:>5.2}  {}", o.log_density_nats, o.percentile, o.image)),
    );
    lines.push(format!("the very same: {}", if found.copies.is_empty() { "none" } else { "" }).trim_end().to_owned());
    lines.extend(found.copies.iter().map(|group| format!("    {}", group.join(" = "))));
    lines.push("nearly the same (difference of pixels, of 1)".to_owned());
    lines.extend(found.near_duplicates.iter().map(|n| format!("{:>10.4}  {}", n.rms_pixels, n.images.join("  "))));
    lines.extend(found.images.iter().map(|Judged { image, verdict: v }| {
        let like = if v.is_unlike { "unlike these images" } else { "like these images" };
        format!(
            "{image}: {like}; {:.1} % of them are reconstructed better, {:.1} % lie in a thinner place",
            v.error_percentile, v.density_percentile
        )
    }));
    lines.join("\n")
}
