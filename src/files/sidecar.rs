//! The file beside a picture that says how it was made: `name.json` for `name.png`.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Clash, PlaceError, write};

/// The file beside `file` that says how it was made.
pub fn sidecar_of(file: &Path) -> PathBuf {
    file.with_extension("json")
}

/// Whether the sidecar of `file` may be written: what is not this program's is never replaced.
pub fn check_sidecar(file: &Path, clash: Clash) -> Result<(), PlaceError> {
    let sidecar = sidecar_of(file);
    // Whoever says that a picture may be replaced was not asked about some other program's JSON file.
    let in_the_way = sidecar.exists() && (clash == Clash::Refuse || !is_ours(&sidecar));
    if in_the_way { Err(PlaceError::Exists(sidecar)) } else { Ok(()) }
}

/// Writes `json` into the sidecar and `bytes` into `file`, in this order, so that there is never a picture without one.
pub fn write_with_sidecar(file: &Path, bytes: &[u8], json: &[u8], clash: Clash) -> Result<(), PlaceError> {
    let sidecar = sidecar_of(file);
    let put = |path: &Path, bytes: &[u8]| write(path, bytes, clash).map_err(|e| PlaceError::of(path, &e));
    put(&sidecar, json)?;
    put(file, bytes).inspect_err(|_| {
        // It describes a picture that is not there; what matters is why, and that is told.
        let _told_already = fs::remove_file(&sidecar);
    })
}

/// Whether a sidecar is one of this program's.
fn is_ours(sidecar: &Path) -> bool {
    #[derive(Deserialize)]
    struct Signed {
        program: String,
    }
    let signed = File::open(sidecar).ok().and_then(|file| serde_json::from_reader(BufReader::new(file)).ok());
    signed.is_some_and(|Signed { program }| program == env!("CARGO_PKG_NAME"))
}
