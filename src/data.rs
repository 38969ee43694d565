//! Folder → scan report → decoded, resized pixels → split → batches; and the bundled samples.
//!
//! Invariants: a file that cannot be read is a line in the [`ScanReport`], never the end; pixels are kept as u8,
//! channels last; the order of the images depends only on their names, so that a seed means the same everywhere.

pub mod dataset;
pub mod source;

pub use dataset::{Dataset, ScanReport, Skipped, Split};
pub use source::{LoadError, Progress, Source, load};
