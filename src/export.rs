//! Strips, grids, comparisons of two models as PNG files, animations, and lists as tables, that carry how they were made.
//!
//! [`strip()`], [`grid()`] and [`diff()`] make a [`Picture`]; [`write()`] and [`write_numbered`] put it on disk with its
//! [`Provenance`] inside (an iTXt chunk called `latent-atlas`) and beside it (`name.json` next to `name.png`). An
//! [`Animation`] makes its frames while [`write_animation`] writes them, as GIF (provenance in a comment), animated PNG
//! (iTXt) or WebP (XMP), with `name.gif.json` beside it, or as a folder of numbered PNG files.
//!
//! Invariants: every frame is the decoder's own bytes, enlarged by whole pixels, but for a GIF of more than 256 colours;
//! nothing is overwritten unasked; a file is there whole or not at all; no provenance holds an absolute path.

mod animation;
mod canvas;
mod caption;
mod diff;
mod encode;
mod error;
mod grid;
mod latents;
mod lists;
mod provenance;
mod sheet;
mod strip;
#[cfg(test)]
mod tests;
mod write;

use std::ops::RangeInclusive;

pub use animation::{
    ANIMATION_FRAMES, Animation, FPS, Format, FrameShape, Past, Playback, Progress, Showing, check_animation, history,
    walk, write_animation, write_animation_numbered,
};
pub use canvas::{Canvas, Picture};
pub use caption::Label;
pub use diff::diff;
pub use encode::KEYWORD;
pub use error::ExportError;
use error::within;
pub use grid::grid;
pub use latents::Latents;
pub use lists::write_list;
pub use provenance::{Decoder, Made, MadeEnd, Origin, Provenance, Watched, inner_path};
pub use sheet::sheet;
pub use strip::{End, EndImage, Spacing, strip};
pub use write::{check, write, write_numbered};

pub use crate::files::{Clash, sidecar_of};

/// Frames a strip may have.
pub const FRAMES: RangeInclusive<usize> = 2..=64;
/// Columns or rows a grid may have.
pub const CELLS: RangeInclusive<usize> = 1..=256;
/// How many times larger a picture may be than what is decoded.
pub const UPSCALES: RangeInclusive<usize> = 1..=16;
