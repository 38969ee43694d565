//! Moving a folder to the user's trash; nothing is ever deleted.
//!
//! On Linux and the like this is the home trash of the freedesktop.org trash specification 1.0: `files/NAME` is the
//! folder, `info/NAME.trashinfo` says where it was, so that every file manager can put it back. On macOS it is
//! `~/.Trash`. A folder on another file system than the trash would have to be copied, file by file and not all at
//! once: that is left to the file manager, and said. Other systems' trashes have no folder that could be written.

use std::io::{self, Write};

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use directories::BaseDirs;

/// A trash.
#[derive(Debug, Clone)]
pub struct Trash {
    folder: PathBuf,
    /// Whether it has `files` and `info`, or holds things themselves.
    has_records: bool,
}

/// Why something is where it was.
#[derive(Debug, thiserror::Error)]
pub enum TrashError {
    /// The trash is elsewhere.
    #[error(
        "{} is on another disk than the trash, and was left alone; delete it in the file manager, which has a trash there",
        .0.display()
    )]
    OtherDisk(PathBuf),
    /// The system refused.
    #[error("{} could not be moved to the trash, and was left alone: {reason}", path.display())]
    Refused {
        /// What was to be moved.
        path: PathBuf,
        /// In the system's words.
        reason: String,
    },
}

impl Trash {
    /// The user's own; `None` where there is none that could be written.
    pub fn of_user() -> Option<Self> {
        let base = BaseDirs::new()?;
        if cfg!(target_os = "macos") {
            Some(Self { folder: base.home_dir().join(".Trash"), has_records: false })
        } else if cfg!(unix) {
            Some(Self::at(base.data_dir().join("Trash")))
        } else {
            None
        }
    }

    /// One in `folder`, as freedesktop.org has it.
    pub fn at(folder: PathBuf) -> Self {
        Self { folder, has_records: true }
    }

    /// Moves `path` there, under its own name or one with a number; returns where it is now.
    pub fn take(&self, path: &Path) -> Result<PathBuf, TrashError> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        self.put(&path).map_err(|error| match error.kind() {
            io::ErrorKind::CrossesDevices => TrashError::OtherDisk(path),
            _ => TrashError::Refused { path, reason: error.to_string() },
        })
    }

    fn put(&self, path: &Path) -> io::Result<PathBuf> {
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy().into_owned();
        let (files, info) = if self.has_records {
            (self.folder.join("files"), self.folder.join("info"))
        } else {
            (self.folder.clone(), self.folder.clone())
        };
        std::fs::create_dir_all(&files)?;
        std::fs::create_dir_all(&info)?;
        for number in 1_u32.. {
            let name = if number == 1 { name.clone() } else { format!("{name}.{number}") };
            let target = files.join(&name);
            if target.symlink_metadata().is_ok() {
                continue;
            }
            if !self.has_records {
                return std::fs::rename(path, &target).map(|()| target);
            }
            // Whoever makes this file owns the name: that is how programs keep out of each other's way.
            let record = info.join(format!("{name}.trashinfo"));
            let mut file = match std::fs::File::create_new(&record) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                file => file?,
            };
            let moved = file
                .write_all(record_of(path, SystemTime::now()).as_bytes())
                .and_then(|()| file.sync_all())
                .and_then(|()| std::fs::rename(path, &target));
            if moved.is_err() {
                std::fs::remove_file(&record)?;
            }
            return moved.map(|()| target);
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }
}

/// What a `.trashinfo` file says. The specification asks for the user's local time; this is that of Greenwich, which
/// differs by hours in the column of a file manager and in nothing else. Neither the standard library nor a crate that is
/// here already knows time zones, and one that does brings a reader of the system's zone files for this one line.
fn record_of(path: &Path, now: SystemTime) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    let escaped: String = bytes_of(path)
        .iter()
        .map(|&byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    let seconds = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    format!("[Trash Info]\nPath={escaped}\nDeletionDate={}\n", date(seconds))
}

#[cfg(unix)]
fn bytes_of(path: &Path) -> &[u8] {
    std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str())
}

#[cfg(not(unix))]
fn bytes_of(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

/// Seconds since 1970 as `YYYY-MM-DDThh:mm:ss` (Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`).
fn date(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let z = days + 719_468;
    let (era, day_of_era) = (z / 146_097, z % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use super::*;

    /// As `date -u -d @SECONDS +%FT%T` has them.
    #[test]
    fn dates_are_those_of_the_system() {
        assert_eq!(date(0), "1970-01-01T00:00:00");
        assert_eq!(date(951_827_696), "2000-02-29T12:34:56");
        assert_eq!(date(1_767_225_599), "2025-12-31T23:59:59");
    }

    #[test]
    fn a_record_says_where_the_folder_was_and_when() {
        let text = record_of(Path::new("/runs/Katzen & ä/a-1"), UNIX_EPOCH + Duration::from_secs(951_827_696));
        let expected = "[Trash Info]\nPath=/runs/Katzen%20%26%20%C3%A4/a-1\nDeletionDate=2000-02-29T12:34:56\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn two_runs_of_one_name_lie_side_by_side() {
        let home = tempfile::tempdir().unwrap();
        let trash = Trash::at(home.path().join("Trash"));
        let run = home.path().join("cats-01");
        for (content, place) in [("one", "cats-01"), ("two", "cats-01.2")] {
            fs::create_dir(&run).unwrap();
            fs::write(run.join("run.json"), content).unwrap();
            let now = trash.take(&run).unwrap();
            assert_eq!(now, home.path().join("Trash/files").join(place));
            assert_eq!(fs::read_to_string(now.join("run.json")).unwrap(), content);
            assert!(!run.exists());
            let record = home.path().join(format!("Trash/info/{place}.trashinfo"));
            assert!(fs::read_to_string(record).unwrap().starts_with("[Trash Info]\nPath=/"));
        }
    }

    #[test]
    fn what_cannot_be_moved_leaves_no_record() {
        let home = tempfile::tempdir().unwrap();
        let trash = Trash::at(home.path().join("Trash"));
        let error = trash.take(&home.path().join("nothing")).unwrap_err().to_string();
        assert!(error.contains("nothing could not be moved"), "{error}");
        assert_eq!(fs::read_dir(home.path().join("Trash/info")).unwrap().count(), 0);
    }
}
