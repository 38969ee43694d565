//! Speed of reading a folder of images.

use std::sync::atomic::AtomicBool;

use crate::cli::bench::report::LoadSpeed;
use crate::config::DataConfig;
use crate::data::{Cache, Loader, Source, load};

/// Images written for the measurement.
const IMAGES: usize = 2000;

/// Writes images of the bundled sample as PNG files and reads them back, then once more from the cache.
pub fn measure() -> anyhow::Result<LoadSpeed> {
    let (config, never) = (DataConfig::default(), AtomicBool::new(false));
    let sample = load(&Source::Fashion, &config, &never, &|_| {})?;
    let folder = tempfile::TempDir::new()?;
    let side = sample.side as u32;
    for idx in 0..IMAGES.min(sample.len()) {
        let path = folder.path().join(format!("{idx:05}.png"));
        image::save_buffer(path, sample.image(idx), side, side, image::ColorType::L8)?;
    }
    let kept = tempfile::TempDir::new()?;
    let loader = Loader { cache: Some(Cache::new(kept.path().to_owned(), Cache::LIMIT)), yields: false };
    let source = Source::Folder(folder.path().to_path_buf());
    let first = loader.load(&source, &config, &never, &|_| {})?;
    if let Some(unsaved) = first.unsaved {
        unsaved.save(&first.data, &never)?;
    }
    let again_seconds = loader.load(&source, &config, &never, &|_| {})?.data.report.seconds;
    let (images, seconds) = (first.data.len(), first.data.report.seconds);
    Ok(LoadSpeed { images, seconds, images_per_second: images as f64 / seconds, again_seconds })
}
