//! Latent means as a table, with how they were made beside it.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::data::{Dataset, Split};
use crate::export::provenance::told;
use crate::export::{Clash, Decoder, ExportError, Origin, inner_path};
use crate::files;
use crate::latent::table;

/// The word for it, which is also how its numbered files begin.
const KIND: &str = "latents";

/// The means of some images.
#[derive(Debug)]
pub struct Latents<'a> {
    /// The model that encoded them.
    pub origin: Origin<'a>,
    /// The images.
    pub data: &'a Dataset,
    /// Which of them were held, when these are the run's own.
    pub split: Option<&'a Split>,
    /// Their means, `[n, d]`.
    pub mu: &'a [f32],
}

/// How the table was made, beside the model.
#[derive(Serialize)]
struct Told<'a> {
    data: String,
    data_fingerprint: &'a str,
    n: usize,
    latent_dim: usize,
}

impl Latents<'_> {
    /// Writes the means into `file`, as `.npy` or as text; the names go into [`table::metadata_path`].
    pub fn write(&self, file: &Path, clash: Clash) -> Result<(), ExportError> {
        let Self { origin, data, split, mu } = self;
        files::check_folder(file)?;
        files::check_sidecar(file, clash)?;
        let latent_dim = origin.snapshot.latent_dim();
        let (n, data_fingerprint) = (data.len(), data.fingerprint());
        let what = Told { data: inner_path(&data.name), data_fingerprint, n, latent_dim };
        let json = told(KIND, &Decoder::of(origin), what)?;
        files::with_sidecar(file, json.as_bytes(), clash, || {
            Ok(table::write(file, mu, latent_dim, data, *split, clash)?)
        })
    }

    /// Writes them into `folder` as `latents-001.tsv`, `latents-002.tsv`, …
    pub fn write_numbered(&self, folder: &Path, ending: &str) -> Result<PathBuf, ExportError> {
        files::write_numbered(folder, (KIND, ending), |file| self.write(file, Clash::Refuse))
    }
}
