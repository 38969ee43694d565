//! Loading images for a command, with a bar on the terminal.

use crate::cli::Usage;
use crate::cli::interrupt::Interrupt;
use crate::cli::output::bar;
use crate::config::DataConfig;
use crate::data::{Dataset, LoadError, Source, load};
use crate::run::{RunError, SavedRun};

/// Loads `text`, a folder or a sample's name.
pub fn open(text: &str, config: &DataConfig, interrupt: &Interrupt) -> anyhow::Result<Dataset> {
    let source: Source = text.parse().map_err(|e: LoadError| Usage(e.to_string()))?;
    let bar = bar(0, "loading");
    let loaded = load(&source, config, interrupt.flag(), &|progress| {
        bar.set_length(progress.total as u64);
        bar.set_position(progress.done as u64);
    });
    bar.finish_and_clear();
    Ok(loaded?)
}

/// Loads images as the model of `run` reads them.
pub fn open_for(run: &SavedRun, text: &str, interrupt: &Interrupt) -> anyhow::Result<Dataset> {
    open(text, &run.record.data_config(), interrupt)
}

/// Whether `data` are the images of the run.
pub fn are_of(run: &SavedRun, data: &Dataset) -> Result<(), RunError> {
    run.record.check_data(data)
}
