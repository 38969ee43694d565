//! Pictures on disk: `name.png` and, beside it, how it was made in `name.json`.

use std::path::{Path, PathBuf};

use crate::export::encode::encode;
use crate::export::{Clash, ExportError, Picture};
use crate::files;

/// Writes `picture` into `file` and its provenance beside it; returns `file`.
pub fn write(picture: &Picture, file: &Path, clash: Clash) -> Result<PathBuf, ExportError> {
    check(file, clash)?;
    let json = picture.provenance.json()?;
    files::write_with_sidecar(file, &encode(picture, &json)?, json.as_bytes(), clash)?;
    Ok(file.to_owned())
}

/// Writes `picture` into `folder`, which is made when it is missing, as `strip-001.png`, `strip-002.png`, …: the
/// number after the highest one there. Two programs writing at once get different numbers.
pub fn write_numbered(picture: &Picture, folder: &Path) -> Result<PathBuf, ExportError> {
    let json = picture.provenance.json()?;
    let png = encode(picture, &json)?;
    let word = picture.provenance.made.word();
    Ok(files::write_numbered(folder, (word, "png"), |file| {
        files::write_with_sidecar(file, &png, json.as_bytes(), Clash::Refuse)
    })?)
}

/// Whether [`write()`] would refuse `file`; worth asking before decoding anything.
pub fn check(file: &Path, clash: Clash) -> Result<(), ExportError> {
    if !file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("png")) {
        return Err(ExportError::Ending(file.to_owned()));
    }
    files::check_folder(file)?;
    Ok(files::check_sidecar(file, clash)?)
}
