//! Pictures on disk: `name.png` and, beside it, how it was made in `name.json`.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::export::encode::encode;
use crate::export::{Clash, ExportError, Picture};
use crate::files::{self, PlaceError};

/// Writes `picture` into `file` and its provenance beside it; returns `file`.
pub fn write(picture: &Picture, file: &Path, clash: Clash) -> Result<PathBuf, ExportError> {
    check(file, clash)?;
    let json = picture.provenance.json()?;
    store(file, &json, &encode(picture, &json)?, clash)?;
    Ok(file.to_owned())
}

/// Writes `picture` into `folder`, which is made when it is missing, as `strip-001.png`, `strip-002.png`, …: the
/// number after the highest one there. Two programs writing at once get different numbers.
pub fn write_numbered(picture: &Picture, folder: &Path) -> Result<PathBuf, ExportError> {
    let json = picture.provenance.json()?;
    let png = encode(picture, &json)?;
    let word = picture.provenance.made.word();
    Ok(files::write_numbered(folder, (word, "png"), |file| store(file, &json, &png, Clash::Refuse))?)
}

/// Whether [`write()`] would refuse `file`; worth asking before decoding anything.
pub fn check(file: &Path, clash: Clash) -> Result<(), ExportError> {
    if !file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("png")) {
        return Err(ExportError::Ending(file.to_owned()));
    }
    files::check_folder(file)?;
    check_sidecar(file, clash)
}

/// Whether `file` or what goes beside it is in the way.
pub(super) fn check_sidecar(file: &Path, clash: Clash) -> Result<(), ExportError> {
    let sidecar = sidecar_of(file);
    let in_the_way = match clash {
        Clash::Refuse => [file, &sidecar].into_iter().find(|path| path.exists()),
        // Whoever says that a picture may be replaced was not asked about some other program's JSON file.
        Clash::Replace => Some(sidecar.as_path()).filter(|path| path.exists() && !is_ours(path)),
    };
    in_the_way.map_or(Ok(()), |path| Err(PlaceError::Exists(path.to_owned()).into()))
}

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

/// Writes the file beside `file`.
pub(super) fn put_sidecar(file: &Path, json: &str, clash: Clash) -> Result<(), PlaceError> {
    let sidecar = sidecar_of(file);
    files::write(&sidecar, json.as_bytes(), clash).map_err(|e| PlaceError::of(&sidecar, &e))
}

/// First the sidecar, then the picture, so that there is never a picture without one.
fn store(file: &Path, json: &str, png: &[u8], clash: Clash) -> Result<(), PlaceError> {
    put_sidecar(file, json, clash)?;
    files::write(file, png, clash).map_err(|e| PlaceError::of(file, &e)).inspect_err(|_| {
        // It describes a picture that is not there; what matters is why, and that is told.
        let _told_already = fs::remove_file(sidecar_of(file));
    })
}

/// Whether a sidecar is one of this program's.
pub(super) fn is_ours(sidecar: &Path) -> bool {
    #[derive(Deserialize)]
    struct Signed {
        program: String,
    }
    let signed = File::open(sidecar).ok().and_then(|file| serde_json::from_reader(BufReader::new(file)).ok());
    signed.is_some_and(|Signed { program }| program == env!("CARGO_PKG_NAME"))
}
