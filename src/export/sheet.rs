//! Images above their reconstructions.

use crate::export::canvas::{Canvas, Picture, decode};
use crate::export::provenance::{Made, MadeEnd, Origin, Provenance};
use crate::export::{CELLS, End, ExportError, Spacing, within};
use crate::model::ImageShape;

/// Images that a sheet may have.
const IMAGES: std::ops::RangeInclusive<usize> = 1..=4096;

/// Lays `images` out in rows of `columns`, each above its reconstruction at z = μ; rows stand apart.
pub fn sheet(origin: &Origin<'_>, images: &[End], columns: usize, upscale: usize) -> Result<Picture, ExportError> {
    within("the number of images", images.len(), IMAGES)?;
    within("the number of columns", columns, CELLS)?;
    images.iter().try_for_each(|image| image.check(origin.snapshot))?;
    let ImageShape { side, channels } = origin.snapshot.shape();
    let Spacing { gap, apart } = Spacing::of(side);
    let columns = columns.min(images.len());
    let (pair, rows) = (2 * side + gap, images.len().div_ceil(columns));
    let (width, height) = (columns * (side + gap) - gap, rows * (pair + apart) - apart);
    let mut canvas = Canvas::new(width, height, channels, upscale)?;
    let z: Vec<f32> = images.iter().flat_map(|image| image.z.iter().copied()).collect();
    let decoded = decode(origin.snapshot, &z)?; // [images, side, side, channels]
    let reconstructions = decoded.chunks_exact(origin.snapshot.shape().pixels());
    for (i, (image, reconstruction)) in images.iter().zip(reconstructions).enumerate() {
        let (x, y) = (i % columns * (side + gap), i / columns * (pair + apart));
        if let Some(original) = &image.image {
            canvas.put(&original.pixels, side, x, y);
        }
        canvas.put(reconstruction, side, x, y + side + gap);
    }
    let made = Made::Sheet { columns, images: images.iter().map(MadeEnd::from).collect() };
    Ok(Picture { canvas, provenance: Provenance::new(origin, made, upscale) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ModelConfig, TrainConfig};
    use crate::model::{Snapshot, Vae};

    const SIDE: usize = 16;

    #[test]
    fn every_image_stands_above_its_reconstruction() {
        let config = ModelConfig { hidden: 8, ..ModelConfig::default() };
        let vae = Vae::new(&config, ImageShape { side: SIDE, channels: 1 }, 1).unwrap();
        let (snapshot, train) = (Snapshot::of(&vae, 8, 0.5).unwrap(), TrainConfig::default());
        let origin = Origin { snapshot: &snapshot, run: "a", train: &train };
        let image = |i: u8| End::of_image(&snapshot, &format!("{i}.png"), &[40 * i; SIDE * SIDE]).unwrap();
        let images: Vec<End> = (1..=5).map(image).collect();
        let Picture { canvas, provenance } = sheet(&origin, &images, 3, 1).unwrap();
        let Spacing { gap, apart } = Spacing::of(SIDE);
        assert_eq!((canvas.width, canvas.height), (3 * SIDE + 2 * gap, 4 * SIDE + 2 * gap + apart));
        let at = |x: usize, y: usize| -> Vec<u8> {
            (0..SIDE).flat_map(|row| canvas.bytes[(y + row) * canvas.width + x..][..SIDE].to_vec()).collect()
        };
        for (i, image) in images.iter().enumerate() {
            let (x, y) = (i % 3 * (SIDE + gap), i / 3 * (2 * SIDE + gap + apart));
            assert_eq!(at(x, y), image.image.as_ref().unwrap().pixels, "original {i}");
            assert_eq!(at(x, y + SIDE + gap), decode(&snapshot, &image.z).unwrap(), "reconstruction {i}");
        }
        assert_eq!(at(2 * (SIDE + gap), 2 * SIDE + gap + apart), [255; SIDE * SIDE], "there is no sixth");
        let json: serde_json::Value = serde_json::from_str(&provenance.json().unwrap()).unwrap();
        assert_eq!((&json["kind"], &json["layout"]["images"][4]["image"]), (&"sheet".into(), &"5.png".into()));
        let error = sheet(&origin, &[], 3, 1).err().unwrap().to_string();
        assert!(error.contains("the number of images is 0"), "{error}");
    }
}
