//! The same points by two models, one above the other.

use crate::export::canvas::{Canvas, Picture, decode};
use crate::export::provenance::{Decoder, Made, Origin, Provenance};
use crate::export::{ExportError, FRAMES, Spacing, within};
use crate::model::ImageShape;

/// Decodes the points `z`, each `[d]`, by both models: the row of the first above that of the second.
///
/// Images of other shapes are brought together: grey ones become RGB, and the smaller ones are enlarged by as many
/// whole pixels as fit and stand in the middle of their cell. Errors when the spaces have other dimensions.
pub fn diff(origins: [Origin<'_>; 2], z: &[Vec<f32>], upscale: usize) -> Result<Picture, ExportError> {
    within("the number of points", z.len(), 1..=*FRAMES.end())?;
    let dims = origins.map(|origin| origin.snapshot.latent_dim());
    let [dim, other_dim] = dims;
    if dim != other_dim {
        return Err(ExportError::Spaces { runs: origins.map(|origin| origin.run.to_owned()), dims });
    }
    if let Some(point) = z.iter().find(|point| point.len() != dim) {
        return Err(ExportError::Point { got: point.len(), expected: dim });
    }
    let [first, second] = origins;
    let [a, b] = [first, second].map(|origin| origin.snapshot.shape());
    let cell = ImageShape { side: a.side.max(b.side), channels: a.channels.max(b.channels) };
    let Spacing { gap, .. } = Spacing::of(cell.side);
    let (width, height) = (z.len() * (cell.side + gap) - gap, 2 * cell.side + gap);
    let mut canvas = Canvas::new(width, height, cell.channels, upscale)?;
    for (row, origin) in origins.into_iter().enumerate() {
        let shape = origin.snapshot.shape();
        let decoded = decode(origin.snapshot, &z.concat())?; // [columns, side, side, channels]
        let times = cell.side / shape.side.max(1);
        let inset = (cell.side - times * shape.side) / 2;
        for (column, image) in decoded.chunks_exact(shape.pixels()).enumerate() {
            let (x, y) = (column * (cell.side + gap), row * (cell.side + gap));
            canvas.put(&fitted(image, shape, times, cell.channels), times * shape.side, x + inset, y + inset);
        }
    }
    let made = Made::Diff { z: z.to_vec(), other: Decoder::of(&second) };
    Ok(Picture { canvas, provenance: Provenance::new(&first, made, upscale) })
}

/// `image` with every pixel `times` pixels wide and high, in so many channels.
fn fitted(image: &[u8], shape: ImageShape, times: usize, channels: usize) -> Vec<u8> {
    let line_len = (shape.side * shape.channels).max(1);
    let mut fitted = Vec::with_capacity(shape.side * shape.side * times * times * channels);
    for line in image.chunks_exact(line_len) {
        let pixels = line.chunks_exact(shape.channels.max(1));
        let wide: Vec<u8> = pixels
            .flat_map(|pixel| {
                (0..times).flat_map(move |_| (0..channels).map_while(move |c| pixel.get(c % pixel.len())))
            })
            .copied()
            .collect();
        (0..times).for_each(|_| fitted.extend_from_slice(&wide));
    }
    fitted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grey_image_is_brought_to_the_size_and_colours_of_another() {
        let shape = ImageShape { side: 2, channels: 1 };
        let expected =
            [[1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2]; 2].into_iter().chain([[3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4]; 2]);
        assert_eq!(fitted(&[1, 2, 3, 4], shape, 2, 3), expected.flatten().collect::<Vec<u8>>());
        let colour = ImageShape { side: 1, channels: 3 };
        assert_eq!(fitted(&[7, 8, 9], colour, 1, 3), [7, 8, 9]);
    }
}
