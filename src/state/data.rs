//! The images, and how they are being opened.

use std::sync::Arc;

use crate::config::DataConfig;
use crate::data::{Dataset, Progress};
use crate::state::Kept;

/// The images, and how they are being opened.
#[derive(Debug, Clone, Default)]
pub struct DataState {
    /// The images.
    pub set: Option<Arc<Dataset>>,
    /// Changes whenever `set` does.
    pub version: u64,
    /// What `set` was opened as; `Reload` opens it again.
    pub source: String,
    /// How `set` was loaded.
    pub loaded_with: DataConfig,
    /// What is being loaded.
    pub loading: Option<Loading>,
    /// Whether Train was pressed while the images had to be loaded anew.
    pub train_when_loaded: bool,
    /// What stands in the path field.
    pub path_text: String,
    /// Whether the dialog closed without a choice: it may not exist on this system.
    pub dialog_hint: bool,
    /// Prepared images on disk.
    pub kept: Kept,
}

/// A load under way.
#[derive(Debug, Clone, PartialEq)]
pub struct Loading {
    /// What is loaded.
    pub source: String,
    /// Files done.
    pub progress: Progress,
    /// Seconds left, once that can be told.
    pub eta_secs: Option<f64>,
}

impl Loading {
    /// A load that has just begun.
    pub fn new(source: String) -> Self {
        Self { source, progress: Progress { done: 0, total: 0 }, eta_secs: None }
    }

    /// Takes note of how far it has come after `seconds`.
    pub fn advance(&mut self, progress: Progress, seconds: f64) {
        self.progress = progress;
        let known = progress.done > 0 && progress.total > progress.done && seconds > 0.5;
        self.eta_secs = known.then(|| seconds / progress.done as f64 * (progress.total - progress.done) as f64);
    }

    /// Share of the files done; `None` while the folder is being listed.
    pub fn share(&self) -> Option<f32> {
        (self.progress.total > 0).then(|| self.progress.done as f32 / self.progress.total as f32)
    }
}

impl DataState {
    /// Whether `config` would load other pixels than those on screen.
    pub fn needs_reload(&self, config: &DataConfig) -> bool {
        let as_loaded = DataConfig { validation_fraction: config.validation_fraction, ..self.loaded_with.clone() };
        self.set.is_some() && as_loaded != *config
    }
}

/// Images that [`Dataset::split`] holds for validation.
pub fn held_for_validation(n: usize, fraction: f64) -> usize {
    let held = (n as f64 * fraction).round() as usize;
    if fraction > 0.0 && n > 1 { held.clamp(1, n - 1) } else { held.min(n) }
}
