//! A folder of files to a dataset.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use crate::config::{Channels, DataConfig, SIDES, Size};
use crate::data::cache::{Cache, Unsaved};
use crate::data::decode::{self, Bounds};
use crate::data::fit::{Square, fit, to_grey};
use crate::data::gate::Gate;
use crate::data::gather::Gatherer;
use crate::data::listing::{Entry, list};
use crate::data::meter::Meter;
use crate::data::{Dataset, LoadError, Progress};
use crate::files::shown;

/// Side of the square when the images are of many sizes.
const MIXED_SIDE: usize = 64;
/// Files whose headers are read before a common side is believed.
const PROBED: usize = 32;
/// Bytes of squares that wait for their place, at most and in colour.
const BATCH_BYTES: usize = 16 << 20;

/// What every load is given.
pub struct Order<'a> {
    /// How files become pixels.
    pub config: &'a DataConfig,
    /// Holds pictures that are being decoded.
    pub gate: &'a Gate,
    /// Looked at before every file.
    pub cancel: &'a AtomicBool,
    /// Told how far it has come.
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

/// Reads every image below `root`, from `cache` when it has them; otherwise what is needed to put them there comes
/// back too.
pub fn load(root: &Path, order: &Order, cache: Option<&Cache>) -> Result<(Dataset, Option<Unsaved>), LoadError> {
    let mut listing = list(root, order.cancel)?;
    let name = root.display().to_string();
    let skipped = std::mem::take(&mut listing.skipped);
    let place = cache.map(|cache| cache.place(root, order.config, &listing.entries));
    let kept = place.as_ref().and_then(|place| place.read(&listing.entries, order));
    order.check()?;
    let (mut data, unsaved) = if let Some(kept) = kept {
        (kept.into_dataset(&name, listing.entries, skipped)?, None)
    } else {
        let read = order.read_all(&listing.entries)?;
        // Files that were listed and are gone are lines in the report; that the folder itself is gone is another matter.
        if !root.is_dir() {
            return Err(LoadError::Gone { path: shown(root), read: read.len(), files: listing.entries.len() });
        }
        let data = read.finish(&name, skipped)?;
        let unsaved = place.map(|place| place.unsaved(&listing.entries, &data));
        (data, unsaved)
    };
    data.root = Some(root.to_path_buf());
    Ok((data, unsaved))
}

/// What ends a reading early.
enum Stop {
    Cancelled,
    /// An image has another side than was taken for granted.
    OtherSide,
}

impl Order<'_> {
    /// Fails when nobody wants the images any more.
    pub fn check(&self) -> Result<(), LoadError> {
        if self.cancel.load(Ordering::Relaxed) { Err(LoadError::Cancelled) } else { Ok(()) }
    }

    /// With `auto` size the side that some files agree on is believed until a file objects, so that none is opened
    /// twice.
    fn read_all(&self, entries: &[Entry]) -> Result<Gatherer, LoadError> {
        let (side, is_believed) = match self.config.size {
            Size::Side(side) => (side, false),
            Size::Auto => self.common_side(entries).map_or((MIXED_SIDE, false), |side| (side, true)),
        };
        self.check()?;
        let read = match self.read(entries, side, is_believed) {
            Err(Stop::OtherSide) => self.read(entries, MIXED_SIDE, false),
            read => read,
        };
        read.map_err(|_| LoadError::Cancelled)
    }

    /// Reads `entries` in parallel, a batch at a time; with `all_have_it` stops at an image of another side.
    fn read(&self, entries: &[Entry], side: usize, all_have_it: bool) -> Result<Gatherer, Stop> {
        let meter = Meter::new(entries.len(), self.progress);
        let objection = AtomicBool::new(false);
        let seen = |width: u32, height: u32| {
            if all_have_it && (width as usize, height as usize) != (side, side) {
                objection.store(true, Ordering::Relaxed);
            }
        };
        let read = |entry: &Entry| {
            self.check().map_err(|_| Stop::Cancelled)?;
            let square = self.square(entry, side, &seen);
            if objection.load(Ordering::Relaxed) {
                return Err(Stop::OtherSide);
            }
            meter.advance(1);
            Ok(square)
        };
        let mut gatherer = Gatherer::new(side, self.config.channels);
        for batch in entries.chunks((BATCH_BYTES / (3 * side * side).max(1)).clamp(64, 4096)) {
            let squares: Vec<_> = batch.par_iter().map(read).collect::<Result<_, Stop>>()?;
            batch.iter().zip(squares).for_each(|(entry, square)| gatherer.push(entry.name.clone(), square));
        }
        Ok(gatherer)
    }

    fn bounds<'o>(&'o self, seen: &'o (dyn Fn(u32, u32) + Sync)) -> Bounds<'o> {
        Bounds { max_pixels: self.config.max_pixels(), gate: self.gate, seen }
    }

    fn square(&self, entry: &Entry, side: usize, seen: &(dyn Fn(u32, u32) + Sync)) -> Result<Square, String> {
        let DataConfig { channels, fit: how, background, .. } = *self.config;
        let decoded = decode::decode(&entry.path, &self.bounds(seen))?;
        let square = fit(&decoded.picture, side, how, background)?;
        let narrow = channels == Channels::Grey && square.channels == 3;
        Ok(if narrow { Square { bytes: to_grey(&square.bytes).collect(), channels: 1, ..square } } else { square })
    }

    /// The side that the images seem to have, when all are squares of one side that the model takes: certain when it
    /// is `None`.
    fn common_side(&self, entries: &[Entry]) -> Option<usize> {
        let step = entries.len().div_ceil(PROBED).max(1);
        match self.agreed(entries.par_iter().step_by(step)) {
            Ok(None) => self.agreed(entries.par_iter()).ok().flatten(),
            probed => probed.ok().flatten(),
        }
    }

    /// The one side of all of them; `Ok(None)` when none is an image.
    fn agreed<'e>(&self, entries: impl ParallelIterator<Item = &'e Entry>) -> Result<Option<usize>, Stop> {
        // Files that are no images have no say; one image of another size ends the search.
        let bounds = self.bounds(&|_, _| ());
        let side_of = |entry: &Entry| match decode::dimensions(&entry.path, &bounds) {
            _ if self.check().is_err() => Err(Stop::Cancelled),
            Ok((w, h)) if w == h && SIDES.contains(&(w as usize)) => Ok(Some(w as usize)),
            Ok(_) => Err(Stop::OtherSide),
            Err(_) => Ok(None),
        };
        let agree = |a: Option<usize>, b: Option<usize>| match (a, b) {
            (Some(x), Some(y)) if x != y => Err(Stop::OtherSide),
            (one, other) => Ok(one.or(other)),
        };
        entries.map(side_of).try_reduce(|| None, agree)
    }
}
