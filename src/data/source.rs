//! Where images come from: a folder or a bundled sample.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::atomic::AtomicBool;

use crate::config::DataConfig;
use crate::data::Dataset;

/// What to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// 4,000 of Fashion-MNIST, `sample:fashion`.
    Fashion,
    /// 1,026 of Noto Emoji, `sample:emoji`.
    Emoji,
    /// A folder of images.
    Folder(PathBuf),
}

/// Why nothing could be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The user stopped it.
    #[error("loading was cancelled")]
    Cancelled,
    /// There is no such folder, or it may not be read.
    #[error("cannot open {path}: {reason}")]
    Open { path: String, reason: String },
    /// Nothing usable inside.
    #[error(
        "{path} holds no image that could be read ({files} files looked at); choose a folder with PNG, JPEG, GIF, WebP, BMP, TIFF, PNM, ICO, TGA or QOI files"
    )]
    Empty { path: String, files: usize },
    /// A name like `sample:cats`.
    #[error("there is no sample called {0}; the bundled ones are sample:fashion and sample:emoji")]
    UnknownSample(String),
}

/// How far a load has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Files done.
    pub done: usize,
    /// Files in all; 0 while the folder is still being listed.
    pub total: usize,
}

/// Loads every image of `source`.
///
/// `progress` is called from several threads, at most every few milliseconds, and must be quick; `cancel` is checked before every file.
pub fn load(
    source: &Source,
    config: &DataConfig,
    cancel: &AtomicBool,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Dataset, LoadError> {
    todo!()
}

impl FromStr for Source {
    type Err = LoadError;
    fn from_str(text: &str) -> Result<Self, LoadError> {
        todo!()
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        todo!()
    }
}
