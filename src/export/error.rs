//! Why there is no picture.

use std::io;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use crate::files::{IsTaken, PlaceError};
use crate::letters::FontError;
use crate::model::ModelError;

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
    /// A GIF counts hundredths of a second, and viewers do not show a frame for less than two of them.
    #[error("a GIF shows at most {most} frames a second, not {fps}; take .webp, .png or a folder for more")]
    TooFast {
        /// Frames a second that were asked for.
        fps: u32,
        /// What the format can hold.
        most: u32,
    },
    /// The file would be longer than its format can say.
    #[error("the animation is longer than its format can hold; take fewer frames, enlarge them less, or take .png")]
    TooLong,
    /// An earlier model of the run cannot be read; the sentence says which and why.
    #[error("{0}")]
    Past(String),
    /// Whoever asked for the picture does not want it any more.
    #[error("the export was cancelled; nothing was written")]
    Cancelled,
    /// The pixels could not be turned into a file.
    #[error("the picture could not be encoded: {0}")]
    Encode(String),
    /// There are no letters.
    #[error(transparent)]
    Font(#[from] FontError),
    /// The provenance could not be turned into JSON.
    #[error("how the picture was made could not be written down: {0}")]
    Json(#[from] serde_json::Error),
    /// The name ends in something else.
    #[error("{} does not end in .png: pictures are written as PNG, so give it that ending", .0.display())]
    Ending(PathBuf),
    /// The name of an animation ends in something else.
    #[error(
        "{} ends in none of .gif, .png, .apng and .webp, which say how an animation is written; give it one, or no \
         ending for a folder of numbered PNG files", .0.display()
    )]
    AnimationEnding(PathBuf),
    /// It cannot be put there.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The system refused a file under way; [`Self::Place`] takes its place once it is known which.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl ExportError {
    /// The same with the file that was being written.
    pub(super) fn at(self, file: &std::path::Path) -> Self {
        match self {
            Self::Io(error) => PlaceError::of(file, &error).into(),
            other => other,
        }
    }
}

impl IsTaken for ExportError {
    fn is_taken(&self) -> bool {
        matches!(self, Self::Place(error) if error.is_taken())
    }
}

impl From<png::EncodingError> for ExportError {
    fn from(error: png::EncodingError) -> Self {
        match error {
            png::EncodingError::IoError(error) => Self::Io(error),
            other => Self::Encode(other.to_string()),
        }
    }
}

impl From<gif::EncodingError> for ExportError {
    fn from(error: gif::EncodingError) -> Self {
        match error {
            gif::EncodingError::Io(error) => Self::Io(error),
            other => Self::Encode(other.to_string()),
        }
    }
}

impl From<image_webp::EncodingError> for ExportError {
    fn from(error: image_webp::EncodingError) -> Self {
        match error {
            image_webp::EncodingError::IoError(error) => Self::Io(error),
            other => Self::Encode(other.to_string()),
        }
    }
}

/// Refuses a number outside its range.
pub(super) fn within(what: &'static str, got: usize, range: RangeInclusive<usize>) -> Result<(), ExportError> {
    if range.contains(&got) { Ok(()) } else { Err(ExportError::Range { what, got, range }) }
}
