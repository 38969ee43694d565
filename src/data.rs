//! Folder → scan report → decoded, resized pixels → split → batches; and the bundled samples.
//!
//! Invariants: a file that cannot be read is a line in the [`ScanReport`], never the end; pixels are kept as u8,
//! channels last; the order of the images depends only on their names, so that a seed means the same everywhere.

mod dataset;
mod decode;
mod fit;
mod folder;
mod listing;
mod sample;
mod source;
#[cfg(test)]
mod tests;

pub use dataset::{Dataset, ScanReport, Skipped, Split};
pub use decode::IMAGE_ENDINGS;
pub use source::{LoadError, Progress, Source, load, load_image_file};
