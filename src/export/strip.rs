//! The way from one point to another, frame by frame.

use crate::data::unit_values;
use crate::export::canvas::{Canvas, Picture, decode};
use crate::export::provenance::{Made, MadeEnd, Origin, Provenance};
use crate::export::{ExportError, FRAMES, within};
use crate::latent::{Course, Easing};
use crate::model::{ImageShape, Snapshot};

/// Where a strip begins or ends.
#[derive(Debug, Clone, PartialEq)]
pub struct End {
    /// The point, `[d]`.
    pub z: Vec<f32>,
    /// The image it is the mean of; it stands beside the frames.
    pub image: Option<EndImage>,
}

/// An image at the end of a strip.
#[derive(Debug, Clone, PartialEq)]
pub struct EndImage {
    /// Its path inside the folder of images, or its file's name.
    pub name: String,
    /// As the model reads it, `[side, side, channels]`.
    pub pixels: Vec<u8>,
}

/// Distances in a strip, in pixels of the model, for images of one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spacing {
    /// Between two frames.
    pub gap: usize,
    /// Between an original and the frames.
    pub apart: usize,
}

impl End {
    /// A point.
    pub fn point(z: Vec<f32>) -> Self {
        Self { z, image: None }
    }

    /// An image at its mean μ, so that the frame beside it is its reconstruction; `pixels` is
    /// `[side, side, channels]`.
    pub fn of_image(snapshot: &Snapshot, name: &str, pixels: &[u8]) -> Result<Self, ExportError> {
        let image = EndImage { name: name.to_owned(), pixels: pixels.to_vec() };
        image.check(snapshot.shape())?;
        let x: Vec<f32> = unit_values(pixels).collect();
        Ok(Self { z: snapshot.encode(&x)?.mu, image: Some(image) })
    }

    pub(super) fn check(&self, snapshot: &Snapshot) -> Result<(), ExportError> {
        let (got, expected) = (self.z.len(), snapshot.latent_dim());
        if got != expected {
            return Err(ExportError::Point { got, expected });
        }
        self.image.as_ref().map_or(Ok(()), |image| image.check(snapshot.shape()))
    }
}

impl EndImage {
    fn check(&self, shape: ImageShape) -> Result<(), ExportError> {
        let (got, expected) = (self.pixels.len(), shape.pixels());
        if got == expected { Ok(()) } else { Err(ExportError::Image { name: self.name.clone(), got, expected }) }
    }
}

impl Spacing {
    /// Frames stand close together, originals a quarter of an image away: nobody takes one for a frame.
    pub fn of(side: usize) -> Self {
        Self { gap: (side / 16).max(1), apart: (side / 4).max(4) }
    }
}

/// Decodes `frames` points of `course`, which leads from one end to the other, left to right. The original of an end that is an image
/// stands outside, set apart.
pub fn strip(
    origin: &Origin<'_>,
    from: &End,
    to: &End,
    course: &Course,
    frames: usize,
    upscale: usize,
) -> Result<Picture, ExportError> {
    within("the number of frames", frames, FRAMES)?;
    from.check(origin.snapshot)?;
    to.check(origin.snapshot)?;
    let ImageShape { side, channels } = origin.snapshot.shape();
    let Spacing { gap, apart } = Spacing::of(side);
    let beside = |end: &End| if end.image.is_some() { side + apart } else { 0 };
    let inner = frames * (side + gap) - gap;
    let mut canvas = Canvas::new(beside(from) + inner + beside(to), side, channels, upscale)?;

    let z = course.points(frames, Easing::Linear);
    let decoded = decode(origin.snapshot, &z.concat())?; // [frames, side, side, channels]
    for (i, frame) in decoded.chunks_exact(origin.snapshot.shape().pixels()).enumerate() {
        canvas.put(frame, side, beside(from) + i * (side + gap), 0);
    }
    for (end, x) in [(from, 0), (to, beside(from) + inner + apart)] {
        if let Some(image) = &end.image {
            canvas.put(&image.pixels, side, x, 0);
        }
    }
    let made = Made::Strip { path: course.path.word().into(), from: MadeEnd::from(from), to: MadeEnd::from(to), z };
    Ok(Picture { canvas, provenance: Provenance::new(origin, made, upscale) })
}
