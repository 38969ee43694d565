//! Where the user's own files go: a folder that is there, a name that is free, or the next number.

use std::io;
use std::path::{Path, PathBuf};

use super::{folder_of, highest_number};

/// Why a file cannot be put where it was to go.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// There is no such folder.
    #[error("the folder {} does not exist; create it first, or choose another one", .0.display())]
    NoFolder(PathBuf),
    /// A file is there already.
    #[error("{} exists already and was left alone; choose another name, or move it away", .0.display())]
    Exists(PathBuf),
    /// The system refused.
    #[error("{} could not be written: {reason}", path.display())]
    Write {
        /// Which file or folder.
        path: PathBuf,
        /// In a few words.
        reason: String,
    },
}

impl PlaceError {
    /// What the system said of `path`.
    pub fn of(path: &Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::AlreadyExists => Self::Exists(path.to_owned()),
            _ => Self::Write { path: path.to_owned(), reason: error.to_string() },
        }
    }
}

/// An error that may only mean that a name is taken.
pub trait IsTaken {
    /// Whether it means that.
    fn is_taken(&self) -> bool;
}

impl IsTaken for PlaceError {
    fn is_taken(&self) -> bool {
        matches!(self, Self::Exists(_))
    }
}

/// The folder that `file` is to be in must be there.
pub fn check_folder(file: &Path) -> Result<(), PlaceError> {
    let folder = folder_of(file);
    if folder.is_dir() { Ok(()) } else { Err(PlaceError::NoFolder(folder.to_owned())) }
}

/// Lets `write` put a file into `folder`, which is made when it is missing, as `word-001`, `word-002`, …: the number
/// after the highest one there, with `ending` unless it is empty. `write` refuses names that are taken, so that two programs writing at once get
/// different numbers.
pub fn write_numbered<E: From<PlaceError> + IsTaken>(
    folder: &Path,
    (word, ending): (&str, &str),
    mut write: impl FnMut(&Path) -> Result<(), E>,
) -> Result<PathBuf, E> {
    let refused = |e: io::Error| PlaceError::Write { path: folder.to_owned(), reason: e.to_string() };
    std::fs::create_dir_all(folder).map_err(refused)?;
    let mut number = u64::from(highest_number(folder, word).map_err(refused)?);
    loop {
        number += 1;
        let dot = if ending.is_empty() { "" } else { "." };
        let file = folder.join(format!("{word}-{number:03}{dot}{ending}"));
        match write(&file) {
            Err(error) if error.is_taken() => {}
            written => return written.map(|()| file),
        }
    }
}
