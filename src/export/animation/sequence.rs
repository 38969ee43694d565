//! A folder of numbered PNG files, and beside them how they were made.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::export::animation::{Animation, Progress};
use crate::export::encode::write_png;
use crate::export::{Clash, ExportError};
use crate::files::{self, PlaceError};

/// How the whole of it was made.
const SIDECAR: &str = "animation.json";

/// Refuses a folder that is there, unless it may be replaced and holds a sequence of ours and nothing else.
pub(super) fn check(folder: &Path, clash: Clash) -> Result<(), ExportError> {
    let is_sequence =
        || folder.join(SIDECAR).is_file() && files::is_our_sidecar(&folder.join(SIDECAR)) && holds_only_frames(folder);
    if folder.exists() && (clash == Clash::Refuse || !is_sequence()) {
        return Err(PlaceError::Exists(folder.to_owned()).into());
    }
    Ok(())
}

fn holds_only_frames(folder: &Path) -> bool {
    let Ok(mut entries) = folder.read_dir() else { return false };
    entries.all(|entry| {
        let name = entry.map(|entry| entry.file_name().to_string_lossy().into_owned()).unwrap_or_default();
        let number = name.strip_suffix(".png").unwrap_or_default();
        name == SIDECAR || (!number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()))
    })
}

pub(super) fn write(
    animation: &Animation<'_>,
    json: &str,
    folder: &Path,
    clash: Clash,
    progress: Progress<'_>,
) -> Result<(), ExportError> {
    let order: Vec<usize> = animation.order().collect();
    let digits = order.len().to_string().len().max(4);
    files::write_folder(folder, clash, |folder| {
        animation.each(progress, &mut |n, canvas| {
            let made = animation.provenance.of_frame(order.get(n).copied().unwrap_or_default());
            let mut file = BufWriter::new(File::create(folder.join(format!("{:0digits$}.png", n + 1)))?);
            write_png(&mut file, canvas, &made, &made.json()?)?;
            file.flush()?;
            Ok(file.get_ref().sync_all()?)
        })?;
        Ok(files::write(&folder.join(SIDECAR), json.as_bytes(), Clash::Refuse)?)
    })
}
