//! Writing files so that a crash at any byte leaves the previous state whole: a temporary file in the same folder,
//! fsync, rename.

mod place;
mod read;
mod shown;
mod sidecar;
mod trash;

use std::fs::{DirEntry, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use directories::{ProjectDirs, UserDirs};
use tempfile::{Builder, NamedTempFile};

pub use place::{IsTaken, PlaceError, check_folder, write_numbered};
pub use read::{open_regular, read_text, read_whole, reason};
pub use shown::{one_line, shown};
pub use sidecar::{check_sidecar, is_our_sidecar, sidecar_of, with_sidecar, write_with_sidecar};
pub use trash::{Trash, TrashError};

/// Beginning and ending of a temporary file's name: hidden, and known for ours when a crash left one behind.
const TEMPORARY: (&str, &str) = (".latent-atlas-", ".tmp");

/// What to do when the file is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clash {
    /// Leave it alone and fail with [`io::ErrorKind::AlreadyExists`].
    Refuse,
    /// Replace it.
    Replace,
}

/// Writes `bytes` into `path`, whole or not at all.
pub fn write(path: &Path, bytes: &[u8], clash: Clash) -> io::Result<()> {
    write_with(path, clash, |file| file.write_all(bytes))
}

/// Lets `write` fill a file that becomes `path` when it is done, whole or not at all.
pub fn write_with<E: From<io::Error>>(
    path: &Path,
    clash: Clash,
    write: impl FnOnce(&mut File) -> Result<(), E>,
) -> Result<(), E> {
    let folder = folder_of(path);
    let mut file = temporary(folder)?;
    write(file.as_file_mut())?;
    file.as_file().sync_all()?;
    match clash {
        Clash::Refuse => file.persist_noclobber(path),
        Clash::Replace => file.persist(path),
    }
    .map_err(|e| e.error)?;
    Ok(sync_folder(folder)?)
}

/// Lets `write` fill a new folder that becomes `path` when it is done, whole or not at all. A folder that is replaced
/// goes with all that is in it.
pub fn write_folder<E: From<io::Error>>(
    path: &Path,
    clash: Clash,
    write: impl FnOnce(&Path) -> Result<(), E>,
) -> Result<(), E> {
    let parent = folder_of(path);
    let new = named(0o777).tempdir_in(parent)?;
    write(new.path())?;
    sync_folder(new.path())?;
    // A folder takes the place of an empty one, and of nothing else.
    let old = named(0o777).tempdir_in(parent)?;
    if path.exists() {
        if clash == Clash::Refuse {
            return Err(io::Error::from(io::ErrorKind::AlreadyExists).into());
        }
        std::fs::rename(path, old.path())?;
    }
    if let Err(error) = std::fs::rename(new.path(), path) {
        let _nothing_was_there = std::fs::rename(old.path(), path);
        return Err(error.into());
    }
    // It is elsewhere now.
    let _gone = new.keep();
    Ok(sync_folder(parent)?)
}

/// Writes `bytes` into `path` without waiting for the disk: whole unless the system crashes. For what can be done
/// without and is checked when it is read.
pub fn write_unsynced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = temporary(folder_of(path))?;
    file.write_all(bytes)?;
    file.persist(path).map_err(|e| e.error)?;
    Ok(())
}

