//! Loading and encoding images for a command, with a bar on the terminal.

use crate::cli::Usage;
use crate::cli::args::Reading;
use crate::cli::interrupt::Interrupt;
use crate::cli::output::{bar, note};
use crate::config::DataConfig;
use crate::data::{Cache, Dataset, LoadError, Loaded, Loader, Source};
use crate::files;
use crate::latent;
use crate::model::{Encoded, Snapshot};
use crate::run::SavedRun;

/// Loads `text`, a folder or a sample's name; from the cache when it may and can, and into it otherwise.
pub fn open(text: &str, config: &DataConfig, reading: &Reading, interrupt: &Interrupt) -> anyhow::Result<Dataset> {
    let source: Source = text.parse().map_err(|e: LoadError| Usage(e.to_string()))?;
    let folder = if reading.no_cache { None } else { files::cache_folder() };
    let loader = Loader { cache: folder.map(|folder| Cache::new(folder, Cache::LIMIT)), yields: false };
    let bar = bar(0, "loading");
    let loaded = loader.load(&source, config, interrupt.flag(), &|progress| {
        bar.set_length(progress.total as u64);
        bar.set_position(progress.done as u64);
    });
    bar.finish_and_clear();
    let Loaded { data, unsaved } = loaded?;
    if let Some(Err(error)) = unsaved.map(|unsaved| unsaved.save(&data, interrupt.flag())) {
        note(&format!("the prepared images could not be kept: {error}"));
    }
    Ok(data)
}

/// q(z|x) of every image, with a bar on the terminal; `None` when interrupted.
pub fn encode(snapshot: &Snapshot, data: &Dataset, interrupt: &Interrupt) -> anyhow::Result<Option<Encoded>> {
    let bar = bar(data.len() as u64, "encoding");
    let encoded = latent::encode(snapshot, data, &|done| {
        bar.set_position(done as u64);
        !interrupt.is_asked()
    })?;
    bar.finish_and_clear();
    Ok(encoded)
}

/// Loads images as the model of `run` reads them.
pub fn open_for(run: &SavedRun, text: &str, reading: &Reading, interrupt: &Interrupt) -> anyhow::Result<Dataset> {
    open(text, &run.record.data_config(), reading, interrupt)
}
