//! The pixels of a picture before it is enlarged.

use crate::export::{ExportError, Label, Provenance, UPSCALES, within};
use crate::model::snapshot::to_bytes;
use crate::model::{ImageShape, ModelError, Snapshot};

/// The paper the images are laid on.
const PAPER: u8 = 255;
/// Pixels of an enlarged picture at most: what viewers still open.
const MAX_PIXELS: usize = 1 << 28;
/// Points decoded at once.
const BATCH: usize = 64;

/// A picture, and how it was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Its pixels before they are enlarged `provenance.upscale` times.
    pub canvas: Canvas,
    /// How it was made.
    pub provenance: Provenance,
}

/// Grey or RGB pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Canvas {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// 1 (grey) or 3 (RGB).
    pub channels: usize,
    /// `[height, width, channels]`.
    pub bytes: Vec<u8>,
    /// What is written on it.
    pub labels: Vec<Label>,
}

impl Canvas {
    /// Blank paper that can be enlarged `upscale` times.
    pub fn new(width: usize, height: usize, channels: usize, upscale: usize) -> Result<Self, ExportError> {
        within("the enlargement", upscale, UPSCALES)?;
        let (large_width, large_height) = (width.saturating_mul(upscale), height.saturating_mul(upscale));
        if large_width.saturating_mul(large_height) > MAX_PIXELS {
            return Err(ExportError::TooLarge { width: large_width, height: large_height });
        }
        Ok(Self { width, height, channels, bytes: vec![PAPER; width * height * channels], labels: Vec::new() })
    }

    /// Lays an image, `[side, side, channels]`, with its upper left corner at (`x`, `y`). What would lie outside the
    /// paper is left out.
    pub fn put(&mut self, image: &[u8], side: usize, x: usize, y: usize) {
        let (row_len, line_len) = (self.width * self.channels, side * self.channels);
        let rows = self.bytes.chunks_exact_mut(row_len.max(1)).skip(y);
        for (row, line) in rows.zip(image.chunks_exact(line_len.max(1))) {
            if let Some(place) = row.get_mut(x * self.channels..x * self.channels + line_len) {
                place.copy_from_slice(line);
            }
        }
    }
}

/// Bytes of the decoded points z `[n, d]`, `[n, side, side, channels]`, a few points at a time.
pub(super) fn decode(snapshot: &Snapshot, z: &[f32]) -> Result<Vec<u8>, ModelError> {
    let ImageShape { side, channels } = snapshot.shape();
    let mut bytes = Vec::with_capacity(z.len() / snapshot.latent_dim().max(1) * side * side * channels);
    for batch in z.chunks(BATCH * snapshot.latent_dim().max(1)) {
        bytes.extend(to_bytes(&snapshot.decode(batch)?));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_lie_where_they_are_put_and_nothing_leaves_the_paper() {
        let mut canvas = Canvas::new(4, 2, 1, 1).unwrap();
        canvas.put(&[1, 2, 3, 4], 2, 1, 0);
        canvas.put(&[5, 6, 7, 8], 2, 3, 0);
        canvas.put(&[9, 10, 11, 12], 2, 0, 1);
        assert_eq!(canvas.bytes, [255, 1, 2, 255, 9, 10, 4, 255]);
        let mut canvas = Canvas::new(2, 1, 3, 1).unwrap();
        canvas.put(&[1, 2, 3], 1, 1, 0);
        assert_eq!(canvas.bytes, [255, 255, 255, 1, 2, 3]);
    }

    #[test]
    fn a_picture_nobody_could_open_is_refused_with_its_size() {
        let said = |upscale| Canvas::new(2048, 2048, 1, upscale).map(drop).map_err(|e| e.to_string());
        assert_eq!(said(8), Ok(()));
        assert!(said(9).unwrap_err().starts_with("the picture would be 18432 × 18432 pixels"));
        assert!(said(17).unwrap_err().contains("17; it must lie between 1 and 16"));
    }
}
