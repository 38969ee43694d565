//! Frames one after the other, with captions below them, as a film: what it shows and in which order. How it is
//! written is in `animation/`.

mod apng;
mod format;
mod gif;
mod history;
mod palette;
mod sequence;
#[cfg(test)]
mod tests;
mod walk;
mod webp;

use std::ops::{ControlFlow, RangeInclusive};

use serde::{Deserialize, Serialize};

use crate::export::caption::{self, Label};
use crate::export::{Canvas, ExportError, Provenance, within};
use crate::letters::Font;
use crate::model::ImageShape;

pub use format::{Format, check_animation, write_animation, write_animation_numbered};
pub use history::{Past, history};
pub use walk::{Showing, walk};

/// Frames a second.
pub const FPS: RangeInclusive<usize> = 1..=60;
/// Frames of an animation, those on its way back not counted: almost three minutes at 60 a second.
pub const ANIMATION_FRAMES: RangeInclusive<usize> = 2..=10_000;

/// Told how many frames are written; may say that no more are wanted.
pub type Progress<'a> = &'a mut dyn FnMut(usize) -> ControlFlow<()>;

/// How frames are played. An animation repeats for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Playback {
    /// Frames a second, in [`FPS`].
    pub fps: u32,
    /// Whether the frames are played backwards after they were played forwards; neither end is shown twice.
    pub ping_pong: bool,
}

/// Pixels of a frame before it is enlarged, without its caption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameShape {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// 1 (grey) or 3 (RGB).
    pub channels: usize,
}

impl From<ImageShape> for FrameShape {
    fn from(ImageShape { side, channels }: ImageShape) -> Self {
        Self { width: side, height: side, channels }
    }
}

/// A film whose frames are made when they are written: decoded points, or whatever gives an image for a number.
pub struct Animation<'a> {
    shape: FrameShape,
    frames: usize,
    captions: Vec<String>,
    frame: Box<dyn Fn(usize) -> Result<Vec<u8>, ExportError> + Send + 'a>,
    playback: Playback,
    pub(super) provenance: Provenance,
    stage: Stage,
}

/// Where the image lies on the paper.
#[derive(Debug, Clone, Copy)]
struct Stage {
    width: usize,
    height: usize,
    left: usize,
}

impl<'a> Animation<'a> {
    /// `frames` images of `shape`: `frame` is asked for the bytes `[height, width, channels]` of each by its number.
    /// `captions` has a text for each, or none at all; `provenance` says how it was made and how far it is enlarged.
    pub fn new(
        shape: FrameShape,
        (frames, captions): (usize, Vec<String>),
        playback: Playback,
        provenance: Provenance,
        frame: impl Fn(usize) -> Result<Vec<u8>, ExportError> + Send + 'a,
    ) -> Result<Self, ExportError> {
        within("the number of frames", frames, ANIMATION_FRAMES)?;
        within("the number of frames a second", playback.fps as usize, FPS)?;
        let stage = Stage::of(shape, provenance.upscale, &captions)?;
        Canvas::new(stage.width, stage.height, shape.channels, provenance.upscale)?;
        let provenance = Provenance { playback: Some(playback), ..provenance };
        Ok(Self { shape, frames, captions, frame: Box::new(frame), playback, provenance, stage })
    }

    /// How it was made.
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// How its frames are played.
    pub fn playback(&self) -> Playback {
        self.playback
    }

    /// Frames from its beginning until it begins again.
    pub fn shown(&self) -> usize {
        self.order().count()
    }

    /// Width and height of the enlarged picture.
    pub fn size(&self) -> [usize; 2] {
        [self.stage.width, self.stage.height].map(|pixels| pixels * self.provenance.upscale)
    }

    /// The frames as they are shown.
    fn order(&self) -> impl Iterator<Item = usize> + use<> {
        let back = if self.playback.ping_pong { 1..self.frames - 1 } else { 0..0 };
        (0..self.frames).chain(back.rev())
    }

    /// Gives `put` every frame in the order in which they are shown.
    fn each(
        &self,
        progress: Progress<'_>,
        put: &mut dyn FnMut(usize, &Canvas) -> Result<(), ExportError>,
    ) -> Result<(), ExportError> {
        for (n, frame) in self.order().enumerate() {
            if progress(n).is_break() {
                return Err(ExportError::Cancelled);
            }
            put(n, &self.canvas(frame)?)?;
        }
        Ok(())
    }

    fn canvas(&self, frame: usize) -> Result<Canvas, ExportError> {
        let Stage { width, height, left } = self.stage;
        let FrameShape { width: inner, height: below, channels } = self.shape;
        let mut canvas = Canvas::new(width, height, channels, self.provenance.upscale)?;
        canvas.put(&(self.frame)(frame)?, inner, left, 0);
        if let Some(text) = self.captions.get(frame) {
            canvas.labels.push(Label { x: 0, y: below, width, height: height - below, text: text.clone() });
        }
        Ok(canvas)
    }
}

impl Stage {
    fn of(shape: FrameShape, upscale: usize, captions: &[String]) -> Result<Self, ExportError> {
        let FrameShape { width: inner, height: below, .. } = shape;
        if captions.is_empty() {
            return Ok(Self { width: inner, height: below, left: 0 });
        }
        let (font, height) = (Font::regular()?, caption::height(below, upscale));
        let widest = captions.iter().map(|text| caption::width(&font, text, height, upscale)).max();
        // No wider than three images: what is longer is cut off.
        let width = widest.unwrap_or_default().clamp(inner, 3 * inner);
        Ok(Self { width, height: below + height, left: (width - inner) / 2 })
    }
}

impl Playback {
    /// How long frame `n` is shown, in units of which a second has `per_second`: rounded so that the frames keep time
    /// together.
    fn duration(self, n: usize, per_second: u64) -> u64 {
        let fps = u64::from(self.fps.max(1));
        let until = |n: u64| (n * per_second + fps / 2) / fps;
        until(n as u64 + 1) - until(n as u64)
    }
}
