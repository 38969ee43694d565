//! Places in latent space as a user writes them: an image file, or a point such as `z:0.5,-1.2`.

use std::path::Path;

use crate::cli::Usage;
use crate::data::load_image_file;
use crate::export::{End, Origin};
use crate::run::SavedRun;

/// What a point begins with.
const POINT: &str = "z:";

/// A point `z:0.5,-1.2`, or the mean of an image file.
pub fn end(text: &str, run: &SavedRun, origin: &Origin<'_>) -> anyhow::Result<End> {
    let Some(numbers) = text.strip_prefix(POINT) else {
        let shape = run.record.shape();
        let pixels = load_image_file(Path::new(text), shape.side, shape.channels, &run.record.config.data)?;
        return Ok(End::of_image(origin.snapshot, text, &pixels)?);
    };
    let latent_dim = run.record.config.model.latent_dim;
    let z: Option<Vec<f32>> = numbers.split(',').map(number).collect();
    let z = z.filter(|z| z.len() == latent_dim).ok_or_else(|| {
        Usage(format!("{text} is no point of this run: its z has {latent_dim} numbers, such as z:0.5,-1.2 for two"))
    })?;
    Ok(End::point(z))
}

fn number(text: &str) -> Option<f32> {
    text.trim().parse().ok().filter(|v: &f32| v.is_finite())
}
