//! Folder → scan report → decoded, resized pixels → split → batches; and the bundled samples.
//!
//! Invariants: a file that cannot be read is a line in the [`ScanReport`], never the end; pixels are kept as u8,
//! channels last; the order of the images depends only on their names, so that a seed means the same everywhere; a
//! load needs the memory of the pixels and a fixed amount besides; what comes from the cache is what the files give.

mod cache;
mod dataset;
mod decode;
mod fit;
mod folder;
mod gate;
mod gather;
mod listing;
mod loader;
mod meter;
mod pixels;
mod sample;
mod source;
#[cfg(test)]
mod tests;

pub use cache::{Cache, Unsaved};
pub use dataset::{Dataset, ScanReport, Skipped, Split, evenly, squared_errors, unit_values};
pub use decode::IMAGE_ENDINGS;
pub use loader::{Loaded, Loader, load};
pub use pixels::Pixels;
pub use source::{Bitmap, LoadError, Progress, Source, load_bitmap, load_image_file};
