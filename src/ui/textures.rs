//! Textures by what they show, uploaded again only when their version changes and forgotten once they are no longer
//! drawn.

use std::collections::BTreeMap;

use egui::{Color32, ColorImage, Context, TextureHandle, TextureId, TextureOptions};

use crate::data::Dataset;
use crate::state::{AppState, GridPicture, Subject};
use crate::ui::splat;

/// What a texture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// An image of the dataset.
    Image(usize),
    /// An image that was brought along.
    Own(usize),
    /// The decoded point.
    Point,
    /// The point as another run decodes it.
    OtherPoint,
    /// The selected image's reconstruction.
    Reconstruction,
    /// A frame of the strip.
    Frame(usize),
    /// What is decoded at a pin.
    Pin(usize),
    /// Where a direction leads, then the pictures along it.
    Directed(usize),
    /// What an analogy comes to.
    Analogy,
    /// The picture of a run in the list.
    Run(usize),
    /// The decoded grid.
    Grid,
    /// The density of the images.
    Heat,
    /// p(z|x) of the selected image.
    Posterior,
    /// A sheet of generated images.
    Generated(usize),
    /// The same from near by.
    PosteriorNear,
    /// A row of images that AE, VAE or PCA makes.
    Contest(usize),
    /// What the sample of the lens decodes to.
    LensDecoded,
}

struct Entry {
    version: u64,
    handle: TextureHandle,
    used: bool,
}

/// The textures in use.
#[derive(Default)]
pub struct Textures {
    entries: BTreeMap<Key, Entry>,
}

impl Textures {
    /// The texture of `key`; `make` is called only when `version` is not the one that was uploaded.
    pub fn get(
        &mut self,
        ctx: &Context,
        key: Key,
        version: u64,
        options: TextureOptions,
        make: impl FnOnce() -> ColorImage,
    ) -> TextureId {
        let entry = self.entries.entry(key);
        let entry = entry.and_modify(|entry| entry.used = true).or_insert_with(|| Entry {
            version: version.wrapping_sub(1),
            handle: ctx.load_texture(format!("{key:?}"), ColorImage::filled([1, 1], Color32::TRANSPARENT), options),
            used: true,
        });
        if entry.version != version {
            entry.handle.set(make(), options);
            entry.version = version;
        }
        entry.handle.id()
    }

    /// The texture of an image of the dataset.
    pub fn image(&mut self, ctx: &Context, data: &Dataset, data_version: u64, idx: usize) -> TextureId {
        let make = || picture(data.image(idx), data.side, data.channels);
        self.get(ctx, Key::Image(idx), data_version, TextureOptions::NEAREST, make)
    }

    /// The texture of an image, when there is one.
    pub fn subject(&mut self, ctx: &Context, state: &AppState, subject: Subject) -> Option<TextureId> {
        match subject {
            Subject::Image(idx) => {
                let data = state.data.set.as_ref().filter(|data| idx < data.len())?;
                Some(self.image(ctx, data, state.data.version, idx))
            }
            Subject::Own(idx) => {
                let (own, shape) = (state.walk.own.get(idx)?, state.training.model?.shape);
                let make = || picture(&own.pixels, shape.side, shape.channels);
                Some(self.get(ctx, Key::Own(idx), state.walk.version, TextureOptions::NEAREST, make))
            }
        }
    }

    /// The texture of the grid; of one that is known only the cells that changed are uploaded.
    pub fn grid(&mut self, ctx: &Context, picture: &GridPicture) -> TextureId {
        let options = TextureOptions::LINEAR;
        if let Some(entry) = self.entries.get_mut(&Key::Grid).filter(|entry| entry.version >= picture.laid_out) {
            for (cell, image) in picture.changed_after(entry.version) {
                let (corner, image) = splat::cell(picture, cell, image);
                entry.handle.set_partial(corner, image, options);
            }
            entry.version = picture.version;
        }
        self.get(ctx, Key::Grid, picture.version, options, || splat::grid(picture))
    }

    /// Forgets what was not drawn in this frame.
    pub fn end_frame(&mut self) {
        self.entries.retain(|_, entry| std::mem::take(&mut entry.used));
    }
}

/// Bytes `[side, side, channels]` as a picture; too few bytes give a black one.
pub fn picture(bytes: &[u8], side: usize, channels: usize) -> ColorImage {
    let mut pixels: Vec<Color32> = colours(bytes, channels).collect();
    pixels.resize(side * side, Color32::BLACK);
    ColorImage::new([side, side], pixels)
}

/// Every pixel so many pixels wide and high.
pub fn enlarged(picture: &ColorImage, times: usize) -> ColorImage {
    let [width, height] = picture.size.map(|side| side * times);
    let pixel = |i: usize| picture[(i % width / times, i / width / times)];
    ColorImage::new([width, height], (0..width * height).map(pixel).collect())
}

/// Grey or RGB bytes as colours.
pub fn colours(bytes: &[u8], channels: usize) -> impl Iterator<Item = Color32> {
    bytes.chunks_exact(channels.max(1)).map(|pixel| match pixel {
        [r, g, b] => Color32::from_rgb(*r, *g, *b),
        [grey, ..] => Color32::from_gray(*grey),
        [] => Color32::BLACK,
    })
}
