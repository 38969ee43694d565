//! What `grid` and `strip` share: a run's model in, a picture on disk out.

use std::path::Path;

use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::args::Replace;
use crate::cli::output::Output;
use crate::export::{self, Origin, Picture, Provenance};
use crate::files::Clash;
use crate::run::SavedRun;

/// Where the picture is, and how it was made.
#[derive(Serialize)]
struct Written<'a> {
    file: &'a Path,
    width: usize,
    height: usize,
    #[serde(flatten)]
    provenance: &'a Provenance,
}

/// Makes the picture and writes it into `file`.
pub fn make(
    run: &SavedRun,
    file: &Path,
    replace: &Replace,
    output: &Output,
    picture: impl FnOnce(&Origin<'_>) -> anyhow::Result<Picture>,
) -> anyhow::Result<Outcome> {
    let clash = replace.clash();
    export::check(file, clash)?;
    let (snapshot, name) = (run.snapshot()?, run.name());
    let picture = picture(&Origin { snapshot: &snapshot, run: &name, train: &run.record.config.train })?;
    write(&picture, file, clash, output)
}

/// Writes the picture into `file` and says so.
pub fn write(picture: &Picture, file: &Path, clash: Clash, output: &Output) -> anyhow::Result<Outcome> {
    export::write(picture, file, clash)?;
    let enlarged = |pixels: usize| pixels * picture.provenance.upscale;
    let (width, height) = (enlarged(picture.canvas.width), enlarged(picture.canvas.height));
    let written = Written { file, width, height, provenance: &picture.provenance };
    output.result(&written, || format!("{width} × {height} pixels in {}", file.display()));
    Ok(Outcome::Done)
}
