//! The kinds of files an animation can be, and how they come to lie on disk.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::export::animation::{Animation, Progress, apng, gif, sequence, webp};
use crate::export::{Clash, ExportError};
use crate::files;

/// What an animation is written as; the ending of its file says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `.gif`: shown everywhere; at most 256 colours a frame and 50 frames a second. Grey is exact.
    Gif,
    /// `.png` or `.apng`: exact; shown by browsers, as a still picture elsewhere.
    Apng,
    /// `.webp`: exact, lossless.
    Webp,
    /// No ending: a folder of `0001.png`, `0002.png`, …, which video programs read.
    Sequence,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Gif, Self::Apng, Self::Webp, Self::Sequence];

    /// How its files end.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Gif => "gif",
            Self::Apng => "png",
            Self::Webp => "webp",
            Self::Sequence => "",
        }
    }

    /// By how `file` ends.
    pub fn of(file: &Path) -> Result<Self, ExportError> {
        let ending = file.extension().map_or(String::new(), |e| e.to_string_lossy().to_lowercase());
        let is_so = |format: &Self| format.ending() == ending || (*format == Self::Apng && ending == "apng");
        Self::ALL.into_iter().find(is_so).ok_or_else(|| ExportError::AnimationEnding(file.to_owned()))
    }
}

/// Whether [`write_animation`] would refuse `file`; worth asking before anything is decoded.
pub fn check_animation(file: &Path, clash: Clash) -> Result<Format, ExportError> {
    let format = Format::of(file)?;
    files::check_folder(file)?;
    match format {
        Format::Sequence => sequence::check(file, clash)?,
        _ => files::check_sidecar(file, clash)?,
    }
    Ok(format)
}

/// Writes `animation` into `file`, frame by frame, and its provenance beside it; returns `file`. The ending says as
/// what ([`Format::of`]). `progress` is told how many frames are done, of [`Animation::shown`]; when it breaks off, the
/// answer is [`ExportError::Cancelled`] and nothing is left behind.
pub fn write_animation(
    animation: &Animation<'_>,
    file: &Path,
    clash: Clash,
    progress: Progress<'_>,
) -> Result<PathBuf, ExportError> {
    let format = check_animation(file, clash)?;
    store(animation, format, file, clash, progress)?;
    Ok(file.to_owned())
}

/// Writes `animation` into `folder`, which is made when it is missing, as `animation-001.gif` and so on: the number
/// after the highest one there.
pub fn write_animation_numbered(
    animation: &Animation<'_>,
    format: Format,
    folder: &Path,
    progress: Progress<'_>,
) -> Result<PathBuf, ExportError> {
    let word = animation.provenance.made.word();
    files::write_numbered(folder, (word, format.ending()), |file| {
        check_animation(file, Clash::Refuse)?;
        store(animation, format, file, Clash::Refuse, &mut *progress)
    })
}

fn store(
    animation: &Animation<'_>,
    format: Format,
    file: &Path,
    clash: Clash,
    progress: Progress<'_>,
) -> Result<(), ExportError> {
    let json = animation.provenance.json()?;
    if format == Format::Sequence {
        return sequence::write(animation, &json, file, clash, progress).map_err(|e| e.at(file));
    }
    let encode = |out: &mut File| match format {
        Format::Gif => gif::write(animation, &json, out, progress),
        Format::Apng => apng::write(animation, &json, out, progress),
        Format::Webp | Format::Sequence => webp::write(animation, &json, out, progress),
    };
    files::with_sidecar(file, json.as_bytes(), clash, || {
        files::write_with(file, clash, encode).map_err(|error: ExportError| error.at(file))
    })
}
