//! `latent-atlas scan`: what would be loaded, what not, and why.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::args::Scan;
use crate::cli::images;
use crate::cli::interrupt::Interrupt;
use crate::cli::output::Output;
use crate::config::RunConfig;
use crate::data::{LoadError, Skipped};
use crate::files::one_line;

#[derive(Serialize)]
struct Found<'a> {
    loaded: usize,
    skipped: usize,
    classes: BTreeMap<&'a str, usize>,
    side: usize,
    channels: usize,
    fingerprint: &'a str,
    seconds: f64,
    from_cache: bool,
}

pub fn run(args: &Scan, output: &Output, interrupt: &Interrupt) -> anyhow::Result<Outcome> {
    let config = args.settings.over(RunConfig::default())?;
    let data = match images::open(&args.data, &config.data, &args.reading, interrupt) {
        Ok(data) => data,
        Err(error) => {
            if let Some(LoadError::Empty { skipped, .. }) = error.downcast_ref() {
                tell_skipped(skipped, output);
            }
            return Err(error);
        }
    };
    tell_skipped(&data.report.skipped, output);
    let found = Found {
        loaded: data.len(),
        skipped: data.report.skipped.len(),
        classes: data.class_counts(),
        side: data.side,
        channels: data.channels,
        fingerprint: data.fingerprint(),
        seconds: data.report.seconds,
        from_cache: data.report.from_cache,
    };
    output.result(&found, || {
        let cache = if found.from_cache { ", from the cache" } else { "" };
        let kind = if data.channels == 1 { "grey" } else { "RGB" };
        let mut text = format!(
            "{} images, {side} × {side} {kind}, {} classes; {} skipped ({:.1} s{cache})",
            found.loaded,
            found.classes.len(),
            found.skipped,
            found.seconds,
            side = data.side,
        );
        for (class, n) in &found.classes {
            text.extend(["\n", &format!("{n:>8}  {}", one_line(class))]);
        }
        text
    });
    Ok(Outcome::Done)
}

fn tell_skipped(skipped: &[Skipped], output: &Output) {
    for file in skipped {
        output.event("skipped", file, || Some(format!("skipped {}: {}", one_line(&file.path), file.reason)));
    }
}
