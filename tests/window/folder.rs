//! A folder of small images: two classes, and one file that is no image.

use std::fs;

use image::{GrayImage, Luma};
use tempfile::TempDir;

/// Images of each class.
pub const OF_EACH: usize = 24;

pub fn images() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for class in ["discs", "stripes"] {
        fs::create_dir(folder.path().join(class)).unwrap();
        for i in 0..OF_EACH {
            draw(class, i).save(folder.path().join(class).join(format!("{i:02}.png"))).unwrap();
        }
    }
    fs::write(folder.path().join("notes.png"), "no picture").unwrap();
    folder
}

/// A disc of growing size, or a stripe that wanders.
fn draw(class: &str, i: usize) -> GrayImage {
    let t = i as f32 / OF_EACH as f32;
    GrayImage::from_fn(16, 16, |x, y| {
        let (x, y) = (x as f32 - 7.5, y as f32 - 7.5);
        let inside = if class == "discs" { x.hypot(y) < 2.0 + 5.0 * t } else { (x - 10.0 * (t - 0.5)).abs() < 1.5 };
        Luma([if inside { 255 } else { 0 }])
    })
}
