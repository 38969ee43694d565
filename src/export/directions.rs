//! Directions of a latent space as JSON, with the model they belong to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::export::provenance::told;
use crate::export::{Clash, Decoder, ExportError, Origin};
use crate::files::{self, PlaceError};
use crate::latent::Direction;

/// The word for it, which is also how its numbered files begin.
const KIND: &str = "directions";

/// What is written, beside the model.
#[derive(Serialize)]
struct Told<'a> {
    latent_dim: usize,
    directions: &'a BTreeMap<String, Direction>,
}

/// Writes directions by name into `folder` as `directions-001.json`, `directions-002.json`, …
pub fn directions(
    origin: &Origin<'_>,
    directions: &BTreeMap<String, Direction>,
    folder: &Path,
) -> Result<PathBuf, ExportError> {
    let what = Told { latent_dim: origin.snapshot.latent_dim(), directions };
    let json = told(KIND, &Decoder::of(origin), what)?;
    files::write_numbered(folder, (KIND, "json"), |file| {
        Ok(files::write(file, json.as_bytes(), Clash::Refuse).map_err(|e| PlaceError::of(file, &e))?)
    })
}
