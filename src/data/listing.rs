//! Which files a folder holds.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use walkdir::{DirEntry, WalkDir};

use crate::data::decode::io_reason;
use crate::data::{LoadError, Skipped};

/// A file to be read.
pub struct Entry {
    /// Where it is.
    pub path: PathBuf,
    /// Its path inside the folder with `/` between the parts; what is no Unicode in it is replaced.
    pub name: String,
}

/// What was found.
#[derive(Default)]
pub struct Listing {
    /// Regular files, sorted by name.
    pub entries: Vec<Entry>,
    /// What can't even be opened: loops, devices, folders without permission.
    pub skipped: Vec<Skipped>,
}

/// Every regular file below `root`; links are followed, hidden files and folders are left out.
pub fn list(root: &Path, cancel: &AtomicBool) -> Result<Listing, LoadError> {
    let open = |reason: &str| LoadError::Open { path: root.display().to_string(), reason: reason.to_owned() };
    match std::fs::metadata(root) {
        Err(e) => return Err(open(&io_reason(e.kind()))),
        Ok(meta) if !meta.is_dir() => return Err(open("it is a file; give the folder that holds the images")),
        Ok(_) => {}
    }
    if let Err(e) = std::fs::read_dir(root) {
        return Err(open(&io_reason(e.kind())));
    }
    let mut listing = Listing::default();
    let visible = |entry: &DirEntry| entry.depth() == 0 || !entry.file_name().as_encoded_bytes().starts_with(b".");
    for found in WalkDir::new(root).follow_links(true).into_iter().filter_entry(visible) {
        if cancel.load(Ordering::Relaxed) {
            return Err(LoadError::Cancelled);
        }
        match found {
            Ok(entry) if entry.file_type().is_dir() => {}
            Ok(entry) => {
                let name = name_of(root, entry.path());
                // Opening a pipe would wait for its writer for ever.
                if entry.file_type().is_file() {
                    listing.entries.push(Entry { path: entry.into_path(), name });
                } else {
                    listing.skipped.push(Skipped { path: name, reason: "not a regular file".into() });
                }
            }
            Err(error) => {
                let reason = match error.io_error() {
                    Some(e) => io_reason(e.kind()),
                    None => "a link that leads back to its own folder".into(),
                };
                let path = error.path().map_or_else(String::new, |path| name_of(root, path));
                listing.skipped.push(Skipped { path, reason });
            }
        }
    }
    listing.entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(listing)
}

fn name_of(root: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}
