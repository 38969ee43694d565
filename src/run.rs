//! The run folder: everything about one training run, in files that other tools read.
//!
//! `run.json` (settings, data, status), `history.csv` (one row a step), `checkpoint.safetensors` (weights, Adam's
//! moments, step), `timeline/` (the weights at earlier epochs), `latents.tsv` with `metadata.tsv` (for the Embedding
//! Projector), `exports/`.
//!
//! Invariants: `run.json` and the checkpoint are replaced whole; history rows are on disk before the checkpoint that
//! follows them, and rows after the last checkpoint do not count. So a crash at any byte leaves a run that can go on.
//! What is read is checked before it is believed, and before anything is written: a file may be cut, edited, or made to do
//! harm. Nothing outside the run's folder is written or taken away.

pub mod apart;
pub mod checkpoint;
pub mod contest;
pub mod directions;
pub mod history;
pub mod job;
pub mod library;
pub mod record;
pub mod recorder;
pub mod saved;
#[cfg(test)]
mod tests;
pub mod timeline;

use std::io;
use std::path::{Path, PathBuf};

pub use apart::Apart;
pub use library::{Listing, Summary, Thumbnail};
pub use record::{DataFacts, Parent, RunRecord, Status};
pub use recorder::FolderRecorder;
pub use saved::{SavedRun, name_of};
pub use timeline::{Moment, Timeline};

use crate::config::ConfigError;
use crate::files::{PlaceError, reason, shown};
use crate::model::ModelError;
use crate::train::TrainError;

/// More than any text in a run folder has, in bytes.
const MOST_TEXT: u64 = 1 << 28;

/// Why a run folder cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The system refused.
    #[error("cannot {verb} {}: {reason}", shown(path))]
    Io {
        /// `read` or `write`.
        verb: &'static str,
        /// Which file or folder.
        path: PathBuf,
        /// In a few words.
        reason: String,
    },
    /// There is no `run.json`.
    #[error("{} is not a run folder: it has no run.json", shown(.0))]
    NotARun(PathBuf),
    /// A new run was to be made where something is.
    #[error(
        "{} is not empty; go on with the run in it with --resume, or choose another folder", shown(.0)
    )]
    NotEmpty(PathBuf),
    /// A file does not hold what it should.
    #[error("{} is damaged: {reason}", shown(path))]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A later version of the program wrote it.
    #[error(
        "{} was written by a newer version of Latent Atlas (format {format}); update the program to open it",
        shown(path)
    )]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its format.
        format: u32,
    },
    /// The run has no checkpoint yet.
    #[error("the run in {} was stopped before its first checkpoint; train it with --resume first", shown(.0))]
    NoCheckpoint(PathBuf),
    /// The weights that a run was to begin with are not there.
    #[error(
        "the run in {} was to begin with the weights of {parent}, and they are not in it; begin it again from {parent}",
        shown(folder)
    )]
    NoFirstWeights {
        /// The run's folder.
        folder: PathBuf,
        /// Name of the other run.
        parent: String,
    },
    /// The images are not those the run was trained on.
    #[error(
        "the images of {given} are not those the run was trained on ({trained} images of {source_name}, fingerprint {expected}, here {found}), and this needs the same images"
    )]
    OtherData {
        /// What was opened now.
        given: String,
        /// Images of the run.
        trained: usize,
        /// What the run was trained on.
        source_name: String,
        /// The run's fingerprint.
        expected: String,
        /// The fingerprint of the images given.
        found: String,
    },
    /// Something is there that would be overwritten.
    #[error("{} exists already and was left alone; choose another name, or move it away", shown(.0))]
    Exists(PathBuf),
    /// A run cannot begin with the weights of another.
    #[error("the new run could not begin with these weights: {0}")]
    Weights(String),
    /// A setting cannot be changed.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A table cannot be put where it belongs.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The stored weights do not make a model.
    #[error(transparent)]
    Model(#[from] ModelError),
}

impl RunError {
    fn read(path: &Path, error: &io::Error) -> Self {
        Self::Io { verb: "read", path: path.to_owned(), reason: reason(error) }
    }

    fn damaged(path: &Path, reason: &dyn std::fmt::Display) -> Self {
        Self::Damaged { path: path.to_owned(), reason: reason.to_string() }
    }

    fn write(path: &Path, error: &io::Error) -> Self {
        Self::Io { verb: "write", path: path.to_owned(), reason: reason(error) }
    }
}

impl From<RunError> for TrainError {
    fn from(error: RunError) -> Self {
        Self::Record(error.to_string())
    }
}