/// Takes away the temporary files that a crash left in `folder`.
pub fn remove_leftovers(folder: &Path) -> io::Result<()> {
    for entry in folder.read_dir()? {
        let entry = entry?;
        if is_leftover(&entry)? {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn is_leftover(entry: &DirEntry) -> io::Result<bool> {
    let (beginning, ending) = TEMPORARY;
    let is_ours = entry.file_name().to_str().is_some_and(|n| n.starts_with(beginning) && n.ends_with(ending));
    Ok(is_ours && entry.file_type()?.is_file())
}

/// Whether `folder` holds anything but what a crash left of ours.
pub fn holds_something(folder: &Path) -> io::Result<bool> {
    for entry in folder.read_dir()? {
        if !is_leftover(&entry?)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Where the system keeps what this program can make again; `None` for a user without a home.
pub fn cache_folder() -> Option<PathBuf> {
    ProjectDirs::from("", "", "latent-atlas").map(|folders| folders.cache_dir().to_owned())
}

/// Where the window records its runs: a folder that the user finds, beside their other documents.
pub fn runs_folder() -> PathBuf {
    let user = UserDirs::new();
    let documents = user.as_ref().map(|user| user.document_dir().unwrap_or_else(|| user.home_dir()));
    documents.unwrap_or(Path::new(".")).join("Latent Atlas")
}

/// The folder a file is in; `.` for a bare name.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The highest number of a file called `word-NNN`, whatever its ending, in `folder`; 0 when there is none.
pub fn highest_number(folder: &Path, word: &str) -> io::Result<u32> {
    let mut highest = 0;
    for entry in folder.read_dir()? {
        let path = entry?.path();
        let number = path.file_stem().and_then(|stem| stem.to_str()?.strip_prefix(word)?.strip_prefix('-'));
        highest = highest.max(number.and_then(|number| number.parse().ok()).unwrap_or(0));
    }
    Ok(highest)
}

fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    named(0o666).tempfile_in(folder)
}

/// A temporary name. What has one is private; what stays is for whoever the user's own files are for.
fn named(mode: u32) -> Builder<'static, 'static> {
    let (beginning, ending) = TEMPORARY;
    let mut builder = Builder::new();
    builder.prefix(beginning).suffix(ending);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _for_unix_only = mode;
    builder
}

/// Makes the renaming itself durable, where the system can.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use std::fs::{read, read_dir};

    use super::*;

    #[test]
    fn a_file_is_replaced_only_when_asked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write(&path, b"one", Clash::Refuse).unwrap();
        let refused = write(&path, b"two", Clash::Refuse).unwrap_err();
        assert_eq!((refused.kind(), read(&path).unwrap()), (io::ErrorKind::AlreadyExists, b"one".to_vec()));
        write(&path, b"three", Clash::Replace).unwrap();
        assert_eq!(read(&path).unwrap(), b"three");
        assert_eq!(read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn leftovers_of_a_crash_are_taken_away_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let (_, left) = temporary(folder.path()).unwrap().keep().unwrap();
        let other = folder.path().join(".latent-atlas-notes");
        write(&other, b"mine", Clash::Refuse).unwrap();
        assert!(holds_something(folder.path()).unwrap());
        remove_leftovers(folder.path()).unwrap();
        assert!(!left.exists() && other.exists());
        std::fs::rename(&other, &left).unwrap();
        assert!(!holds_something(folder.path()).unwrap());
    }

    #[test]
    fn a_folder_is_there_whole_or_not_at_all() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("frames");
        let fill = |name: &'static str| move |folder: &Path| write(&folder.join(name), b"x", Clash::Refuse);
        let failed = write_folder(&path, Clash::Refuse, |folder| {
            fill("a")(folder)?;
            Err(io::Error::other("in the middle"))
        });
        assert!(failed.is_err() && read_dir(parent.path()).unwrap().count() == 0);
        write_folder(&path, Clash::Refuse, fill("a")).unwrap();
        let refused = write_folder(&path, Clash::Refuse, fill("b")).unwrap_err();
        assert_eq!((refused.kind(), path.join("a").exists()), (io::ErrorKind::AlreadyExists, true));
        write_folder(&path, Clash::Replace, fill("b")).unwrap();
        assert_eq!((path.join("a").exists(), path.join("b").exists()), (false, true));
        assert_eq!(read_dir(parent.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_missing_folder_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(write(&folder.path().join("no/such.txt"), b"", Clash::Refuse).is_err());
    }
}
