//! Strips, grids and comparisons as PNG files that carry how they were made.
//!
//! [`strip()`], [`grid()`] and [`diff()`] decode a [`Picture`]; [`write()`] and [`write_numbered`] put it on disk with its
//! [`Provenance`] inside (an iTXt chunk called `latent-atlas`) and beside it (`name.json` next to `name.png`).
//!
//! Invariants: every frame is the decoder's own bytes, enlarged by whole pixels; nothing is overwritten unasked; a
//! file is there whole or not at all; no provenance holds an absolute path.

mod canvas;
mod diff;
mod encode;
mod grid;
mod provenance;
mod strip;
#[cfg(test)]
mod tests;
mod write;

use std::ops::RangeInclusive;
use std::path::PathBuf;

pub use canvas::{Canvas, Picture};
pub use diff::diff;
pub use encode::KEYWORD;
pub use grid::grid;
pub use provenance::{Decoder, Made, MadeEnd, Origin, Provenance};
pub use strip::{End, EndImage, Spacing, strip};
pub use write::{check, write, write_numbered};

use crate::files::PlaceError;
pub use crate::files::{Clash, sidecar_of};
use crate::model::ModelError;

/// Frames a strip may have.
pub const FRAMES: RangeInclusive<usize> = 2..=64;
/// Columns or rows a grid may have.
pub const CELLS: RangeInclusive<usize> = 1..=256;
/// How many times larger a picture may be than what is decoded.
pub const UPSCALES: RangeInclusive<usize> = 1..=16;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The model failed.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A number is out of its range.
    #[error("{what} is {got}; it must lie between {} and {}", range.start(), range.end())]
    Range {
        /// What the number is.
        what: &'static str,
        /// The number.
        got: usize,
        /// What is accepted.
        range: RangeInclusive<usize>,
    },
    /// A point is of another space.
    #[error("a point with {got} coordinates was given; this model's z has {expected}")]
    Point {
        /// Coordinates given.
        got: usize,
        /// Dimensions of z.
        expected: usize,
    },
    /// Two models share no point.
    #[error(
        "z of {} has {} numbers and z of {} has {}: no point lies in both spaces, so there is no picture",
        runs[0], dims[0], runs[1], dims[1]
    )]
    Spaces {
        /// Names of the runs.
        runs: [String; 2],
        /// Dimensions of z of each.
        dims: [usize; 2],
    },
    /// An image is of another shape.
    #[error("{name} has {got} values, the model's images have {expected}; load it in the model's size and colours")]
    Image {
        /// The image.
        name: String,
        /// Values given.
        got: usize,
        /// Values of the model's images.
        expected: usize,
    },
    /// More pixels than a viewer would open.
    #[error("the picture would be {width} × {height} pixels; enlarge it less, or take fewer frames or cells")]
    TooLarge {
        /// Pixels across.
        width: usize,
        /// Pixels down.
        height: usize,
    },
    /// The pixels could not be turned into a PNG.
    #[error("the picture could not be encoded: {0}")]
    Encode(#[from] png::EncodingError),
    /// The provenance could not be turned into JSON.
    #[error("how the picture was made could not be written down: {0}")]
    Json(#[from] serde_json::Error),
    /// The name ends in something else.
    #[error("{} does not end in .png: pictures are written as PNG, so give it that ending", .0.display())]
    Ending(PathBuf),
    /// It cannot be put there.
    #[error(transparent)]
    Place(#[from] PlaceError),
}

/// Refuses a number outside its range.
fn within(what: &'static str, got: usize, range: RangeInclusive<usize>) -> Result<(), ExportError> {
    if range.contains(&got) { Ok(()) } else { Err(ExportError::Range { what, got, range }) }
}
