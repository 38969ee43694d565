//! What `grid` and `strip` share: a run's model in, a picture on disk out.

use std::path::Path;

use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::args::Replace;
use crate::cli::output::Output;
use crate::export::{self, Origin, Picture, Provenance};
use crate::files::Clash;
use crate::latent::Measured;
use crate::run::SavedRun;

/// Where the picture is, and how it was made.
#[derive(Serialize)]
struct Written<'a> {
    file: &'a Path,
    width: usize,
    height: usize,
    #[serde(flatten)]
    provenance: &'a Provenance,
    #[serde(skip_serializing_if = "Option::is_none")]
    ways: Option<&'a [Measured]>,
}

/// A picture, and what else there is to tell.
pub struct Made {
    pub picture: Picture,
    /// The way that is shown, and others beside it.
    pub ways: Option<Vec<Measured>>,
}

impl From<Picture> for Made {
    fn from(picture: Picture) -> Self {
        Self { picture, ways: None }
    }
}

/// Makes the picture and writes it into `file`.
pub fn make(
    run: &SavedRun,
    file: &Path,
    replace: &Replace,
    output: &Output,
    picture: impl FnOnce(&Origin<'_>) -> anyhow::Result<Made>,
) -> anyhow::Result<Outcome> {
    let clash = if replace.force { Clash::Replace } else { Clash::Refuse };
    export::check(file, clash)?;
    let (snapshot, name) = (run.snapshot()?, run.name());
    let Made { picture, ways } = picture(&Origin { snapshot: &snapshot, run: &name, train: &run.record.config.train })?;
    export::write(&picture, file, clash)?;
    let enlarged = |pixels: usize| pixels * picture.provenance.upscale;
    let (width, height) = (enlarged(picture.canvas.width), enlarged(picture.canvas.height));
    let written = Written { file, width, height, provenance: &picture.provenance, ways: ways.as_deref() };
    output.result(&written, || {
        let mut lines: Vec<String> = ways.iter().flatten().map(line).collect();
        lines.push(format!("{width} × {height} pixels in {}", file.display()));
        lines.join("\n")
    });
    Ok(Outcome::Done)
}

fn line(way: &Measured) -> String {
    format!(
        "{:<9} {:>8.2} long in z, {:>8.2} in images; lowest density {:.1} nats, percentile {:.1}",
        way.path.word(),
        way.length_z,
        way.length_images,
        way.lowest_log_density_nats,
        way.lowest_percentile
    )
}
