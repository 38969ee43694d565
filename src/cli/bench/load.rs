//! Speed of reading a folder of images.

use std::sync::atomic::AtomicBool;

use crate::cli::bench::report::LoadSpeed;
use crate::config::DataConfig;
use crate::data::{Source, load};

/// Images written for the measurement.
const IMAGES: usize = 2000;

/// Writes images of the bundled sample as PNG files and reads them back.
pub fn measure() -> anyhow::Result<LoadSpeed> {
    let (config, never) = (DataConfig::default(), AtomicBool::new(false));
    let sample = load(&Source::Fashion, &config, &never, &|_| {})?;
    let folder = tempfile::TempDir::new()?;
    let side = sample.side as u32;
    for idx in 0..IMAGES.min(sample.len()) {
        let path = folder.path().join(format!("{idx:05}.png"));
        image::save_buffer(path, sample.image(idx), side, side, image::ColorType::L8)?;
    }
    let data = load(&Source::Folder(folder.path().to_path_buf()), &config, &never, &|_| {})?;
    let seconds = data.report.seconds;
    Ok(LoadSpeed { images: data.len(), seconds, images_per_second: data.len() as f64 / seconds })
}
