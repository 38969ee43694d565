//! The past of a run as an animation, and sheets of images.

use std::path::Path;
use std::sync::Arc;

use anyhow::anyhow;
use rust_i18n::t;

use crate::data::{Dataset, evenly};
use crate::export::{self, Animation, End, Origin, Past, Picture, Playback, Watched};
use crate::latent::Grid;
use crate::model::Snapshot;
use crate::run::{RunError, timeline};
use crate::state::{AppState, ExportSettings, PastOf};

/// Images along each side of a map that changes.
const CELLS: usize = 10;
/// How far it reaches on each side of the middle, in standard deviations of the prior.
const EXTENT: f32 = 3.0;
/// Images side by side on a sheet.
const COLUMNS: usize = 10;

/// What the models of the past are to decode: the pins, or the plane of the map.
pub(super) fn watched(state: &AppState, settings: ExportSettings) -> Watched {
    let walk = &state.walk;
    if settings.past_of == PastOf::Pins && !walk.pins.is_empty() {
        return Watched::Points(walk.pins.iter().map(|pin| pin.z.clone()).collect());
    }
    Watched::Grid(Grid::square(state.map.plane(&walk.z), CELLS, EXTENT))
}

/// The models in `folder`, and that of `origin` at its place among them.
pub(super) fn film<'a>(
    origin: &Origin<'a>,
    folder: &'a Path,
    watched: &Watched,
    settings: ExportSettings,
) -> anyhow::Result<Animation<'a>> {
    let shown: &'a Snapshot = origin.snapshot;
    let moments = timeline::moments_with(folder, shown)?;
    if moments.len() < 2 {
        return Err(anyhow!(t!("export_more.no_past").into_owned()));
    }
    let load = move |step| {
        if step == shown.step {
            return Ok(shown.clone());
        }
        timeline::load(folder, step).map_err(|error: RunError| error.to_string())
    };
    let moments = moments.into_iter().map(|moment| (moment.step, moment.epoch)).collect();
    let playback = Playback { fps: settings.past_fps, ping_pong: settings.ping_pong };
    Ok(export::history(origin, Past { moments, load: Box::new(load) }, watched.clone(), playback, settings.upscale)?)
}

/// At most `most` of the images that can be seen on the map, evenly.
pub(super) fn seen(state: &AppState, most: usize) -> Vec<usize> {
    let seen = state.map.images_in_view();
    evenly(seen.len(), most).into_iter().map(|i| seen[i as usize]).collect()
}

/// The images above their reconstructions.
pub(super) fn sheet(
    origin: &Origin<'_>,
    data: Option<&Arc<Dataset>>,
    images: &[usize],
    upscale: usize,
) -> anyhow::Result<Picture> {
    let data =
        data.filter(|_| !images.is_empty()).ok_or_else(|| anyhow!(t!("export_more.needs_images").into_owned()))?;
    let end = |idx: &usize| {
        let name = data.names.get(*idx)?;
        Some(End::of_image(origin.snapshot, name, data.image(*idx)))
    };
    let ends: Vec<End> = images.iter().filter_map(end).collect::<Result<_, _>>()?;
    Ok(export::sheet(origin, &ends, COLUMNS, upscale)?)
}
