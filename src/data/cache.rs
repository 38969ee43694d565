//! Prepared pixels on disk, so that the same folder opens again without decoding a file.
//!
//! One file for each folder and set of settings (`place`), replaced whole when the folder changed; its form is in
//! `format`. It is read, not mapped into memory: a file that someone cuts short under a mapping ends the program, a
//! checksum has to look at every byte anyway, and reading 60,000 small images takes a few hundredths of a second.
//!
//! Invariants: what is read gives the dataset that the files would give; whatever is wrong with a file of the cache,
//! it is as if it were not there.

mod format;
mod place;
#[cfg(test)]
mod tests;

use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

pub use place::Unsaved;

use crate::config::DataConfig;
use crate::data::cache::place::Place;
use crate::data::listing::Entry;
use crate::files;

/// Ending of the files that are ours.
const ENDING: &str = "pixels";

/// A folder of prepared pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cache {
    folder: PathBuf,
    limit: u64,
}

impl Cache {
    /// What may be kept when nothing else is asked for, in bytes: four times 200,000 images of 64 × 64 RGB.
    pub const LIMIT: u64 = 10 << 30;

    /// A cache in `folder`, which is made when something is first kept; it holds `limit` bytes.
    pub fn new(folder: PathBuf, limit: u64) -> Self {
        Self { folder, limit }
    }

    /// Bytes that are kept.
    pub fn bytes(&self) -> u64 {
        self.kept().iter().map(|kept| kept.bytes).sum()
    }

    /// Takes everything away that is ours.
    pub fn clear(&self) -> io::Result<()> {
        if !self.folder.is_dir() {
            return Ok(());
        }
        self.kept().iter().try_for_each(|kept| remove(&kept.path))?;
        files::remove_leftovers(&self.folder)
    }

    /// Where the images of `root` are kept, prepared as `config` says.
    pub(super) fn place(&self, root: &Path, config: &DataConfig, entries: &[Entry]) -> Place {
        Place::new(self.clone(), root, config, entries)
    }

    /// Takes away what was not used for the longest time, until `bytes` more fit; whether they do.
    fn make_room(&self, bytes: u64) -> io::Result<bool> {
        if bytes > self.limit {
            return Ok(false);
        }
        let mut kept = self.kept();
        kept.sort_by_key(|kept| std::cmp::Reverse(kept.used));
        let mut total: u64 = kept.iter().map(|kept| kept.bytes).sum();
        while total > self.limit - bytes {
            let Some(oldest) = kept.pop() else { break };
            remove(&oldest.path)?;
            total = total.saturating_sub(oldest.bytes);
        }
        Ok(true)
    }

    fn kept(&self) -> Vec<Kept> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten();
        entries.filter_map(|entry| Kept::of(&entry.ok()?)).collect()
    }
}

/// One file of the cache.
struct Kept {
    path: PathBuf,
    bytes: u64,
    used: SystemTime,
}

impl Kept {
    fn of(entry: &DirEntry) -> Option<Self> {
        let (path, meta) = (entry.path(), entry.metadata().ok()?);
        let is_ours = meta.is_file() && path.extension().is_some_and(|ending| ending == ENDING);
        is_ours.then_some(())?;
        Some(Self { path, bytes: meta.len(), used: meta.modified().ok()? })
    }
}

/// Removes a file; another program may have been faster.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
