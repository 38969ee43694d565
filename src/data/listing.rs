//! Which files a folder holds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use walkdir::{DirEntry, WalkDir};

use crate::data::decode::io_reason;
use crate::data::{LoadError, Skipped};
use crate::files::shown;

/// A folder is entered through this many links. Ten folders with links to each other would otherwise be walked through in
/// every order there is.
const TIMES: usize = 8;

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
    let open = |reason: &str| LoadError::Open { path: shown(root), reason: reason.to_owned() };
    match std::fs::metadata(root) {
        Err(e) => return Err(open(&io_reason(&e))),
        Ok(meta) if !meta.is_dir() => return Err(open("it is a file; give the folder that holds the images")),
        Ok(_) => {}
    }
    if let Err(e) = std::fs::read_dir(root) {
        return Err(open(&io_reason(&e)));
    }
    let mut listing = Listing::default();
    let mut entered = BTreeMap::new();
    let visible = |entry: &DirEntry| entry.depth() == 0 || !entry.file_name().as_encoded_bytes().starts_with(b".");
    // In the order of the names, so that what is left out does not depend on the disk.
    let mut walk = WalkDir::new(root).follow_links(true).sort_by_file_name().into_iter().filter_entry(visible);
    while let Some(found) = walk.next() {
        if cancel.load(Ordering::Relaxed) {
            return Err(LoadError::Cancelled);
        }
        match found {
            Ok(entry) if entry.file_type().is_dir() => {
                if entry.path_is_symlink() && is_too_often(&entry, &mut entered) {
                    let reason = format!("a link to a folder that {TIMES} links before it lead to");
                    listing.skipped.push(Skipped { path: name_of(root, entry.path()), reason });
                    walk.skip_current_dir();
                }
            }
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
                    Some(e) => io_reason(e),
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

/// Whether so many links led to this folder already; counts them.
fn is_too_often(link: &DirEntry, entered: &mut BTreeMap<PathBuf, usize>) -> bool {
    let folder = link.path().canonicalize().unwrap_or_else(|_| link.path().to_owned());
    let times = entered.entry(folder).or_default();
    *times += 1;
    *times > TIMES
}

fn name_of(root: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}
