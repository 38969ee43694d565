//! Where images come from: a folder or a bundled sample.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use image::{DynamicImage, RgbaImage};

use crate::config::DataConfig;
use crate::data::Skipped;
use crate::data::decode::{self, Bounds};
use crate::data::fit::{fit, to_grey, to_rgb};
use crate::data::gate::Gate;
use crate::files::shown;

/// What to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// 4,000 of Fashion-MNIST, `sample:fashion`.
    Fashion,
    /// 1,026 of Noto Emoji, `sample:emoji`.
    Emoji,
    /// A folder of images.
    Folder(PathBuf),
}

/// Why nothing could be loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The user stopped it.
    #[error("loading was cancelled")]
    Cancelled,
    /// There is no such folder or file, or it may not be read.
    #[error("cannot open {path}: {reason}")]
    Open {
        /// As it was given.
        path: String,
        /// In a few words.
        reason: String,
    },
    /// It was there when it was listed, and is not any more.
    #[error("{path} went away while it was read ({read} images of {files} files); bring it back and open it again")]
    Gone {
        /// As it was given.
        path: String,
        /// Images read.
        read: usize,
        /// Files listed.
        files: usize,
    },
    /// Nothing usable inside.
    #[error(
        "{path} holds no image that can be read ({files} files looked at); choose a folder with PNG, JPEG, GIF, WebP, BMP, TIFF, PNM, ICO, TGA or QOI files"
    )]
    Empty {
        /// As it was given.
        path: String,
        /// Files looked at.
        files: usize,
        /// Each of them, and why it is no usable image.
        skipped: Vec<Skipped>,
    },
    /// A name like `sample:cats`.
    #[error("there is no sample called sample:{0}; the bundled ones are sample:fashion and sample:emoji")]
    UnknownSample(String),
    /// The system refused threads.
    #[error("the loading threads could not be started: {0}")]
    Thread(String),
}

/// How far a load has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Files done.
    pub done: usize,
    /// Files in all.
    pub total: usize,
}

/// A picture in memory, such as the clipboard holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bitmap {
    /// Width and height in pixels.
    pub size: [usize; 2],
    /// RGBA, row after row; red, green and blue are multiplied by alpha.
    pub premultiplied: Vec<u8>,
}

/// One image file as the model reads it: `[side, side, channels]`, brought to size as `config` says.
pub fn load_image_file(path: &Path, side: usize, channels: usize, config: &DataConfig) -> Result<Vec<u8>, LoadError> {
    let open = |reason| LoadError::Open { path: shown(path), reason };
    let gate = Gate::new(usize::MAX);
    let bounds = Bounds { max_pixels: config.max_pixels(), gate: &gate, seen: &|_, _| () };
    let decoded = decode::decode(path, &bounds).map_err(open)?;
    brought_to_size(&decoded.picture, side, channels, config).map_err(open)
}

/// A picture as the model reads it: `[side, side, channels]`, brought to size as `config` says. `Err` is a reason in a few
/// words.
pub fn load_bitmap(bitmap: &Bitmap, side: usize, channels: usize, config: &DataConfig) -> Result<Vec<u8>, String> {
    let [width, height] = bitmap.size;
    let plain = |pixel: &[u8]| {
        let alpha = u32::from(pixel.last().copied().unwrap_or(255));
        let full = |c: u8| ((u32::from(c) * 255 + alpha / 2) / alpha.max(1)).min(255) as u8;
        let [r, g, b] = [0, 1, 2].map(|i| pixel.get(i).copied().map_or(0, full));
        [r, g, b, alpha as u8]
    };
    let pixels = bitmap.premultiplied.chunks_exact(4).flat_map(plain).collect();
    let picture = RgbaImage::from_raw(width as u32, height as u32, pixels).filter(|_| width * height > 0);
    let picture = DynamicImage::ImageRgba8(picture.ok_or("has no pixels")?);
    brought_to_size(&picture, side, channels, config)
}

fn brought_to_size(
    picture: &DynamicImage,
    side: usize,
    channels: usize,
    config: &DataConfig,
) -> Result<Vec<u8>, String> {
    let square = fit(picture, side, config.fit, config.background)?;
    Ok(match (square.channels, channels) {
        (1, 3) => to_rgb(&square.bytes).collect(),
        (3, 1) => to_grey(&square.bytes).collect(),
        _ => square.bytes,
    })
}

impl Source {
    /// What to call the images: `fashion`, `emoji`, or the folder's own name.
    pub fn short_name(&self) -> String {
        match self {
            Self::Fashion => "fashion".into(),
            Self::Emoji => "emoji".into(),
            Self::Folder(path) => {
                let whole = path.canonicalize().unwrap_or_else(|_| path.clone());
                whole.file_name().map_or_else(|| "images".into(), |name| name.to_string_lossy().into_owned())
            }
        }
    }
}

impl FromStr for Source {
    type Err = LoadError;
    fn from_str(text: &str) -> Result<Self, LoadError> {
        match text.strip_prefix("sample:") {
            Some("fashion") => Ok(Self::Fashion),
            Some("emoji") => Ok(Self::Emoji),
            Some(other) => Err(LoadError::UnknownSample(other.to_owned())),
            None => Ok(Self::Folder(PathBuf::from(text))),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fashion => f.write_str("sample:fashion"),
            Self::Emoji => f.write_str("sample:emoji"),
            Self::Folder(path) => path.display().fmt(f),
        }
    }
}
