//! Reading what others may have put there: files only, no more than was asked for, and why not in words.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// Opens a file. Pipes and devices are not opened: a pipe would wait for its writer for ever, a device never ends.
pub fn open_regular(path: &Path) -> io::Result<File> {
    let other = || io::Error::other("not a regular file");
    if !fs::metadata(path)?.is_file() {
        return Err(other());
    }
    let mut options = File::options();
    options.read(true);
    // Should a pipe have taken the file's place since.
    #[cfg(target_os = "linux")]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, rustix::fs::OFlags::NONBLOCK.bits() as i32);
    let file = options.open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(other()) }
}

/// The bytes of a file; one of more than `most` is refused before memory is taken.
pub fn read_whole(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let file = open_regular(path)?;
    let length = file.metadata()?.len();
    let too_large = || io::Error::new(ErrorKind::FileTooLarge, format!("it is larger than {most} bytes"));
    if length > most {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(length as usize)?;
    // It may have grown since.
    file.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(too_large()) } else { Ok(bytes) }
}

/// The text of a file; one of more than `most` bytes is refused before memory is taken.
pub fn read_text(path: &Path, most: u64) -> io::Result<String> {
    let not_text = |_| io::Error::new(ErrorKind::InvalidData, "it is not text (UTF-8)");
    String::from_utf8(read_whole(path, most)?).map_err(not_text)
}

/// What the system said, in a few words.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "no such file or folder".into(),
        ErrorKind::PermissionDenied => "permission denied".into(),
        ErrorKind::StorageFull => "the disk is full".into(),
        _ => {
            let text = error.to_string();
            text.split_once(" (os error").map_or(text.clone(), |(words, _)| words.to_lowercase())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_is_refused_and_what_fits_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "four").unwrap();
        assert_eq!((read_whole(&path, 4).unwrap(), read_text(&path, 9).unwrap()), (b"four".to_vec(), "four".into()));
        assert_eq!(read_whole(&path, 3).unwrap_err().kind(), ErrorKind::FileTooLarge);
        // A terabyte that takes no room on the disk.
        File::create(&path).unwrap().set_len(1 << 40).unwrap();
        assert_eq!(read_whole(&path, 1 << 30).unwrap_err().kind(), ErrorKind::FileTooLarge);
        fs::write(&path, b"caf\xe9").unwrap();
        assert_eq!(reason(&read_text(&path, 9).unwrap_err()), "it is not text (UTF-8)");
    }

    #[test]
    fn only_files_are_opened() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |path: &Path| reason(&open_regular(path).unwrap_err());
        assert_eq!(refused(folder.path()), "not a regular file");
        assert_eq!(refused(&folder.path().join("none")), "no such file or folder");
        #[cfg(unix)]
        {
            let pipe = folder.path().join("pipe");
            assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
            assert_eq!(refused(&pipe), "not a regular file");
            assert_eq!(refused(Path::new("/dev/zero")), "not a regular file");
        }
    }
}
