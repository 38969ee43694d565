//! The file beside a picture that says how it was made: `name.json` for `name.png`.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Clash, PlaceError, write};

/// The file beside `file` that says how it was made: `name.json` for `name.png`, and `name.gif.json` for `name.gif`, so
/// that the same may be written as both.
pub fn sidecar_of(file: &Path) -> PathBuf {
    match file.extension() {
        Some(ending) if !ending.eq_ignore_ascii_case("png") => {
            let mut ending = ending.to_owned();
            ending.push(".json");
            file.with_extension(ending)
        }
        _ => file.with_extension("json"),
    }
}

/// Whether `file` and its sidecar may be written: what is not this program's is never replaced.
pub fn check_sidecar(file: &Path, clash: Clash) -> Result<(), PlaceError> {
    let sidecar = sidecar_of(file);
    let in_the_way = match clash {
        Clash::Refuse => [file, &sidecar].into_iter().find(|path| path.exists()),
        // Whoever says that a picture may be replaced was not asked about some other program's JSON file.
        Clash::Replace => Some(sidecar.as_path()).filter(|path| path.exists() && !is_our_sidecar(path)),
    };
    in_the_way.map_or(Ok(()), |path| Err(PlaceError::Exists(path.to_owned())))
}

/// Writes `json` into the sidecar and lets `put` write `file`, in this order, so that there is never a picture without
/// one.
pub fn with_sidecar<E: From<PlaceError>>(
    file: &Path,
    json: &[u8],
    clash: Clash,
    put: impl FnOnce() -> Result<(), E>,
) -> Result<(), E> {
    let sidecar = sidecar_of(file);
    write(&sidecar, json, clash).map_err(|e| PlaceError::of(&sidecar, &e))?;
    put().inspect_err(|_| {
        // It describes a picture that is not there; what matters is why, and that is told.
        let _told_already = fs::remove_file(&sidecar);
    })
}

/// Writes `json` into the sidecar and `bytes` into `file`.
pub fn write_with_sidecar(file: &Path, bytes: &[u8], json: &[u8], clash: Clash) -> Result<(), PlaceError> {
    with_sidecar(file, json, clash, || write(file, bytes, clash).map_err(|e| PlaceError::of(file, &e)))
}

/// Whether a sidecar is one of this program's.
pub fn is_our_sidecar(sidecar: &Path) -> bool {
    #[derive(Deserialize)]
    struct Signed {
        program: String,
    }
    let signed = File::open(sidecar).ok().and_then(|file| serde_json::from_reader(BufReader::new(file)).ok());
    signed.is_some_and(|Signed { program }| program == env!("CARGO_PKG_NAME"))
}
